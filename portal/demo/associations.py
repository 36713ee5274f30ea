"""Invented associations: 110 written by hand (texts/associations.csv), and as many others as a large data set asks for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from slugify import slugify

from portal import themes as causes
from portal.demo.activities import typeset
from portal.demo.dice import Dice
from portal.demo.people import CAST
from portal.demo.towns import Town, all_towns, towns_by_name
from portal.demo.words import ENDINGS, TEXTS
from portal.demo.world import DemoAssociation, DemoMember

# The coordinator and the helper of the cast work here (see showcase.py).
HOME = "Les Jardins de la Guill’"
# This one has just been signed up: it and all its offers wait for a moderator.
PENDING = 13
_LIFE = (
    "Nous sommes une {n} de bénévoles, et il y a toujours une chaise de plus.",
    "L'association vit grâce à une {n} de bénévoles réguliers et à beaucoup de passants devenus des amis.",
    "On nous trouve au local presque tous les jours ; la bouilloire est à gauche en entrant.",
    "Nous préférons les petites équipes, les horaires tenus et les mercis dits à voix haute.",
    "Aucune cotisation n'est demandée à qui vient aider.",
    "Nous avons commencé à quatre autour d'une table de cuisine.",
)
_SIZES = (
    "dizaine",
    "douzaine",
    "quinzaine",
    "vingtaine",
    "trentaine",
    "quarantaine",
    "cinquantaine",
)
_HEADS = {
    "solidarity": ("La Tablée", "Le Panier", "Les Voisins"),
    "health": ("Les Veilleurs", "Le Souffle", "La Main douce"),
    "education": ("Le Cartable", "Les Lecteurs", "La Petite École"),
    "environment": ("Les Jardiniers", "La Haie", "Le Potager"),
    "animals": ("Le Refuge", "Les Pattes", "La Mangeoire"),
    "culture": ("La Scène", "Les Conteurs", "La Lanterne"),
    "sport": ("La Foulée", "Le Ballon", "Le Relais sportif"),
    "citizenship": ("La Place", "Le Porte-voix", "La Maison commune"),
    "emergency": ("Les Guetteurs", "La Digue", "L’Équipe d’alerte"),
    "international": ("Le Pont", "Les Passeurs", "La Table du monde"),
    "digital": ("L’Écran partagé", "La Souris verte", "Le Réseau"),
    "skills": ("L’Établi", "Le Coup de main", "Les Savoir-faire"),
}


def make_associations(
    seed: int, today: date, count: int, people: int
) -> tuple[DemoAssociation, ...]:
    """So many associations, each with a coordinator; the first are those written by hand."""
    made = []
    slugs: set[str] = set()
    for number, (name, town, themes, about) in enumerate(_rows(seed, count)):
        dice = Dice(seed, "association", number)
        slug = slugify(name.replace("’", "'"))
        slug = slug if slug not in slugs else f"{slug}-{slugify(town.name)}-{number}"
        slugs.add(slug)
        born = datetime.combine(today - timedelta(days=dice.between(220, 900)), time(9), tzinfo=UTC)
        made.append(
            DemoAssociation(
                number=number,
                name=name,
                slug=slug,
                town=town.name,
                town_code=town.code,
                themes=themes,
                summary=about,
                description_html=_description(dice, about),
                email=f"bonjour@{slug[:60].rstrip('-')}.example",
                # One in fourteen is new here and waits for a moderator's look.
                is_verified=number % 14 != 13,
                is_pending=number == PENDING,
                members=_team(dice, name, people),
                created_at=born,
            )
        )
    return tuple(made)


def _rows(seed: int, count: int) -> Iterator[tuple[str, Town, tuple[str, ...], str]]:
    towns = towns_by_name()
    with (TEXTS / "associations.csv").open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter=";")):
            if number == count:
                return
            themes = tuple(row["themes"].split())
            yield typeset(row["name"]), towns[row["town"]], themes, typeset(row["about"])
    yield from _invented(seed, number + 1, count)


def _invented(
    seed: int, start: int, count: int
) -> Iterator[tuple[str, Town, tuple[str, ...], str]]:
    towns = tuple(all_towns().values())
    for number in range(start, count):
        dice = Dice(seed, "invented", number)
        town, theme, other = dice.pick(towns), dice.pick(causes.SLUGS), dice.pick(causes.SLUGS)
        name = f"{dice.pick(_HEADS[theme])} {dice.pick(ENDINGS)}"
        about = f"Une association {town.of}, ouverte à qui veut donner un coup de main."
        yield f"{name}, {town.city}", town, (theme, other), about


def _description(dice: Dice, about: str) -> str:
    life = " ".join(typeset(s).format(n=dice.pick(_SIZES)) for s in dice.several(_LIFE, 2))
    return f"<p>{escape(about, quote=False)}</p><p>{escape(life, quote=False)}</p>"


def _team(dice: Dice, name: str, people: int) -> tuple[DemoMember, ...]:
    if name == HOME:
        return (DemoMember(1, "coordinator"), DemoMember(2, "helper"))
    return (DemoMember(dice.between(len(CAST), people - 1), "coordinator"),)
