"""An offer's page, and the counted way to a partner's own page."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _

from portal import clock, permissions, queue
from portal.errors import NotFound
from portal.formatting import web_address
from portal.forms import signup as signup_form
from portal.models import Offer, OfferState, Shift
from portal.services import clusters, finding
from portal.services.finding import Brief, Card
from portal.views import access, answers, devices, invitations, linked_data, reasons, shares
from portal.views.access import public

pages = Blueprint("offers", __name__)
GONE = (OfferState.WITHDRAWN, OfferState.CLOSED)
PREVIEWED = (OfferState.DRAFT, OfferState.PENDING, OfferState.HIDDEN, OfferState.REFUSED)
SIMILAR = 3
# Programs name themselves; whoever does not is taken for a person.
ROBOTS = re.compile(
    r"bot|crawl|spider|preview|monitor|curl|wget|python|werkzeug|go-http|java/|^$", re.IGNORECASE
)


@pages.get("/offers/<int:ident>")
@pages.get("/offers/<int:ident>-<slug>")
@public
def show(ident: int, slug: str = "") -> Any:
    """The page. The number decides; another slug leads to the right one."""
    card = _load(ident)
    offer = card.offer
    if slug != offer.slug:
        return redirect(_with_query(path_of(offer)), code=301)
    if offer.state in GONE or (
        offer.state is OfferState.LIVE and finding.is_over(card, clock.now())
    ):
        return _gone(offer)
    page = render_template("offers/show.html", **page_context(card, _chosen(card)))
    _count("offer_seen", offer)
    return page


@pages.get("/offers/<int:ident>/go")
@public
def go(ident: int) -> Any:
    """To the partner's page, counted. Only where a web address leads, and only from an offer that is open."""
    card = _load(ident)
    target = web_address(card.offer.detail_url)
    is_open = card.offer.state is OfferState.LIVE and not finding.is_over(card, clock.now())
    if not is_open or not target:
        raise NotFound
    if request.method == "GET":
        _count("offer_left", card.offer)
    return redirect(target, code=302)


def path_of(offer: Offer) -> str:
    """The one address of an offer's page."""
    return f"/offers/{offer.id}-{offer.slug}" if offer.slug else f"/offers/{offer.id}"


def page_context(card: Card, shift: Shift | None, form: Any = None) -> dict[str, Any]:
    """Everything templates/offers/show.html wants; `form` is the signup form with its errors, when it was refused."""
    offer = card.offer
    share_url = current_app.config["BASE_URL"] + path_of(offer)
    box = _box(offer)
    person = access.person()
    signs_in = person if person is not None and person.is_verified else None
    known = signs_in or (devices.remembered() if form is None else None)
    if form is None and box == "here":
        form = signup_form.blank(offer, signed_in=signs_in is not None)
    return {
        "offer": offer,
        "card": _own_card(card),
        "shift": shift,
        "shifts": card.shifts,
        "form": form,
        "known": known,
        "box": box,
        "share_url": share_url,
        "own_link": shares.own_link(offer),
        "similar": _similar(offer),
        "also": _also(offer),
        "answer_days": None,
        "may_edit": permissions.may_edit(access.person(), offer.association),
        "image_url": f"{current_app.config['BASE_URL']}/offers/{offer.id}/card.png",
        "json_ld": linked_data.of(card, share_url) if offer.state is OfferState.LIVE else None,
        "invited_by": invitations.inviter_of(offer),
    }


def _count(job: str, offer: Offer) -> None:
    """Have it counted by the worker; robots say who they are."""
    if offer.state is OfferState.LIVE and not ROBOTS.search(request.headers.get("User-Agent", "")):
        queue.nudge(job, offer.id)


def _load(ident: int) -> Card:
    """The offer when this visitor may see it, else 404: the two look the same."""
    person = access.person()
    card = finding.one(ident, person.id if person else None)
    if card is None or not permissions.may_see(person, card.offer):
        raise NotFound
    return card


def _own_card(card: Card) -> Card:
    if access.person() is None:
        card.is_liked = bool(answers.liked_here([card.offer.cluster_id]))
    return card


def _chosen(card: Card) -> Shift | None:
    """The shift of `?shift=`, else the first with places, else the first."""
    wanted = request.args.get("shift", "")
    for shift in card.shifts:
        if str(shift.id) == wanted:
            return shift
    return next((shift for shift in card.shifts if not shift.is_full), card.shift)


def _box(offer: Offer) -> str:
    if offer.state is OfferState.PAUSED:
        return "paused"
    if offer.state in PREVIEWED:
        return "preview"
    return "here" if offer.signs_up_here else "elsewhere"


def _similar(offer: Offer) -> list[Brief]:
    return answers.cards_of_hits(finding.similar(offer, SIMILAR))


def _also(offer: Offer) -> list[dict[str, Any]]:
    """The other ways to the same need: through which feed, and why it is the same."""
    return [
        {"offer": one.offer, "feed": one.feed, "why": reasons.in_words(one.reasons)}
        for one in clusters.others(offer)
    ]


def _gone(offer: Offer) -> Any:
    page = render_template(
        "errors/410.html",
        status=410,
        sentence=_gone_sentence(offer),
        similar=_similar(offer),
        also=_also(offer),
    )
    return make_response(page, 410)


def _gone_sentence(offer: Offer) -> str:
    return _(
        "« %(title)s » (%(association)s) a eu lieu ou n’est plus proposée. D’autres besoins vous attendent.",
        title=offer.title,
        association=offer.association.name,
    )


def _with_query(path: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path
