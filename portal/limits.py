"""How often one network may ask for what is dear. For doors alone; what is counted is forgotten with the process."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter

from portal import security

limiter = Limiter(
    key_func=lambda: security.network() or "unknown",
    storage_uri="memory://",
    strategy="moving-window",
)


def init_app(app: Flask) -> None:
    """Count for this app. A view names its own limit with `limiter.limit`."""
    limiter.init_app(app)
