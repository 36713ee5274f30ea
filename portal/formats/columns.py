"""The columns that a table may have, and what people call them in French and in English. Plain data.

The first name of each line is the one in the template that associations download.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.themes import words_of

_NAMES: Mapping[str, tuple[str, str]] = {
    # our field: (French names, English names)
    "external_id": ("identifiant|id|numéro|référence|ref|code|n°", "id|identifier|external id|record id|uid|guid|volunteer opportunity id|client id"),
    "title": ("titre|intitulé|nom de l'offre|nom de la mission|mission|intitulé de la mission|offre|annonce", "title|offer|opportunity|opportunity title|name|position|role"),
    "description": ("description|descriptif|texte|détail|détails|présentation", "details|text|body|about|full description"),
    "summary": ("résumé|accroche|en bref|chapeau", "summary|abstract|short description|teaser"),
    "association": ("association|nom de l'association|structure|organisme|organisation|nom de la structure", "organization|organisation name|organization name|association name|charity|nonprofit|sponsor"),
    "association_id": ("identifiant association|id association|id structure", "association id|organization id|organisation id"),
    "rna": ("rna|numéro rna|n° rna", "rna number"),
    "siren": ("siren|numéro siren|n° siren", "siren number"),
    "siret": ("siret|numéro siret|n° siret", "siret number"),
    "association_url": ("site de l'association|site web de l'association|site internet|site web|site", "organization url|association url|website|organization website"),
    "association_description": ("présentation de l'association|description de l'association", "association description|organization description|about the organization"),
    "place_name": ("lieu|nom du lieu|lieu de rendez-vous|local", "venue|place|location name|location"),
    "street": ("adresse|rue|voie|adresse postale", "street|address|street address|address line 1"),
    "postal_code": ("code postal|cp|codepostal", "postal code|postcode|zip|zip code|zipcode"),
    "city": ("ville|commune|localité", "city|town"),
    "department": ("département|code département|departement", "department|county"),
    "region": ("région", "region|state|province"),
    "country": ("pays", "country"),
    "lat": ("latitude|lat", "lat."),
    "lon": ("longitude|lon|lng|long", "lon."),
    "position": ("coordonnées|coordonnées gps|gps|position", "coordinates|latlon|lat lon|geo"),
    "remote": ("à distance|distance|télétravail|distanciel|remote", "virtual|online|remote work"),
    "theme": ("thème|thématique|domaine|domaine d'action|cause|catégorie|thèmes|catégories", "theme|category|categories|cause area|themes|causes|domain"),
    "tags": ("mots-clés|mots clés|étiquettes|tags", "keywords|tag"),
    "activities": ("activité|activités|type d'activité", "activity|activities"),
    "audiences": ("public|publics|public visé|bénéficiaires", "audience|audiences|beneficiaries|who for"),
    "skills": ("compétences|compétences requises|compétence|profil|profil recherché", "skills|skill|requirements"),
    "start_date": ("date de début|début|date|du|commence le|date début|jour", "start date|start|starts|from|starts on|date start|begin"),
    "dates": ("dates|les dates|dates et heures", "all dates|dates and times"),
    "end_date": ("date de fin|fin|au|finit le|date fin", "end date|end|ends|to|ends on|date end|until"),
    "start_time": ("heure de début|heure|horaire de début|heure début|de", "start time|time|starts at"),
    "end_time": ("heure de fin|horaire de fin|heure fin|à", "end time|ends at"),
    "recurrence": ("répétition|récurrence|règle de répétition|fréquence", "recurrence|rrule|repeats|repeat|frequency|ical recurrence"),
    "duration": ("durée", "duration|length"),
    "is_ongoing": ("permanent|permanente|toute l'année|offre permanente|sans date", "ongoing|open ended|open-ended|is ongoing"),
    "schedule": ("horaires|rythme|quand|disponibilité|disponibilités|jours", "schedule|when|availability|times|days"),
    "hours_per_week": ("heures par semaine|heures hebdomadaires", "hours per week|weekly hours|commitment hours per week"),
    "places": ("places|nombre de places|bénévoles recherchés|nombre de bénévoles|capacité|nb places|nb de bénévoles", "volunteers needed|capacity|spots|number of volunteers|places wanted"),
    "minimum_age": ("âge minimum|âge minimal|âge|age min", "minimum age|min age|age"),
    "minors": ("ouvert aux mineurs|mineurs|mineurs acceptés", "open to minors|minors"),
    "accessible": ("accessible|accessibilité|accessible pmr|pmr|accessible en fauteuil", "wheelchair accessible|accessibility|reduced mobility accessible"),
    "near_transport": ("proche des transports|transports|transports en commun", "near transport|close to transport|public transport"),
    "contact_name": ("contact|nom du contact|personne à contacter|référent", "contact name|contact person"),
    "contact_email": ("courriel|e-mail|email|mail|courriel du contact|adresse mail|email du contact|mél", "contact email|contact e-mail|email address"),
    "contact_phone": ("téléphone|tél|tel|téléphone du contact|portable", "phone|contact phone|telephone|phone number"),
    "detail_url": ("adresse web|url|lien|page|lien de l'annonce|lien vers l'annonce|lien d'inscription", "link|web address|detail url|web page|application url|apply url"),
    "image_url": ("image|photo|illustration", "picture|image url|photo url"),
    "language": ("langue", "language|lang"),
    "posted": ("date de publication|publié le|publication", "posted|posted at|published|date posted|publication date"),
    "updated": ("modifié le|mise à jour|date de modification|dernière modification", "updated|last updated|updated at|modified"),
    "expires": ("expire le|date limite|date d'expiration|clôture|valable jusqu'au", "expires|expiry|expiration date|deadline|expires at"),
}  # fmt: skip
FIELDS: Sequence[str] = tuple(_NAMES)
TEMPLATE: Sequence[str] = (
    "external_id", "title", "description", "association", "street", "postal_code", "city", "theme", "start_date",
    "start_time", "end_date", "end_time", "recurrence", "places", "minimum_age", "contact_email", "detail_url",
)  # fmt: skip
_FIELD = {
    words_of(name): field
    for field, both in _NAMES.items()
    for names in (*both, field)
    for name in names.split("|")
}
# "du", "de", "to" and the like are columns only beside a real header: see find_columns.
_TOO_SHORT_ALONE = 2


def template_header(language: str = "fr") -> list[str]:
    """The header line of the spreadsheet that an association can download."""
    return [_NAMES[field][0 if language == "fr" else 1].split("|")[0] for field in TEMPLATE]


def find_columns(cells: Sequence[str], given: Mapping[str, str]) -> dict[int, str]:
    """Which cell holds which field: by the feed's own map first (header or number from 1), then by name.

    Empty when this line does not look like a header: a header names a title (or an id) and one thing more.
    """
    own = {words_of(name): field for name, field in given.items() if field in _NAMES}
    columns: dict[int, str] = {}
    for number, cell in enumerate(cells):
        words = words_of(cell)
        field = (
            own.get((str(number + 1),)) or own.get(words) or (_FIELD.get(words) if words else None)
        )
        if field is not None and field not in columns.values():
            columns[number] = field
    found = set(columns.values())
    is_header = len(found) >= _TOO_SHORT_ALONE and bool(found & {"title", "description"})
    return columns if is_header else {}


def names_of(field: str, language: str) -> list[str]:
    """What a column may be called in a language, the name of the template first."""
    return _NAMES[field][0 if language == "fr" else 1].split("|")
