"""What doors saw of keys and could not write down, because a GET never writes."""

from __future__ import annotations

from portal import db
from portal.services import api_keys


def used(key_id: int, verb: int) -> None:
    """A key was used, for the verb of this rank in `api_keys.VERBS`."""
    with db.database().writing() as session:
        api_keys.count(key_id, api_keys.VERBS[verb])
        session.commit()
