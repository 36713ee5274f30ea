"""Where rows come from: what ships, the official file of the geo API, GeoNames' postal codes and towns."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from portal.errors import Invalid
from portal.models.place import PlaceKind
from portal.services.places import abroad, areas, names, usual
from portal.services.places.loading import PlaceRow

MOST_BYTES = 200 * 1024 * 1024
SEPARATORS = re.compile(r"[^0-9A-Za-z-]+")
UNREADABLE = "Ce fichier ne se lit pas comme une liste de communes. Donnez un JSON ou un CSV avec les champs code et nom."
WRONG_LINE = "Ligne %(line)d : %(problem)s. Rien n’a été chargé."


def shipped() -> Iterator[PlaceRow]:
    """The gazetteer that comes with Relais: every commune and arrondissement of France, its areas, and towns abroad."""
    with gzip.open(areas.DATA / "communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from _with_areas(_rows(csv.DictReader(file)))
    yield from abroad.shipped()


def _with_areas(rows: Iterable[PlaceRow]) -> Iterator[PlaceRow]:
    """The same rows and, when some are of France, what people call them, its lands, départements and régions.

    `load` counts the people of these.
    """
    is_home, is_empty = False, True
    for row in usual.named(rows):
        is_home = is_home or row.country == "FR"
        is_empty = False
        yield row
    if is_empty:
        raise Invalid(UNREADABLE)
    alone = Counter(
        area.region for area in areas.everywhere() if area.kind is PlaceKind.DEPARTEMENT
    )
    if is_home:
        yield from usual.lands()
    for area in areas.everywhere() if is_home else ():
        # A région of one département is the same ground: once in the table is enough.
        if area.kind is PlaceKind.REGION and alone[area.code] == 1:
            continue
        yield PlaceRow(
            code=area.code,
            kind=area.kind,
            name=area.name,
            departement=area.code if area.kind is PlaceKind.DEPARTEMENT else "",
            region=area.region,
            lat=area.lat,
            lon=area.lon,
        )


def from_file(path: Path) -> Iterator[PlaceRow]:
    """Rows of a file: our own CSV, JSON or CSV of the official geo API, or GeoNames' postal codes or towns (tab separated).

    A wrong record raises `Invalid` with its line and what is wrong; files may be gzipped.
    """
    text = _text(path)
    start = text.lstrip("\ufeff \r\n\t")
    if start.startswith(("[", "{")):
        return _with_areas(_rows(_records_of_json(start)))
    first = text.split("\n", 1)[0]
    if re.match(r"[A-Z]{2}\t[^\t]+\t", first):
        return _postal(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    if abroad.is_geonames(first):
        lines = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
        return (row for row, _ in abroad.from_geonames(lines))
    delimiter = max(",;\t", key=first.count)
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    return _with_areas(_rows(table))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as file:
                raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Invalid(UNREADABLE)
        return raw.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Invalid(UNREADABLE) from error


def _records_of_json(text: str) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid(UNREADABLE) from error
    if isinstance(found, dict):  # GeoJSON: a feature is a record whose centre is its geometry
        features = found.get("features")
        found = [
            {**(one.get("properties") or {}), "centre": one.get("geometry")}
            for one in features or []
            if isinstance(one, dict)
        ]
    if not found or not all(isinstance(one, dict) for one in found):
        raise Invalid(UNREADABLE)
    yield from found


def _rows(records: Iterable[Mapping[str, Any]]) -> Iterator[PlaceRow]:
    for line, record in enumerate(records, 1):
        try:
            yield _row(record)
        except (KeyError, TypeError, ValueError) as error:
            problem = f"il manque {error}" if isinstance(error, KeyError) else str(error)
            raise Invalid(WRONG_LINE, line=line, problem=problem) from error


def _row(record: Mapping[str, Any]) -> PlaceRow:
    code = str(_first(record, "code_insee", "code", "code_commune"))
    name = str(_first(record, "nom", "nom_commune", "name")).strip()
    if len(code) > 12 or not names.key(name):
        raise ValueError("il faut un code de 12 caractères au plus et un nom")
    country = str(record.get("country") or "FR").upper()
    kind = PlaceKind.COMMUNE if country == "FR" else PlaceKind.TOWN
    if "arrondissement" in str(record.get("type") or ""):
        kind, name = PlaceKind.ARRONDISSEMENT, name.removesuffix(" Arrondissement")
    area = _home(record, code, country)
    lat, lon = _centre(record)
    return PlaceRow(
        code=code,
        kind=kind,
        name=name,
        departement=area.code if area else "",
        region=area.region if area else str(record.get("region") or "")[:12],
        country=country,
        population=int(record.get("population") or 0),
        lat=lat,
        lon=lon,
        is_estimated=str(record.get("source_position") or "").startswith("est-"),
        postcodes=_codes(record.get("codes_postaux") or record.get("codesPostaux")),
    )


def _first(record: Mapping[str, Any], *fields: str) -> Any:
    for field in fields:
        if record.get(field):
            return record[field]
    raise KeyError(fields[0])


def _home(record: Mapping[str, Any], code: str, country: str) -> areas.Area | None:
    if country != "FR":
        return None
    given = (
        record.get("departement") or record.get("codeDepartement") or record.get("code_departement")
    )
    home = areas.departement(str(given or (code[:3] if code[:2] in ("97", "98") else code[:2])))
    if home is None:
        raise ValueError(f"département inconnu pour le code {code}")
    return home


def _centre(record: Mapping[str, Any]) -> tuple[float | None, float | None]:
    centre = record.get("centre")
    if isinstance(centre, str) and centre.startswith("{"):
        centre = json.loads(centre)
    if isinstance(centre, dict) and centre.get("type") == "Point":
        lon, lat = centre["coordinates"][:2]
    else:
        lat = record.get("lat") or record.get("latitude") or record.get("latitude_centre")
        lon = record.get("lon") or record.get("longitude") or record.get("longitude_centre")
    if lat in (None, "") or lon in (None, ""):
        return None, None
    if not (abs(float(lat)) <= 90 and abs(float(lon)) <= 180):
        raise ValueError(f"position impossible : {lat}, {lon}")
    return float(lat), float(lon)


def _codes(given: Any) -> tuple[str, ...]:
    found = given if isinstance(given, list) else SEPARATORS.split(str(given or ""))
    return tuple(code for code in map(str, found) if code)


def _postal(lines: Iterable[list[str]]) -> Iterator[PlaceRow]:
    """GeoNames postal codes: country, code, name, province and its code, ..., lat, lon. One entry for each town."""
    towns: dict[tuple[str, str, str], list[list[str]]] = {}
    for line, cells in enumerate(lines, 1):
        if len(cells) < 11:
            raise Invalid(
                WRONG_LINE, line=line, problem="il faut douze colonnes séparées par des tabulations"
            )
        towns.setdefault((cells[0], cells[4], cells[2]), []).append(cells)
    for (country, province, name), found in towns.items():
        try:
            middle = [sum(float(cells[at]) for cells in found) / len(found) for at in (9, 10)]
        except ValueError as error:
            raise Invalid(WRONG_LINE, line=1, problem=f"position illisible de {name}") from error
        yield PlaceRow(
            code=f"z{found[0][1]}"[:12],
            kind=PlaceKind.TOWN,
            name=name,
            region=province[:12],
            country=country,
            lat=middle[0],
            lon=middle[1],
            postcodes=tuple(cells[1] for cells in found),
        )
