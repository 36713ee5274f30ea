"""R07: a hostile XML file is refused, quickly and in little memory; it never becomes an offer with somebody's secret in it.

Every file of the corpus is read in a process of its own with 512 MiB and 10 seconds of CPU.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "un-secret-du-serveur"
FEED = """{before}<FootprintFeed schemaVersion="0.1"{root}><FeedInfo><providerID>1</providerID></FeedInfo>
<VolunteerOpportunities><VolunteerOpportunity><volunteerOpportunityID>1</volunteerOpportunityID>
<title>{title}</title></VolunteerOpportunity></VolunteerOpportunities></FootprintFeed>"""
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def feed(before: str = XML, title: str = "Titre", root: str = "") -> str:
    return FEED.format(before=before, title=title, root=root)


def bomb(levels: int = 9) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1))
    return feed(f'{XML}<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>', f"&l{levels};")


def blow_up(length: int, times: int) -> str:
    return feed(f'{XML}<!DOCTYPE x [<!ENTITY a "{"a" * length}">]>', "&a;" * times)


def nested(depth: int) -> str:
    return feed(title="<b>" * depth + "x" + "</b>" * depth)


def corpus(secret: Path) -> dict[str, bytes]:
    system = f'<!ENTITY s SYSTEM "{secret.as_uri()}">'
    texts = {
        "external entity": feed(f"{XML}<!DOCTYPE x [{system}]>", "&s;"),
        "external entity in single quotes": feed(
            f"{XML}<!DOCTYPE x [<!ENTITY s SYSTEM '{secret.as_uri()}'>]>", "&s;"
        ),
        "public entity": feed(
            f'{XML}<!DOCTYPE x [<!ENTITY s PUBLIC "a" "{secret.as_uri()}">]>', "&s;"
        ),
        "parameter entity": feed(
            f'{XML}<!DOCTYPE x [<!ENTITY % s SYSTEM "{secret.as_uri()}"> %s;]>'
        ),
        "external definition": feed(f'{XML}<!DOCTYPE x SYSTEM "{secret.as_uri()}">'),
        "definition on the network": feed(f'{XML}<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
        "billion laughs": bomb(),
        "quadratic blow-up": blow_up(50_000, 20_000),
        "internal entity": feed(f'{XML}<!DOCTYPE x [<!ENTITY s "caché">]>', "&s;"),
        "definition in lower case": feed(f"{XML}<!doctype x [{system}]>", "&s;"),
        "definition after a comment": feed(
            f"{XML}<!-- {'x' * 70_000} --><!DOCTYPE x [{system}]>", "&s;"
        ),
        "definition after the root": feed(XML).replace(
            "<FeedInfo>", f"<!DOCTYPE x [{system}]><FeedInfo>"
        ),
        "definition inside a record": feed(title=f"<!DOCTYPE x [{system}]>&s;"),
        "entity that nobody defined": feed(title="&s;"),
        "attribute default": feed(f'{XML}<!DOCTYPE x [<!ATTLIST title a CDATA "b">]>'),
        "notation": feed(f'{XML}<!DOCTYPE x [<!NOTATION n SYSTEM "{secret.as_uri()}">]>'),
        "xinclude": feed(
            root=' xmlns:xi="http://www.w3.org/2001/XInclude"',
            title=f'<xi:include parse="text" href="{secret.as_uri()}"/>',
        ),
        "stylesheet": feed(
            f'{XML}<?xml-stylesheet type="text/xsl" href="{secret.as_uri()}"?>', title=" "
        ),
        "deep nesting": nested(200_000),
        "rather deep nesting": nested(200),
        "many attributes": feed(
            title="<b " + " ".join(f'a{n}="{n}"' for n in range(90_000)) + "/>"
        ),
        "doubled attribute": feed(title='<b a="1" a="2"/>'),
        "huge name": feed(title=f"<{'b' * 900_000}/>"),
        "huge text": feed(title="x" * 9_000_000),
        "huge comment": feed(title=f"<!-- {'x' * 9_000_000} --> "),
        "endless tag": feed(title="<b " + "a" * 9_000_000),
        "character that is none": feed(title="&#0;"),
    }
    files = {name: text.encode() for name, text in texts.items()}
    hostile = texts["external entity"]
    files |= {
        "utf-16": hostile.replace("UTF-8", "UTF-16").encode("utf-16"),
        "utf-16 without a mark": hostile.replace("UTF-8", "UTF-16").encode("utf-16-le"),
        "utf-16 big endian": hostile.replace("UTF-8", "UTF-16").encode("utf-16-be"),
        "utf-32": hostile.replace("UTF-8", "UTF-32").encode("utf-32"),
        "utf-8 with a mark": hostile.encode("utf-8-sig"),
        "utf-7": hostile.replace("UTF-8", "UTF-7").replace("<!", "+ADwAIQ-").encode(),
        "ebcdic": hostile.replace("UTF-8", "cp037").encode("cp037"),
        "escaped by a codec": hostile.replace("UTF-8", "unicode_escape")
        .replace("<!", "\\x3c!")
        .encode(),
        "zero bytes": hostile.replace("<!DOCTYPE", "<!DOC\0TYPE").encode(),
    }
    return files


def read_all(reader: str, *paths: Path) -> list[dict[str, Any]]:
    """What became of each file, in a process of its own: 512 MiB in all, 10 s of CPU each. Fewer answers: it died."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("xml_child.py")), reader, *map(str, paths)],
        capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, check=False,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def read(reader: str, content: bytes, folder: Path) -> dict[str, Any]:
    path = folder / "feed.xml"
    path.write_bytes(content)
    answers = read_all(reader, path)
    return answers[0] if answers else {"died": True}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("server") / "secret.txt"
    path.write_text(SECRET)
    return path


NAMES = list(corpus(Path("/none")))


@pytest.fixture(scope="module")
def answers(secret: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of the whole corpus, file by file."""
    folder = tmp_path_factory.mktemp("corpus")
    paths = []
    for number, content in enumerate(corpus(secret).values()):
        paths.append(folder / f"{number}.xml")
        paths[-1].write_bytes(content)
    return dict(zip(NAMES, read_all("portal", *paths), strict=False))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_is_refused_in_a_moment(
    name: str, answers: dict[str, dict[str, Any]]
) -> None:
    assert name in answers, "the reader died of this file or of one before it"
    answer = answers[name]
    assert answer.get("unusable") or answer["refused"], answer
    assert answer["titles"] == []
    assert SECRET not in json.dumps(answer)
    assert answer["seconds"] < 2  # 1 s on an idle machine
    assert answer["mebibytes"] < 300


def test_an_honest_feed_is_read_under_the_same_limits(tmp_path: Path) -> None:
    assert read("portal", feed().encode(), tmp_path)["titles"] == ["Titre"]


def test_one_hostile_record_does_not_take_its_neighbours_along(
    secret: Path, tmp_path: Path
) -> None:
    good = b"<VolunteerOpportunity><volunteerOpportunityID>2</volunteerOpportunityID><title>Bon</title></VolunteerOpportunity>"
    end = b"</VolunteerOpportunities>"
    files = corpus(secret)
    paths = []
    for name in (
        "entity that nobody defined",
        "deep nesting",
        "huge text",
        "definition inside a record",
    ):
        paths.append(tmp_path / f"{name}.xml")
        paths[-1].write_bytes(files[name].replace(end, good + end))
    assert [answer["titles"] for answer in read_all("portal", *paths)] == [["Bon"]] * 4


def test_control_a_careless_reader_gives_the_secret_away(secret: Path, tmp_path: Path) -> None:
    assert read("plain", corpus(secret)["external entity"], tmp_path)["titles"] == [SECRET]


def test_control_a_careless_reader_is_blown_up(tmp_path: Path) -> None:
    answer = read("plain", blow_up(50_000, 20_000).encode(), tmp_path)
    assert "died" in answer or answer["characters"] > 100_000_000 or answer["mebibytes"] > 300


def test_control_leaving_entities_alone_makes_an_empty_title_without_a_word(
    secret: Path, tmp_path: Path
) -> None:
    assert read("kept", corpus(secret)["external entity"], tmp_path)["titles"] == [""]
