"""Mail: how a letter becomes a message, and the three ways it leaves (an SMTP server, files, the terminal).

Used by doors alone, and by the worker almost always. It refuses to work inside a database transaction: a server that takes
its time would keep every other writer waiting. What somebody typed can never become a header: everything that goes into one
is made a single line of visible characters first, and the library refuses a line break as well.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import sys
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal import clock, db
from portal.errors import PortalError, Unavailable

PATIENCE = (
    45  # seconds for each answer of a mail server; six of them stay under the outbox's lease of 300
)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class MailLater(Unavailable):
    """The server did not take it this time: try again later."""

    sentence = "Le serveur de messagerie n’a pas accepté le message : %(why)s."


class MailRefused(PortalError):
    """This message will never be taken: the address does not exist, or is none."""

    sentence = "Le message est refusé : %(why)s."


@dataclass(frozen=True)
class Calendar:
    """What goes into the reader's calendar: bytes of an ICS file, and whether it adds (REQUEST) or removes (CANCEL)."""

    content: bytes
    method: str = "REQUEST"


@dataclass(frozen=True)
class Letter:
    """One message, written. `key` is the outbox's: a second sending carries the same Message-ID, so that mailboxes drop it."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    language: str = "fr"
    reply_to: str = ""
    calendar: Calendar | None = None
    unsubscribe: str = ""


class Transport(Protocol):
    """A way out."""

    def send(self, message: EmailMessage) -> None:
        """Send it, or raise MailLater or MailRefused."""


def compose(letter: Letter, *, sender: str, sender_name: str, domain: str) -> EmailMessage:
    """The message of a letter. Raises MailRefused for an address that is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(sender_name), addr_spec=sender)
    message["To"] = _address(letter.to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(letter.key, domain)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.reply_to:
        message["Reply-To"] = _address(letter.reply_to)
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{one_line(letter.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar is not None:
        message.add_attachment(
            letter.calendar.content,
            maintype="text",
            subtype="calendar",
            filename="relais.ics",
            params={"method": letter.calendar.method, "charset": "utf-8"},
        )
    message["Content-Language"] = letter.language
    return message


def domain_of(base_url: str) -> str:
    """The name behind the @ of our Message-IDs and calendar UIDs: the portal's own host."""
    return urlsplit(base_url).hostname or "localhost"


def message_id(key: str, domain: str) -> str:
    """The Message-ID of an outbox row: the same however often it is sent, and telling nothing."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def one_line(text: str) -> str:
    """Text for a header: one line, no control characters, nothing that turns the direction of reading."""
    joined = " ".join(text.split())
    return "".join(
        c for c in joined if unicodedata.category(c) not in ("Cc", "Cs") and c not in BIDI
    )


def send(message: EmailMessage, url: str) -> None:
    """Send one message by the transport of this address. Raises MailLater, MailRefused."""
    if db.in_transaction():
        raise RuntimeError("mail is never sent inside a database transaction")
    transport(url).send(message)


def transport(url: str) -> Transport:
    """The way out that MAIL_URL names."""
    if url.startswith("console:"):
        return Console()
    if url.startswith("file://"):
        return Folder(Path(unquote(url.removeprefix("file://"))))
    return Server(url)


class Console:
    """Prints messages: for development."""

    def send(self, message: EmailMessage) -> None:
        sys.stdout.write(f"{message.as_string()}\n{'-' * 72}\n")


class Folder:
    """One .eml file a message, named after its Message-ID: sent twice, it is there once. Whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        draft = self.folder / f".{name}.{os.getpid()}"
        try:
            draft.write_bytes(message.as_bytes())
            draft.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise MailLater(why=error.strerror or "disque") from error


class Server:
    """An SMTP server: `smtp://user:password@host:587` (STARTTLS where it is offered) or `smtps://`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.is_tls = parts.scheme == "smtps"
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (465 if self.is_tls else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        try:
            with self._open() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _judged(code, words) from error
        except smtplib.SMTPDataError as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(why="adresse que le serveur ne sait pas écrire") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailLater(why=f"{type(error).__name__} {error}"[:200]) from error

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        server.ehlo()
        if not self.is_tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if self.user:
            server.login(self.user, self.password)
        return server


def _judged(code: int, words: bytes | str) -> PortalError:
    """4xx is "not now", 5xx is "never"."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    why = one_line(f"{code} {said}")[:200]
    return MailLater(why=why) if code < 500 else MailRefused(why=why)


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError) as error:
        raise MailRefused(why="adresse illisible") from error
