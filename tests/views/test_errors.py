"""Errors as pages and as JSON: each says what there is to do."""

from __future__ import annotations

import pytest

from tests.visitor import BASE, Visitor


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/rien", 404, "Il n’y a rien à cette adresse."),
        ("/offers/999999.json", 404, "Il n’y a rien à cette adresse."),
        ("/api/upload", 405, "Cette adresse ne répond pas à cette méthode"),
        ("/api/v1/rien?lang=en", 404, "There is nothing at this address."),
    ],
)
def test_a_program_is_told_in_a_sentence(
    visitor: Visitor, path: str, status: int, said: str
) -> None:
    answer = visitor.client.get(path, base_url=BASE)
    error = answer.get_json()["error"]
    assert (answer.status_code, error["status"]) == (status, status)
    assert error["sentence"].startswith(said)


def test_a_person_is_told_on_a_page(visitor: Visitor) -> None:
    page = visitor.get("/rien")
    assert page.status == 404
    assert "Cette page n’existe pas" in page.words
