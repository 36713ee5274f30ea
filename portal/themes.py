"""The 12 themes of the portal, and the words by which partners mean them. Plain data, and two look-ups.

Whole words only: "cat" is in no "category". What maps to nothing is not lost: formats keep it as a searchable tag.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Theme:
    """A cause: its slug (in addresses and in the index) and its names."""

    slug: str
    fr: str
    en: str


THEMES: tuple[Theme, ...] = (
    Theme("solidarity", "Solidarité", "Solidarity"),
    Theme("health", "Santé", "Health"),
    Theme("education", "Éducation", "Education"),
    Theme("environment", "Environnement", "Environment"),
    Theme("animals", "Animaux", "Animals"),
    Theme("culture", "Culture", "Arts and culture"),
    Theme("sport", "Sport", "Sport"),
    Theme("citizenship", "Citoyenneté", "Citizenship"),
    Theme("emergency", "Urgence et secours", "Emergency"),
    Theme("international", "International", "International"),
    Theme("digital", "Numérique", "Digital"),
    Theme("skills", "Bénévolat de compétences", "Skills"),
)
SLUGS: tuple[str, ...] = tuple(theme.slug for theme in THEMES)
BY_SLUG: Mapping[str, Theme] = {theme.slug: theme for theme in THEMES}

# The domains of API Engagement, by slug. "autre" means none.
ENGAGEMENT_DOMAINS: Mapping[str, str | None] = {
    "animaux": "animals",
    "autre": None,
    "batiment-industrie-logistique": "skills",
    "benevolat-competences": "skills",
    "communication": "skills",
    "culture-loisirs": "culture",
    "education": "education",
    "emploi": "solidarity",
    "environnement": "environment",
    "gestion-finance-droit": "skills",
    "humanitaire": "international",
    "memoire-et-citoyennete": "citizenship",
    "numerique": "digital",
    "prevention-protection": "emergency",
    "recherche": "skills",
    "sante": "health",
    "service-public-defense-securite": "emergency",
    "sport": "sport",
    "solidarite-insertion": "solidarity",
    "vivre-ensemble": "solidarity",
}

# Free tags, in French and in English, as phrases of whole words separated by "|".
_SYNONYMS: Mapping[str, str] = {
    "solidarity": (
        "solidarité|solidarités|solidarité insertion|solidarity|hunger|hungry|homeless|homelessness|poverty|precarity|"
        "seniors|senior|elderly|older people|aging|aînés|personnes âgées|isolement|lutte contre l isolement|isolation|"
        "community|community development|housing|logement|habitat|précarité|pauvreté|sans abri|sans domicile|"
        "aide alimentaire|alimentation|food|food bank|distribution alimentaire|insertion|employment|emploi|jobs|"
        "job training|inclusion|exclusion|lien social|vivre ensemble|refugees|immigrants|immigration|migrants|réfugiés|"
        "exilés|children youth|family|families|famille|familles|parentalité|disability|disabilities|disabled|"
        "people with disabilities|handicap|veterans|women|femmes|prison|détenus|maraude|maraudes|social services|"
        "human services|faith based|social|friperie|accompagnement social|children|kids"
    ),
    "health": (
        "santé|health|healthcare|health care|medicine|médical|medical|hospital|hôpital|maladie|mental health|wellness|"
        "santé mentale|cancer|don du sang|blood|blood drive|soins|bien être|aide psychologique|addiction|addictions|"
        "substance abuse|hiv aids|santé soins|health medicine|nutrition|alzheimer"
    ),
    "education": (
        "éducation|education|education literacy|literacy|tutoring|mentoring|mentor|mentorat|parrainage|school|schools|"
        "école|soutien scolaire|aide aux devoirs|alphabétisation|formation|enseignement|teaching|teach|youth|jeunesse|"
        "teens|enfance|lecture|reading|students|étudiants|enseignement formation|mentorat parrainage|éducation populaire"
    ),
    "environment": (
        "environnement|environment|environmental|ecology|écologie|nature|climate|climat|gardening|garden|gardens|"
        "jardin|jardins|jardinage|recycling|recyclage|réemploi|déchets|ramassage déchets|conservation|biodiversité|"
        "biodiversity|trees|tree planting|arbres|forêt|forest|développement durable|sustainability|énergie|energy|"
        "parks|outdoors|water|rivière|plage|beach cleanup|clean up|cleanup|transition écologique|park"
    ),
    "animals": (
        "animaux|animal|animals|animal welfare|protection animale|cats|cat|chat|chats|dogs|dog|chien|chiens|refuge animalier|"
        "animal shelter|wildlife|faune|pets|soins animaux|horses|chevaux"
    ),
    "culture": (
        "culture|cultural|culture loisirs|arts|art|arts culture|music|musique|museum|museums|musée|musées|théâtre|"
        "theater|theatre|patrimoine|heritage|history|histoire|festival|festivals|cinéma|film|danse|dance|loisirs|"
        "library|libraries|bibliothèque|bibliothèques|spectacle|arts and culture|média|médias"
    ),
    "sport": (
        "sport|sports|athletics|recreation|sports recreation|football|running|course à pied|randonnée|hiking|"
        "activités sportives|rugby|natation|swimming|cyclisme|vélo|handisport|marathon"
    ),
    "citizenship": (
        "citoyenneté|citizenship|civic|civic engagement|politics|politique|human rights|droits humains|"
        "droits de l homme|advocacy|advocacy human rights|justice|justice legal|legal|democracy|démocratie|"
        "mémoire et citoyenneté|mémoire|accès aux droits|défense des droits|égalité|lgbt|lgbtq|voting|vote|"
        "race ethnicity|diversity|diversité|laïcité"
    ),
    "emergency": (
        "urgence|urgences|emergency|secours|secourisme|first aid|disaster|disaster relief|disasters|catastrophe|"
        "emergency safety|crisis support|crisis|sécurité civile|protection civile|premiers secours|prévention|"
        "sauvetage|public safety|safety|firefighters|pompiers|sapeurs pompiers|preparedness"
    ),
    "international": (
        "international|internationale|humanitaire|humanitarian|solidarité internationale|développement|overseas|"
        "coopération|global|world|aide humanitaire|mission internationale|international development"
    ),
    "digital": (
        "numérique|digital|computers|computer|computers technology|technology|tech|informatique|internet|web|"
        "programming|coding|développement web|inclusion numérique|fracture numérique|data|open source|robotics"
    ),
    "skills": (
        "compétences|skills|bénévolat de compétences|skills based|pro bono|mécénat de compétences|communication|"
        "marketing|comptabilité|comptabilité finance|finance|gestion|gestion de projets|juridique|fundraising|"
        "collecte de fonds|gouvernance|board|board development|administration|taches administratives|graphisme|design|"
        "traduction|translation|documentation traduction|recrutement|logistique|bricolage|conseil|business|media broadcasting"
    ),
}  # fmt: skip


def words_of(text: str) -> tuple[str, ...]:
    """The words of a tag in lower case without accents; `&`, `-` and the like only part them."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return tuple(kept.split())


_PHRASES: Mapping[tuple[str, ...], str] = {
    words_of(phrase): slug for slug, phrases in _SYNONYMS.items() for phrase in phrases.split("|")
} | {words_of(name): theme.slug for theme in THEMES for name in (theme.slug, theme.fr, theme.en)}
_LONGEST = max(map(len, _PHRASES))


_NAMES = frozenset(words_of(name) for theme in THEMES for name in (theme.slug, theme.fr, theme.en))


def is_name(tag: str) -> bool:
    """Is it a theme's own slug or name? That says nothing beside the theme: it is no tag."""
    return words_of(tag) in _NAMES


@lru_cache(maxsize=4_096)
def of_tag(tag: str) -> tuple[str, ...]:
    """The themes that a free tag means, in the order they are named; nothing when it means none.

    The whole tag first; else its longest known phrases from left to right: "Homeless & Hungry" means one theme,
    "Sport et santé" two.
    """
    words = words_of(tag)
    found: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            slug = _PHRASES.get(words[place : place + length])
            if slug:
                found.append(slug)
                place += length
                break
        else:
            place += 1
    return tuple(dict.fromkeys(found))


def of_domain(domain: str) -> tuple[str | None, bool]:
    """The theme of an API Engagement domain (slug or label), and whether the domain is known at all."""
    slug = "-".join(words_of(domain))
    if slug in ENGAGEMENT_DOMAINS:
        return ENGAGEMENT_DOMAINS[slug], True
    guessed = of_tag(domain)
    return (guessed[0], False) if guessed else (None, False)
