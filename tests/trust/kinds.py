"""Each format as the parts of a file, so that one record can be spoilt between good ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A format as the parts of a file: what comes before the records, one record, what parts two, and what comes after."""

    head: str
    record: str
    tail: str
    between: str = ""

    def file(self, records: list[bytes]) -> bytes:
        return self.head.encode() + self.between.encode().join(records) + self.tail.encode()


KINDS = {
    "footprint": Kind(
        '<?xml version="1.0" encoding="UTF-8"?>\n<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID>'
        "</FeedInfo>\n<Organizations><Organization><organizationID>a</organizationID><name>A</name></Organization>"
        "</Organizations>\n<VolunteerOpportunities>\n",
        "<VolunteerOpportunity><volunteerOpportunityID>offre-{n}</volunteerOpportunityID>\n"
        "<sponsoringOrganizationIDs><sponsoringOrganizationID>a</sponsoringOrganizationID></sponsoringOrganizationIDs>\n"
        "<title>Jardiner l’été &amp; rire {n}</title>\n<volunteersNeeded>5</volunteersNeeded><minimumAge>16</minimumAge>\n"
        "<dateTimeDurations><dateTimeDuration><openEnded>No</openEnded><startDate>2026-06-01</startDate>\n"
        "<endDate>2026-09-01</endDate><startTime olsonTZ='Europe/Paris'>10:00:00</startTime><endTime>12:00:00</endTime>\n"
        "<iCalRecurrence>FREQ=WEEKLY;BYDAY=TU</iCalRecurrence></dateTimeDuration></dateTimeDurations>\n"
        "<locations><location><city>Évry</city><postalCode>91000</postalCode><country>FR</country>\n"
        "<latitude>48.63</latitude><longitude>2.44</longitude></location></locations>\n"
        "<detailURL>https://x.example/{n}</detailURL><description><![CDATA[<p>Un <b>texte</b> assez long.</p>]]></description>\n"
        "<lastUpdated>2026-01-01T00:00:00</lastUpdated></VolunteerOpportunity>\n",
        "</VolunteerOpportunities></FootprintFeed>\n",
    ),
    "engagement": Kind(
        '<?xml version="1.0" encoding="UTF-8"?>\n<source>\n',
        "<mission><clientId>offre-{n}</clientId><title><![CDATA[Jardiner l’été {n}]]></title>\n"
        "<description><![CDATA[<p>Un texte.</p>]]></description><applicationUrl>https://x.example/{n}</applicationUrl>\n"
        "<startAt>2026-06-01</startAt><endAt>2026-06-02</endAt><domain>environnement</domain><activity>jardinage</activity>\n"
        "<tags><value>nature</value></tags><remote>no</remote><places>4</places><city>Évry</city>\n"
        "<postalCode>91000</postalCode><lonlat>2.44,48.63</lonlat><organizationName>Les Jardins</organizationName></mission>\n",
        "</source>\n",
    ),
    "table": Kind(
        "identifiant,titre,description,ville,code postal,date de début,places,lien\n",
        'offre-{n},Jardiner l’été {n},"Un texte, ""cité"", long",Évry,91000,2026-06-01,5,https://x.example/{n}\n',
        "",
    ),
    "syndication": Kind(
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/"'
        ' xmlns:georss="http://www.georss.org/georss">\n<channel><title>Les Jardins</title><link>https://x.example/</link>\n',
        "<item><guid isPermaLink='false'>offre-{n}</guid>\n<title>Jardiner l’été &amp; rire {n}</title>\n"
        "<link>https://x.example/{n}</link><description><![CDATA[<p>Un <b>texte</b>.</p>]]></description>\n"
        "<category>nature</category><pubDate>Mon, 02 Mar 2026 09:00:00 +0100</pubDate>\n"
        "<ev:startdate>2026-06-01T10:00:00+02:00</ev:startdate><ev:location>Évry</ev:location>\n"
        "<georss:point>48.63 2.44</georss:point></item>\n",
        "</channel></rss>\n",
    ),
    "calendar": Kind(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Les Jardins//FR\r\nX-WR-CALNAME:Les Jardins\r\n",
        "BEGIN:VEVENT\r\nUID:offre-{n}\r\nDTSTAMP:20260301T080000Z\r\nDTSTART;TZID=Europe/Paris:20260601T100000\r\n"
        "DTEND;TZID=Europe/Paris:20260601T120000\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Jardiner l’été {n}\r\n"
        "DESCRIPTION:Un texte\\, assez long\\nsur deux lignes.\r\nLOCATION:12 rue des Lilas\\, 91000 Évry\r\n"
        "GEO:48.63;2.44\r\nORGANIZER;CN=Les Jardins:mailto:x@x.example\r\nURL:https://x.example/{n}\r\nEND:VEVENT\r\n",
        "END:VCALENDAR\r\n",
    ),
    "linked_data": Kind(
        '{"@context": "https://schema.org", "@graph": [\n',
        '{{"@type": "Event", "@id": "offre-{n}", "name": "Jardiner l’été {n}", "description": "Un \\"texte\\" long.",\n'
        ' "startDate": "2026-06-01T10:00:00+02:00", "endDate": "2026-06-01T12:00:00+02:00", "url": "https://x.example/{n}",\n'
        ' "organizer": {{"@type": "Organization", "name": "Les Jardins"}}, "maximumAttendeeCapacity": 5,\n'
        ' "location": {{"@type": "Place", "address": {{"@type": "PostalAddress", "postalCode": "91000", "addressLocality": "Évry"}}}}}}',
        "\n]}\n",
        ",\n",
    ),
    "relais": Kind(
        '{"total": 5, "understood": {"q": ""}, "offers": [\n',
        '{{"id": "offre-{n}", "url": "https://x.example/offers/{n}-jardin", "title": "Jardiner l’été {n}", "description": "<p>Un texte.</p>",\n'
        ' "association": {{"id": 4, "name": "Les Jardins"}}, "themes": ["environment"], "tags": ["haie"], "remote": "no",\n'
        ' "is_ongoing": false, "locations": [{{"postal_code": "91000", "city": "Évry", "country": "FR", "lat": 48.63, "lon": 2.44}}],\n'
        ' "shifts": [{{"starts_at": "2026-06-01T08:00:00+00:00", "ends_at": "2026-06-01T10:00:00+00:00", "zone": "Europe/Paris", "capacity": 5}}]}}',
        '\n], "next": null}\n',
        ",\n",
    ),
}
