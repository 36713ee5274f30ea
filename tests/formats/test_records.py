"""The cutter of records: in pieces of any size, in constant memory, in time that grows with the file and no faster."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator

import pytest

from portal.formats.errors import Forbidden
from portal.formats.records import Cutter, Stretch

NAMES = frozenset({"offer"})


def cut(text: str, size: int = 65_536, limit: int = 10_000) -> list[Stretch]:
    pieces = (text[i : i + size] for i in range(0, len(text), size))
    return list(Cutter(pieces, NAMES, limit))


def seen(text: str, size: int = 65_536, limit: int = 10_000) -> list[tuple[str, int, str]]:
    return [(s.kind, s.line, s.text) for s in cut(text, size, limit) if s.kind != "gap"]


FEED = """<?xml version="1.0"?>
<feed xmlns:x="urn:x">
<!-- <offer>none</offer> -->
<offer>1<![CDATA[ </offer> ]]></offer>
<offer/><offer a="b">2</offer>
<offer>3
<offer>4</offer>
<offers>not one</offers>
</feed>"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65_536])
def test_the_pieces_do_not_depend_on_how_the_file_arrives(size: int) -> None:
    assert seen(FEED, size) == [
        ("record", 4, "<offer>1<![CDATA[ </offer> ]]></offer>"),
        ("record", 5, "<offer/>"),
        ("record", 5, '<offer a="b">2</offer>'),
        ("unclosed", 6, "<offer>3\n"),
        ("record", 7, "<offer>4</offer>"),
    ]


def test_a_cdata_that_is_never_closed_loses_its_own_record_only() -> None:
    text = "<offer><![CDATA[1</offer>\n<offer><![CDATA[2]]></offer>\n<offer>3</offer>"
    assert [s[2] for s in seen(text)] == [
        "<offer><![CDATA[1</offer>", "<offer><![CDATA[2]]></offer>", "<offer>3</offer>",
    ]  # fmt: skip


def test_a_comment_that_is_never_closed_does_not_swallow_the_rest() -> None:
    assert [s[2] for s in seen("<f><!-- oops <offer>1</offer></f>")] == ["<offer>1</offer>"]


def test_an_end_tag_without_its_end_does_not_reach_into_the_next_record() -> None:
    assert [s[2] for s in seen("<offer>1</offer\n<offer>2</offer>")] == [
        "<offer>1</offer\n",
        "<offer>2</offer>",
    ]


def test_a_record_beyond_the_limit_is_passed_over_and_its_neighbours_are_not() -> None:
    text = "<offer>1</offer><offer>" + "x" * 50_000 + "</offer><offer>2</offer>"
    assert [(kind, len(piece) < 3_000) for kind, _, piece in seen(text, 1_000)] == [
        ("record", True), ("too_big", True), ("record", True),
    ]  # fmt: skip


def test_what_stands_between_records_is_kept_with_its_line() -> None:
    gaps = [
        s
        for s in cut("<f>\n<offer>1</offer>\n\n<ofer>2</ofer>\n<offer>3</offer></f>")
        if s.kind == "gap"
    ]
    assert [(g.line, g.text.strip()) for g in gaps] == [
        (1, "<f>"),
        (4, "<ofer>2</ofer>"),
        (5, "</f>"),
    ]


@pytest.mark.parametrize(
    "declaration", ["<!DOCTYPE f>", '<!ENTITY a "b">', "<!doctype f []>", "<!ATTLIST f>"]
)
def test_a_document_type_definition_is_refused_wherever_it_stands(declaration: str) -> None:
    for text in (f"{declaration}<f/>", f"<f><offer>1</offer>\n{declaration}<offer>2</offer></f>"):
        with pytest.raises(Forbidden):
            cut(text)


def test_one_in_a_comment_or_in_a_text_is_none() -> None:
    assert len(seen("<!-- <!DOCTYPE f> --><offer><![CDATA[<!DOCTYPE f>]]></offer>")) == 1


def endless(piece: str, characters: int) -> Iterator[str]:
    piece = piece * (65_536 // len(piece))
    for _ in range(characters // len(piece)):
        yield piece


HURTING = [
    "<offer>1</offer>", "<!--", "<offer><!--", "<offer><![CDATA[", "<offer", "<", "x", "<![CDATA[", "</offer>", "<offer a='",
    "<?", "]]><offer><![CDATA[", "<offer><!-- </offer><offer> -->", "<!-- <offer> -->", "<!--<?<![CDATA[", "<offer/><?",
]  # fmt: skip


@pytest.mark.parametrize("piece", HURTING)
def test_files_made_to_hurt_take_flat_memory(piece: str) -> None:
    tracemalloc.start()
    for _ in Cutter(endless(piece, 1 << 17), NAMES, 20_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize("piece", HURTING)
def test_files_made_to_hurt_take_time_that_grows_with_their_size_alone(piece: str) -> None:
    def seconds(limit: int) -> float:
        started = time.process_time()
        for _ in Cutter(endless(piece, 1 << 19), NAMES, limit):
            pass
        return time.process_time() - started

    # What a record may hold at most must not matter: a cutter that looks ahead again and again takes 50 times as long.
    assert seconds(250_000) < 10 * seconds(5_000) + 0.5
