"""What a feed offers, whole: its first page, the pages that follow it, and without what came from here in the first place.

Portals that feed each other page their JSON by `next`. Each page is fetched behind the same guard as the first, on the same
host only, so many at most, in the time and bytes of one feed. A page that cannot be had makes the run incomplete: it
withdraws nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import IO, BinaryIO, cast
from urllib.parse import urljoin, urlsplit

from portal import clock, formats
from portal.errors import PortalError
from portal.fetch import Fetched, fetch
from portal.formats import FeedItem, FeedProblem
from portal.formats.problem import Notebook
from portal.formats.settings import ReadSettings
from portal.services.feed_limits import Limits

PAGED = "relais"  # the one format that has pages
MOST_PAGES = 2_000
MOST_PAGE_BYTES = 8 * 1024 * 1024  # a larger file is a whole feed, and no page of one

Fetch = Callable[..., Fetched]  # an address, max_bytes, max_seconds
Pages = Iterable[IO[bytes] | FeedProblem]  # after the first one; a problem ends them
Found = Iterator[FeedItem | FeedProblem]


def offers(
    stream: IO[bytes],
    settings: ReadSettings,
    name: str,
    own_url: str = "",
    more: Pages = (),
) -> Found:
    """The records and problems of a stream and of the pages after it. Our own offers, handed back, are refused."""
    yield from _not_ours(formats.read(cast(BinaryIO, stream), settings, name), own_url)
    for page in more:
        if isinstance(page, FeedProblem):
            yield page
        else:
            yield from _not_ours(formats.read(cast(BinaryIO, page), settings, name), own_url)


@contextmanager
def opened(
    address: str,
    name: str,
    limits: Limits,
    credentials: Mapping[str, str] | None = None,
    etag: str = "",
    last_modified: str = "",
) -> Iterator[tuple[Fetched, Pages]]:
    """The first page of what lies at an address, and the pages that follow, each fetched when it is its turn: behind the guard,
    with what convinces the server. Raises PortalError with a sentence when the first cannot be had."""
    turn = partial(fetch, credentials=credentials or {}, allow_private=limits.allow_private)
    with turn(
        address,
        max_bytes=limits.max_bytes,
        max_seconds=limits.max_seconds,
        etag=etag,
        last_modified=last_modified,
    ) as first:
        # Where it goes on is looked up now: when the next page is wanted, this file has been read to its end.
        yield first, _following(first, next_of(first, name), name, turn, limits)


def _following(
    first: Fetched, address: str, name: str, turn: Fetch, limits: Limits
) -> Iterator[IO[bytes] | FeedProblem]:
    """The pages after the first one, each fetched when the one before was read, or the problem that ends them."""
    began, left, seen = clock.now(), limits.max_bytes - first.size, {first.url}
    while address:
        time_left = limits.max_seconds - (clock.now() - began).total_seconds()
        code = _stop(first.url, address, seen, min(left, time_left))
        if code:
            yield _problem(code, address)
            return
        seen.add(address)
        try:
            fetched = turn(address, max_bytes=left, max_seconds=time_left)
        except PortalError as error:
            answer = error.values.get("answer")
            yield _problem("page_error" if answer else "page_missing", address, answer)
            return
        with fetched:
            left -= fetched.size
            address = next_of(fetched, name)
            if not _is_same_host(fetched.url, first.url):  # a redirect led away
                yield _problem("page_elsewhere", fetched.url)
                return
            yield fetched.file


def next_of(page: Fetched, name: str) -> str:
    """The address of the page after this one, "" when there is none. The file stands at its beginning again."""
    if name not in ("", PAGED) or page.size > MOST_PAGE_BYTES:
        return ""
    head = page.file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    page.file.seek(0)
    if not head.startswith(b"{"):
        return ""
    try:
        said = json.load(page.file)
    except (ValueError, RecursionError):
        return ""
    finally:
        page.file.seek(0)
    address = said.get("next") if isinstance(said.get("offers"), list) else None
    try:
        return urljoin(page.url, address) if isinstance(address, str) else ""
    except ValueError:
        return ""


def _stop(first: str, address: str, seen: set[str], left: float) -> str:
    """Why the next page is not fetched, as a code; "" when it is."""
    if not _is_same_host(address, first):
        return "page_elsewhere"
    if address in seen:
        return "page_again"
    return "too_many_pages" if len(seen) >= MOST_PAGES or left <= 0 else ""


def _is_same_host(one: str, other: str) -> bool:
    try:
        return urlsplit(one)[:2] == urlsplit(other)[:2]
    except ValueError:
        return False


def _problem(code: str, address: str, answer: object = "") -> FeedProblem:
    """About the feed itself: offers may be behind it, so the run withdraws nothing."""
    notes = Notebook(0, None)
    notes.refused("next", address, code, answer=answer)
    return notes.problems[0]


def _not_ours(found: Found, own_url: str) -> Found:
    for one in found:
        if isinstance(one, FeedItem) and own_url and _is_ours(one.detail_url, own_url):
            notes = Notebook(one.record, one.line, one.external_id)
            notes.refused("detail_url", one.detail_url, "own_offer")
            yield notes.problems[0]
        else:
            yield one


def _is_ours(address: str, own_url: str) -> bool:
    """Does the page lie on this portal? http or https, whatever the case of the host."""
    try:
        page, own = urlsplit(address), urlsplit(own_url)
    except ValueError:
        return False
    inside = f"{page.path}/".startswith(f"{own.path.rstrip('/')}/")
    return page.netloc.casefold() == own.netloc.casefold() and inside
