"""Offers in the words of the All for Good API: as JSON, RSS with `fp:` elements, tables, or plain HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from flask_babel import get_locale
from lxml import etree
from lxml.builder import ElementMaker
from markupsafe import Markup

from portal.api import presenters
from portal.api.footprint_items import COLUMNS, items
from portal.api.syndication import xml
from portal.formats.xml_writing import clean
from portal.formatting import said
from portal.services.finding import Found

FP = "http://www.allforgood.org/"
DESCRIPTION = "All for Good search results"


def as_json(found: Found, is_full: bool) -> Response:
    """The document of the original, plus `notes`: what was set right in the question."""
    made, changed_at = items(found, is_full=is_full)
    body = {
        "version": 1.0,
        "href": _address(),
        "description": DESCRIPTION,
        "language": "en-us",
        "lastBuildDate": format_datetime(changed_at),
        "num": len(made),
        "TotalMatch": found.total,
        "items": made,
    }
    if found.notes:
        body["notes"] = [said(note) for note in found.notes]
    return jsonify(body)


def as_rss(found: Found, is_full: bool) -> Response:
    """RSS 2.0; every key of an item is an `fp:` element too."""
    made, changed_at = items(found, is_full=is_full)
    e = ElementMaker(nsmap={"fp": FP})
    channel = e.channel(
        e.title(DESCRIPTION),
        e.link(clean(_address())),
        e.description(" ".join([DESCRIPTION, *map(said, found.notes)])),
        e.language("en-us"),
        e.lastBuildDate(format_datetime(changed_at)),
        *(_element(e, item) for item in made),
    )
    total = etree.SubElement(channel, f"{{{FP}}}TotalMatch")
    total.text = str(found.total)
    return xml(e.rss(channel, version="2.0"), "application/rss+xml")


def as_xml(found: Found, is_full: bool) -> Response:
    """The same document under the general type."""
    response = as_rss(found, is_full)
    response.mimetype = "application/xml"
    return response


def as_csv(found: Found, is_full: bool) -> Response:
    return _table(found, is_full, ",", "text/csv")


def as_tsv(found: Found, is_full: bool) -> Response:
    return _table(found, is_full, "\t", "text/tab-separated-values")


def as_html(found: Found, is_full: bool) -> Response:
    """A list of links, for people who try the API in a browser."""
    made, _changed = items(found, is_full=is_full)
    row = Markup('<li><a href="{}">{}</a> {}</li>')
    rows = Markup("").join(row.format(i["xml_url"], i["title"], i["location_name"]) for i in made)
    notes = Markup("").join(
        Markup('<p lang="{}">{}</p>').format(get_locale(), said(note)) for note in found.notes
    )
    page = Markup(
        '<!doctype html><html lang="en"><title>{0}</title><h1>{0}</h1>{1}<ol>{2}</ol></html>'
    )
    return Response(page.format(DESCRIPTION, notes, rows), mimetype="text/html")


OUTPUTS: dict[str, Callable[[Found, bool], Response]] = {
    "json": as_json,
    "rss": as_rss,
    "xml": as_xml,
    "csv": as_csv,
    "tsv": as_tsv,
    "html": as_html,
}


def refused_json(sentence: str) -> Response:
    """A refusal, as each output of this API can be read: here, and below."""
    return jsonify(version=1.0, error=sentence, TotalMatch=0, num=0, items=[])


def _refused_rss(sentence: str) -> Response:
    e = ElementMaker()
    channel = e.channel(e.title(sentence), e.link(request.base_url), e.description(sentence))
    return xml(e.rss(channel, version="2.0"), "application/rss+xml")


def _refused_xml(sentence: str) -> Response:
    response = _refused_rss(sentence)
    response.mimetype = "application/xml"
    return response


def _refused_html(sentence: str) -> Response:
    page = Markup('<!doctype html><html lang="{0}"><title>{1}</title><h1>{1}</h1></html>')
    return Response(page.format(get_locale(), sentence), mimetype="text/html")


def _refused_table(mimetype: str, sentence: str) -> Response:
    """One column and one cell, so that a comma or a tab more or less changes nothing."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["error"], [sentence]])
    return Response(text.getvalue(), content_type=f"{mimetype}; charset=utf-8")


REFUSALS: dict[str, Callable[[str], Response]] = {
    "json": refused_json,
    "rss": _refused_rss,
    "xml": _refused_xml,
    "csv": partial(_refused_table, "text/csv"),
    "tsv": partial(_refused_table, "text/tab-separated-values"),
    "html": _refused_html,
}


def _address() -> str:
    """The address of the question without its key: answers are kept and passed on."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "key"]
    return presenters.absolute(f"{request.path}?{urlencode(asked)}")


def _element(e: Any, values: dict[str, Any]) -> Any:
    made = e.item(
        e.title(clean(values["title"])),
        e.link(values["xml_url"]),
        e.description(clean(values["description"])),
        e.pubDate(values["pubDate"]),
        e.guid(values["xml_url"]),
    )
    for key, value in values.items():
        etree.SubElement(made, f"{{{FP}}}{key}").text = clean(_flat(value))
    return made


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(found: Found, is_full: bool, separator: str, mimetype: str) -> Response:
    made, _changed = items(found, is_full=is_full)
    text = io.StringIO()
    rows = csv.writer(text, delimiter=separator)
    rows.writerow(COLUMNS)  # also above nothing: a reader of tables looks for it
    for values in made:
        rows.writerow([presenters.safe_cell(_flat(values[name])) for name in COLUMNS])
    return Response(text.getvalue(), content_type=f"{mimetype}; charset=utf-8")
