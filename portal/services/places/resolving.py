"""From words to a place: what a text says, and its rivals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import bindparam

from portal import db
from portal.models.place import AREAS, Place, PlaceKind, PlacePostcode
from portal.services.places import areas, matching, names, nearest
from portal.services.places.matching import Found, PlaceMatch, Resolution
from portal.services.places.named import Named
from search.geo import distance_km

NEXT_DOOR_KM = 30.0  # a town may bear the postal code of one in the next département, this far away

KIND_WORDS: dict[str, set[str]] = {
    PlaceKind.DEPARTEMENT: {"departement", "dept", "dpt"},
    PlaceKind.REGION: {"region"},
    PlaceKind.COMMUNE: {"commune", "ville"},
}


def as_named(text: str, *, country: str = "FR", named: Named | None = None) -> Resolution:
    """The place that a text means: a name, a code, an arrondissement, a label of the completion, or "lat,lon".

    Places of `country` (two letters) go first. Nothing is guessed: what is not known has no best place. At most four
    statements, none of them longer than the list of namesakes.
    """
    if len(text) > names.LONGEST:
        return Resolution()
    named = named or Named()
    if at := names.position(text):
        return Resolution(nearest.at(*at))
    key = names.key(text)
    if not key:
        return Resolution()
    if area := areas.called(text):
        return matching.resolution(_area(area))
    if written := names.address(text):
        is_cedex = names.is_cedex(text)
        return at_address(written.postcode, written.city, country, is_cedex=is_cedex, named=named)
    return _by_name(text, names.without_cedex(key) or key, country, named)


def names_in(text: str) -> set[str]:
    """The keys under which `as_named` may look up what a text means."""
    if written := names.address(text):
        home = areas.of_postcode(written.postcode)
        return {written.city, home.key if home else ""} - {""}
    words = names.without_cedex(names.key(text)).split()
    begun = (" ".join(words[:at]) for at in range(1, len(words) + 1))
    name = names.without_cedex(names.qualified(text)[0])
    return {*begun, *words[-1:], name, names.without_part(" ".join(words))} - {""}


def _by_name(text: str, key: str, country: str, named: Named) -> Resolution:
    name, qualifiers = names.qualified(text)
    name = names.without_cedex(name)
    if qualifiers and name and (rows := _among(_known_as(name, named), name, qualifiers, country)):
        return matching.resolution(rows)
    # After the brackets: "Marseille (13)" is the town in the Bouches-du-Rhône, "Marseille 13" its arrondissement.
    if code := names.arrondissement(names.key(text)):
        return _arrondissement(code, key, named)
    asked_for = _known_as(key, named)
    if asked_for:
        return matching.resolution(matching.ranked(asked_for, key, country))
    if found := _by_last_words(key, country, named):
        return found
    town = names.without_part(key)
    if town != key and (rows := _known_as(town, named)):
        return matching.resolution(matching.ranked(rows, town, country))
    return Resolution()


def _known_as(name: str, named: Named) -> list[Found]:
    """The entries with this name; an arrondissement has more ways to be written than a table could hold."""
    if code := names.arrondissement(name):
        row = matching.row_of_code(code, PlaceKind.ARRONDISSEMENT)
        return [row] if row else []
    return named.of(name)


def _by_last_words(key: str, country: str, named: Named) -> Resolution | None:
    """ "saint denis la reunion", "saint denis 93": the longest name that is told apart by the words after it."""
    words = key.split()
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words) - 1, 0, -1)]
    named.ahead(name for name, _ in splits)
    for name, qualifier in splits:
        if rows := _among(named.of(name), name, (qualifier,), country):
            return matching.resolution(rows)
    return None


def _among(
    rows: Iterable[Found], name: str, qualifiers: tuple[str, ...], country: str
) -> list[Found]:
    meant = [row for row in rows if all(is_told_by(row, word) for word in qualifiers)]
    return matching.ranked(meant, name, country, told_apart=True)


def is_told_by(row: Found | PlaceMatch, qualifier: str) -> bool:
    """Is this true of the entry? Its département, région, country, kind or, abroad, its province."""
    if qualifier in KIND_WORDS.get(row.kind, ()) or qualifier in areas.country_keys(row.country):
        return True
    if row.country != "FR":
        province: str = row.region
        return qualifier == province.lower()
    told = [areas.region(row.region), areas.departement(row.departement)]
    return any(
        qualifier in (area.key, area.asked_by.lower(), names.without_article(area.key))
        for area in told
        if area is not None
    )


def _area(area: areas.Area) -> list[Found]:
    row = matching.row_of_code(area.code, area.kind)
    if row is None and area.kind is PlaceKind.REGION:
        # A région of one département is in the table once, as that département.
        row = next(
            iter(
                matching.rows_where(Place.region == area.code, Place.kind == PlaceKind.DEPARTEMENT)
            ),
            None,
        )
    return [row] if row else []


def _arrondissement(code: str, key: str, named: Named) -> Resolution:
    row = matching.row_of_code(code, PlaceKind.ARRONDISSEMENT)
    if row is None:
        return Resolution()
    city = key.split()[0] if key[0].isalpha() else key.split()[-1]
    whole = [other for other in named.of(city) if other.kind is PlaceKind.COMMUNE]
    return Resolution(matching.match(row), tuple(map(matching.match, whole)))


def at_address(
    postcode: str,
    city: str,
    country: str = "FR",
    *,
    is_cedex: bool = False,
    named: Named | None = None,
) -> Resolution:
    """The place of a postal code with the key of a town beside it ("" when there is none).

    The town wins where both agree on the département, or lie next door. A code that no town has is unknown, unless it is
    written with CEDEX: such a code belongs to no commune, and means its sorting office, else its département.
    """
    named = named or Named()
    by_code = arrondissement_of(postcode, city)
    if by_code is not None:
        return Resolution(matching.match(by_code))
    home = areas.of_postcode(postcode)
    if postcode in names.WHOLE_CITIES:
        city_row = matching.row_of_code(names.WHOLE_CITIES[postcode], PlaceKind.COMMUNE)
        rows = [city_row] if city_row else []
    else:
        rows = _at_cedex(postcode) if is_cedex and home else matching.rows_of_postcode(postcode)
        rows = _of_country(rows, country)
    if not rows and is_cedex and home:
        rows = [row for row in named.of(home.key) if (row.kind, row.code) == (home.kind, home.code)]
    if not city:
        return _of_postcode(postcode, rows)
    known = _known_as(city, named)
    ids = {row.id for row in rows}
    sharing = [row for row in known if row.id in ids]
    nearby = [
        row for row in known if home and row.departement == home.code and row.kind not in AREAS
    ]
    chosen = sharing or nearby
    if chosen:
        return matching.resolution(matching.ranked(chosen, city, country))
    towns = [row for row in known if row.country == country and row.kind not in AREAS]
    return _apart(_of_postcode(postcode, rows), matching.ranked(towns, city, country), home)


def _apart(of_code: Resolution, towns: list[Found], home: areas.Area | None) -> Resolution:
    """A postal code and towns (best first) of another département: next door, no town of that name, or a contradiction."""
    centre = of_code.best or home
    next_door = [row for row in towns if centre and _is_next_door(row, centre)]
    if next_door:
        return matching.resolution(next_door)
    if of_code.best is None:
        return replace(matching.resolution(towns), is_contradicted=bool(towns))
    # La Montagne in 97417 is a part of Saint-Denis, not the town near Nantes; no such part is called Marseille.
    if not towns or towns[0].population < matching.NOTEWORTHY:
        return of_code
    rivals = tuple(matching.match(row) for row in towns[: matching.MOST_RIVALS])
    return Resolution(of_code.best, rivals, is_ambiguous=True, is_contradicted=True)


def _is_next_door(row: Found, centre: PlaceMatch | areas.Area) -> bool:
    if row.lat is None or row.lon is None or centre.lat is None or centre.lon is None:
        return False
    return distance_km(row.lat, row.lon, centre.lat, centre.lon) <= NEXT_DOOR_KM


def country_of(postcode: str, city: str) -> str:
    """Where an address lies that names no country: "FR", "US", or "" when it does not tell.

    France where a town and its code agree; the United States where the town is theirs alone, or no town of France has
    the code. A code or a town alone that France has may be one of theirs too.
    """
    town = names.without_cedex(names.key(city))
    named = Named()
    known = _known_as(town, named) if town else []
    is_french = any(row.country == "FR" for row in known)
    is_american = any(row.country == "US" and row.key == town for row in known) and not is_french
    if not postcode:
        return "US" if is_american else ""
    if not names.is_zip(postcode):
        return ""
    is_cedex = names.is_cedex(city)
    found = at_address(postcode, town, is_cedex=is_cedex, named=named)
    if found.best is None:
        # A gazetteer that does not hold the département cannot tell what is missing there.
        home = areas.of_postcode(postcode)
        return "US" if home is None or _area(home) else ""
    if found.best.country == "US":
        return "US"
    if (is_french or is_cedex) and not found.is_contradicted:
        return "FR"
    return "US" if is_american else ""


def arrondissement_of(postcode: str, city: str) -> Found | None:
    """The arrondissement that a postal code is made for, if it is and no other city (a key) stands beside it."""
    code = names.arrondissement_of_postcode(postcode)
    if code is None or (city and city.split()[0] != names.city_of_postcode(postcode)):
        return None
    return matching.row_of_code(code, PlaceKind.ARRONDISSEMENT)


def _of_country(rows: list[Found], country: str) -> list[Found]:
    return [row for row in rows if row.country == country] or rows


def _of_postcode(code: str, rows: list[Found]) -> Resolution:
    if len(rows) < 2:
        return matching.resolution(rows)
    rows = sorted(rows, key=lambda row: (-row.population, row.code))
    best = _centre(code, rows)
    return Resolution(best, tuple(matching.match(row) for row in rows))


def _at_cedex(code: str) -> list[Found]:
    """The towns with this postal code, else those whose codes begin with the same 3 digits: the same sorting office."""
    rows = db.session.execute(_SORTED_ALIKE, {"low": code[:3], "high": code[:3] + ":"}).all()
    exact = {row.id: row for row in rows if row.postcode == code}
    alike = {row.id: row for row in rows if row.country == "FR" and row.kind is PlaceKind.COMMUNE}
    return list((exact or alike).values())


_SORTED_ALIKE = (
    matching.ENTRY.add_columns(PlacePostcode.postcode)
    .join(PlacePostcode, PlacePostcode.place_id == Place.id)
    .where(
        PlacePostcode.postcode >= bindparam("low"),
        PlacePostcode.postcode < bindparam("high"),
        Place.kind != PlaceKind.ARRONDISSEMENT,
    )
)


def _centre(code: str, rows: list[Found]) -> PlaceMatch | None:
    placed = [row for row in rows if row.lat is not None and row.lon is not None]
    main = matching.match(rows[0])
    people = sum(row.population + 1 for row in placed)
    if not placed:
        return main
    lat = sum((row.lat or 0.0) * (row.population + 1) for row in placed) / people
    lon = sum((row.lon or 0.0) * (row.population + 1) for row in placed) / people
    guessed = sum(row.population + 1 for row in placed if row.is_estimated)
    is_estimated = guessed * 2 > people
    return PlaceMatch(
        code=code,
        kind="postcode",
        name=main.name,
        label=code,
        departement=main.departement,
        departement_name=main.departement_name,
        region=main.region,
        region_name=main.region_name,
        country=main.country,
        population=people - len(placed),
        lat=round(lat, 5),
        lon=round(lon, 5),
        radius_km=matching.radius_km(people, is_estimated=is_estimated),
        area="",
        is_estimated=is_estimated,
    )
