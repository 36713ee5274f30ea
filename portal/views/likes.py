"""Like an offer: one tap, with or without an account, with or without JavaScript.

Without an account the likes live in a signed cookie of this device (up to 50) and join the account at sign-in. The form
sends the value that is wanted, so sending it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, request
from flask_babel import gettext as _

from portal import db, permissions, tokens
from portal.errors import Invalid, NotFound
from portal.models import Offer, Person
from portal.services import likes
from portal.views import access
from portal.views.access import public

pages = Blueprint("likes", __name__)
YEAR = 365 * 86400


@pages.post("/offers/<int:ident>/like")
@public
def like(ident: int) -> Any:
    """Like (`value=1`) or not (`value=0`). JSON gets {likes, is_liked}, a form the page it came from."""
    wanted = request.form.get("value")
    if wanted not in ("0", "1"):
        raise Invalid(field="value")
    offer = db.session.get(Offer, ident)
    person = access.person()
    if offer is None or not permissions.may_see(person, offer):
        raise NotFound
    if person is None:
        return _on_device(offer, wanted == "1")
    (likes.like if wanted == "1" else likes.unlike)(person, offer)
    db.session.commit()
    return _answer(offer, wanted == "1")


def liked_here(clusters: Iterable[int]) -> frozenset[int]:
    """Which of these clusters the visitor likes: in their account, or on this device."""
    person = access.person()
    if person is not None:
        return likes.liked(person, clusters)
    return frozenset(_current()) & frozenset(clusters)


def kept_offers() -> list[int]:
    """The offers that an anonymous visitor likes on this device, the newest first."""
    return list(reversed(_kept().values()))


def bring_in(person: Person) -> int:
    """Join this device's likes to the account that signs in. Returns how many are new there."""
    kept = _kept()
    return likes.join(person, kept) if kept else 0


def forget_cookie(response: Response) -> None:
    """The likes are in the account now."""
    if _cookie() in request.cookies:
        response.delete_cookie(_cookie(), secure=_is_https(), httponly=True, samesite="Lax")


def _on_device(offer: Offer, wanted: bool) -> Any:
    kept = _current()
    kept.pop(offer.cluster_id, None)
    if wanted:
        if len(kept) >= likes.KEPT_ON_DEVICE:
            raise Invalid(
                "Cet appareil garde 50 besoins au plus. Connectez-vous pour en garder davantage."
            )
        kept[offer.cluster_id] = offer.id
    response = _answer(offer, wanted)
    words = ".".join(f"{cluster}-{through}" for cluster, through in kept.items())
    response.set_cookie(
        _cookie(),
        f"{words}~{_signature(words)}",
        max_age=YEAR,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _answer(offer: Offer, is_liked: bool) -> Response:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(likes=likes.count(offer.cluster_id), is_liked=is_liked)
    if is_liked and access.person() is None:
        flash(_("Gardé sur cet appareil. Connectez-vous pour le retrouver partout."))
    target = access.page_before(default=f"/offers/{offer.id}")
    return current_app.make_response(redirect(target, code=303))


def _kept() -> dict[int, int]:
    """{cluster: offer} of this device, oldest first; a cookie that was tampered with holds nothing."""
    words, _separator, signature = request.cookies.get(_cookie(), "").rpartition("~")
    if not words or not tokens.same(signature, _signature(words)):
        return {}
    pairs = (pair.split("-") for pair in words.split("."))
    return {int(cluster): int(offer) for cluster, offer in pairs}


def _current() -> dict[int, int]:
    """The same by the clusters of now: what was joined to another need since is liked there."""
    return likes.clusters_of(_kept().values())


def _signature(words: str) -> str:
    return tokens.keyed_hash("likes", words)[:40]


def _cookie() -> str:
    return "__Host-likes" if _is_https() else "likes"


def _is_https() -> bool:
    return str(current_app.config["BASE_URL"]).startswith("https://")
