"""A signup as an entry of the reader's calendar. The same UID for ever, a higher SEQUENCE at each change (RFC 5545, 5546)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal import clock
from portal.models import Location, Signup
from portal.models.signup import OVER

UNKNOWN_LENGTH = timedelta(hours=2)  # calendars need an end; a shift may have none


def entry(
    signup: Signup, *, url: str, sender: str, domain: str, method: str = "PUBLISH"
) -> bytes | None:
    """The ICS file, or None for an undated shift. `method` is REQUEST or CANCEL in a mail, PUBLISH for a download."""
    shift, offer = signup.shift, signup.shift.offer
    if shift.starts_at is None:
        return None
    from icalendar import Calendar, Event, vCalAddress, vText

    zone = ZoneInfo(shift.zone)
    event = Event()
    event.add("uid", f"signup-{signup.id}@{domain}")
    event.add("sequence", shift.sequence + signup.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", shift.starts_at.astimezone(zone))
    event.add("dtend", (shift.ends_at or shift.starts_at + UNKNOWN_LENGTH).astimezone(zone))
    event.add("summary", f"{offer.title} ({offer.association.name})")
    event.add("url", url)
    event.add("description", "\n".join(part for part in (offer.bring, offer.welcome, url) if part))
    is_cancelled = method == "CANCEL" or signup.state in OVER
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    place = where(signup)
    if place is not None:
        event.add("location", address(place))
        if place.lat is not None and place.lon is not None:
            event.add("geo", (place.lat, place.lon))
    if method != "PUBLISH":
        event["organizer"] = vCalAddress(f"mailto:{sender}")
        event["organizer"].params["cn"] = vText(offer.association.name)
        event["attendee"] = vCalAddress(f"mailto:{signup.email}")
        event["attendee"].params["partstat"] = vText("ACCEPTED")
    calendar = Calendar()
    calendar.add("prodid", "-//Relais//signups//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def links(signup: Signup, url: str) -> dict[str, str]:
    """The addresses that open the calendars of Google and Outlook with the entry filled in; none for an undated shift."""
    shift, offer = signup.shift, signup.shift.offer
    if shift.starts_at is None:
        return {}
    end = shift.ends_at or shift.starts_at + UNKNOWN_LENGTH
    place = where(signup)
    location = address(place) if place else ""
    google = {
        "action": "TEMPLATE",
        "text": offer.title,
        "dates": f"{shift.starts_at:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": location,
        "details": url,
    }
    outlook = {
        "subject": offer.title,
        "startdt": shift.starts_at.isoformat(),
        "enddt": end.isoformat(),
        "location": location,
        "body": url,
    }
    return {
        "google": f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        "outlook": f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    }


def where(signup: Signup) -> Location | None:
    """Where the shift happens: its own location, or the offer's first one."""
    found = signup.shift.location
    if found is None and signup.shift.offer.locations:
        found = signup.shift.offer.locations[0]
    return found


def address(location: Location) -> str:
    """The location as one line, in the order of an envelope."""
    town = f"{location.postal_code} {location.city}".strip()
    return ", ".join(part for part in (location.name, location.street, town) if part)
