"""A reader under load: `python -m tests.search.reader_process FOLDER` asks until FOLDER.stop is there.

Says "ready" once it has answered, then how many answers it gave and what was wrong with any.
"""

import json
import sys
from pathlib import Path

from search.index import IndexUnavailable
from search.query import Query
from search.whoosh import WhooshIndex
from search.words import parse
from tests.search.worlds import NOW
from tests.search.writer_process import OFFERS

JARDIN = Query(now=NOW, words=parse("jardin"))


def main(folder: str) -> None:
    """Ask until told to stop."""
    index, answers, wrong = WhooshIndex(Path(folder)), 0, []
    while not Path(f"{folder}.stop").exists():
        try:
            found = index.search(JARDIN).total
            versions = {version for _, version in index.versions()}
            if found != OFFERS or len(versions) != 1:
                wrong.append(f"{found} offers of versions {sorted(versions)}")
        except IndexUnavailable as why:
            wrong.append(str(why))
        answers += 1
        if answers == 1:
            print("ready", flush=True)
    print(json.dumps({"answers": answers, "wrong": wrong[:5]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
