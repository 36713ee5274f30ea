"""Run as a process of its own by test_r07: read files with a reader, under limits, and print what became of each.

`portal` is our reader; `plain` is what a careless importer does, for the control.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from tests.memory import peak_kib

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 10


def portal_reader(path: Path) -> dict[str, object]:
    from portal import formats
    from portal.formats import FeedItem, FormatError, Severity

    titles: list[str] = []
    refused: list[str] = []
    try:
        with path.open("rb") as stream:
            for one in formats.read(stream):
                if isinstance(one, FeedItem):
                    titles.append(one.title[:60])
                elif one.severity is Severity.REFUSED:
                    refused.append(one.code)
    except FormatError as error:
        return {"titles": titles, "refused": refused, "unusable": error.code}
    return {"titles": titles, "refused": refused}


def plain_reader(path: Path) -> dict[str, object]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=True, load_dtd=True, huge_tree=True)
    root = etree.parse(path, parser).getroot()
    texts = [element.text or "" for element in root.iter("title")]
    return {"titles": [text[:60] for text in texts], "characters": sum(map(len, texts))}


def kept_entities_reader(path: Path) -> dict[str, object]:
    """What looks safe and is not: entities are left alone, and a title comes out empty without a word."""
    from lxml import etree

    root = etree.parse(path, etree.XMLParser(resolve_entities=False)).getroot()
    return {"titles": [element.text or "" for element in root.iter("title")]}


READERS = {"portal": portal_reader, "plain": plain_reader, "kept": kept_entities_reader}


def used() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    READERS["portal"](Path(__file__))  # imports are not what is measured
    for name in sys.argv[2:]:
        resource.setrlimit(resource.RLIMIT_CPU, (int(used()) + CPU_SECONDS, resource.RLIM_INFINITY))
        started = time.process_time()
        answer = READERS[sys.argv[1]](Path(name))
        answer["seconds"] = time.process_time() - started
        answer["mebibytes"] = peak_kib() // 1024
        print(json.dumps(answer), flush=True)
