"""What an alert tells: what is new, once, at its pace, to who wants it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete

from portal import clock
from portal.db import Database
from portal.models import Alert, AlertOffer, Offer, OfferState, Remote
from portal.models.place import PlaceKind
from portal.services import alerts, places
from portal.services.places import PlaceRow
from tests import factories
from tests.people import Cast
from tests.services.alerting import ANN, Morning, alert, at_noon, index, morning, news, put

__all__ = ["at_noon", "morning"]


def test_what_was_there_is_no_news_and_what_comes_is_told_once(
    app: Flask, database: Database, morning: Morning
) -> None:
    put(database, factories.offer(title="Planter une haie ancienne"))
    alert(database)
    assert morning.comes() == 0
    put(database, factories.offer(title="Planter une haie nouvelle"), factories.offer(title="Lire", summary="", description="<p>x</p>"))  # fmt: skip
    assert [morning.comes() for _day in range(3)] == [1, 0, 0]
    (mail,) = news(app)
    assert mail.subject == "1 nouveau besoin : « haie »"
    for part in (mail.text, mail.html):
        assert "Planter une haie nouvelle" in part
        assert "ancienne" not in part and "Lire" not in part
    assert str(mail.message["List-Unsubscribe"]) == f"<http://127.0.0.1:8000{mail.path('/stop')}>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.message["Cc"] is None and mail.message["Bcc"] is None


def test_control_without_what_was_told_the_same_need_is_told_again(
    app: Flask, database: Database, morning: Morning
) -> None:
    alert(database)
    put(database, factories.offer())
    assert morning.comes() == 1
    with database.writing() as session:
        session.execute(delete(AlertOffer))
        session.commit()
    assert morning.comes() == 1


def test_the_pace_is_kept_and_nothing_between_is_lost(
    app: Flask, database: Database, morning: Morning
) -> None:
    alert(database, every_days=7)
    queued = []
    for _day in range(15):
        put(database, factories.offer(shifts=[factories.shift(60)]))
        queued.append(morning.comes())
    assert [day for day, n in enumerate(queued, 1) if n] == [7, 14]
    assert [mail.subject[:2] for mail in news(app)] == ["7 ", "7 "]


def test_after_empty_mornings_a_weekly_alert_does_not_wait_another_week(
    database: Database, morning: Morning
) -> None:
    alert(database, every_days=7)
    assert [morning.comes() for _day in range(9)] == [0] * 9
    put(database, factories.offer())
    assert morning.comes() == 1


def test_ten_are_named_and_the_others_counted(
    app: Flask, database: Database, morning: Morning
) -> None:
    alert(database)
    put(database, *(factories.offer() for _n in range(13)))
    morning.comes()
    (mail,) = news(app)
    assert mail.subject.startswith("13 nouveaux besoins")
    assert mail.text.count("/offers/") == 10
    assert "Et 3 autres." in mail.text and "Et 3 autres." in mail.html
    assert morning.comes() == 0


def test_an_old_date_of_a_feed_makes_nothing_old_and_a_draft_is_new_when_it_is_published(
    database: Database, morning: Morning
) -> None:
    draft = factories.offer(state=OfferState.DRAFT, published_at=None)
    put(database, draft)
    alert(database)
    put(database, factories.offer(published_at=clock.now() - timedelta(days=90)))
    assert morning.comes() == 1
    with database.writing() as session:
        found = session.get_one(Offer, draft.id)
        found.state, found.published_at = OfferState.LIVE, clock.now()
        session.commit()
    index(database)
    assert morning.comes() == 1


def test_the_same_need_through_another_feed_is_no_news(
    database: Database, morning: Morning
) -> None:
    (before,) = put(database, factories.offer())
    alert(database)
    with database.writing() as session:
        cluster = session.get_one(Offer, before).cluster
        session.add(factories.offer(cluster=cluster))
        session.commit()
    index(database)
    assert morning.comes() == 0


def test_one_address_hears_of_a_need_once_whatever_it_follows(
    app: Flask, database: Database, morning: Morning
) -> None:
    alert(database, "q=haie")
    alert(database, "theme=environment", email="ANN@example.org ")
    alert(database, "theme=environment", email="bob@example.org")
    put(database, factories.offer())
    assert morning.comes() == 2
    assert (len(news(app)), len(news(app, "bob@example.org"))) == (1, 1)


def test_an_alert_of_a_place_tells_what_is_there(
    app: Flask, database: Database, morning: Morning
) -> None:
    with database.writing() as session:
        lyon = PlaceRow("69123", PlaceKind.COMMUNE, "Lyon", "69", "84", "FR", 520_000, 45.76, 4.84)
        places.load([lyon])
        session.commit()
    alert(database, "place=Lyon")
    alert(database, "place=Lyon&remote=also", email="bob@example.org")
    far = factories.location(lat=48.0, lon=0.2, city="Le Mans")
    put(
        database,
        factories.offer(title="Ici"),
        factories.offer(title="Loin", locations=[far]),
        factories.offer(title="De partout", locations=[], remote=Remote.FULL),
    )
    morning.comes()
    told = {to: news(app, to)[0].text for to in (ANN, "bob@example.org")}
    assert [title for title in ("Ici", "Loin", "De partout") if title in told[ANN]] == ["Ici"]
    assert "De partout" in told["bob@example.org"]


def test_a_search_that_is_not_understood_any_more_tells_nothing(
    database: Database, morning: Morning
) -> None:
    house = factories.association("Les Haies")
    put(database, factories.offer(house))
    ident = alert(database, f"association={house.slug}")
    with database.writing() as session:
        session.get_one(Alert, ident).search = "association=partie"
        session.commit()
    put(database, factories.offer(house))
    assert morning.comes() == 0


def test_who_proved_nothing_and_who_stopped_hear_nothing(
    app: Flask, database: Database, morning: Morning
) -> None:
    with database.writing() as session:
        alerts.ask(ANN, "q=haie", every_days=1, language="fr")
        session.commit()
    stopped = alert(database, email="bob@example.org")
    put(database, factories.offer())
    with database.writing() as session:
        alerts.stop(session.get_one(Alert, stopped))
        session.commit()
    assert morning.comes() == 0


def test_a_letter_that_waits_is_not_written_after_the_stop_or_when_nothing_can_be_done_any_more(
    app: Flask, database: Database, morning: Morning, cast: Cast
) -> None:
    first, second = alert(database), alert(database, email="bob@example.org")
    (ident,) = put(database, factories.offer())
    assert morning.comes() == 2
    with database.writing() as session:
        alerts.stop(session.get_one(Alert, first))
        session.commit()
    with database.writing() as session:
        session.get_one(Offer, ident).state = OfferState.HIDDEN
        session.commit()
    assert (news(app), news(app, "bob@example.org")) == ([], [])
    assert second
