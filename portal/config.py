"""The table of settings: name, type, default, help. The only file that reads the environment.

Each setting is the environment variable `RELAIS_<NAME>`, or a file named by `RELAIS_<NAME>_FILE` (for secrets).
`DATA`, `PORT` and `DEMO` also work without the prefix, because people type them before `make run`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from portal.errors import SettingsError

MIB = 1024 * 1024
# Sign-in providers whose issuer everybody knows; any other needs its LOGIN_<NAME>_DISCOVERY_URL.
KNOWN_DISCOVERY = {
    "google": "https://accounts.google.com/.well-known/openid-configuration",
    "facebook": "https://www.facebook.com/.well-known/openid-configuration/",
}


@dataclass(frozen=True)
class LoginProvider:
    """One way to sign in through somebody else: an OpenID Connect issuer."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    discovery_url: str = ""


def _setting(default: object, help: str, *, secret: bool = False) -> object:
    return field(default=default, metadata={"help": help, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """The effective settings, checked. Paths are absolute."""

    DATA: Path = _setting(Path("instance"), "folder of everything that is written")  # type: ignore[assignment]
    DATABASE_URL: str = _setting("", "SQLite in DATA, or postgresql+psycopg://...", secret=True)  # type: ignore[assignment]
    SEARCH_URL: str = _setting("", "whoosh:///folder or memory:")  # type: ignore[assignment]
    QUEUE_URL: str = _setting("", "sqlite:///file or redis://...", secret=True)  # type: ignore[assignment]
    MAIL_URL: str = _setting(
        "", "file:///folder, smtp://user:pass@host:587 or console:", secret=True
    )  # type: ignore[assignment]
    SECRET_KEY: str = _setting("", "signs addresses and cookies; made on first run", secret=True)  # type: ignore[assignment]
    BASE_URL: str = _setting("", "the public address of the portal")  # type: ignore[assignment]
    SITE_NAME: str = _setting("Relais", "the name on the pages")  # type: ignore[assignment]
    CONTACT_EMAIL: str = _setting("contact@relais.invalid", "who answers for the portal")  # type: ignore[assignment]
    SOURCE_URL: str = _setting("", "where the source of this installation can be had")  # type: ignore[assignment]
    MAP_TILES_URL: str = _setting("", "map tiles; without it the map draws its own outline")  # type: ignore[assignment]
    MAP_TILES_ATTRIBUTION: str = _setting("", "what the tiles' licence asks to show")  # type: ignore[assignment]
    DEMO: bool = _setting(False, "demo people, mailbox and API key; loopback only")  # type: ignore[assignment]
    ENVIRONMENT: str = _setting("production", "production or development")  # type: ignore[assignment]
    FEEDS_ALLOW_PRIVATE: bool = _setting(False, "feeds may be fetched from private addresses")  # type: ignore[assignment]
    FEEDS_MAX_BYTES: int = _setting(256 * MIB, "decompressed bytes of one feed")  # type: ignore[assignment]
    FEEDS_MAX_SECONDS: int = _setting(300, "wall time of one download")  # type: ignore[assignment]
    FEEDS_MAX_RECORDS: int = _setting(1_000_000, "records of one feed")  # type: ignore[assignment]
    FEEDS_CHECK_LIMIT: str = _setting(
        "6 per minute;40 per hour", "public checks of feeds from one network"
    )  # type: ignore[assignment]
    API_PER_MINUTE: int = _setting(60, "requests a minute to the API without a key")  # type: ignore[assignment]
    PROXY_HOPS: int = _setting(0, "how many proxies in front are trusted")  # type: ignore[assignment]
    METRICS_TOKEN: str = _setting("", "bearer token of /metrics", secret=True)  # type: ignore[assignment]
    HOST: str = _setting("127.0.0.1", "the address the server listens on")  # type: ignore[assignment]
    PORT: int = _setting(8000, "the port the server listens on")  # type: ignore[assignment]
    TESTING: bool = _setting(False, "guards that would be too slow or too loud elsewhere")  # type: ignore[assignment]
    LOGINS: tuple[LoginProvider, ...] = _setting((), "sign-in providers, from LOGIN_<NAME>_*")  # type: ignore[assignment]

    @property
    def is_https(self) -> bool:
        return self.BASE_URL.startswith("https://")

    def rows(self) -> list[tuple[str, str, str]]:
        """(name, value with secrets masked, help) of every setting, for `config show`."""
        return [(f.name, self._shown(f.name), f.metadata["help"]) for f in fields(self)]

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        if name == "LOGINS":
            return ", ".join(provider.name for provider in value) or "none"
        text = str(value)
        if not type(self).__dataclass_fields__[name].metadata["secret"]:
            return text
        masked = re.sub(r"://[^/@]*@", "://***@", text)
        return masked if "://" in text else ("***" if text else "")


def from_environment(
    environ: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """Read, complete and check the settings. Raises SettingsError with a sentence that names the setting."""
    env = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for f in fields(Settings):
        raw = _raw(env, f.name)
        if f.name != "LOGINS" and raw is not None:
            values[f.name] = _typed(f.name, raw, f.default)
    values["LOGINS"] = _logins(env)
    values.update(overrides or {})
    return _completed(values, env)


def _raw(env: Mapping[str, str], name: str) -> str | None:
    file = env.get(f"RELAIS_{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                "RELAIS_%(name)s_FILE ne peut pas être lu : %(why)s.", name=name, why=error.strerror
            ) from error
    if f"RELAIS_{name}" in env:
        return env[f"RELAIS_{name}"]
    return env.get(name) if name in ("DATA", "PORT", "DEMO") else None


def _typed(name: str, raw: str, default: object) -> object:
    if isinstance(default, bool):
        if raw.lower() not in ("", "0", "1", "true", "false", "yes", "no", "on", "off"):
            raise SettingsError("%(name)s vaut « %(raw)s » : écrivez 1 ou 0.", name=name, raw=raw)
        return raw.lower() in ("1", "true", "yes", "on")
    if isinstance(default, int):
        if not re.fullmatch(r"\d{1,15}", raw):
            raise SettingsError(
                "%(name)s vaut « %(raw)s » : écrivez un nombre entier.", name=name, raw=raw
            )
        return int(raw)
    return Path(raw) if isinstance(default, Path) else raw


def _logins(env: Mapping[str, str]) -> tuple[LoginProvider, ...]:
    names = sorted(
        match[1].lower()
        for key in env
        if (match := re.fullmatch(r"RELAIS_LOGIN_([A-Z0-9]+)_CLIENT_ID", key))
    )
    return tuple(_login(env, name) for name in names)


def _login(env: Mapping[str, str], name: str) -> LoginProvider:
    upper = name.upper()
    discovery = _raw(env, f"LOGIN_{upper}_DISCOVERY_URL") or KNOWN_DISCOVERY.get(name, "")
    if not discovery:
        raise SettingsError(
            "Le fournisseur « %(name)s » n’a pas d’adresse : donnez RELAIS_LOGIN_%(upper)s_DISCOVERY_URL.",
            name=name,
            upper=upper,
        )
    secret = _raw(env, f"LOGIN_{upper}_CLIENT_SECRET") or ""
    return LoginProvider(name, env[f"RELAIS_LOGIN_{upper}_CLIENT_ID"], secret, discovery)


def _completed(values: dict[str, object], env: Mapping[str, str]) -> Settings:
    data = Path(str(values.get("DATA", "instance"))).absolute()
    port = int(str(values.get("PORT", 8000)))
    values["DATA"] = data
    values["BASE_URL"] = str(values.get("BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    values["DATABASE_URL"] = values.get("DATABASE_URL") or f"sqlite:///{data / 'relais.db'}"
    values["SEARCH_URL"] = values.get("SEARCH_URL") or f"whoosh://{data / 'index'}"
    values["QUEUE_URL"] = values.get("QUEUE_URL") or f"sqlite:///{data / 'queue.db'}"
    values["MAIL_URL"] = values.get("MAIL_URL") or f"file://{data / 'mail'}"
    # The demo's partner feeds are served by the demo itself, on loopback.
    values.setdefault("FEEDS_ALLOW_PRIVATE", bool(values.get("DEMO", False)))
    values["SECRET_KEY"] = values.get("SECRET_KEY") or _own_secret(data)
    settings = Settings(**values)  # type: ignore[arg-type]
    for sentence in problems(settings):
        raise SettingsError(sentence)
    return settings


def _own_secret(data: Path) -> str:
    """The key made on first run. Two processes may start at once: the exclusive link lets one of them win."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".secret_key.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def problems(settings: Settings) -> list[str]:
    """What makes these settings unusable or unsafe, one sentence each."""
    found = []
    schemes = {
        "DATABASE_URL": ("sqlite:///", "postgresql+psycopg://"),
        "SEARCH_URL": ("whoosh:///", "memory:"),
        "QUEUE_URL": ("sqlite:///", "redis://", "immediate:"),
        "MAIL_URL": ("file:///", "smtp://", "smtps://", "console:"),
        "BASE_URL": ("http://", "https://"),
    }
    for name, allowed in schemes.items():
        if not str(getattr(settings, name)).startswith(allowed):
            found.append(
                f"{name} commence par « {str(getattr(settings, name)).split(':')[0]}: » : "
                f"ce qui existe ici est {', '.join(allowed)}."
            )
    if settings.ENVIRONMENT not in ("production", "development"):
        found.append("ENVIRONMENT est production ou development.")
    if not 0 < settings.PORT < 65536:
        found.append(f"PORT vaut {settings.PORT} : un port va de 1 à 65535.")
    if len(settings.SECRET_KEY) < 32:
        found.append("SECRET_KEY est trop courte : 32 caractères au moins.")
    if settings.DEMO and not (
        _is_loopback(settings.HOST) and _is_loopback(_host(settings.BASE_URL))
    ):
        found.append(
            "DEMO ouvre des comptes sans preuve : il n’est permis que sur une adresse locale (127.0.0.1)."
        )
    if settings.ENVIRONMENT == "production" and not settings.DEMO and not settings.TESTING:
        found += _unsafe_in_production(settings)
    return found


def _unsafe_in_production(settings: Settings) -> list[str]:
    found = []
    loopback = _is_loopback(_host(settings.BASE_URL))
    if not settings.is_https and not loopback:
        found.append("BASE_URL doit commencer par https:// : les cookies de connexion y voyagent.")
    if settings.MAIL_URL.startswith("console:"):
        found.append(
            "MAIL_URL vaut console: : en production, les messages doivent partir (smtp://) ou être gardés (file:///)."
        )
    if not loopback and settings.FEEDS_ALLOW_PRIVATE and settings.PROXY_HOPS == 0:
        found.append(
            "FEEDS_ALLOW_PRIVATE ouvre le réseau privé aux flux : réservé aux essais et aux intranets derrière un proxy (PROXY_HOPS)."
        )
    return found


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
