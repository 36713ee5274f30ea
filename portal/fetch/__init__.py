"""The guarded download: the only way out to the network besides mail and sign-in.

`fetch` brings a file from an address that somebody else wrote. It goes to public addresses only, counts bytes after
decompression, ends when its time is over, follows three redirects at most and judges each of them anew, and leaves the
file on disk, so that memory stays flat whatever its size. It never reads proxies or passwords from the environment.
"""

from __future__ import annotations

import base64
import http.client
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import IO
from urllib.parse import urljoin

from portal.fetch.connection import GuardedConnection, Rules, Stopwatch, Target, read_target
from portal.fetch.decoding import ACCEPTED, STEP_BYTES, Undecodable, decoded
from portal.fetch.errors import (
    AddressRefused,
    BadAnswer,
    FetchError,
    HeadersTooLong,
    NoHttp,
    TooBig,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

__all__ = [
    "ROBOT",
    "AddressRefused",
    "BadAnswer",
    "FetchError",
    "Fetched",
    "Rules",
    "TooBig",
    "TooSlow",
    "Unreachable",
    "basic",
    "fetch",
    "probe",
]

MIB = 1024 * 1024
MOST_REDIRECTS = 3
MOST_HEADER_BYTES = 65_536
# What the standard library says of more than 100 headers, and of one without end.
_TOO_LONG = (http.client.HTTPException, http.client.LineTooLong)
ROBOT = "Relais"  # the name that robots.txt may speak to
USER_AGENT = f"{ROBOT}/1 (+https://relais.invalid; volunteer offers)"
_MOVED = {301, 302, 303, 307, 308}


@dataclass(slots=True)
class Fetched:
    """A download: use it with `with`, the file is gone after that. `file` stands at its beginning and is seekable.

    With `is_not_modified` the server said that nothing changed since `etag` or `last_modified`; the file is empty.
    """

    url: str  # where it was found, after redirects
    file: IO[bytes]
    size: int = 0  # bytes, decompressed
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    is_not_modified: bool = False

    def __enter__(self) -> Fetched:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()


def basic(user: str, password: str) -> dict[str, str]:
    """The credentials of HTTP Basic, as `fetch` takes them."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {token}"}


def fetch(
    url: str,
    *,
    max_bytes: int,
    max_seconds: float,
    etag: str = "",
    last_modified: str = "",
    credentials: Mapping[str, str] | None = None,
    accept: str = "*/*",
    rules: Rules | None = None,
    allow_private: bool = False,
) -> Fetched:
    """Download a file. `credentials` are headers for the first host alone; a redirect elsewhere does not carry them.

    Raises AddressRefused, TooBig, TooSlow, Unreachable or BadAnswer, all of them FetchErrors with a sentence.
    `allow_private` opens loopback and private networks (the setting FEEDS_ALLOW_PRIVATE).
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    asked = {name: value for name, value in conditions.items() if value}
    headers = {"Accept": accept, "Accept-Encoding": ACCEPTED, **asked}
    rules = rules or Rules(allow_private=allow_private)
    watch = Stopwatch(max_seconds)
    try:
        with _answer("GET", url, headers, rules, watch, credentials) as (response, at, target):
            return _take(response, at, target, bool(asked), max_bytes, watch)
    finally:
        watch.stop()


def probe(
    url: str,
    *,
    max_seconds: float,
    method: str = "HEAD",
    rules: Rules | None = None,
    allow_private: bool = False,
) -> int:
    """The status that an address answers with in the end, behind the same guard; the body is not read.

    Raises AddressRefused, TooSlow, Unreachable or BadAnswer.
    """
    watch = Stopwatch(max_seconds)
    rules = rules or Rules(allow_private=allow_private)
    try:
        with _answer(method, url, {"Accept": "*/*"}, rules, watch, None) as (response, _, _):
            return response.status
    finally:
        watch.stop()


@contextmanager
def _answer(
    method: str,
    url: str,
    headers: Mapping[str, str],
    rules: Rules,
    watch: Stopwatch,
    credentials: Mapping[str, str] | None,
) -> Iterator[tuple[http.client.HTTPResponse, str, Target]]:
    """The head of the last answer, after redirects, with where it was found; its body can still be read."""
    always = {"User-Agent": USER_AGENT, "Connection": "close", **headers}
    target = first = read_target(url)
    for _ in range(MOST_REDIRECTS + 1):
        secret = dict(credentials or {}) if target.origin == first.origin else {}
        # Both must be closed: an answer that was not read to its end holds on to the socket.
        with (
            closing(GuardedConnection(target, rules, watch)) as connection,
            _ask(connection, method, target, {**always, **secret}, watch) as response,
        ):
            watch.check()
            _judge_head(response, target)
            if response.status not in _MOVED:
                yield response, url, target
                return
            url = _moved_to(url, response)
            target = read_target(url)
    raise TooManyRedirects(host=target.host)


def _ask(
    connection: GuardedConnection,
    method: str,
    target: Target,
    headers: Mapping[str, str],
    watch: Stopwatch,
) -> http.client.HTTPResponse:
    """Send the request and read the head of the answer."""
    try:
        connection.request(method, target.path, headers=dict(headers))
        response = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        watch.check()
        if isinstance(error, OSError):
            raise Unreachable(host=target.host) from error
        if type(error) in _TOO_LONG:
            raise HeadersTooLong(host=target.host) from error
        raise NoHttp(host=target.host) from error
    return response


def _judge_head(response: http.client.HTTPResponse, target: Target) -> None:
    """Refuse a head that is as long as a file."""
    size = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
    if size > MOST_HEADER_BYTES:
        raise HeadersTooLong(host=target.host)


def _moved_to(url: str, response: http.client.HTTPResponse) -> str:
    """Where a redirect leads, read from where we are."""
    try:
        return urljoin(url, response.headers.get("Location", ""))
    except ValueError as error:
        raise AddressRefused from error


def _take(
    response: http.client.HTTPResponse,
    url: str,
    target: Target,
    had_conditions: bool,
    max_bytes: int,
    watch: Stopwatch,
) -> Fetched:
    """The answer as a file on disk."""
    found = Fetched(
        url,
        tempfile.TemporaryFile(),  # noqa: SIM115 - Fetched closes it
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
        content_type=response.headers.get("Content-Type", ""),
    )
    try:
        if response.status == 304 and had_conditions:
            found.is_not_modified = True
        elif response.status != 200:
            raise BadAnswer(host=target.host, answer=str(response.status))
        else:
            found.size = _store(response, found.file, target, max_bytes, watch)
            found.file.seek(0)
    except BaseException:
        found.file.close()
        raise
    return found


def _store(
    response: http.client.HTTPResponse,
    file: IO[bytes],
    target: Target,
    max_bytes: int,
    watch: Stopwatch,
) -> int:
    """Copy the body, decoded, to the file; return its size in bytes."""
    size = 0
    encoding = response.headers.get("Content-Encoding", "")
    try:
        for piece in decoded(_body(response, target, max_bytes, watch), encoding):
            watch.check()
            size += len(piece)
            if size > max_bytes:
                raise TooBig(limit=max_bytes // MIB)
            file.write(piece)
    except Undecodable as error:
        watch.check()
        raise BadAnswer(host=target.host, answer=f"Content-Encoding {error}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        watch.check()
        raise Unreachable(host=target.host) from error
    return size


def _body(
    response: http.client.HTTPResponse, target: Target, max_bytes: int, watch: Stopwatch
) -> Iterator[bytes]:
    """The body as it comes over the line. The limit counts here too: a coding may swallow bytes without giving any."""
    if (response.length or 0) > max_bytes:
        raise TooBig(limit=max_bytes // MIB)
    received = 0
    while piece := response.read1(STEP_BYTES):
        watch.check()
        received += len(piece)
        if received > max_bytes:
            raise TooBig(limit=max_bytes // MIB)
        yield piece
    watch.check()
    if response.length:  # it promised more than it sent
        raise Unreachable(host=target.host)
