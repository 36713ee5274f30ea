"""A partner's feed as tests need it: deliveries of a table, and a feed of Les Jardins that was read twice."""

from __future__ import annotations

import io

from sqlalchemy.orm import Session

from portal.models import (
    Feed,
    FeedRun,
    Person,
)
from portal.services import feeds
from portal.services.feed_limits import Limits
from tests import gazetteer
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Page, Visitor


def signed_in(visitor: Visitor, person: Person) -> Visitor:
    sign_in(visitor, person)
    return visitor


HEAD = "identifiant;titre;description;association;code postal;ville;date de début;places\n"
LIMITS = Limits(10**6, 10, 10**6, allow_private=True)


def table(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


def deliver(session: Session, feed: Feed, content: bytes) -> FeedRun:
    """One run of these bytes."""
    started = feeds.begin(feed)
    session.commit()
    tally = feeds.read(feed, io.BytesIO(content), LIMITS, session.commit)
    done = feeds.finish(feed, started, tally, session.commit)
    session.commit()
    return done


ROWS = ("a;Planter;Une haie;J;69007;Lyon;;8", "b;Trier;Des dons;J;69007;Lyon;;", "c;Lire;Aux petits;J;69007;Lyon;;")  # fmt: skip


def read_feed(session: Session, cast: Cast) -> Feed:
    """A feed of Les Jardins, read twice: one offer changed, one gone, one new, two refused."""
    gazetteer.load(session)
    made = feeds.add("jardins", "https://example.org/f.csv", "table", title="Flux des Jardins")
    made.association_id = cast.jardins.id
    session.commit()
    deliver(session, made, table(*ROWS))
    changed = "a;Planter des arbres;Une haie;J;69007;Lyon;;8"
    new = "d;Cuisiner;Pour tous;J;69007;Lyon;;"
    bad = ["e;;;J;69007;Lyon;;", "d;Deux fois;x;J;69007;Lyon;;"]
    deliver(session, made, table(changed, ROWS[1], new, *bad))
    return made


def beside(page: Page, action: str) -> str:
    """What a page says of the button that posts there, as it is read to who cannot see it."""
    button = page.soup.select_one(f'form[action="{action}"] button')
    assert button is not None
    told = page.soup.select_one(f"#{button['aria-describedby']}")
    assert told is not None
    return " ".join(told.get_text(" ", strip=True).split())
