"""A process of its own that changes offers, has them indexed, and dies at a moment that is asked for: the one of R14.

Run as `python -m tests.trust.indexer FOLDER SEED MOMENT`, where MOMENT is
    before   after the commit of the database, before the index is touched
    during   while the index is being written
    after    after the commit of the index, before the outbox row is closed
    direct   as `before`, but indexing as part of the request, with no row in the outbox: the negative control
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import config, create_app
from portal.jobs import outbox as outbox_job
from portal.models import Offer, OfferState
from portal.services import indexing, outbox
from search.document import Document
from tests import factories
from tests.conftest import settings_for


def whoosh_settings(folder: Path) -> dict[str, object]:
    """The settings of a test, with the engine of production."""
    return {**settings_for(folder), "SEARCH_URL": f"whoosh://{folder / 'index'}"}


def main() -> None:
    """Change, commit, die."""
    folder, chance, moment = Path(sys.argv[1]), random.Random(int(sys.argv[2])), sys.argv[3]
    app = create_app(config.from_environment({}, whoosh_settings(folder)))
    with app.app_context():
        with app.extensions["database"].writing() as session:
            ids = change(session, chance)
            if moment != "direct":
                outbox.reindex_all(ids)
            session.commit()
        if moment in ("before", "direct"):
            die()
        arrange(moment)
        outbox_job.drain()
    raise SystemExit("it should have died")


def change(session: Session, chance: random.Random) -> list[int]:
    """A new offer, an edited one, a paused one or one that is live again."""
    known = list(session.scalars(select(Offer).order_by(Offer.id)))
    of = factories.association(slug=f"association-{os.getpid()}")
    touched = [factories.offer(of, title=f"Besoin {chance.random()}")]
    session.add_all(touched)
    for offer in chance.sample(known, min(3, len(known))):
        offer.title = f"Besoin {chance.random()}"
        offer.state = chance.choice([OfferState.LIVE, OfferState.PAUSED])
        offer.version += 1
        touched.append(offer)
    session.flush()
    return [offer.id for offer in touched]


def arrange(moment: str) -> None:
    """Make the process die at this moment of the drain."""
    if moment == "during":
        documents = indexing.documents

        def cut_off(*given: Any) -> Iterator[Document]:
            yield from documents(*given)
            die()

        indexing.documents = cut_off
    else:
        reindex = indexing.reindex

        def and_no_further(ids: Any) -> None:
            reindex(ids)
            die()

        indexing.reindex = and_no_further


def die() -> None:
    """As a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
