"""Precision and recall of the rules on the labelled pairs, on the part they were tuned on and on the part they were not.

The held-out third was written before the rules, and the rules were not changed after they met it. `pytest -s` prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.services.clusters import likeness
from tests.services.pairs import Pair, pairs

PARTS = ("known", "held_out")
PRECISION, RECALL = 0.98, 0.85


@dataclass
class Score:
    """How often the rules are right when they join, and how much of what is one need they find."""

    joined_rightly: int
    joined_wrongly: list[str]
    missed: int

    @property
    def precision(self) -> float:
        return self.joined_rightly / (self.joined_rightly + len(self.joined_wrongly))

    @property
    def recall(self) -> float:
        return self.joined_rightly / (self.joined_rightly + self.missed)


def score(part: str) -> Score:
    made = Score(0, [], 0)
    for pair in pairs(part):
        joined = likeness.compare(pair.one, pair.other) is not None
        made.joined_rightly += joined and pair.is_same
        made.missed += not joined and pair.is_same
        if joined and not pair.is_same:
            made.joined_wrongly.append(pair.what)
    return made


def test_there_are_three_hundred_pairs_and_a_third_is_held_out() -> None:
    counts = {part: len(list(pairs(part))) for part in PARTS}
    assert sum(counts.values()) >= 300 and counts["held_out"] >= sum(counts.values()) / 3


@pytest.mark.parametrize("part", PARTS)
def test_the_rules_join_what_is_one_need_and_nothing_else(part: str) -> None:
    found = score(part)
    print(f"\n{part:9} precision {found.precision:.3f}  recall {found.recall:.3f}")
    assert found.precision >= PRECISION, found.joined_wrongly
    assert found.recall >= RECALL


@pytest.mark.parametrize("part", PARTS)
def test_it_does_not_matter_which_of_two_comes_first(part: str) -> None:
    assert all(_either_way(pair) for pair in pairs(part))


def _either_way(pair: Pair) -> bool:
    ways = likeness.compare(pair.one, pair.other), likeness.compare(pair.other, pair.one)
    return (ways[0] is None) == (ways[1] is None)


# Each rule taken away: the same sample then shows what it kept apart.
@pytest.mark.parametrize(
    ("rule", "instead", "why"),
    [
        ("_place", {"code": "anywhere"}, "town"),
        ("_numbers_differ", False, "number"),
        ("_titles_differ", False, "role"),
        ("_dates", {"code": "ongoing"}, "dates"),
        ("_association", {"code": "anybody"}, "association"),
    ],
)
def test_without_a_rule_the_sample_fails(
    rule: str, instead: object, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, rule, lambda *_given: instead)
    found = [score(part) for part in PARTS]
    wrong = [what for one in found for what in one.joined_wrongly]
    assert sum(one.joined_rightly for one in found) / len(wrong) < PRECISION / (1 - PRECISION)
    assert any(f": {why} " in what for what in wrong)


def test_without_the_rule_of_one_feed_nearly_equal_ids_would_be_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(likeness, "_twins", lambda one, other: likeness.Same((), 1.0))
    assert any("same" in one for part in PARTS for one in score(part).joined_wrongly)
