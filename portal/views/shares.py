"""Sharing an offer: plain links, a QR code, and the person's own link, counted without knowing who comes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import segno
from flask import Blueprint, current_app, redirect, render_template, request
from markupsafe import Markup

from portal import db, permissions, queue
from portal.errors import Gone, NotFound
from portal.forms.invitation import InvitationForm
from portal.models import Offer, Person
from portal.services import invitations, shares
from portal.views import access
from portal.views.access import public, signed_in

pages = Blueprint("shares", __name__)
# Whoever fetches a link to show it, index it or check it is not somebody who came.
ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|fetch|scan|monitor|facebookexternalhit|whatsapp|telegram|mastodon|skype|slack"
    r"|embed|curl|wget|python|java/|go-http|libwww|headless|lighthouse",
    re.IGNORECASE,
)
SERVER = re.compile(r"(?=.{4,100}$)[a-z0-9-]+(\.[a-z0-9-]+)+")


@pages.get("/offers/<int:ident>/share")
@public
def show(ident: int) -> Any:
    """Every way of sharing, on one page."""
    return panel(_visible(ident), InvitationForm())


@pages.post("/offers/<int:ident>/share")
@signed_in
def make(ident: int) -> Any:
    """Make the person's own link."""
    offer = _visible(ident)
    shares.make(access.signed_in_person(), offer)
    db.session.commit()
    return redirect(f"/offers/{offer.id}/share", code=303)


@pages.get("/s/<code>")
@public
def follow(code: str) -> Any:
    """To the offer, counted: no cookie, no fingerprint, no robots."""
    link = shares.find(code)
    if link is None:
        raise NotFound
    person = access.person()
    if _is_somebody() and (person is None or person.id != link.person_id):
        queue.nudge("share_visit", link.id)
    response = redirect(f"/offers/{link.offer_id}-{link.offer.slug}?by={link.code}", code=302)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def came_by() -> int | None:
    """The share link by which the visitor reached the page they see, or whose form they send."""
    here = request.query_string.decode("latin-1")
    query = here if request.method == "GET" else urlsplit(access.page_before()).query
    code = parse_qs(query).get("by", [""])[0]
    link = shares.find(code) if code else None
    return link.id if link is not None else None


def own_link(offer: Offer) -> str | None:
    """The absolute address of the visitor's own link to this offer, when they made one."""
    link = shares.own(access.person(), offer)
    return shares.address(link, current_app.config["BASE_URL"]) if link is not None else None


def panel(offer: Offer, form: InvitationForm) -> str:
    """The page, with the invitation form as it was sent."""
    person = access.person()
    base_url = current_app.config["BASE_URL"]
    link = shares.own(person, offer)
    mine = shares.address(link, base_url) if link else None
    share_url = f"{base_url}/offers/{offer.id}-{offer.slug}"
    may_invite = person is not None and person.is_verified
    return render_template(
        "offers/share.html",
        offer=offer,
        share_url=share_url,
        own_link=mine,
        figures=shares.figures(link) if link else None,
        qr=_qr(mine or share_url),
        form=form if may_invite else None,
        letter=_letter(person, offer, share_url) if person and may_invite else None,
        left_today=invitations.left_today(person) if person and may_invite else 0,
        mastodon=_mastodon(offer, mine or share_url),
    )


def _letter(person: Person, offer: Offer, share_url: str) -> str:
    """The very message that a friend will get; only the two addresses in it are each friend's own."""
    return render_template(
        "emails/invitation/body.txt",
        **invitations.words(person, offer),
        url=share_url,
        refuse_url=current_app.config["BASE_URL"] + "/invitations/…/refuse",
        site_name=current_app.config["SITE_NAME"],
        base_url=current_app.config["BASE_URL"],
    )


def _visible(ident: int) -> Offer:
    offer = db.session.get(Offer, ident)
    if offer is None or not permissions.may_see(access.person(), offer):
        raise NotFound
    if not permissions.may_see(None, offer):
        raise Gone("Cette offre n’est pas encore visible : elle se partagera une fois en ligne.")
    return offer


def _is_somebody() -> bool:
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not ROBOTS.search(agent) and not purpose


def _mastodon(offer: Offer, address: str) -> dict[str, str] | None:
    """{server, url} once the visitor named their server: a plain link, never a redirect to what somebody typed."""
    server = request.args.get("mastodon", "").strip().lower().removeprefix("https://").rstrip("/")
    if not server:
        return None
    if not SERVER.fullmatch(server):
        return {"server": "", "url": ""}
    return {
        "server": server,
        "url": f"https://{server}/share?text={quote(f'{offer.title} {address}')}",
    }


def _qr(address: str) -> Markup:
    drawn = segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True)
    return Markup(drawn)  # noqa: S704  # made of our own address by segno: paths and numbers only
