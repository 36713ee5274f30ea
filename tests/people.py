"""The fixed cast: the same people with the same rights in every test."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.models import Association, Person, TeamRole
from tests import factories


@dataclass
class Cast:
    """Alice coordinates Les Jardins, Bob helps there, Charlie is a stranger, Dora coordinates another one, Mona moderates."""

    alice: Person
    bob: Person
    charlie: Person
    dora: Person
    mona: Person
    jardins: Association
    panier: Association

    @classmethod
    def arrive(cls, session: Session) -> Cast:
        people = {name: factories.person(name) for name in ("alice", "bob", "charlie", "dora")}
        mona = factories.moderator("mona")
        jardins = factories.association("Les Jardins partagés")
        panier = factories.association("Panier commun")
        session.add_all([*people.values(), mona, jardins, panier])
        session.flush()
        session.add_all(
            [
                factories.membership(people["alice"], jardins, TeamRole.COORDINATOR),
                factories.membership(people["bob"], jardins, TeamRole.HELPER),
                factories.membership(people["dora"], panier, TeamRole.COORDINATOR),
            ]
        )
        session.flush()
        return cls(**people, mona=mona, jardins=jardins, panier=panier)
