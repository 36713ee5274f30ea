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
}
