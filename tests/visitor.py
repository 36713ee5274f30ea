"""Somebody who visits pages, and fails them for what no page may do.

Every HTML page it sees must have one <h1>, a title, a language, labels for its fields, a form token in each form that
posts, no inline script or style, no `id` twice, and links that lead somewhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

BASE = "http://127.0.0.1:8000"
UNLABELLED = ("hidden", "submit", "button", "reset", "image")


class Page:
    """One answer: its status, its soup when it is HTML, and its forms."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response = response
        self.path = path
        self.status = response.status_code
        self.text = response.get_data(as_text=True)
        self.is_html = response.mimetype == "text/html"
        self.soup = BeautifulSoup(self.text, "lxml") if self.is_html else BeautifulSoup("", "lxml")

    @property
    def words(self) -> str:
        """The visible text, with single spaces."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def heading(self) -> str:
        found = self.soup.find("h1")
        return " ".join(found.get_text(" ").split()) if found else ""

    def form(self, action: str) -> dict[str, Any]:
        """The fields of the form whose action contains `action`, as a browser would send them untouched."""
        found = next(
            (f for f in self.soup.find_all("form") if action in str(f.get("action", ""))), None
        )
        assert found is not None, f"no form with {action!r} on {self.path}"
        return _fields(found)


class Visitor:
    """A browser without scripts: keeps cookies, sends the token of the page it looks at, checks all it sees."""

    def __init__(self, app: Flask, *, checks: bool = True) -> None:
        self.app = app
        self.client = app.test_client()
        self.checks = checks
        self.page: Page | None = None

    def get(self, path: str, *, follow: bool = True, **options: Any) -> Page:
        response = self.client.get(path, base_url=BASE, follow_redirects=follow, **options)
        return self._see(response, response.request.path if follow else path)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Page:
        """Send a form by hand with the last page's token (or a fresh one of the home page's kind)."""
        follow = options.pop("follow", True)
        sent = {"csrf_token": self.token(), **(data or {})}
        response = self.client.post(
            path, data=sent, base_url=BASE, follow_redirects=follow, **options
        )
        return self._see(response, response.request.path if follow else path)

    def submit(self, action: str, **changes: Any) -> Page:
        """Fill the form of the current page whose action contains `action`, and send it."""
        assert self.page is not None
        form = next(
            f for f in self.page.soup.find_all("form") if action in str(f.get("action", ""))
        )
        fields = {**_fields(form), **changes}
        target = str(form.get("action") or self.page.path)
        if str(form.get("method", "get")).lower() == "get":
            return self.get(target, query_string=fields)
        return self.post(target, fields)

    def token(self) -> str:
        """A form token that this visitor could have been given."""
        if self.page is not None:
            found = self.page.soup.find("input", attrs={"name": "csrf_token"})
            if isinstance(found, Tag):
                return str(found["value"])
        soup = BeautifulSoup(self.client.get("/associations/new", base_url=BASE).get_data(), "lxml")
        found = soup.find("input", attrs={"name": "csrf_token"})
        assert isinstance(found, Tag)
        return str(found["value"])

    def _see(self, response: TestResponse, path: str) -> Page:
        self.page = Page(response, path)
        if self.page.is_html and self.checks and self.page.status not in (301, 302, 303, 308):
            faults = faults_of(self.page, self.app)
            assert not faults, f"{path}: " + "; ".join(faults)
        return self.page


def faults_of(page: Page, app: Flask) -> list[str]:
    """What is wrong with a page, in words."""
    soup = page.soup
    found = []
    if len(soup.find_all("h1")) != 1:
        found.append(f"{len(soup.find_all('h1'))} <h1>")
    if not (soup.title and soup.title.get_text().strip()):
        found.append("no title")
    if not (soup.html and soup.html.get("lang")):
        found.append("no language")
    if "Content-Security-Policy" not in page.response.headers:
        found.append("no content security policy")
    found += [f"id {i!r} twice" for i in _twice([str(t["id"]) for t in soup.find_all(id=True)])]
    found += _inline(soup) + _unlabelled(soup) + _tokenless(soup) + _dead_links(soup, app)
    return found


def _inline(soup: BeautifulSoup) -> list[str]:
    found = [
        "inline script"
        for s in soup.find_all("script")
        if not s.get("src") and s.get("type") not in ("application/ld+json", "application/json")
    ]
    found += ["inline style" for _ in soup.find_all("style")]
    for tag in soup.find_all(True):
        found += [
            f"{name} on <{tag.name}>"
            for name in tag.attrs
            if name.startswith("on") or name == "style"
        ]
    return found


def _unlabelled(soup: BeautifulSoup) -> list[str]:
    labelled = {str(label["for"]) for label in soup.find_all("label") if label.get("for")}
    return [
        f"field {field.get('name')!r} without a label"
        for field in soup.find_all(["input", "select", "textarea"])
        if field.get("type") not in UNLABELLED
        and field.get("id") not in labelled
        and not field.find_parent("label")
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
    ]


def _tokenless(soup: BeautifulSoup) -> list[str]:
    return [
        f"form {form.get('action')!r} posts without a token"
        for form in soup.find_all("form")
        if str(form.get("method", "")).lower() == "post"
        and not form.find("input", attrs={"name": "csrf_token"})
    ]


def _dead_links(soup: BeautifulSoup, app: Flask) -> list[str]:
    adapter = app.url_map.bind("127.0.0.1:8000")
    found = []
    for link in soup.find_all("a", href=True):
        parts = urlsplit(str(link["href"]))
        if (
            parts.scheme in ("http", "https", "mailto", "tel", "sms")
            and parts.netloc != "127.0.0.1:8000"
        ):
            continue
        if not parts.path:
            if parts.fragment and not soup.find(id=parts.fragment):
                found.append(f"link to missing #{parts.fragment}")
            continue
        try:
            adapter.match(parts.path)
        except RequestRedirect:
            pass
        except HTTPException:
            found.append(f"link to nowhere: {parts.path}")
    return found


def _fields(form: Tag) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "button", "file"):
            continue
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            value = str(chosen.get("value", chosen.get_text())) if chosen else ""
        elif field.name == "textarea":
            value = field.get_text()
        else:
            value = str(field.get("value", "on" if kind == "checkbox" else ""))
        if name in fields:
            kept = fields[name]
            fields[str(name)] = [*kept, value] if isinstance(kept, list) else [kept, value]
        else:
            fields[str(name)] = value
    return fields


def _twice(words: list[str]) -> list[str]:
    return sorted({word for word in words if words.count(word) > 1})
