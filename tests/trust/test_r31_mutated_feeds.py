"""R31: thousands of spoilt feeds. None crashes the reader, none makes it hang, and no good record is lost to a bad neighbour.

Each feed has one spoilt record between good ones. What is refused says where, what and why; an offer that vanished without
a word would be withdrawn, so everything that is not read must be refused by its id or hide offers.
"""

from __future__ import annotations

import io
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from portal import formats
from portal.formats import FeedItem, FeedProblem, FormatError, Severity
from tests.trust.kinds import KINDS, Kind
from tests.trust.mutations import MUTATIONS

SECONDS = 10


class TooLong(BaseException):
    """The reader did not come back in time."""


@contextmanager
def time_limit() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def spoilt(kind: Kind, seed: int, count: int = 5) -> tuple[bytes, str]:
    """A file of `count` records whose middle one is spoilt, and the id of that one."""
    chance = random.Random(seed)
    records = [kind.record.format(n=n).encode() for n in range(count)]
    middle = count // 2
    mutation = chance.choice(MUTATIONS)
    end = next((e for e in (b"\r\n", b"\n") if records[middle].endswith(e)), b"")
    # The line end that parts two rows belongs to both: it stays.
    records[middle] = mutation(chance, records[middle].removesuffix(end)) + end
    return kind.file(records), f"offre-{middle}"


def read(content: bytes, name: str) -> tuple[list[FeedItem], list[FeedProblem]]:
    with time_limit():
        found = list(formats.read(io.BytesIO(content), name=name))
    return [f for f in found if isinstance(f, FeedItem)], [
        f for f in found if isinstance(f, FeedProblem)
    ]


@pytest.mark.parametrize("name", KINDS)
def test_a_spoilt_record_costs_itself_alone(
    name: str, full: bool, record_property: Callable[[str, object], None]
) -> None:
    rounds = 1_500 if full else 100
    record_property("n", rounds)
    for seed in range(rounds):
        content, victim = spoilt(KINDS[name], seed)
        good = {f"offre-{n}" for n in range(5)} - {victim}
        try:
            items, problems = read(content, name)
        except FormatError as error:
            # A definition in the middle of a feed is the one thing that a record can do to the whole.
            assert error.code == "dtd", (seed, error.code)
            continue
        seen = {item.external_id for item in items}
        assert good <= seen, (seed, good - seen, [p.code for p in problems])
        # The spoilt record is an offer, or refused by an id (its own, or what that was spoilt into), or it hides offers.
        refused = {(p.record, p.external_id) for p in problems if p.severity is Severity.REFUSED}
        hides = any(p.hides_offers for p in problems)
        assert len(items) + len(refused) >= 5 or hides, (seed, content)
        for problem in problems:
            assert (
                problem.code
                and problem.sentence_fr
                and problem.sentence_en
                and len(problem.value) <= 80
            ), seed
            assert problem.line is not None or problem.code == "truncated", seed


@pytest.mark.parametrize("name", KINDS)
def test_a_file_cut_anywhere_keeps_what_was_whole(name: str, full: bool) -> None:
    kind = KINDS[name]
    records = [kind.record.format(n=n).encode() for n in range(4)]
    content = kind.file(records)
    ends = [
        len(kind.head.encode() + kind.between.encode().join(records[: n + 1])) for n in range(4)
    ]
    last = len(content) - 2
    for end in sorted({*range(0, last, 1 if full else 97), *range(last - 40, last)}):
        try:
            items, problems = read(content[:end], name)
        except FormatError:
            continue
        whole = [f"offre-{n}" for n in range(4) if ends[n] <= end]
        assert [item.external_id for item in items][: len(whole)] == whole
        assert name == "table" or any(p.hides_offers for p in problems), end


def test_items_can_always_be_stored_and_shown(full: bool) -> None:
    """No zero byte, no lone surrogate, nothing that a database or a page would choke on."""
    for name, kind in KINDS.items():
        for seed in range(500 if full else 50):
            try:
                items, problems = read(spoilt(kind, seed)[0], name)
            except FormatError:
                continue
            for one in (*items, *problems):
                repr(one).encode("utf-8")
                assert "\\x00" not in repr(one), (name, seed)
                assert "\0" not in str(getattr(one, "description", "")), (name, seed)


def test_control_one_parser_for_the_whole_file_loses_the_neighbours() -> None:
    from lxml import etree

    lost = 0
    for seed in range(60):
        content, _ = spoilt(KINDS["footprint"], seed)
        try:
            root = etree.fromstring(content)
        except etree.XMLSyntaxError:
            lost += 1
        else:
            assert len(root)
    assert lost > 20


def test_control_a_plain_table_reader_swallows_the_rows_after_a_lone_quote() -> None:
    import csv

    kind = KINDS["table"]
    records = [kind.record.format(n=n) for n in range(5)]
    records[2] = records[2].replace('long",', "long,")
    text = kind.head + "".join(records)
    plain = [row[0] for row in csv.reader(io.StringIO(text)) if row]
    assert "offre-3" not in plain
    assert "offre-3" in [item.external_id for item in read(text.encode(), "table")[0]]
