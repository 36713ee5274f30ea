"""What machines read on an offer's page: a JobPosting for what lasts, an Event for what has a date, never both."""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.formats.text import plain
from portal.models import Location, Offer, Remote, Shift
from portal.services.finding import Card

CONTEXT = "https://schema.org"


def of(card: Card, url: str) -> dict[str, Any]:
    """The block of this offer; templates print it through `tojson`, so that no text can close it."""
    offer = card.offer
    dated = [shift for shift in card.shifts if shift.starts_at is not None]
    if offer.is_ongoing or not dated:
        return _job(offer, url)
    return _event(offer, dated[0], card.location, url)


def _job(offer: Offer, url: str) -> dict[str, Any]:
    block: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "JobPosting",
        "title": offer.title,
        "description": offer.description or offer.summary,
        "datePosted": (offer.published_at or offer.created_at).date().isoformat(),
        "employmentType": "VOLUNTEER",
        "hiringOrganization": _who(offer),
        "url": url,
        "directApply": offer.signs_up_here,
    }
    if offer.expires_at:
        block["validThrough"] = offer.expires_at.isoformat()
    if offer.remote is not Remote.NO:
        block["jobLocationType"] = "TELECOMMUTE"
        block["applicantLocationRequirements"] = {"@type": "Country", "name": "FR"}
    if offer.locations:
        block["jobLocation"] = [_place(location) for location in offer.locations]
    return block


def _event(offer: Offer, shift: Shift, location: Location | None, url: str) -> dict[str, Any]:
    assert shift.starts_at is not None, "the caller chose a dated one"  # noqa: S101
    modes = {Remote.FULL: "Online", Remote.POSSIBLE: "Mixed", Remote.NO: "Offline"}
    block: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Event",
        "name": offer.title,
        "description": plain(offer.description) or offer.summary,
        "startDate": shift.starts_at.isoformat(),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/{modes[offer.remote]}EventAttendanceMode",
        "organizer": _who(offer),
        "isAccessibleForFree": True,
        "url": url,
        "inLanguage": offer.language,
    }
    if shift.ends_at:
        block["endDate"] = shift.ends_at.isoformat()
    if shift.capacity is not None:
        block["maximumAttendeeCapacity"] = shift.capacity
        block["remainingAttendeeCapacity"] = shift.places_left
    if location is not None and offer.remote is not Remote.FULL:
        block["location"] = _place(location)
    else:
        block["location"] = {"@type": "VirtualLocation", "url": url}
    return block


def _who(offer: Offer) -> dict[str, Any]:
    path = f"/associations/{offer.association.slug}"
    return {
        "@type": "Organization",
        "name": offer.association.name,
        "url": current_app.config["BASE_URL"] + path,
    }


def _place(location: Location) -> dict[str, Any]:
    address = {
        "streetAddress": location.street,
        "postalCode": location.postal_code,
        "addressLocality": location.city,
        "addressCountry": location.country,
    }
    block: dict[str, Any] = {
        "@type": "Place",
        "name": location.name or location.city,
        "address": {"@type": "PostalAddress"} | {k: v for k, v in address.items() if v},
    }
    if location.lat is not None:
        block["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": location.lat,
            "longitude": location.lon,
        }
    return block
