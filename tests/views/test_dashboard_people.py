"""The list of who signed up, as a coordinator reads it."""

from __future__ import annotations

from portal.db import Database
from portal.models import Association
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor


def test_whoever_erased_themselves_is_said_to_be_erased_and_has_no_address_to_press(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        session.add(offer)
        session.flush()
        gone = factories.signup(offer.shifts[0], "Zoé")
        gone.first_name = gone.email = ""  # what services.signups.erase leaves
        session.add(gone)
        session.commit()
    sign_in(visitor, cast.alice)
    page = visitor.get(f"/dashboard/{cast.jardins.slug}/people")
    assert "Personne effacée" in page.words
    address = f"/dashboard/{cast.jardins.slug}/people"
    answer = visitor.client.get(address, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200
    assert 'href="mailto:"' not in answer.get_data(as_text=True)
