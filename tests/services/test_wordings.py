"""A sentence that no offer holds whole: the words that go together, a time or place that it names, a theme."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.clock import PARIS
from portal.formatting import found as in_words
from portal.services import finding, indexing, places
from portal.services.finding import sentences
from portal.services.finding.wordings import MOST_COUNTS, wordings
from search.query import Query
from tests import factories, gazetteer

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def offers(app: Flask, session: Session) -> None:
    """Meals, visits and lessons in Lyon, ongoing, all found at any time."""
    titles = (
        *("Livrer des repas", "Cuisiner des repas", "Repas à domicile", "Visites à domicile"),
        *("Ateliers de lecture", "Lecture au musée"),
    )
    session.add_all(
        factories.offer(
            title=title,
            is_ongoing=True,
            shifts=[factories.undated_shift()],
            themes=["solidarity"] if "repas" in title.lower() else ["culture"],
        )
        for title in titles
    )
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()


def ways(text: str, **params: str) -> list[str]:
    """What is proposed, as the page says it."""
    given = {"q": [text]} | {name: [value] for name, value in params.items()}
    found = finding.find(finding.read(given, now=NOW))
    assert found.total == 0
    return [in_words(one.total, [p.words for p in one.asked.parts]) for one in found.ways.wordings]


@pytest.mark.usefixtures("offers")
@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("livrer des repas à domicile", ["1 besoin « livrer repas »", "1 besoin « repas domicile »"]),
        ("cuisiner beaucoup au musée", ["1 besoin « cuisiner »", "1 besoin « musée »"]),
        ('"repas livrer"', ["1 besoin « repas livrer »"]),
        ("visites zzyzx -repas", ["1 besoin « visites -repas »"]),
        ("visites (repas OU lecture)", ["5 besoins « (repas OR lecture) »", "1 besoin « visites »"]),
        ("lecture à Lyon", ["2 besoins « lecture », à moins de 10 km de Lyon (Rhône)"]),
        ("bénévolat lecture lyon", ["2 besoins « bénévolat lecture », à moins de 10 km de Lyon (Rhône)"]),
        ("bénévolat ce week-end", ["6 besoins ce week-end"]),
        ("lecture à Lille", ["2 besoins « lecture »"]),
        ("livrer à domicile à Lyon", [
            "2 besoins « domicile », à moins de 10 km de Lyon (Rhône)",
            "1 besoin « livrer », à moins de 10 km de Lyon (Rhône)",
        ]),
        ("solidarité", ["3 besoins : Solidarité"]),
        ("xylophone", []),
    ],
)  # fmt: skip
def test_a_sentence_that_nothing_holds_is_said_otherwise(text: str, proposed: list[str]) -> None:
    assert ways(text) == proposed


@pytest.mark.usefixtures("offers")
@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("concert samedi à Lyon", {"q": "concert", "place": "Lyon"}),
        ("lecture samedi à Lille", {"q": "lecture", "from": "2026-03-07", "to": "2026-03-07"}),
        ("concert samedi à Lille", {"q": "concert"}),
    ],
)
def test_of_a_place_and_a_time_the_one_that_finds_something_is_kept(
    session: Session, text: str, proposed: dict[str, str]
) -> None:
    starts = datetime(2030, 6, 1, 18, tzinfo=UTC)
    later = factories.shift(starts_at=starts, ends_at=starts + timedelta(hours=2))
    session.add(factories.offer(title="Concert", shifts=[later]))
    session.flush()
    indexing.rebuild()
    found = finding.find(finding.read({"q": [text]}, now=NOW))
    assert [dict(one.asked.params) for one in found.ways.wordings] == [proposed]


@pytest.mark.usefixtures("offers")
def test_what_a_filter_says_already_is_not_read_again() -> None:
    assert ways("lecture à Lyon samedi", place="Lyon", when="month") == [
        "2 besoins « lecture », à moins de 10 km de Lyon (Rhône), ce mois-ci"
    ]
    assert ways("solidarité", theme="culture") == []


@pytest.mark.usefixtures("offers")
def test_who_asks_for_what_is_near_is_shown_the_button_that_knows_where_that_is() -> None:
    found = finding.find(finding.read({"q": ["lecture près de moi"]}, now=NOW))
    assert "Autour de moi" in found.notes[-1].sentence
    assert [one.asked.text for one in found.ways.wordings] == ["lecture"]


@pytest.mark.usefixtures("offers")
def test_a_long_sentence_costs_a_bounded_number_of_questions() -> None:
    asked = finding.read({"q": ["un deux trois quatre cinq six sept huit neuf dix onze"]}, now=NOW)
    counted: list[Query] = []

    def all_but_the_whole(query: Query) -> int:
        counted.append(query)
        return 0 if len(query.words) > 5 else 1

    assert wordings(asked, all_but_the_whole)
    assert len(counted) <= MOST_COUNTS + 6


@pytest.mark.parametrize(
    ("text", "rest", "filters"),
    [
        ("bénévolat ce week-end", "bénévolat", {"when": "weekend"}),
        ("volunteering this weekend", "volunteering", {"when": "weekend"}),
        ("collecte samedi matin", "collecte", {"from": "2026-03-07", "to": "2026-03-07"}),
        ("collecte lundi", "collecte", {"from": "2026-03-02", "to": "2026-03-02"}),
        ("maraude demain soir", "maraude", {"from": "2026-03-03", "to": "2026-03-03"}),
        ("distribution ce soir", "distribution", {"when": "today"}),
        ("aider aujourd’hui", "aider", {"when": "today"}),
        ("jardin autour de moi cette semaine", "jardin", {"when": "week"}),
        ("fête de la semaine bleue", "fête de la semaine bleue", {}),
    ],
)
@pytest.mark.usefixtures("session")
def test_the_words_of_a_time_are_read_as_one(text: str, rest: str, filters: dict[str, str]) -> None:
    assert sentences.read(text, NOW.astimezone(PARIS)) == (rest, filters)


@pytest.mark.parametrize(
    ("text", "hour", "day"),
    [
        ("jardin dimanche matin", 9, "2026-03-08"),
        ("jardin dimanche matin", 20, "2026-03-15"),
        ("garden sunday morning", 12, "2026-03-15"),
        ("jardin dimanche midi", 13, "2026-03-08"),
        ("jardin dimanche après-midi", 17, "2026-03-08"),
        ("jardin dimanche après-midi", 18, "2026-03-15"),
        ("jardin dimanche soir", 23, "2026-03-08"),
        ("jardin dimanche", 23, "2026-03-08"),
        ("jardin dimanche prochain", 9, "2026-03-15"),
        ("garden next sunday", 9, "2026-03-15"),
        ("jardin lundi matin", 20, "2026-03-09"),
    ],
)
@pytest.mark.usefixtures("session")
def test_on_a_sunday_evening_sunday_morning_is_that_of_the_next_week(
    text: str, hour: int, day: str
) -> None:
    """8 March 2026 is a Sunday."""
    _, filters = sentences.read(text, datetime(2026, 3, 8, hour, tzinfo=PARIS))
    assert filters == {"from": day, "to": day}


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("aider les personnes âgées à Lyon", ("aider les personnes âgées", "Lyon")),
        ("jardin près de lyon", ("jardin", "lyon")),
        ("maraude Lyon 3e", ("maraude", "Lyon 3e")),
        ("maraude à Saint-Denis", ("maraude", "Saint-Denis")),
        ("vélo dans le Rhône", ("vélo", "Rhône")),
        ("lyon", ("", "lyon")),
        ("jardin", None),
        ("lyon jardin", None),
        ("", None),
        ("« - »", None),
    ],
)
def test_the_place_at_the_end_of_a_sentence(
    session: Session, text: str, ending: tuple[str, str] | None
) -> None:
    gazetteer.load(session)
    assert places.at_the_end(text) == ending


def test_a_village_at_the_end_is_one_only_where_it_is_written_as_a_name(session: Session) -> None:
    village = gazetteer.ROWS[0]
    places.load(
        [type(village)("38199", village.kind, "Jardin", "38", "84", "FR", 2_300, 45.5, 4.9)]
    )
    assert places.at_the_end("tomates à Jardin") == ("tomates", "Jardin")
    assert places.at_the_end("tomates à jardin") is None
    assert places.at_the_end("tomates Jardin") is None
