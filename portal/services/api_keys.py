"""Keys of programs: made, found, rotated, revoked, and counted.

A key is `prefix.secret`: eight letters that may be shown, and 256 random bits that are shown once. The database keeps a
hash of the whole. Who asks with a key is only read, so uses are counted by the worker.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from portal import clock, db, tokens
from portal.errors import Conflict, Invalid
from portal.models import ApiKey, ApiKeyDay, Feed, History, KeyScope, Person

OVERLAP = timedelta(days=7)  # how long the old key still opens after a new one took its place
VERBS = ("volopps", "offers", "upload", "too_many", "refused")  # what the worker is told, by rank
PREFIX = 8
DAYS = 30


@dataclass(frozen=True, slots=True)
class Use:
    """A key, with its uses of the last 30 days: each day's, oldest first, their sum, and how many were turned away."""

    key: ApiKey
    days: list[int] = field(default_factory=list)
    total: int = 0
    turned_away: int = 0


def make(
    name: str,
    scopes: Collection[KeyScope],
    maker: Person | None,
    *,
    feed: Feed | None = None,
    expires_at: datetime | None = None,
    per_minute: int = 600,
) -> tuple[ApiKey, str]:
    """A new key and what opens with it, which is never seen again. A key that uploads is bound to its feed."""
    if not scopes:
        raise Invalid("Choisissez ce que la clé permet : lire, ou envoyer.", field="scopes")
    if KeyScope.UPLOAD in scopes and feed is None:
        raise Invalid("Une clé qui envoie est liée à un flux : choisissez-le.", field="feed")
    prefix = tokens.short_code(PREFIX)
    secret = f"{prefix}.{tokens.random_token()}"
    key = ApiKey(
        name=name,
        prefix=prefix,
        token_hash=tokens.digest(secret),
        scopes=sorted(scope.value for scope in scopes),
        feed_id=feed.id if feed and KeyScope.UPLOAD in scopes else None,
        expires_at=expires_at,
        per_minute=per_minute,
        maker_id=maker.id if maker else None,
    )
    db.session.add(key)
    db.session.flush()
    _remember(key, "key_made", maker)
    return key, secret


def find(secret: str) -> ApiKey | None:
    """The key that this is, while it is good. One statement, by its hash: time tells nothing about the secret."""
    key = db.session.scalar(select(ApiKey).where(ApiKey.token_hash == tokens.digest(secret)))
    return key if key is not None and key.opens_at(clock.now()) else None


def rotate(key: ApiKey, maker: Person) -> tuple[ApiKey, str]:
    """A new key in the place of this one, which still opens for a week, so that nobody is cut off meanwhile."""
    if not key.opens_at(clock.now()):
        raise Conflict("Cette clé n’ouvre plus rien : faites-en une nouvelle.")
    scopes = [KeyScope(scope) for scope in key.scopes]
    made, secret = make(
        key.name,
        scopes,
        maker,
        feed=key.feed,
        expires_at=key.expires_at,
        per_minute=key.per_minute,
    )
    made.replaces_id = key.id
    ends = clock.now() + OVERLAP
    key.expires_at = min(key.expires_at or ends, ends)
    _remember(key, "key_rotated", maker)
    db.session.flush()
    return made, secret


def revoke(key: ApiKey, by: Person) -> None:
    """It opens nothing from now on. Doing it twice changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        _remember(key, "key_revoked", by)
        db.session.flush()


def count(key_id: int, verb: str) -> None:
    """One more use today. Called by the worker."""
    key = db.session.get(ApiKey, key_id)
    if key is None:
        return
    key.last_used_at = clock.now()
    insert: Any = (sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql).insert
    statement = insert(ApiKeyDay).values(api_key_id=key_id, on=clock.today(), verb=verb, count=1)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["api_key_id", "on", "verb"], set_={"count": ApiKeyDay.count + 1}
        )
    )


def listed() -> list[Use]:
    """Every key, the good ones first, then the newest; two statements."""
    keys = list(
        db.session.scalars(
            select(ApiKey).options(joinedload(ApiKey.feed)).order_by(ApiKey.id.desc())
        )
    )
    first = clock.today() - timedelta(days=DAYS - 1)
    used: dict[int, dict[date, int]] = {}
    away: dict[int, int] = {}
    rows = db.session.execute(
        select(ApiKeyDay.api_key_id, ApiKeyDay.on, ApiKeyDay.verb, func.sum(ApiKeyDay.count))
        .where(ApiKeyDay.on >= first)
        .group_by(ApiKeyDay.api_key_id, ApiKeyDay.on, ApiKeyDay.verb)
    )
    for key_id, on, verb, number in rows:
        if verb in ("too_many", "refused"):
            away[key_id] = away.get(key_id, 0) + int(number)
        else:
            days = used.setdefault(key_id, {})
            days[on] = days.get(on, 0) + int(number)
    at = clock.now()
    found = [_use(key, first, used.get(key.id, {}), away.get(key.id, 0)) for key in keys]
    return sorted(found, key=lambda use: not use.key.opens_at(at))


def _use(key: ApiKey, first: date, days: dict[date, int], turned_away: int) -> Use:
    each = [days.get(first + timedelta(days=n), 0) for n in range(DAYS)]
    return Use(key, each, sum(each), turned_away)


def _remember(key: ApiKey, verb: str, person: Person | None) -> None:
    db.session.add(
        History(
            person_id=person.id if person else None,
            verb=verb,
            subject="api_key",
            subject_id=key.id,
            details={"prefix": key.prefix},
        )
    )
