"""A real SMTP server on loopback that misbehaves when it is told to, and remembers what it took."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.postgresql import free_port

Mood = Callable[[str], str]  # what is answered to a message for this address; "" is "taken"


class MailServer:
    """Listens while it is `open`; `mood` decides what each message is answered, `delay` how many seconds later."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.mood: Mood = lambda to: ""
        self.hangs_up_after_data = 0  # so many times: taken, and never said
        self.delay = 0.0
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        async def listen() -> asyncio.Server:
            return await self._loop.create_server(self._protocol, "127.0.0.1", self.port)

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)

    def close(self) -> None:
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            self._server = None

    def stop(self) -> None:
        self.close()

        async def drained() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(drained(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def ids(self) -> Counter[str]:
        """How often each message was taken, by Message-ID."""
        return Counter(str(message["Message-ID"]) for message in self.taken)

    def to(self) -> Counter[str]:
        """How often each address was written to."""
        return Counter(str(message["To"]) for message in self.taken)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=False, loop=self._loop, hostname="localhost")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.mood(envelope.rcpt_tos[0])
        if answer:
            return answer
        content: Any = envelope.content
        with self._lock:
            self.taken.append(message_from_bytes(content, policy=default))  # type: ignore[arg-type]
            hangs_up = self.hangs_up_after_data > 0
            self.hangs_up_after_data -= hangs_up
        if hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"
