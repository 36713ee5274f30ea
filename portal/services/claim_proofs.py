"""What proves that somebody speaks for an association that only a feed knows: an address at a domain of its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from slugify import slugify
from sqlalchemy import or_, select

from portal import db, tokens
from portal.models import Association, Offer, OfferState, Person

CONTACT = "contact"  # the address that the feed itself gives for the association
# Anybody has an address there: it proves nothing about an association.
PUBLIC_MAILBOXES = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.fr",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.com",
        "live.fr",
        "msn.com",
        "icloud.com",
        "me.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "bbox.fr",
        "numericable.fr",
        "aol.com",
        "gmx.com",
        "gmx.fr",
        "protonmail.com",
        "proton.me",
        "pm.me",
        "mailo.com",
    ]
)


def of(claimed: Association, person: Person) -> str:
    """What proves that the person speaks for this association: "contact", or a domain of its own; "" when nothing does."""
    if not person.is_verified or not person.email:
        return ""
    if claimed.email and tokens.normal_email(claimed.email) == person.email:
        return CONTACT
    domain = domain_of(person)
    return domain if domain and domain in _domains(claimed) and _is_its_own(domain, claimed) else ""


def domain_of(person: Person) -> str:
    """The domain of the person's proved address, unless anybody can have one there."""
    if not person.is_verified or not person.email:
        return ""
    domain = person.email.rpartition("@")[2]
    return "" if domain in PUBLIC_MAILBOXES or "." not in domain else domain


def _domains(claimed: Association) -> set[str]:
    """The domains that the feed gives for the association and its live offers."""
    rows = db.session.execute(
        select(Offer.detail_url, Offer.contact_email)
        .where(Offer.association_id == claimed.id, Offer.state == OfferState.LIVE)
        .distinct()
        .limit(500)
    )
    urls, mails = {claimed.url}, {claimed.email}
    for url, mail in rows:
        urls.add(url)
        mails.add(mail)
    return {_host(url) for url in urls} | {mail.rpartition("@")[2].casefold() for mail in mails}


def _host(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _is_its_own(domain: str, claimed: Association) -> bool:
    """Does the domain stand for this association alone? A platform's address stands for many, and proves nothing."""
    others = (Association.feed_id.is_not(None), Association.id != claimed.id)
    near = (
        select(Association)
        .where(*others, or_(Association.url.contains(domain), Association.email.contains(domain)))
        .limit(200)
    )
    offered = (
        select(Association)
        .where(
            *others,
            Association.id.in_(
                select(Offer.association_id).where(
                    or_(
                        Offer.detail_url.contains(f"//{domain}/"),
                        Offer.detail_url.contains(f"//www.{domain}/"),
                        Offer.contact_email.endswith(f"@{domain}"),
                    )
                )
            ),
        )
        .limit(200)
    )
    own = slugify(claimed.name)
    return not any(
        slugify(other.name) != own
        for asked in (near, offered)
        for other in db.session.scalars(asked)
        if asked is offered or domain in (_host(other.url), other.email.rpartition("@")[2])
    )
