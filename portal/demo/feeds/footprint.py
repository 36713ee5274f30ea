"""Le Grand Carnet's file, in All for Good's Footprint XML 0.1; a careful partner with a careless corner.

Its last records are the ones that real feeds have: a text that was escaped twice, coordinates the wrong way round, an
unknown organisation, no title, no id. They are here so that the page of problems has something true to show.
"""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from portal.demo.feeds.partners import Partner, PartnerAssociation, associations_of
from portal.demo.feeds.rolling import RollingOffer

_TAGS = {
    "solidarity": ("Community", "Hunger"),
    "health": ("Health & Wellness",),
    "education": ("Education & Literacy",),
    "environment": ("Environment",),
    "animals": ("Animals",),
    "culture": ("Arts & Culture",),
    "sport": ("Sports & Recreation",),
    "citizenship": ("Civic Engagement",),
    "emergency": ("Disaster Relief",),
    "international": ("International",),
    "digital": ("Computers & Technology",),
    "skills": ("Professional Skills",),
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def write(partner: Partner, offers: list[RollingOffer], today: date) -> bytes:
    """The whole file."""
    root = Element("FootprintFeed", schemaVersion="0.1")
    info = SubElement(root, "FeedInfo")
    _say(info, providerID="77", providerName=partner.title, feedID=partner.name)
    created = SubElement(info, "createdDateTime", olsonTZ="Europe/Paris")
    created.text = f"{today.isoformat()}T04:30:00"
    _say(info, providerURL="https://grand-carnet.example", description="Invented offers for a demo")
    organizations = SubElement(root, "Organizations")
    for association in associations_of(partner.name):
        _poster(organizations, association)
    opportunities = SubElement(root, "VolunteerOpportunities")
    for offer in offers:
        _record(opportunities, offer)
    _oddities(opportunities, today)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()


def _poster(parent: Element, association: PartnerAssociation) -> None:
    element = SubElement(parent, "Organization")
    _say(
        element,
        organizationID=f"org-{association.number:02d}",
        name=association.name,
        missionStatement=association.about,
        description=association.about,
    )
    _say(
        SubElement(element, "location"),
        city=association.town.name,
        postalCode=association.town.postal_code,
        country="FR",
    )


def _record(parent: Element, offer: RollingOffer) -> Element:
    element = SubElement(parent, "VolunteerOpportunity")
    _say(element, volunteerOpportunityID=f"GC-{offer.number:04d}")
    sponsors = SubElement(element, "sponsoringOrganizationIDs")
    _say(sponsors, sponsoringOrganizationID=f"org-{offer.association.number:02d}")
    needed = "-999" if offer.capacity is None else str(offer.capacity)
    _say(element, title=offer.text.title, abstract=offer.text.summary, volunteersNeeded=needed)
    if offer.pattern != "ongoing":
        _duration(SubElement(element, "dateTimeDurations"), offer)
    _locations(element, offer)
    tags = SubElement(element, "categoryTags")
    for theme in offer.activity.themes:
        for tag in _TAGS[theme]:
            _say(tags, categoryTag=tag)
    if offer.activity.minimum_age:
        _say(element, minimumAge=str(offer.activity.minimum_age))
    if offer.number % 3:
        _say(element, detailURL=f"https://grand-carnet.example/offers/{offer.number}")
    changed = SubElement(element, "lastUpdated", olsonTZ="Europe/Paris")
    changed.text = f"{offer.posted_on.isoformat()}T10:00:00"
    _say(element, language=offer.text.language, description=offer.text.description_html)
    return element


def _duration(parent: Element, offer: RollingOffer) -> None:
    element = SubElement(parent, "dateTimeDuration")
    end = offer.start + offer.minutes
    _say(
        element,
        openEnded="No",
        startDate=offer.first_on.isoformat(),
        endDate=offer.last_on.isoformat(),
    )
    if offer.pattern == "weekly":
        _say(element, iCalRecurrence=f"FREQ=WEEKLY;BYDAY={_DAYS[offer.weekday]}")
    for name, minutes in (("startTime", offer.start), ("endTime", end)):
        moment = SubElement(element, name, olsonTZ=offer.zone)
        moment.text = f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _locations(parent: Element, offer: RollingOffer) -> None:
    element = SubElement(SubElement(parent, "locations"), "location")
    place = offer.location
    if place is None:
        _say(element, virtual="Yes")
        return
    _say(
        element,
        streetAddress1=place.street,
        city=place.town,
        postalCode=place.postal_code,
        country=place.country,
        latitude=f"{place.lat:.5f}",
        longitude=f"{place.lon:.5f}",
    )


def _oddities(parent: Element, today: date) -> None:
    """Records with a fault each: five that can be repaired, and three that cannot be used."""
    soon = (today + timedelta(days=(5 - today.weekday()) % 7 + 7)).isoformat()
    lyon = {"city": "Lyon", "postalCode": "69007", "country": "FR"}
    faults: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        (
            {
                "volunteerOpportunityID": "GC-0901",
                "title": "Pr&eacute;parer la f&ecirc;te de l&#039;&eacute;t&eacute;",
                "description": "On accroche les fanions\\net l'on partage un plat.",
            },
            lyon,
        ),
        (
            {
                "volunteerOpportunityID": "GC-0902",
                "title": "Ramasser les plastiques sur les galets",
                "description": "Deux heures sur la plage, un sac chacun, un café ensuite.",
            },
            {
                "city": "Nice",
                "postalCode": "06000",
                "country": "FR",
                "latitude": "7.26608",
                "longitude": "43.70313",
            },
        ),
        (
            {
                "volunteerOpportunityID": "GC-0903",
                "sponsoringOrganizationID": "org-77",
                "title": "Faire réviser un groupe de lycéens",
                "description": "Un samedi matin par mois, autour d'une grande table.",
            },
            lyon,
        ),
        (
            {
                "volunteerOpportunityID": "GC-0904",
                "title": "",
                "description": "Accorder le piano de la gare et chanter avec les voyageurs. Aucune voix n'est fausse.",
                "minimumAge": "",
            },
            {"city": "Paris", "postalCode": "75013", "country": "FR"},
        ),
        (
            {
                "volunteerOpportunityID": "GC-0905",
                "title": "Pack school bags for newcomers",
                "description": "An afternoon of pencils and notebooks.",
                "minimumAge": "seize",
                "volunteersNeeded": "une dizaine",
            },
            {"city": "Bordeaux", "postalCode": "33000", "country": "FR"},
        ),
        (
            {
                "title": "Servir au repas de quartier",
                "description": "Cette annonce n'a pas d'identifiant.",
            },
            lyon,
        ),
        ({"volunteerOpportunityID": "GC-0907", "title": "", "description": ""}, lyon),
        (
            {
                "volunteerOpportunityID": "GC-0001",
                "title": "Une annonce dont l'identifiant sert déjà",
                "description": "La première est gardée, celle-ci est signalée.",
            },
            lyon,
        ),
    )
    for fields, place in faults:
        element = SubElement(parent, "VolunteerOpportunity")
        sponsor = fields.pop("sponsoringOrganizationID", "org-01")
        _say(SubElement(element, "sponsoringOrganizationIDs"), sponsoringOrganizationID=sponsor)
        _say(element, **fields)
        _say(SubElement(element, "categoryTags"), categoryTag="Community")
        duration = SubElement(SubElement(element, "dateTimeDurations"), "dateTimeDuration")
        _say(duration, startDate=soon, endDate=soon, startTime="14:00:00", endTime="17:00:00")
        _say(SubElement(SubElement(element, "locations"), "location"), **place)


def _say(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text
