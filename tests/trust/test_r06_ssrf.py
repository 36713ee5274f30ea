"""R06: somebody else's link never leads the portal into its own network.

A listener on loopback counts connections. Every spelling of a non-public address is refused before a connection is made;
the control takes the judgement away and shows that the same links do arrive.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from portal.fetch import AddressRefused, BadAnswer, Fetched, FetchError, Rules, addresses, fetch
from tests.trust.bad_server import Answer, BadServer, bad_server, respond

PUBLIC = "127.0.0.2"  # loopback as well, so that it can be listened on
# Written with the listener's port, so that whatever gets through is counted.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.127.127.127",
    "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[::127.0.0.1]", "[2002:7f00:1::]", "１２７.０.０.１",
    "127。0。0。1", "①②⑦.⓪.⓪.①", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
]  # fmt: skip
OTHERS = [
    "http://169.254.169.254/latest/meta-data/", "http://[fe80::1%25eth0]/", "http://[fe80::1]/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/", "http://192.0.0.192/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://[fc00::1]/", "http://[fec0::1]/",
    "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[2001::1]/", "http://[64:ff9b::a9fe:a9fe]/",
    "http://[::ffff:169.254.169.254]/", "http://[64:ff9b:1::1]/", "http://192.88.99.1/",
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "data:text/xml,<a/>",
    "jar:http://127.0.0.1!/", "//127.0.0.1/", "127.0.0.1", "http:///etc", "http://", "",
    "http://93.184.215.14:22/", "http://93.184.215.14:25/", "http://93.184.215.14:6379/", "http://93.184.215.14:0/",
    "http://93.184.215.14:99999/", "http://user:pass@93.184.215.14/", "http://93.184.215.14@127.0.0.1/",
    "http://127.0.0.1\\@93.184.215.14/", "http://127.0.0.1#@93.184.215.14/", "http://93.184.215.14 .127.0.0.1/",
    "http://127.0.0.1\t/", "http://127.0.0.1\r\nHost: x/", "http://[::1", "http://\u202e127.0.0.1/", "http://%31%32%37.0.0.1/",
]  # fmt: skip


def go(url: str, rules: Rules | None = None, **options: Any) -> Fetched:
    return fetch(
        url, max_bytes=1_000_000, max_seconds=options.pop("seconds", 5), rules=rules, **options
    )


@pytest.fixture
def listener() -> Iterator[BadServer]:
    with bad_server(respond(b"secret")) as server:
        yield server


@pytest.fixture
def its_port(listener: BadServer) -> Rules:
    """The listener's port is allowed, so that only the address can be the reason of a refusal."""
    return Rules(ports=frozenset({80, 443, listener.port}))


def answers(*rounds: str) -> Any:
    """A resolver that gives the next address each time it is asked, and the last one for ever."""
    left = list(rounds)

    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


@contextmanager
def declared_public(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server that stands in for one on the Internet: its own address, and no other of loopback, counts as public."""
    real = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda a: str(a) == PUBLIC or real(a))
    with bad_server(answer, PUBLIC) as server:
        yield server


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_loopback_is_reached(
    host: str, listener: BadServer, its_port: Rules
) -> None:
    started = time.monotonic()
    with pytest.raises(FetchError):
        go(f"http://{host}:{listener.port}/", its_port)
    assert listener.connections == 0
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("url", OTHERS)
def test_no_other_way_in_is_taken(url: str) -> None:
    started = time.monotonic()
    with pytest.raises(AddressRefused) as caught:
        go(url)
    assert time.monotonic() - started < 1
    assert caught.value.sentence.startswith("Cette adresse n’est pas acceptée")


def test_a_name_is_resolved_once_and_what_was_judged_is_what_is_reached(
    listener: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: a good address for the judgement, loopback for the connection. There is no second question."""
    asked: list[str] = []
    rebinding = answers(PUBLIC, "127.0.0.1")

    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return list(rebinding(host, port, **options))

    with declared_public(respond(b"good"), monkeypatch) as good:
        rules = Rules(ports=frozenset({good.port, listener.port}), resolver=resolve)
        with go(f"http://rebind.example:{good.port}/", rules) as found:
            assert found.file.read() == b"good"
        with pytest.raises(AddressRefused):  # its second answer, in a second download
            go(f"http://rebind.example:{listener.port}/", rules)
    assert asked == ["rebind.example"] * 2
    assert listener.connections == 0


def test_a_name_with_one_address_that_is_not_public_is_not_believed_at_all(
    listener: BadServer, its_port: Rules
) -> None:
    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        return [*answers("93.184.215.14")(host, port), *answers("127.0.0.1")(host, port)]

    with pytest.raises(AddressRefused):
        go(f"http://two.example:{listener.port}/", Rules(ports=its_port.ports, resolver=resolve))
    assert listener.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
        "gopher://x/",
        "http://[::1",
    ],
)
def test_a_redirect_is_judged_like_the_first_link(target: str) -> None:
    with bad_server(respond(status="302 Found", Location=target)) as server:
        with pytest.raises(AddressRefused):
            go(server.url, allow_private=True)
        assert server.connections == 1


def test_a_redirect_from_outside_does_not_reach_loopback(
    listener: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inwards = respond(status="301 Moved", Location=listener.url)
    with declared_public(inwards, monkeypatch) as outside:
        rules = Rules(ports=frozenset({outside.port, listener.port}))
        with pytest.raises(AddressRefused):
            go(f"http://{PUBLIC}:{outside.port}/", rules)
        assert outside.connections == 1
    assert listener.connections == 0


def test_redirects_that_never_end_are_left_after_three() -> None:
    with bad_server(respond(status="302 Found", Location="/again")) as server:
        with pytest.raises(BadAnswer):
            go(server.url, allow_private=True)
        assert server.connections == 4


def test_credentials_do_not_go_to_another_host() -> None:
    secret = {"Authorization": "Basic c2VjcmV0"}
    with bad_server(respond(b"<source/>")) as other:
        moved = respond(status="302 Found", Location=other.url)
        with (
            bad_server(moved) as first,
            go(first.url, allow_private=True, credentials=secret) as found,
        ):
            assert found.file.read() == b"<source/>"
            assert b"c2VjcmV0" in first.requests[0]
        assert b"c2VjcmV0" not in other.requests[0]


def test_proxies_of_the_environment_are_not_used(
    listener: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, listener.url)
    with bad_server(respond(b"direct")) as server, go(server.url, allow_private=True) as found:
        assert found.file.read() == b"direct"
    assert listener.connections == 0


def test_an_intranet_setting_opens_loopback_and_never_the_clouds_metadata(
    listener: BadServer,
) -> None:
    with go(listener.url, allow_private=True) as found:
        assert found.file.read() == b"secret"
    for url in (
        "http://169.254.169.254/",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "http://0.0.0.0/",
    ):
        with pytest.raises(AddressRefused):
            go(url, allow_private=True)


def test_the_address_of_the_peer_is_judged_too(
    listener: BadServer, its_port: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should something between us and the network lead elsewhere, no byte is sent there."""
    judged: list[str] = []
    real = addresses.is_public

    def public_the_first_time(address: addresses.Address) -> bool:
        judged.append(str(address))
        return len(judged) == 1 or real(address)

    monkeypatch.setattr(addresses, "is_public", public_the_first_time)
    with pytest.raises(AddressRefused):
        go(f"http://127.0.0.1:{listener.port}/", its_port)
    assert judged == ["127.0.0.1", "127.0.0.1"]
    assert listener.requests == []


def test_without_the_judgement_the_same_links_do_arrive(
    listener: BadServer, its_port: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    reached = 0
    for host in HOSTS:
        try:
            with go(f"http://{host}:{listener.port}/", its_port, seconds=0.5) as found:
                reached += found.file.read() == b"secret"
        except FetchError:
            continue
    assert reached >= 12
    assert listener.connections >= reached


def test_control_a_redirect_that_is_followed_blindly_reaches_loopback(
    listener: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    with bad_server(respond(status="302 Found", Location=listener.url)) as server:
        rules = Rules(ports=frozenset({server.port, listener.port}))
        with go(server.url, rules) as found:
            assert found.file.read() == b"secret"
    assert listener.connections == 1
