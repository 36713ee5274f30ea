"""What /api/v1/openapi.json says is what the API does: schemathesis asks whatever the description allows."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from portal.services import indexing
from tests import factories, gazetteer
from tests.visitor import BASE

CASES = 400 if os.environ.get("TRUST_N") == "full" else 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def served(app: Flask, session: Session) -> Flask:
    session.add_all([factories.offer(title=f"Jardin {n}") for n in range(25)])
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return app


def described(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json", base_url=BASE)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def faults(app: Flask, description: dict[str, Any]) -> list[str]:
    """What some answers break of the description."""
    found: list[str] = []
    loaded = schemathesis.openapi.from_dict(description)
    loaded.app = app.wsgi_app
    for result in loaded.get_all_operations():
        operation = result.ok()

        def check(case: Any) -> None:
            response = case.call(base_url=BASE, headers={"Accept-Encoding": "identity"})
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseExceptionGroup as several:
                found.extend(str(one) for one in several.exceptions)
            except AssertionError as one:
                found.append(str(one))

        quiet = settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        quiet(given(case=operation.as_strategy())(check))()
    return found


def test_every_answer_is_as_described(served: Flask) -> None:
    assert faults(served, described(served)) == []


def test_control_a_description_that_lies_is_found_out(served: Flask) -> None:
    description = described(served)
    description["paths"] = {path: description["paths"][path] for path in ("/search.json",)}
    description["components"]["schemas"]["Offers"]["properties"]["total"] = {"type": "string"}
    assert faults(served, description) != []


def test_every_parameter_of_a_search_is_described(served: Flask) -> None:
    parameters = described(served)["paths"]["/api/v1/offers"]["get"]["parameters"]
    wanted = "q place lat lon radius box area theme when from to remote minors accessible"
    wanted += " association feed campaign sort page"
    assert {one["name"] for one in parameters} == set(wanted.split())


def test_both_addresses_answer_the_same(served: Flask) -> None:
    client = served.test_client()
    one, other = (
        client.get(f"{path}?q=jardin", base_url=BASE).get_json()
        for path in ("/api/v1/offers", "/search.json")
    )
    assert one["next"].startswith(f"{BASE}/api/v1/offers?") and one["total"] == 25
    one.pop("next"), other.pop("next")
    assert one == other


def test_next_leads_through_all_of_them_once(served: Flask) -> None:
    client, address, seen = served.test_client(), f"{BASE}/api/v1/offers?q=jardin", []
    while address:
        page = client.get(address.removeprefix(BASE), base_url=BASE).get_json()
        seen += [offer["id"] for offer in page["offers"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 25
