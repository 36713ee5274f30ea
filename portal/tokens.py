"""The only place where randomness and signatures come from.

Three kinds of secret, told apart on purpose:
- a *random token* is made here, mailed or set in a cookie once, and only its hash is kept (`digest`): sign-in links, sessions;
- a *personal address* must be written again in each reminder, so it cannot be hashed: it is `id.nonce.signature`, the
  database keeps the nonce only, and a leak of the database without SECRET_KEY opens nothing. A new nonce revokes it;
- a *keyed hash* lets us compare e-mail addresses that we no longer keep.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_keys: list[bytes] = []  # the installation's key, set once by create_app through `use_key`
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: codes are read aloud


def use_key(secret_key: str) -> None:
    """Take the installation's SECRET_KEY: every signature and keyed hash of this process is made with it."""
    _keys[:] = [secret_key.encode()]


def random_token() -> str:
    """256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def nonce() -> str:
    """96 bits, enough beside a signature."""
    return secrets.token_urlsafe(12)


def short_code(length: int = 10) -> str:
    """A code for a share link: about 50 bits, says nothing about its owner."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def fraction() -> float:
    """A number from 0 to 1, for spreading things over time."""
    return secrets.randbelow(10**6) / 10**6


def digest(token: str) -> str:
    """What the database keeps of a random token (hex, 64 characters)."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, value: str) -> str:
    """A hash that only this installation can make, different for each purpose (hex, 64 characters)."""
    return hmac.new(_key(purpose), value.encode(), "sha256").hexdigest()


def email_hash(email: str) -> str:
    """The keyed hash of an address, the same for every spelling that reaches the same mailbox's owner."""
    return keyed_hash("email", normal_email(email))


def normal_email(email: str) -> str:
    """The form in which addresses are compared and stored: trimmed, casefolded."""
    return email.strip().casefold()


def sign(purpose: str, ident: int, nonce: str) -> str:
    """A personal address `id.nonce.signature` for the row `ident`."""
    return f"{ident}.{nonce}.{_signature(purpose, ident, nonce)}"


def read(purpose: str, token: str) -> tuple[int, str] | None:
    """The (id, nonce) of a personal address, or None when it was not made here. The row's own nonce must still be compared."""
    ident, _, rest = token.partition(".")
    nonce_part, _, signature = rest.rpartition(".")
    if not (
        ident.isascii() and ident.isdigit() and len(ident) < 19 and nonce_part and token.isascii()
    ):
        return None
    if not same(signature, _signature(purpose, int(ident), nonce_part)):
        return None
    return int(ident), nonce_part


def same(left: str, right: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _signature(purpose: str, ident: int, nonce: str) -> str:
    mac = hmac.digest(_key(purpose), f"{ident}.{nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:18]).decode()


def _key(purpose: str) -> bytes:
    return hmac.digest(_keys[0], f"relais/{purpose}".encode(), "sha256")
