"""`/api/v1/openapi.json`: what the portal's own API takes and answers, in OpenAPI 3.1. Kept true by a test that asks it all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify

from portal import clock, themes
from portal.api.access import open_to_pages, public
from portal.services.finding import windows

data = Blueprint("api_openapi", __name__)
data.after_request(open_to_pages)
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_OR_NO: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _thing(**properties: Schema) -> Schema:
    """An object that has all of these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Schema] = {
    "Location": _thing(
        name=TEXT,
        street=TEXT,
        postal_code=TEXT,
        city=TEXT,
        departement=TEXT,
        region=TEXT,
        country=TEXT,
        lat=_maybe(NUMBER),
        lon=_maybe(NUMBER),
        precision={"type": "string", "enum": ["exact", "town", "area", "none"]},
    ),
    "Shift": _thing(
        id=WHOLE,
        starts_at=_maybe(MOMENT),
        ends_at=_maybe(MOMENT),
        zone=TEXT,
        capacity={**_maybe(WHOLE), "description": "null: no limit"},
        places_left={**_maybe(WHOLE), "description": "null: no limit"},
    ),
    "Offer": _thing(
        id={**WHOLE, "description": "stable for ever"},
        url=ADDRESS,
        origin={**ADDRESS, "description": "the page of whoever published it first"},
        title=TEXT,
        summary=TEXT,
        description={**TEXT, "description": "clean HTML"},
        language={"type": "string", "enum": ["fr", "en"]},
        association=_thing(id=WHOLE, name=TEXT, url=ADDRESS, is_verified=YES_OR_NO),
        themes=_list({"type": "string", "enum": [theme.slug for theme in themes.THEMES]}),
        tags=_list(TEXT),
        locations=_list(_ref("Location")),
        distance_km=_maybe(NUMBER),
        remote={"type": "string", "enum": ["no", "possible", "full"]},
        is_ongoing=YES_OR_NO,
        schedule=TEXT,
        shifts={
            **_list(_ref("Shift")),
            "description": "those ahead that the dates asked for admit, 200 at most, soonest first",
        },
        has_more_shifts={**YES_OR_NO, "description": "true: there are more than 200"},
        places_left=_maybe(WHOLE),
        minimum_age=_maybe(WHOLE),
        is_accessible=YES_OR_NO,
        signs_up_here=YES_OR_NO,
        likes=WHOLE,
        matched=_list(TEXT),
        published_at=_maybe(MOMENT),
        updated_at=MOMENT,
    ),
    "Understood": {
        "type": "object",
        "description": "how the parameters were read; notes say what was set right",
        "properties": {"sentence": TEXT, "notes": _list(TEXT)},
        "required": ["sentence", "notes"],
    },
    "Offers": _thing(
        total=WHOLE,
        page=WHOLE,
        pages=WHOLE,
        understood=_ref("Understood"),
        facets={
            "type": "object",
            "additionalProperties": _list(_thing(value=TEXT, count=WHOLE)),
        },
        offers=_list(_ref("Offer")),
        remote_from={**_maybe(WHOLE), "description": "the rank from which offers are remote ones"},
        next=_maybe(ADDRESS),
    ),
    "Error": _thing(error=_thing(status=WHOLE, sentence=TEXT, request_id=_maybe(TEXT))),
}
# name -> what it says. No value is an error: what cannot be understood is left aside, and `understood.notes` says so.
ASKED: dict[str, Schema] = {
    "q": {"description": 'words; "phrases", -without, (either OR or)'},
    "place": {"description": "a town, postal code, department or region"},
    "lat": {"description": "degrees, with lon"},
    "lon": {"description": "degrees, with lat"},
    "radius": {"description": "kilometres, 500 at most"},
    "box": {"description": "west,south,east,north in degrees"},
    "area": {"description": "the code of a department or region"},
    "theme": {"description": "a theme's slug; several are joined"},
    "when": {"description": ", ".join(one.name for one in windows(clock.now()))},
    "from": {"description": "a day, 2026-11-28"},
    "to": {"description": "a day, 2026-11-28"},
    "remote": {"description": "no, also or only"},
    "minors": {"description": "1: open to minors"},
    "accessible": {"description": "1: accessible"},
    "association": {"description": "the slug or number of an association"},
    "feed": {"description": "the name of a feed"},
    "campaign": {"description": "the name of a campaign"},
    "sort": {"description": "relevance, distance, date or newest"},
    "page": {"description": "20 offers a page"},
}


@data.get("/api/v1/openapi.json")
@public
def show() -> Any:
    """The description of the API."""
    return jsonify(description(current_app.config["SITE_NAME"], current_app.config["BASE_URL"]))


def description(name: str, base_url: str) -> dict[str, Any]:
    """The whole document."""
    ident = {"name": "id", "in": "path", "required": True, "schema": {**WHOLE, "minimum": 0}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": name,
            "version": "1",
            "description": "Volunteer offers, as data. 60 requests a minute, 600 with a key. "
            "Nothing of a volunteer and no private contact is ever in an answer.",
        },
        "servers": [{"url": base_url}],
        "security": [{}, {"key": []}, {"header": []}, {"bearer": []}],
        "paths": {
            "/api/v1/offers": {"get": _search("listOffers")},
            "/search.json": {"get": _search("search")},
            "/api/v1/offers/{id}": {
                "get": {
                    "operationId": "getOffer",
                    "summary": "One open offer",
                    "parameters": [ident],
                    "responses": _answers("Offer", "404", "410"),
                }
            },
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": "key"},
                "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _search(name: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": "Offers that can be done now, a page at a time",
        "parameters": [
            {"name": one, "in": "query", "schema": TEXT, **said} for one, said in ASKED.items()
        ],
        "responses": _answers("Offers"),
    }


ERRORS = {
    "401": "the key opens nothing",
    "403": "the key is for something else",
    "404": "there is none, or it is not public",
    "410": "it is over",
    "429": "too many requests in a minute; Retry-After says how long to wait",
}


def _answers(schema: str, *errors: str) -> dict[str, Any]:
    good = {"description": "found", "content": {"application/json": {"schema": _ref(schema)}}}
    bad = {
        status: {
            "description": ERRORS[status],
            "content": {"application/json": {"schema": _ref("Error")}},
        }
        for status in ("401", "403", "429", *errors)
    }
    return {"200": good, **bad}
