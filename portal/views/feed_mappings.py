"""What each word of a format becomes: the one source of the tables on the pages of the formats and in docs/formats.md.

`python -m tests.formats.documenting` writes them into the document, in English; a test says when that was forgotten.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from portal.formats.columns import names_of

THE_SAME: Any = _("la même chose ici")
# For each format: its own words, and what they become. A table's words are our fields, which have names in each language.
MAPPINGS: dict[str, tuple[tuple[str, Any], ...]] = {
    "table": (
        ("external_id", _("l’identifiant ; sans lui, l’adresse de la ligne, et c’est signalé")),
        ("title description summary", _("les textes ; un titre vide est pris dans la description, et c’est signalé")),
        ("association rna siren siret", _("qui publie")),
        ("place_name street postal_code city country lat lon", _("où ; des degrés inversés sont remis à l’endroit, une position qui contredit le code postal est retirée, et c’est signalé")),
        ("start_date end_date start_time end_time", _("un créneau ; sans date, le besoin vaut toute l’année")),
        ("dates", _("plusieurs créneaux dans une case, les 200 prochains au plus : des dates entre points-virgules, virgules, « et » ou retours à la ligne, chacune avec son heure ou celle de la ligne ; « 12, 13 et 14 avril 2031 » en fait trois, « du 12/04/2031 au 14/04/2031 » un seul, de trois jours ; une qui n’est pas comprise est signalée")),
        ("recurrence", _("une règle (FREQ=WEEKLY;BYDAY=TU) ou des mots (« chaque mardi »)")),
        ("places", _("combien de personnes : vide ou -999 sans limite, -8888 inconnu, 0 complet")),
        ("theme tags", _("les thèmes, par nom ou synonyme ; ce qui n’en est pas un est gardé comme mot-clé")),
        ("remote", _("non, possible, entièrement, et leurs synonymes")),
        ("detail_url image_url", _("sa page, son image")),
    ),
    "engagement": (
        ("clientId, title, description, applicationUrl", _("identifiant, titre, description, page (obligatoires)")),
        ("startAt, endAt", _("un créneau ; sans fin, le besoin vaut toute l’année")),
        ("shifts: shift", _("plusieurs créneaux, les 200 prochains au plus, ou une règle, chacun avec startAt, endAt, zone, places et recurrence ; notre ajout, que les autres lecteurs passent")),
        ("minimumAge, hoursPerWeek, language, expiresAt", _("la même chose ici ; notre ajout, que les autres lecteurs passent")),
        ("domain", _("le thème, par code ou par nom")),
        ("activity", _("les activités, le nom connu le plus long d’abord")),
        ("tags, audience, softSkills, requirements", _("des listes, en <value>, en <item> ou « a, b »")),
        ("remote", _("no, possible, full, local et leurs synonymes français")),
        ("places", _("bénévoles recherchés ; 0 : complet")),
        ("address, city, postalCode, departmentCode, region, country, lonlat, location, addresses", _("où")),
        ("organizationName, organizationClientId, organizationRNA, organizationSiren, organizationSiret, organizationUrl, organizationLogo, organizationDescription", _("qui publie")),
        ("reducedMobilityAccessible, closeToTransport, openToMinors", _("accessible, proche des transports, ouvert aux mineurs : oui ou non")),
    ),
    "footprint": (
        ("volunteerOpportunityID, title, description, abstract, detailURL", _("identifiant, titre, description, résumé, page")),
        ("sponsoringOrganizationID, volunteerHubOrganizationID", _("l’association, prise dans Organizations ; une inconnue devient celle du relais local, puis celle du flux, et c’est signalé")),
        ("dateTimeDuration", _("un créneau chacun, les 200 prochains au plus : startDate, endDate, startTime et endTime dans leur olsonTZ, duration, iCalRecurrence ; openEnded Yes vaut toute l’année ; timeFlexible")),
        ("location", _("tous les lieux : name, streetAddress, city, region, postalCode, country, latitude, longitude ; virtual Yes est à distance ; une région ou un pays seul est tout entier ; sans pays, ce que l’annonce dit distingue les États-Unis (défaut du schéma) du pays du flux")),
        ("volunteersNeeded", _("bénévoles recherchés : -8888 inconnu, -999 sans limite")),
        ("minimumAge, sexRestrictedTo, skills, contactName, contactPhone, contactEmail", _("la même chose ici ; les contacts ne sont jamais publics")),
        ("categoryTags, audienceTags", _("les thèmes par synonyme et les mots-clés ; les publics")),
        ("lastUpdated, expires", THE_SAME),
    ),
    "syndication": (
        ("guid, id, rdf:about", _("l’identifiant ; sans lui, le lien, et c’est signalé")),
        ("title, description, content, link, enclosure", _("titre, description, page, image")),
        ("xml:base, channel link", _("sur quoi reposent les adresses relatives ; sans eux, elles sont retirées, et c’est signalé")),
        ("dc:publisher, ev:organizer", _("l’association ; à défaut le titre du flux, et c’est signalé (dc:creator est une personne, sauf s’il s’appelle comme le flux)")),
        ("ev:startdate, ev:enddate", _("un créneau ; sans eux, le besoin vaut toute l’année, et c’est signalé")),
        ("ev:location, georss:point, geo:lat, geo:long", _("où ; sans eux, pas de position, et c’est signalé")),
        ("category, dc:subject, ev:type", _("les thèmes par synonyme, et les mots-clés")),
        ("pubDate, published, updated, language", THE_SAME),
    ),
    "linked_data": (
        ("identifier, @id", _("l’identifiant ; sans lui, url, et c’est signalé")),
        ('{"@id": …}', _("ce que le même document dit sous cet @id, où que ce soit ; un @id n’est jamais un nom")),
        ("schema:title, https://schema.org/title", _("la même chose que title, et ainsi de chaque nom de schema.org ; les préfixes que le document déclare aussi")),
        ("JobPosting", _("un besoin de toute l’année, quand employmentType contient VOLUNTEER ; un autre travail est laissé de côté, et c’est signalé")),
        ("Event: startDate, endDate, eventSchedule, subEvent", _("des créneaux ou une règle ; un évènement annulé est laissé de côté, et c’est signalé")),
        ("VolunteerAction: startTime, endTime", _("un créneau, ou toute l’année")),
        ("hiringOrganization, organizer, provider, agent", _("l’association")),
        ("jobLocation, location", _("où (Place, PostalAddress ou texte) ; VirtualLocation, TELECOMMUTE et eventAttendanceMode disent à distance")),
        ("totalJobOpenings, remainingAttendeeCapacity, maximumAttendeeCapacity", _("les places")),
        ("keywords, industry, occupationalCategory; skills, qualifications; workHours; typicalAgeRange", _("mots-clés et thèmes ; compétences ; horaires ; âge minimum")),
        ("Organisation (UK): activity, role, session", _("un besoin par activity ; sa page est applyLink ; minimumAge, skill, commitment et time comme ils sont dits ; allowsRemoteParticipation : à distance")),
    ),
    "calendar": (
        ("UID", _("l’identifiant")),
        ("SUMMARY, DESCRIPTION, URL, CATEGORIES", _("titre, description, page, thèmes et mots-clés")),
        ("X-WR-CALNAME, NAME", _("l’association, quand le flux n’en a pas ; ORGANIZER n’est pas lu : c’est souvent une personne")),
        ("DTSTART, DTEND, DURATION, TZID, X-WR-TIMEZONE", _("le créneau ; un jour seul dure toute la journée")),
        ("RRULE, EXDATE, RDATE, RECURRENCE-ID", _("une règle sans fin reste une règle ; une qui finit, ou qui a des exceptions, devient ses dates d’un an, les 200 prochaines au plus ; s’il y en a plus, c’est signalé")),
        ("STATUS:CANCELLED, CLASS:PRIVATE", _("aucun besoin, et c’est signalé")),
        ("LOCATION, GEO", _("où")),
    ),
    "relais": (
        ("id, title, description, summary, language, tags, themes", THE_SAME),
        ("origin, url", _("sa page : celle de qui l’a publié en premier")),
        ("association.name, association.id, association.url", _("qui publie")),
        ("locations[]", _("où")),
        ("shifts[]: starts_at, ends_at, zone, places_left", _("des créneaux datés ; les places qui restent là-bas sont la capacité ici")),
        ("has_more_shifts", _("il y a là-bas d’autres dates que celles-ci : c’est signalé")),
        ("is_ongoing, schedule, remote, minimum_age, is_accessible, published_at, updated_at", THE_SAME),
    ),
}  # fmt: skip


def mapping(name: str, language: str) -> list[tuple[str, str]]:
    """The rows of a format's table: the words as they stand in a file, and what they become, in the language spoken."""
    rows = [(words, str(told)) for words, told in MAPPINGS.get(name, ())]
    if name != "table":
        return rows
    return [
        (", ".join(names_of(field, language)[0] for field in of.split()), told) for of, told in rows
    ]
