"""The mailbox of a test: what the worker has sent, read back from the folder it was sent to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Flask

from portal.jobs import outbox


@dataclass(frozen=True)
class Mail:
    """One message, as its reader sees it."""

    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        return str(body.get_content()) if body else ""

    @property
    def calendar(self) -> str:
        for part in self.message.iter_attachments():
            if part.get_content_type() == "text/calendar":
                return bytes(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]
        return ""

    def path(self, containing: str) -> str:
        """The path of the first link of the text that contains these words."""
        found = re.search(rf"https?://[^/\s]+(\S*{re.escape(containing)}\S*)", self.text)
        assert found, f"no link with {containing!r} in: {self.text}"
        return found[1]


def mails(app: Flask, to: str = "") -> list[Mail]:
    """Everything that was sent so far, in the order of its sending, after the worker did what is due."""
    outbox.drain()
    folder = Path(app.config["MAIL_URL"].removeprefix("file://"))
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [Mail(message_from_bytes(f.read_bytes(), policy=default)) for f in files]  # type: ignore[arg-type]
    return [mail for mail in found if to in mail.to]


def last(app: Flask, to: str) -> Mail:
    """The newest message to this address."""
    found = mails(app, to)
    assert found, f"nobody wrote to {to}"
    return found[-1]
