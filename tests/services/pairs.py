"""Reads the labelled samples: each line of samples/clusters_*.toml is a pair of needs, and whether they are one.

`same` lines say how the copy differs (`how`), `different` lines what makes it another need (`why`). Both may change fields
(title, text, association, at, dates), and `swap` words. `how` also names what other feeds do to a text: cut it, dress it
as HTML, shout, sign it, know the town only, read the hour in another zone, give one long span.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portal.formats.text import plain
from portal.services.clusters.need import Need, Spot, association_keys
from portal.services.places import names

SAMPLES = Path(__file__).parent / "samples"
TOWNS = {
    "lyon7": ("Lyon 7e", "69007", "69", 45.7458, 4.8424),
    "lyon9": ("Lyon", "69009", "69", 45.7867, 4.7984),
    "villeurbanne": ("Villeurbanne", "69100", "69", 45.7687, 4.8801),
    "paris12": ("Paris 12e Arrondissement", "75012", "75", 48.8412, 2.3876),
    "paris18": ("Paris", "75018", "75", 48.8925, 2.3444),
    "saintdenis93": ("Saint-Denis", "93200", "93", 48.9362, 2.3574),
    "bordeaux": ("Bordeaux", "33000", "33", 44.8378, -0.5792),
    "merignac": ("Mérignac", "33700", "33", 44.8424, -0.6453),
    "lille": ("Lille", "59000", "59", 50.6292, 3.0573),
    "roubaix": ("Roubaix", "59100", "59", 50.6927, 3.1778),
    "nantes": ("Nantes", "44000", "44", 47.2184, -1.5536),
    "rennes": ("Rennes", "35000", "35", 48.1173, -1.6778),
    "toulouse": ("Toulouse", "31000", "31", 43.6047, 1.4442),
    "montpellier": ("Montpellier", "34000", "34", 43.6108, 3.8767),
    "nice": ("Nice", "06000", "06", 43.7102, 7.2620),
    "grenoble": ("Grenoble", "38000", "38", 45.1885, 5.7245),
    "clermont": ("Clermont-Ferrand", "63000", "63", 45.7772, 3.0870),
    "saintetienne": ("Saint-Étienne", "42000", "42", 45.4397, 4.3872),
    "brest": ("Brest", "29200", "29", 48.3904, -4.4861),
    "strasbourg": ("Strasbourg", "67000", "67", 48.5734, 7.7521),
    "schiltigheim": ("Schiltigheim", "67300", "67", 48.6078, 7.7493),
    "tours": ("Tours", "37000", "37", 47.3941, 0.6848),
    "angers": ("Angers", "49000", "49", 47.4784, -0.5632),
    "lemans": ("Le Mans", "72000", "72", 48.0061, 0.1996),
    "marseille1": ("Marseille", "13001", "13", 43.2989, 5.3840),
    "aix": ("Aix-en-Provence", "13100", "13", 43.5297, 5.4474),
    "pau": ("Pau", "64000", "64", 43.2951, -0.3708),
    "reims": ("Reims", "51100", "51", 49.2583, 4.0317),
    "dijon": ("Dijon", "21000", "21", 47.3220, 5.0415),
}
FOOTER = " Offre diffusée par notre partenaire : inscrivez-vous sur son site pour être rappelé dans la journée."


@dataclass(frozen=True)
class Pair:
    """Two needs, whether they are one, and what the line says about it."""

    one: Need
    other: Need
    is_same: bool
    what: str


def pairs(part: str) -> Iterator[Pair]:
    """The labelled pairs of a part, "known" or "held_out"."""
    needs = tomllib.loads((SAMPLES / f"clusters_{part}.toml").read_text(encoding="utf-8"))["need"]
    for base in needs:
        for label in ("same", "different"):
            for line in base[label]:
                what = f"{base['title']}: {line.get('how') or line.get('why')} {line}"
                one, other = _need(1, 1, base), _need(2, 2, _changed(base, line))
                if line.get("feed") == "same":
                    other = _need(2, 1, _changed(base, line))
                yield Pair(one, other, label == "same", what)


def _changed(base: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    made = {k: v for k, v in base.items() if k not in ("same", "different")}
    for kind in ("weekly", "once", "span", "ongoing"):
        if kind in line:
            made = {k: v for k, v in made.items() if k not in ("weekly", "once", "span", "ongoing")}
    made |= {k: v for k, v in line.items() if k not in ("how", "why", "swap", "keep", "loose")}
    swap = line.get("swap", [])
    for old, new in zip(swap[::2], swap[1::2], strict=True):
        found = old in made["title"] or old in made["text"]
        assert found or line.get("loose"), f"« {old} » is not in {made['title']}"
        made["title"], made["text"] = (made[k].replace(old, new) for k in ("title", "text"))
    return _as_feeds_do(made, line.get("how", ""), line.get("keep", 0))


def _as_feeds_do(made: dict[str, Any], how: str, keep: int) -> dict[str, Any]:
    if how == "cut":
        return made | {"text": " ".join(made["text"].split()[:keep]) + "…"}
    if how == "markup":
        html = "<p>" + made["text"].replace(". ", ".</p>\n<p>") + "</p>"
        return made | {"text": plain(html.replace("’", "&#8217;").replace("é", "&eacute;"))}
    if how == "shout":
        return made | {
            "title": f"{made['title'].upper()} !",
            "text": made["text"].replace("’", "'"),
        }
    if how == "footer":
        return made | {"text": made["text"] + FOOTER}
    if how == "town":
        return made | {"town_only": True}
    if how == "zone":
        return made | {"late": 3600}
    if how == "span":
        return made | {"as_span": True}
    return made | ({"as_ongoing": True} if how == "ongoing" else {})


def _need(ident: int, feed: int, given: dict[str, Any]) -> Need:
    spans = _spans(given)
    if given.get("as_span"):
        spans = ((spans[0][0], spans[-1][1]),)
    return Need(
        id=ident,
        feed_id=feed,
        association_id=feed,
        keys=association_keys(**given["association"]),
        title=given["title"],
        text=given["text"],
        language="fr",
        remote=given.get("remote", "no"),
        is_ongoing=bool(given.get("ongoing") or given.get("as_ongoing")),
        spots=_spots(given, ident),
        spans=() if given.get("as_ongoing") else spans,
    )


def _spots(given: dict[str, Any], ident: int) -> tuple[Spot, ...]:
    if given["at"] == "none":
        return ()
    city, postal_code, departement, lat, lon = TOWNS[given["at"]]
    lat, lon = given.get("position", (lat, lon))
    town = names.key(city.split(" 7e")[0].split(" 12e")[0])
    if given.get("town_only"):
        return (Spot(lat + 0.03, lon - 0.02, town, "", departement, is_exact=False),)
    moved = 0.002 * (ident - 1)  # two geocoders: 200 m apart
    return (Spot(lat + moved, lon, town, postal_code, departement, is_exact=True),)


def _spans(given: dict[str, Any]) -> tuple[tuple[int, int | None], ...]:
    late = given.get("late", 0)
    if "span" in given:
        day, hour, last, end = given["span"].split()
        return ((_at(day, hour) + late, _at(last, end) + late),)
    if "once" not in given and "weekly" not in given:
        return ()
    day, hours, *times = str(given.get("once") or given["weekly"]).split()
    start, _, end = hours.partition("-")
    count = int(times[0][1:]) if times else 1
    week = int(timedelta(weeks=1).total_seconds())
    return tuple(
        (_at(day, start) + late + week * n, _at(day, end) + late + week * n) for n in range(count)
    )


def _at(day: str, hour: str) -> int:
    return int(datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=UTC).timestamp())
