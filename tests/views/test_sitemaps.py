"""What search engines are told of: an index, and lists that together name each open page once."""

from __future__ import annotations

import pytest
from lxml import etree
from sqlalchemy.orm import Session

from portal.models import OfferState
from portal.views import sitemaps
from tests import factories
from tests.visitor import BASE, Visitor


def addresses(visitor: Visitor, path: str) -> list[str]:
    response = visitor.client.get(path, base_url=BASE)
    assert response.status_code == 200
    return [str(loc.text) for loc in etree.fromstring(response.data).iter("{*}loc")]


def test_the_lists_of_the_index_name_each_open_page_once(
    visitor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "PART", 2)
    offers = [factories.offer(title=f"Besoin {n}") for n in range(5)]
    hidden = factories.offer(title="Caché", state=OfferState.HIDDEN)
    over = factories.offer(title="Passé", shifts=[factories.shift(days=-3)])
    session.add_all([*offers, hidden, over])
    session.commit()
    lists = addresses(visitor, "/sitemap.xml")
    assert len(lists) > 5
    named = [one for part in lists for one in addresses(visitor, part.removeprefix(BASE))]
    assert len(named) == len(set(named))
    assert {f"{BASE}/offers/{one.id}-{one.slug}" for one in offers} <= set(named)
    assert f"{BASE}/associations/{offers[0].association.slug}" in named
    assert not [one for one in named if one.endswith(("-cache", "-passe"))]


def test_an_unknown_list_is_404(visitor: Visitor) -> None:
    assert visitor.client.get("/sitemaps/people-0.xml", base_url=BASE).status_code == 404
    assert addresses(visitor, "/sitemaps/offers-99999.xml") == []
