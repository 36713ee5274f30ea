"""The offers that are placed by hand, around the demo's coordinator and volunteer: what the first pages show.

The coordinator's association has somebody coming today, a full shift with a line, a past one to tick, a draft and a
pause; the volunteer is confirmed, in line, and was there last week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.demo.associations import HOME
from portal.demo.crowd import Filling
from portal.demo.dice import Dice
from portal.demo.timetable import Hours, Timetable, ongoing, weekly

ZONE = "Europe/Paris"
SATURDAY, SUNDAY, WEDNESDAY, THURSDAY, FRIDAY = 5, 6, 2, 3, 4
TODAY = -1
VOLUNTEER = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """One offer placed by hand. `guest` is the volunteer's state on the first shift ahead, `was` on the last past one."""

    association: str
    activity: str
    title: str
    pattern: str  # next, weekly or ongoing
    weekday: int
    start: int  # minutes after midnight
    minutes: int
    capacity: int | None
    filling: Filling
    likes: int
    state: str = "live"
    guest: str = ""
    was: str = ""
    is_liked: bool = False
    is_shared: bool = False
    language: str = "fr"

    def timetable(self, dice: Dice, today: date) -> Timetable:
        """Its dates, after `today` (or on it)."""
        span = Hours(self.start, self.minutes, ZONE)
        if self.pattern == "ongoing":
            return ongoing(dice, self.minutes // 60, self.capacity, self.language)
        if self.pattern == "weekly":
            return weekly(today, span, self.weekday, self.capacity, self.language)
        days = 0 if self.weekday == TODAY else (self.weekday - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=days)
        return Timetable((span.shift(day, self.capacity),), clock=span.on(day))


def placements(today: date) -> tuple[Placement, ...]:
    """The offers placed by hand on a demo that is loaded `today`: one does not plant a hedge in July."""
    hedge = ("planter-haie", "Planter une haie avec les enfants du quartier")
    summer = ("jardin-partage", "Pailler, semer, arroser : le samedi du jardin")
    garden = hedge if today.month in (10, 11, 12, 1, 2, 3) else summer
    return (
        Placement(HOME, *garden, "next", SATURDAY, 570, 150, 15, Filling(12), 18, is_liked=True, is_shared=True),
        Placement(
            "Lire ensemble",
            "lecture-enfants",
            "Lire des histoires à la médiathèque, une heure par semaine",
            "weekly",
            WEDNESDAY,
            900,
            60,
            None,
            Filling(5),
            41,
            was="attended",
            is_liked=True,
        ),
        Placement(
            "Panier commun",
            "collecte-alimentaire",
            "Tenir la collecte à la sortie du supermarché",
            "next",
            FRIDAY,
            1020,
            180,
            18,
            Filling(6),
            7,
            guest="confirmed",
        ),
        Placement(
            HOME,
            "jardin-partage",
            "Rempoter et préparer les bacs, en fin de journée",
            "next",
            TODAY,
            1050,
            120,
            10,
            Filling(8),
            12,
            guest="confirmed",
        ),
        Placement(
            HOME,
            "nettoyage-riviere",
            "Nettoyer les berges, bottes aux pieds",
            "next",
            SUNDAY,
            540,
            180,
            14,
            Filling(14, 4),
            33,
            guest="waitlisted",
            is_liked=True,
        ),
        Placement(
            HOME, "compost", "Tenir la permanence du compost", "weekly", SATURDAY, 600, 90, 4, Filling(3), 15,
            was="attended",
        ),
        Placement(
            HOME, "chantier-bricolage", "Construire un abri pour les outils", "next", SATURDAY, 840, 180, 6, Filling(0), 0,
            state="draft",
        ),
        Placement(
            HOME, "glanage-vergers", "Presser les fruits du quartier", "next", SUNDAY, 600, 240, 20, Filling(3), 9,
            state="paused",
        ),
        Placement(
            "Panier commun", "distribution-paniers", "Préparer les paniers du jeudi", "weekly", THURSDAY, 840, 180, 6,
            Filling(5), 22,
        ),
        Placement(
            "Ponts de Langues", "accueil-exiles", "Be a buddy for someone who has just arrived", "ongoing", 0, 0, 120,
            12, Filling(4), 27, language="en",
        ),
    )  # fmt: skip
