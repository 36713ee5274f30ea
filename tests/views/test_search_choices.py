"""Every number beside a choice of the search page is the total that the page gives once the form is sent with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Remote
from portal.services import indexing
from tests import factories, gazetteer
from tests.visitor import Page, Visitor

LILLE = {"city": "Lille", "departement": "59", "region": "32", "lat": 50.6366, "lon": 3.0635}


def day(after: int) -> str:
    return (clock.now() + timedelta(days=after)).date().isoformat()


@pytest.fixture
def looker(app: Flask, session: Session) -> Visitor:
    """Gardens of every day in Lyon, some in Lille, some from afar; each third theme, each fourth open to minors."""
    slugs = ("environment", "education", "skills")
    for n in range(18):
        start = clock.now() + timedelta(days=n * 2, hours=1)
        kind = (Remote.NO, Remote.POSSIBLE, Remote.NO, Remote.FULL)[n % 4]
        session.add(
            factories.offer(
                title=f"Jardin {n}",
                themes=[slugs[n % 3]],
                minimum_age=14 if n % 4 == 0 else 18,
                is_accessible=n % 5 == 0,
                remote=kind,
                shifts=[factories.shift(starts_at=start, ends_at=start + timedelta(hours=2))],
                locations=[]
                if kind is Remote.FULL
                else [factories.location(**(LILLE if n % 6 == 5 else {}))],
            )
        )
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return Visitor(app)


QUESTIONS = (
    {},
    {"q": "jardin", "when": "month"},
    {"from": "5", "to": "20"},
    {"from": "5", "to": "20", "place": "Lyon", "theme": "education"},
    {"to": "9", "remote": "only", "minors": "1"},
    {"place": "Lyon", "radius": "30", "remote": "also", "when": "week"},
    {"box": "2,50,4,51", "from": "1"},
    {"area": "69", "accessible": "1", "remote": "no"},
    {"q": "jardn", "exact": "1", "from": "2"},
    {"lat": "45.75", "lon": "4.85", "when": "week", "from": "5"},
)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_number_is_what_its_choice_gives(looker: Visitor, asked: dict[str, str]) -> None:
    sent = {name: day(int(v)) if name in ("from", "to") else v for name, v in asked.items()}
    page = looker.get("/search", query_string=sent)
    walked = [choice for choice in page.soup.select("#filters-body label.check") if number(choice)]
    assert walked or total(page) == 0
    for choice in walked:
        box = choice.select_one("input")
        assert box is not None
        clicked = looker.get("/search", query_string=form(page, box))
        assert total(clicked) == number(choice), (asked, box["name"], box["value"])


def test_two_days_are_a_choice_that_every_other_replaces(looker: Visitor) -> None:
    page = looker.get("/search", query_string={"from": day(5), "to": day(20)})
    chosen = choice(page, "dates")
    assert chosen.has_attr("checked") and days(page) == [day(5), day(20)]
    kept = looker.get("/search", query_string=form(page, chosen))
    assert total(kept) == total(page) and "du " in understood(kept)
    everything = looker.get("/search", query_string=form(page, choice(page, "all")))
    assert total(everything) == 18 and days(everything) == ["", ""]
    assert choice(everything, "all").has_attr("checked")
    week = looker.get("/search", query_string=form(page, choice(page, "week")))
    assert days(week) == ["", ""] and "remplace les deux dates" in understood(week)


def test_two_days_are_chosen_in_the_form_and_taken_back_by_what_says_them(looker: Visitor) -> None:
    page = looker.get("/search?q=jardin")
    assert choice(page, "all").has_attr("checked") and days(page) == ["", ""]
    sent = {**dict(form(page)), "when": "dates", "from": day(5), "to": day(20)}
    between = looker.get("/search", query_string=sent)
    assert 0 < total(between) < 18 and days(between) == [day(5), day(20)]
    assert not between.soup.select(".understood__note")
    (undo,) = (a for a in between.soup.select("#understood a.pill") if "du " in a.get_text())
    assert undo["href"] == "/search?q=jardin"


@pytest.mark.parametrize(("name", "said"), [("from", "à partir du"), ("to", "jusqu’au")])
def test_one_of_the_two_days_is_enough(looker: Visitor, name: str, said: str) -> None:
    sent = dict.fromkeys(("from", "to"), "") | {"when": "dates", name: day(10)}
    page = looker.get("/search", query_string=sent)
    assert 0 < total(page) < 18 and said in understood(page)
    assert days(page) == [sent["from"], sent["to"]] and choice(page, "dates").has_attr("checked")


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ({}, "Aucune des deux dates n’est indiquée"),
        ({"from": "demain"}, "« demain » n’est pas une date"),
        ({"from": "2001-01-01", "to": "2001-02-01"}, "Ces dates sont passées"),
        ({"from": "2050-02-01", "to": "2050-01-01"}, "à l’envers"),
    ],
)
def test_two_days_that_cannot_be_used_are_told_and_their_fields_stay(
    looker: Visitor, typed: dict[str, str], note: str
) -> None:
    page = looker.get("/search", query_string={"when": "dates", **typed})
    (said,) = page.soup.select(".understood__note")
    assert note in said.get_text() and choice(page, "dates").has_attr("checked")


def test_two_days_are_asked_for_in_english(looker: Visitor) -> None:
    quand = choice(looker.get("/search?lang=en"), "dates").find_parent("fieldset")
    assert quand is not None
    words = " ".join(quand.get_text(" ").split())
    assert words.endswith("Between two dates From To")


def test_a_radius_that_nobody_chose_does_not_follow_to_the_next_place(looker: Visitor) -> None:
    page = looker.get("/search?place=Lyon")
    assert "moins de 10 km de Lyon" in understood(page)
    assert not page.soup.select("#filters-body input[name=radius]:is([checked], [type=hidden])")
    near = looker.get("/search?lat=45.75&lon=4.85")
    assert not page.soup.select("#filters-body input[name=radius]:is([checked], [type=hidden])")
    assert "radius" not in dict(form(near))


@pytest.mark.parametrize(("km", "kind"), [("10", "radio"), ("7", "hidden")])
def test_a_radius_that_was_chosen_stays_with_its_place(looker: Visitor, km: str, kind: str) -> None:
    page = looker.get(f"/search?place=Lyon&radius={km}")
    assert dict(form(page))["radius"] == km
    (field,) = page.soup.select("#filters-body input:is([checked], [type=hidden])[name=radius]")
    assert field["type"] == kind


def test_words_as_they_are_stay_so_until_others_are_typed(looker: Visitor) -> None:
    page = looker.get("/search?q=jardn&exact=1")
    assert total(page) == 0 and "tels quels" in understood(page)
    same = looker.get("/search", query_string=form(page))
    assert total(same) == 0 and "tels quels" in understood(same)
    other = looker.get("/search", query_string={**dict(form(page)), "q": "jardin"})
    assert total(other) == 18 and "tels quels" not in understood(other)


def test_the_note_of_a_radius_names_the_least_that_is_taken(looker: Visitor) -> None:
    refused = understood(looker.get("/search?place=Lyon&radius=0.05"))
    assert "une distance de 0,1 à 500 km" in refused
    assert "une distance" not in understood(looker.get("/search?place=Lyon&radius=0.1"))


def form(page: Page, clicked: Tag | None = None) -> list[tuple[str, str]]:
    """What a browser without scripts sends: the fields as they are, but for what is clicked.

    A theme that is clicked is the only one then: the number beside it is that of the theme alone.
    """
    return [(str(one["name"]), str(one.get("value", "1"))) for one in _sent(page, clicked)]


def _sent(page: Page, clicked: Tag | None) -> Iterator[Tag]:
    for one in page.soup.select("#search-form input, input[form=search-form]"):
        if one.get("name") is None or one.has_attr("disabled"):
            continue
        if clicked is not None and one["name"] == clicked["name"]:
            if one is clicked:
                yield one
        elif one.get("type") not in ("radio", "checkbox") or one.has_attr("checked"):
            yield one


def choice(page: Page, when: str) -> Tag:
    found = page.soup.select_one(f"input[name=when][value='{when}']")
    assert found is not None
    return found


def days(page: Page) -> list[str]:
    return [str(field["value"]) for field in page.soup.select("#filters-body input[type=date]")]


def number(choice: Tag) -> int | None:
    count = choice.select_one(".check__count")
    return None if count is None else int(count.get_text().replace("\u202f", ""))


def understood(page: Page) -> str:
    found = page.soup.find(id="understood")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def total(page: Page) -> int:
    status = page.soup.find(id="search-status")
    assert status is not None
    return int(status.get_text().split()[0])
