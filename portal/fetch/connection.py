"""One HTTP connection that only goes where it may, and ends when its time is over.

Why not requests with requests-hardened 1.3.0: it does resolve once and connect to the number it has checked (read in its
source), but it looks at the first answer only, has no rule for ports, redirects or sizes, lets loopback through as the only
exception, and asks for a private hook of requests. On the standard library's `HTTPConnection.connect`, which is meant to
be overridden, the same is forty lines with nothing between us and the socket: resolve, judge every answer, connect to
that very address, judge the address of the peer.

Why a stopwatch thread: a read timeout starts again with each byte, so one byte a second never times out, neither in the
headers nor in a TLS handshake nor inside a decompressor that waits for more. At the end of its time the socket is shut
down under whoever is reading.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import certifi

from portal.fetch import addresses
from portal.fetch.errors import AddressRefused, TooSlow, Unreachable

Resolver = Callable[..., list[Any]]
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
_MOST_ANSWERS = 4  # addresses of one name that are tried
_LONGEST_URL = 2_000
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart, once: what is checked is what is used."""

    scheme: str
    host: str  # ASCII, lower case
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Rules:
    """Where a download may go. With `allow_private`, intranet addresses are open on every port; public ones never are."""

    ports: frozenset[int] = frozenset({80, 443})
    allow_private: bool = False
    resolver: Resolver = socket.getaddrinfo


def read_target(url: str) -> Target:
    """Take an address apart. Raises AddressRefused for what a plain web address never holds."""
    if (
        len(url) > _LONGEST_URL
        or "\\" in url
        or any(c.isspace() or not c.isprintable() for c in url)
    ):
        raise AddressRefused
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise AddressRefused from error
    if (
        parts.scheme not in _DEFAULT_PORTS
        or not ascii_host
        or "@" in parts.netloc
        or "%" in ascii_host
    ):
        raise AddressRefused
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]-._")
    query = quote(parts.query, safe="/%:=&~+!$,;'@()*[]-._?")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    return Target(parts.scheme, ascii_host, port, path + (f"?{query}" if query else ""))


class Stopwatch:
    """The total time of a download. When it is over, sockets under its guard are shut down, whoever waits on them."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._guarded: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def guard(self, sock: socket.socket) -> None:
        """Keep a second handle on the connection: TLS takes the first one over."""
        with self._lock:
            self._guarded.append(sock.dup())
        if self.is_over:
            self._ring()

    def check(self) -> None:
        """Raises TooSlow when the time is over."""
        if self.is_over:
            raise TooSlow(seconds=round(self.seconds))

    def stop(self) -> None:
        self._timer.cancel()
        with self._lock:
            for sock in self._guarded:
                sock.close()
            self._guarded.clear()

    def _ring(self) -> None:
        self.is_over = True
        with self._lock:
            for sock in self._guarded:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:  # it is gone already, which is what we want
                    continue


class GuardedConnection(http.client.HTTPConnection):
    """An HTTP(S) connection to a target, under rules and a stopwatch. It knows no proxy, whatever the environment says."""

    def __init__(self, target: Target, rules: Rules, watch: Stopwatch) -> None:
        super().__init__(target.host, target.port, timeout=READ_SECONDS)
        self._target, self._rules, self._watch = target, rules, watch
        self.default_port = _DEFAULT_PORTS[target.scheme]  # left out of the Host header

    def connect(self) -> None:
        """Open the socket, after its address was judged and before a single byte is sent."""
        sock = self._open()
        try:
            if self._target.scheme == "https":
                sock = _tls_context().wrap_socket(
                    sock, server_hostname=self._target.host.rstrip(".")
                )
            sock.settimeout(READ_SECONDS)
        except (OSError, ValueError) as error:
            sock.close()
            self._watch.check()
            raise Unreachable(host=self._target.host) from error
        self.sock = sock

    def _open(self) -> socket.socket:
        for family, kind, protocol, place in self._answers():
            self._watch.check()
            sock = socket.socket(family, kind, protocol)
            try:
                self._watch.guard(sock)
                sock.settimeout(min(CONNECT_SECONDS, self._watch.seconds))
                sock.connect(place)
                self._judge(sock.getpeername()[0])
            except OSError:
                sock.close()
                continue
            except AddressRefused:
                sock.close()
                raise
            return sock
        self._watch.check()
        raise Unreachable(host=self._target.host)

    def _answers(self) -> list[tuple[int, int, int, Any]]:
        """The addresses of the host, all judged: a name with one address that is not public is not believed at all."""
        if self._target.port not in self._rules.ports and not self._rules.allow_private:
            raise AddressRefused
        try:
            found = self._rules.resolver(
                self._target.host, self._target.port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            raise Unreachable(host=self._target.host) from error
        for *_, place in found:
            self._judge(place[0])
        return [
            (family, kind, protocol, place)
            for family, kind, protocol, _, place in found[:_MOST_ANSWERS]
        ]

    def _judge(self, written: str) -> None:
        try:
            address = addresses.read_address(written)
        except ValueError as error:
            raise AddressRefused from error
        if addresses.is_public(address):
            if self._target.port in self._rules.ports:
                return
        elif self._rules.allow_private and addresses.is_intranet(address):
            return
        raise AddressRefused


def _tls_context() -> ssl.SSLContext:
    """The system's authorities and Mozilla's: slim machines have none of their own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
