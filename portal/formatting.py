"""How dates, distances and numbers are said on pages and in mails, in the visitor's language. For doors alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal
from flask import Flask

from portal import clock, themes, vault
from portal.fetch import errors as fetch_errors
from portal.formats.sentences import sentences
from portal.language import gettext, ngettext, of_town, spoken
from portal.models import Location, Shift
from portal.services.places.matching import PlaceMatch

# The errors that end a run of a feed, by the code that is kept of them.
RUN_ERRORS = {
    error.code: error
    for error in (
        *(fetch_errors.FetchError, fetch_errors.AddressRefused, fetch_errors.Unreachable),
        *(fetch_errors.TooBig, fetch_errors.TooSlow, fetch_errors.TooManyRedirects),
        *(fetch_errors.BadAnswer, fetch_errors.NoHttp, fetch_errors.HeadersTooLong),
        vault.SealedElsewhere,
    )
}
# How the parts of a search begin that do not read on after « 12 besoins »: a name alone, an adjective.
_APART = ("%(", "ouvert ", "accessible ", "campagne ")
NBSP, NARROW = "\u00a0", "\u202f"


def init_app(app: Flask) -> None:
    """Make every formatter a template filter of its own name."""
    for formatter in (
        day,
        time,
        moment,
        span,
        distance,
        number,
        when,
        where,
        ago,
        theme_name,
        place_name,
        said,
        country_name,
        zone_name,
        web_address,
        why,
    ):
        app.add_template_filter(formatter)


def day(value: date | datetime, zone: str = "Europe/Paris", *, year: bool = False) -> str:
    """« samedi 28 novembre », « mardi 1er décembre », with the year when it is asked for or is not this one."""
    local = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    with_year = year or local.year != clock.today().year
    numeral = "d'er'" if local.day == 1 else "d"
    pattern = f"EEEE {numeral} MMMM y" if with_year else f"EEEE {numeral} MMMM"
    if _language() == "en":
        pattern = "EEEE, MMMM d, y" if with_year else "EEEE, MMMM d"
    return _date(local, pattern, _language())


def weekday(value: datetime, zone: str = "Europe/Paris") -> str:
    """« samedi »."""
    return _date(value.astimezone(ZoneInfo(zone)).date(), "EEEE", _language())


def time(value: datetime, zone: str = "Europe/Paris") -> str:
    """« 9 h 30 » in French, « 9:30 am » in English."""
    local = value.astimezone(ZoneInfo(zone))
    if _language() == "en":
        return (
            f"{local.hour % 12 or 12}:{local.minute:02d}{NBSP}{'am' if local.hour < 12 else 'pm'}"
        )
    minutes = f"{NBSP}{local.minute:02d}" if local.minute else ""
    return f"{local.hour}{NBSP}h{minutes}"


def moment(value: datetime, zone: str = "Europe/Paris") -> str:
    """« samedi 28 novembre, 9 h 30 »."""
    return f"{day(value, zone)}, {time(value, zone)}"


def span(start: datetime, end: datetime | None, zone: str = "Europe/Paris") -> str:
    """« samedi 28 novembre, 9 h 30 – 12 h », over several days with both of them."""
    if end is None or end == start:
        return moment(start, zone)
    local = ZoneInfo(zone)
    if start.astimezone(local).date() == end.astimezone(local).date():
        return f"{moment(start, zone)}{NBSP}– {time(end, zone)}"
    if end - start > timedelta(days=2):
        return gettext("du %(start)s au %(end)s", start=day(start, zone), end=day(end, zone))
    return f"{moment(start, zone)}{NBSP}– {moment(end, zone)}"


def when(shift: Shift) -> str:
    """The date of a shift in words; an undated one is « à votre rythme »."""
    if shift.starts_at is None:
        return gettext("toute l’année, à convenir")
    return span(shift.starts_at, shift.ends_at, shift.zone)


def where(location: Location) -> str:
    """« 12 rue des Lilas, 69007 Lyon »: what is known, in the order of an envelope."""
    town = f"{location.postal_code} {location.city}".strip()
    return ", ".join(part for part in (location.name, location.street, town) if part)


def distance(km: float | None) -> str:
    """« à 350 m », « à 2,3 km », « à 48 km »."""
    if km is None:
        return ""
    if km < 0.95:
        return gettext("à %(metres)s m", metres=max(50, round(km * 20) * 50)).replace(
            " m", f"{NBSP}m"
        )
    figure = number(round(km, 1) if km < 10 else round(km))
    return gettext("à %(km)s km", km=figure).replace(" km", f"{NBSP}km")


def number(value: float | int) -> str:
    """A number with the language's separators."""
    return _decimal(value, _language())


def ago(value: datetime) -> str:
    """« il y a 3 jours », coarse on purpose."""
    seconds = (clock.now() - value).total_seconds()
    if seconds < 3600:
        minutes = max(1, int(seconds // 60))
        return ngettext("il y a %(num)s minute", "il y a %(num)s minutes", minutes)
    if seconds < 86400:
        return ngettext("il y a %(num)s heure", "il y a %(num)s heures", int(seconds // 3600))
    return ngettext("il y a %(num)s jour", "il y a %(num)s jours", int(seconds // 86400))


def theme_name(slug: str) -> str:
    """The name of a theme in the visitor's language; an unknown one as it is."""
    theme = themes.BY_SLUG.get(slug)
    if theme is None:
        return slug
    return theme.en if _language() == "en" else theme.fr


def country_name(code: str) -> str:
    """« Belgique », of BE, in the visitor's language."""
    return str(Locale.parse(_language()).territories.get(code, code))


def zone_name(zone: str) -> str:
    """« La Réunion », of Indian/Reunion: where that clock is kept, in the visitor's language."""
    return get_timezone_location(zone, locale=_language(), return_city=True)


def place_name(match: PlaceMatch) -> str:
    """« Londres (Royaume-Uni) », « London (United Kingdom) »: a place and what tells it apart."""
    return match.label_in(_language())


def web_address(url: str) -> str:
    """The address when it leads to a web page, else "": an address that runs something never becomes a link."""
    return url if url.lower().startswith(("https://", "http://")) else ""


class Sentence(Protocol):
    """What a service has to say: a msgid and what fills its gaps."""

    sentence: str
    values: Mapping[str, Any]


def said(note: Sentence) -> str:
    """A note of a service in the visitor's language; days, numbers and themes in its gaps are put into words too."""
    text = str(gettext(note.sentence)) if note.sentence else ""
    given = {name: _in_words(value) for name, value in note.values.items()}
    if "place" in given:
        given["of_place"] = of_town(given["place"])
    return text % given if text else ""


class Ended(Protocol):
    """A run of a feed, stored or just done."""

    why: str
    why_code: str
    why_facts: dict[str, Any]


def why(run: Ended) -> str:
    """Why a run of a feed ended as it did, in the visitor's language; in French where it was written down without a code."""
    given = dict(run.why_facts)
    is_replaced = given.pop("is_replaced", False)
    facts = {name: _in_words(value) for name, value in given.items()}
    text = _reason(run.why_code, facts) or run.why
    return f"{text} {_reason('replaced', {})}" if is_replaced else text


def _reason(code: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a code; "" without one, or when it is not known any more. A fact that was not kept is "…"."""
    error = RUN_ERRORS.get(code)
    try:
        text = gettext(error.sentence) if error else sentences(code, {})[_language() == "en"]
    except KeyError:
        return ""
    return text % defaultdict(lambda: "…", facts) if "%(" in text else text


def found(total: int, parts: Sequence[Sentence], afar: int = 0) -> str:
    """« 12 besoins à moins de 10 km de Lyon (Rhône), éducation »: a search and what it found.

    Where `afar` of the total are remote ones, not at the place that was asked, they are told apart.
    """
    if afar == total > 0:
        nothing = gettext("Rien sur place")
        return gettext(
            "%(here)s\N{NO-BREAK SPACE}; %(found)s à faire à distance",
            here=_followed(nothing, parts),
            found=_counted(afar),
        )
    here = _followed(_counted(total - afar), parts)
    if not afar:
        return here
    return gettext("%(here)s\N{NO-BREAK SPACE}; %(afar)s à distance", here=here, afar=number(afar))


def _followed(head: str, parts: Sequence[Sentence]) -> str:
    """« 12 besoins « jardin », Éducation », but « 12 besoins : Éducation »: what is no complement comes after a colon."""
    asked = _joined(parts)
    if asked and parts[0].sentence.startswith(_APART):
        return gettext("%(head)s : %(asked)s", head=head, asked=asked)
    return f"{head} {asked}".strip()


def shared_out(total: int, afar: int) -> str:
    """« 98 besoins : 13 sur place, 85 à distance »: how many, and how many of them are not at the place that was asked."""
    if not afar:
        return _counted(total)
    if afar == total:
        return gettext("%(found)s : rien sur place, tout à distance", found=_counted(total))
    return gettext(
        "%(found)s : %(here)s sur place, %(afar)s à distance",
        found=_counted(total),
        here=number(total - afar),
        afar=number(afar),
    )


def _counted(total: int) -> str:
    return ngettext("%(n)s besoin", "%(n)s besoins", total, n=number(total))


def looked_for(parts: Sequence[Sentence]) -> str:
    """« « jardin », à moins de 10 km de Lyon (Rhône) »: a search, whatever it finds."""
    return _joined(parts) or gettext("tous les besoins")


def _joined(parts: Sequence[Sentence]) -> str:
    return ", ".join(words for words in map(said, parts) if words)


def _in_words(value: Any) -> str:
    if isinstance(value, themes.Theme):
        return theme_name(value.slug)
    if isinstance(value, PlaceMatch):
        return place_name(value)
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, int | float) else str(value)


def listed(words: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(first)s et %(last)s", first=", ".join(words[:-1]), last=words[-1])


@lru_cache(4096)  # a page says the same few days and counts again and again
def _date(local: date, pattern: str, language: str) -> str:
    return format_date(local, pattern, locale=language)


@lru_cache(4096)
def _decimal(value: float | int, language: str) -> str:
    return format_decimal(value, locale=language)


def _language() -> str:
    return spoken()
