"""Make world.csv.gz again: `python -m portal.data.places.remake_world cities15000.txt`, GeoNames' own file of towns.

Kept are towns of 100,000 people and more, capitals, those with a French name of their own, and those of 15,000 and more in the
countries next door (of Germany, in the three Länder at the border).
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

from portal.services.places import abroad, areas, names
from portal.services.places.loading import PlaceRow

ANYWHERE, NEXT_DOOR = 100_000, 15_000  # people
AT_THE_BORDER = ("01", "08", "09")  # Baden-Württemberg, Rheinland-Pfalz, Saarland


def is_kept(row: PlaceRow, province: str, *, is_capital: bool) -> bool:
    near = row.country in areas.NEXT_DOOR and (row.country != "DE" or province in AT_THE_BORDER)
    is_known = areas.english_name(row.name, row.country) is not None
    return is_capital or is_known or row.population >= (NEXT_DOOR if near else ANYWHERE)


def main(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    provinces = {line[0]: line[10] for line in lines}
    kept: dict[tuple[str, str, str], PlaceRow] = {}
    for row, is_capital in abroad.from_geonames(lines):
        # Of namesakes in a country (in a state of the United States) the largest: a label leads to one place.
        label = (row.country, row.region, names.key(row.name))
        is_largest = label not in kept or row.population > kept[label].population
        if is_largest and is_kept(row, provinces[row.code], is_capital=is_capital):
            kept[label] = row
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(abroad.COLUMNS)
    for row in sorted(kept.values(), key=lambda row: (row.country, row.name, row.code)):
        others = "|".join(row.other_names)
        place = f"{row.lat:.3f}", f"{row.lon:.3f}"
        table.writerow(
            (row.code, row.country, row.name, others, row.region, row.population, *place)
        )
    # No name and no time in the header: the same towns give the same file.
    abroad.TABLE.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{len(kept)} towns, {abroad.TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
