"""Invented people: first names only, addresses under a domain that nobody can own."""

from __future__ import annotations

from portal.demo.dice import Dice
from portal.demo.words import MEN, WOMEN
from portal.demo.world import DemoPerson

# The cast that `make run` offers for signing in with one click.
CAST = (
    ("Camille", "camille@example.org", "volunteer"),
    ("Samira", "samira@example.org", "coordinator"),
    ("Jules", "jules@example.org", "helper"),
    ("Odile", "odile@example.org", "moderator"),
)
_NAMES = tuple(sorted(WOMEN + MEN))


def make_people(seed: int, count: int) -> tuple[DemoPerson, ...]:
    """The cast, then so many others who like and sign up; one in three lets their name be seen beside a like."""
    cast = [DemoPerson(n, name, email, role, True) for n, (name, email, role) in enumerate(CAST)]
    dice = Dice(seed, "people")
    others = []
    for number in range(len(CAST), count):
        name = dice.pick(_NAMES)
        email = f"{_plain(name)}.{number}@example.org"
        language = "en" if dice.chance(4) else "fr"
        others.append(DemoPerson(number, name, email, "", dice.chance(34), language))
    return (*cast, *others)


def a_host(dice: Dice, roles: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """(first name, role) of who welcomes: "Adèle", "jardinière"."""
    feminine, masculine = dice.pick(roles)
    return (dice.pick(WOMEN), feminine) if dice.chance(55) else (dice.pick(MEN), masculine)


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("àâäçéèêëïîôöùûü", "aaaceeeeiioouuu"))
