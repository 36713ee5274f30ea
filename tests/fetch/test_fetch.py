"""The download as a feed run uses it: conditional, decoded, on disk, and with a sentence when it fails."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import re
import socket
import ssl
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portal.fetch import (
    AddressRefused,
    BadAnswer,
    Fetched,
    TooBig,
    Unreachable,
    addresses,
    basic,
    fetch,
)
from portal.fetch.connection import read_target
from tests.trust.bad_server import bad_server

BODY = "<source>été</source>".encode() * 20_000


def go(url: str, **options: object) -> Fetched:
    return fetch(url, max_bytes=10_000_000, max_seconds=10, allow_private=True, **options)  # type: ignore[arg-type]


def test_a_file_arrives_on_disk_and_is_gone_after_the_block(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed.xml").respond_with_data(
        BODY, content_type="text/xml", headers={"ETag": '"1"'}
    )
    with go(httpserver.url_for("/feed.xml")) as found:
        assert found.file.read() == BODY
        assert found.file.seekable()
        assert (found.size, found.etag, found.content_type) == (len(BODY), '"1"', "text/xml")
    assert found.file.closed


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
        ("gzip", gzip.compress(BODY) + bytes(512)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("br", brotli.compress(BODY)),
        ("zstd", zstd.compress(BODY)),
        ("zstd", zstd.compress(BODY[:9]) + zstd.compress(BODY[9:])),
        ("gzip, br", brotli.compress(gzip.compress(BODY))),
        ("identity", BODY),
    ],
    ids=lambda given: given if isinstance(given, str) else "",  # packed, it holds the hour
)
def test_every_coding_we_ask_for_is_undone(
    httpserver: HTTPServer, coding: str, packed: bytes
) -> None:
    httpserver.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": coding})
    with go(httpserver.url_for("/")) as found:
        assert found.file.read() == BODY


def test_a_file_that_did_not_change_is_not_sent_again(httpserver: HTTPServer) -> None:
    def answer(request: Request) -> Response:
        is_same = (
            request.headers.get("If-None-Match") == '"1"' and "If-Modified-Since" in request.headers
        )
        return (
            Response(status=304, headers={"ETag": '"1"'})
            if is_same
            else Response(BODY, headers={"ETag": '"1"'})
        )

    httpserver.expect_request("/").respond_with_handler(answer)
    with go(httpserver.url_for("/")) as first:
        assert not first.is_not_modified
    with go(
        httpserver.url_for("/"), etag='"1"', last_modified="Thu, 01 Jan 2026 00:00:00 GMT"
    ) as second:
        assert second.is_not_modified
        assert (second.size, second.file.read()) == (0, b"")


def test_a_redirect_is_followed_and_its_end_is_told(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data(
        status=301, headers={"Location": "/n%C3%A9w?a=b"}
    )
    httpserver.expect_request("/néw", query_string="a=b").respond_with_data(BODY)
    with go(httpserver.url_for("/old")) as found:
        assert found.url.endswith("/n%C3%A9w?a=b")
        assert found.size == len(BODY)


def test_credentials_are_sent_to_the_first_host(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/", headers=basic("été", "s:ecret")).respond_with_data(BODY)
    with go(httpserver.url_for("/"), credentials=basic("été", "s:ecret")) as found:
        assert found.size == len(BODY)


def test_a_header_that_would_break_out_of_its_line_is_not_sent(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(BODY)
    with pytest.raises(BadAnswer):
        go(httpserver.url_for("/"), etag='"1"\r\nX-Evil: 1')
    assert httpserver.log == []


@pytest.mark.parametrize("head", [b"220 mail ESMTP\r\n", b"HTTP/1.1 OK\r\n\r\n", b"\x16\x03\x01"])
def test_what_does_not_speak_http_is_told_in_a_sentence_of_no_programmer(head: bytes) -> None:
    def speak(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)

    with bad_server(speak) as server, pytest.raises(BadAnswer) as caught:
        go(f"http://127.0.0.1:{server.port}/")
    said = caught.value.in_words()
    assert caught.value.code == "no_http" and "n’est pas celle d’un serveur web" in said
    assert not re.search(r"[A-Z][a-z]+[A-Z]", said)  # BadStatusLine, IncompleteRead


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410, 429, 500, 503])
def test_an_answer_that_is_no_file_is_told_with_its_status(
    httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status)
    with pytest.raises(BadAnswer) as caught:
        go(httpserver.url_for("/"))
    assert str(status) in caught.value.in_words()
    assert not caught.value.permanent


def test_what_does_not_answer_is_told_with_its_host() -> None:
    with pytest.raises(Unreachable) as caught:
        go("http://127.0.0.1:1/")
    assert "127.0.0.1" in caught.value.in_words()
    with pytest.raises(Unreachable):
        go("http://nowhere.invalid/")


def test_a_file_over_the_limit_is_told_in_mebibytes(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(BODY)
    with pytest.raises(TooBig) as caught:
        fetch(httpserver.url_for("/"), max_bytes=1_000, max_seconds=10, allow_private=True)
    assert caught.value.permanent


def test_an_address_is_taken_apart_once() -> None:
    target = read_target("HTTPS://Été.Example:8443/a b".replace(" ", "%20") + "?q=é&x=[1]#fragment")
    assert (target.scheme, target.host, target.port) == ("https", "xn--t-9fab.example", 8443)
    assert target.path == "/a%20b?q=%C3%A9&x=[1]"
    with pytest.raises(AddressRefused):
        read_target("https://asso.example/a b")


@pytest.mark.parametrize(
    ("written", "is_public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("64:ff9b::5db8:d70e", True),
        ("::ffff:93.184.215.14", True), ("127.0.0.1", False), ("169.254.169.254", False), ("64:ff9b::a9fe:a9fe", False),
        ("2002:5db8:d70e::", False), ("100.100.100.200", False), ("192.0.0.192", False), ("fec0::1", False), ("::", False),
        ("5f00::1", False), ("fd00:ec2::254", False), ("198.18.0.1", False), ("224.0.0.251", False), ("2001:20::1", False),
    ],
)  # fmt: skip
def test_what_is_public(written: str, is_public: bool) -> None:
    assert addresses.is_public(addresses.read_address(written)) is is_public


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relais test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, format: str, *args: object) -> None:
            return

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://127.0.0.1:{server.server_address[1]}/"
        with pytest.raises(Unreachable):
            go(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # now somebody does
        with go(url) as found:
            assert found.size == len(BODY)
        with pytest.raises(Unreachable):  # but for this name only
            go(url.replace("127.0.0.1", "localhost"))
        server.shutdown()
