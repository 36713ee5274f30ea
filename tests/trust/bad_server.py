"""An HTTP server on loopback that does whatever a test wants a bad server to do, and counts who came."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, bytes], object]


@dataclass
class BadServer:
    """`answer` gets the open socket and the request's head. `requests` are the heads that came, in order."""

    listener: socket.socket
    answer: Answer
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://{self.listener.getsockname()[0]}:{self.port}/feed.xml"

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(30)
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = connection.recv(4_096)
                    if not piece:
                        return
                    head += piece
                self.requests.append(head)
                self.answer(connection, head)
            except OSError:  # the client had enough, as it should
                return


@contextmanager
def bad_server(answer: Answer, host: str = "127.0.0.1") -> Iterator[BadServer]:
    """The server, listening on a free port of loopback until the end of the block."""
    listener = socket.create_server((host, 0), backlog=128)
    server = BadServer(listener, answer)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def respond(body: bytes = b"", status: str = "200 OK", **headers: str) -> Answer:
    """An answer with this body; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status}"] + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return lambda connection, request: connection.sendall(head + body)
