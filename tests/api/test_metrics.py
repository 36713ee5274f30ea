"""Metrics: for whoever has the token, and without anybody's words in them."""

from __future__ import annotations

from flask import Flask

from tests.visitor import BASE, Visitor


def test_metrics_want_their_token(app: Flask, visitor: Visitor) -> None:
    ask = visitor.client.get
    assert ask("/metrics", base_url=BASE).status_code == 401
    app.config["METRICS_TOKEN"] = "a long token"
    assert ask("/metrics", base_url=BASE).status_code == 401
    wrong = {"Authorization": "Bearer another"}
    assert ask("/metrics", base_url=BASE, headers=wrong).status_code == 401


def test_metrics_say_who_answered_searches_and_never_what_was_asked(
    app: Flask, visitor: Visitor
) -> None:
    app.config["METRICS_TOKEN"] = "a long token"
    visitor.client.get("/search?q=secretword", base_url=BASE)
    right = {"Authorization": "Bearer a long token"}
    text = visitor.client.get("/metrics", base_url=BASE, headers=right).get_data(as_text=True)
    assert 'relais_searches_total{backend="index"}' in text
    assert 'route="search.show"' in text and "secretword" not in text
