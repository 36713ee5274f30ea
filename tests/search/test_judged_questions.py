"""Sixty questions on the demo, graded by rules: a change of the ranking that makes people search longer shows here.

The rules look at what an offer is, never at its number, so that the demo's dates may roll:

    3  the activity that was meant        2  one that the same person would look at
    one less each for: more than 10 km from the town asked, only a waiting list, another language
    0  another activity, or more than 30 km from the town

nDCG@10 sets the first ten against the ten best that there are (gain 2^grade - 1, discount log2(rank + 1)). The table
with each question, the worst first: `make judged`.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from portal.demo import generate
from portal.demo.activities import all_activities
from portal.demo.world import DemoOffer, DemoShift
from search.document import Document, Point
from search.geo import distance_km
from search.query import Circle, Query
from search.whoosh import WhooshIndex
from search.words import parse

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TOWNS = {"Lyon": (45.764, 4.8357), "Paris": (48.8566, 2.3522)}
RADIUS_KM, NEAR_KM = 30.0, 10.0
FIRST = 10
FLOOR = 0.85
TAKING = ("held", "confirmed", "offered")


@dataclass(frozen=True)
class Question:
    """What was typed, and the activities that answer it."""

    words: str
    town: str
    best: frozenset[str]
    good: frozenset[str]

    @property
    def query(self) -> Query:
        circle = Circle(*TOWNS[self.town], RADIUS_KM) if self.town else None
        return Query(
            now=int(NOW.timestamp()),
            words=parse(self.words),
            circle=circle,
            language="fr",
            spread=True,
            limit=FIRST,
        )

    def grade(self, offer: DemoOffer, document: Document) -> int:
        if offer.activity not in self.best | self.good:
            return 0
        grade = 3 if offer.activity in self.best else 2
        if self.town and offer.remote != "full":
            km = min(distance_km(*TOWNS[self.town], at.lat, at.lon) for at in offer.locations)
            if km > RADIUS_KM:
                return 0
            grade -= km > NEAR_KM
        grade -= not document.has_places
        grade -= document.language != "fr"
        return max(grade, 0)


def questions() -> list[Question]:
    with (Path(__file__).parent / "judged.csv").open(encoding="utf-8", newline="") as file:
        return [
            Question(
                row["words"],
                row["town"],
                frozenset(row["best"].split()),
                frozenset(row["good"].split()),
            )
            for row in csv.DictReader(file, delimiter=";")
        ]


@cache
def judged() -> dict[int, tuple[DemoOffer, Document]]:
    """What can be found of the demo, as it is indexed."""
    world = generate(NOW.date())
    names = {one.number: one.name for one in world.associations}
    live = (offer for offer in world.offers() if offer.state == "live")
    made = {offer.number: (offer, document(offer, names)) for offer in live}
    return {n: both for n, both in made.items() if both[1].shifts or both[1].is_ongoing}


def document(offer: DemoOffer, names: dict[int, str]) -> Document:
    taken = Counter[int]()
    for signup in offer.signups:
        taken[signup.shift] += signup.party if signup.state in TAKING else 0
    ahead = [at for at, shift in enumerate(offer.shifts) if is_ahead(shift)]
    free = [at for at in ahead if not is_full(offer.shifts[at], taken[at])]
    text = re.sub("<[^>]+>", " ", offer.description_html)
    return Document(
        id=offer.number,
        cluster=offer.number,
        association_id=offer.association,
        title=offer.title,
        association=names[offer.association],
        description=f"{offer.summary}\n{text}\n{offer.skills}",
        published_at=int(offer.posted_at.timestamp()),
        tags=offer.tags,
        language="en" if offer.language == "en" else "fr",
        themes=offer.themes,
        locations=tuple(Point(at.lat, at.lon, at.departement) for at in offer.locations),
        shifts=tuple(spans(offer.shifts[at] for at in ahead)),
        is_ongoing=offer.is_ongoing,
        remote=offer.remote,  # type: ignore[arg-type]
        has_places=bool(free) or not ahead,
    )


def is_ahead(shift: DemoShift) -> bool:
    return shift.ends_at is None or shift.ends_at > NOW


def is_full(shift: DemoShift, taken: int) -> bool:
    return shift.capacity is not None and taken >= shift.capacity


def spans(shifts: Iterator[DemoShift]) -> Iterator[tuple[int, int]]:
    for shift in shifts:
        if shift.starts_at and shift.ends_at:
            yield int(shift.starts_at.timestamp()), int(shift.ends_at.timestamp())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshIndex]:
    opened = WhooshIndex(tmp_path_factory.mktemp("judged") / "index")
    opened.rebuild(document for _, document in judged().values())
    yield opened
    opened.close()


def gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades[:FIRST]))


def ndcg(question: Question, ids: list[int]) -> float:
    grades = {number: question.grade(*both) for number, both in judged().items()}
    ideal = gain(sorted(grades.values(), reverse=True))
    assert ideal, f"nothing in the demo answers {question.words!r}"
    return gain([grades[number] for number in ids]) / ideal


def mean(engine: WhooshIndex, **changed: object) -> float:
    """The mean of all questions, printed with each, the worst first."""
    scores = {}
    for question in questions():
        query = replace(question.query, **changed)  # type: ignore[arg-type]
        asked = f"{question.words} {question.town}"
        scores[asked] = ndcg(question, [hit.id for hit in engine.search(query).hits])
    for asked, score in sorted(scores.items(), key=lambda one: one[1]):
        print(f"{score:6.3f}  {asked}")
    average = sum(scores.values()) / len(scores)
    print(f"{average:6.3f}  nDCG@{FIRST} of {len(scores)} questions {changed or ''}")
    return average


def test_there_are_sixty_questions_about_activities_that_the_demo_has() -> None:
    asked = questions()
    assert len(asked) == 60
    activities = {one.slug for one in all_activities()}
    assert {name for one in asked for name in one.best | one.good} <= activities


def test_sixty_judged_questions_are_answered_as_well_as_ever(engine: WhooshIndex) -> None:
    assert mean(engine) >= FLOOR


def test_control_a_ranking_that_forgets_the_words_falls_below_the_floor(
    engine: WhooshIndex,
) -> None:
    assert mean(engine, sort="newest") < FLOOR


def test_control_a_ranking_turned_round_falls_below_the_floor(engine: WhooshIndex) -> None:
    found = []
    for question in questions():
        hits = engine.search(replace(question.query, limit=600)).hits
        found.append(ndcg(question, [hit.id for hit in reversed(hits)]))
    assert sum(found) / len(found) < FLOOR
