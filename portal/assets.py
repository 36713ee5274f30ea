"""The static files as pages see them: one stylesheet made of static/css, every address with the folder's hash.

What is behind such an address never changes, so browsers keep it for a year; compressed copies are made once.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request

STATIC = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".ico": "image/x-icon",
}
SQUEEZED = (".css", ".js", ".svg", ".json", ".webmanifest", ".txt")


class Assets:
    """Reads and compresses each file once. One version names the whole folder, so that a script's imports share it."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder
        self.version = _version(folder)
        self._kept: dict[str, dict[str, bytes]] = {}

    def url(self, name: str) -> str:
        """The address of a static file, for instance `site.css` or `js/like.js`."""
        return f"/static/{self.version}/{name}"

    def answer(self, version: str, name: str) -> Response:
        """The file's bytes in the best encoding the browser takes; 404 when there is no such file."""
        bodies = self._bodies(name)
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = next((e for e in ("br", "gzip") if e in accepted and e in bodies), "identity")
        response = Response(bodies[encoding], content_type=TYPES[Path(name).suffix])
        if encoding != "identity":
            response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
        fresh = "public, max-age=31536000, immutable"
        response.headers["Cache-Control"] = fresh if version == self.version else "no-cache"
        return response

    def _bodies(self, name: str) -> dict[str, bytes]:
        if name not in self._kept:
            body = self._read(name)
            self._kept[name] = {"identity": body}
            if Path(name).suffix in SQUEEZED:
                squeezed = {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0)}
                self._kept[name].update(squeezed)
        return self._kept[name]

    def _read(self, name: str) -> bytes:
        if name == "site.css":
            order = (self.folder / "css" / "order.txt").read_text().split()
            text = "\n".join((self.folder / "css" / sheet).read_text() for sheet in order)
            return text.replace(
                'url("../', 'url("'
            ).encode()  # the sheet is served one folder higher
        if (
            name == "site.js"
        ):  # the behaviours of every page in one request, each in a scope of its own
            order = (self.folder / "js" / "order.txt").read_text().split()
            return "".join((self.folder / "js" / script).read_text() for script in order).encode()
        path = (self.folder / name).resolve()
        if self.folder not in path.parents or not path.is_file() or path.suffix not in TYPES:
            abort(404)
        return path.read_bytes()


def _version(folder: Path) -> str:
    seen = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Serve /static/<version>/<name> and give templates `asset(name)`. In development files are read each time."""
    kept = Assets()

    def current() -> Assets:
        return Assets() if app.config["ENVIRONMENT"] == "development" else kept

    def static_file(version: str, name: str) -> Response:
        return current().answer(version, name)

    static_file.access = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/static/<version>/<path:name>", "static", static_file)
    app.jinja_env.globals["asset"] = lambda name: current().url(name)
