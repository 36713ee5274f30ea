"""Letters: what a row of kind "mail" becomes, written from what is true now and in its reader's language.

A row's payload names a template and the thing it is about ({"template": "signup_held", "signup": 42}). The noun chooses the
writer; a writer reads the database and answers with a Draft, or with None when there is nothing to say any more (the hold
has ended, the address was forgotten). Words are in templates/emails/<template>/.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g
from flask_babel import force_locale

from portal import db, mail
from portal.errors import PortalError
from portal.jobs.letters import alerts, digests, feeds, partners, people, signups, teams
from portal.jobs.letters.draft import Draft, Writer
from portal.mail import Letter
from portal.services.outbox import Job

# Which noun of a payload is written by whom, the most telling first.
WRITERS: dict[str, Writer] = {
    "signup": signups.write,
    "digest": digests.write,
    "team_invitation": teams.invitation,
    "decided_offer": teams.decision,
    "run": feeds.write,
    "feed": partners.write,
    "sign_in_link": people.link,
    "invitation": people.invitation,
    "liked_news": people.liked_news,
    "alert": alerts.write,
}


class NoWriter(PortalError):
    """A row that nobody knows how to write: set aside, for it will not write itself later."""

    status = 500
    sentence = "Aucun modèle de message pour « %(template)s »."


def write(job: Job) -> Letter | None:
    """The letter of a row, or None when it has nothing to say any more. Reads in a unit of its own, which is closed when it returns."""
    template = str(job.payload.get("template", ""))
    writer = next((w for noun, w in WRITERS.items() if noun in job.payload), None)
    if writer is None:
        raise NoWriter(template=template or job.key)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), db.database().reading():
        draft = writer(job.payload)
        if draft is None or not draft.to:
            return None
        return _rendered(job.key, draft, draft.template or template)


def sent(job: Job) -> None:
    """The letter left, or will never leave: what must be forgotten then is forgotten."""
    if "invitation" in job.payload:
        people.forget_friend(job.payload["invitation"])


def _rendered(key: str, draft: Draft, template: str) -> Letter:
    g.language = draft.language
    with force_locale(draft.language):
        words = {**_everywhere(), **draft.context, "lang": draft.language}
        subject = mail.one_line(_template(template, "subject.txt", words))
        words["subject"] = subject
        return Letter(
            key=key,
            to=draft.to,
            subject=subject,
            text=_squeezed(_template(template, "body.txt", words)),
            html=_template(template, "body.html", words),
            language=draft.language,
            reply_to=draft.reply_to,
            calendar=draft.calendar,
            unsubscribe=draft.unsubscribe,
        )


def _everywhere() -> dict[str, Any]:
    return {
        "base_url": current_app.config["BASE_URL"],
        "site_name": current_app.config["SITE_NAME"],
    }


def _template(name: str, part: str, words: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"emails/{name}/{part}").render(**words)


def _squeezed(text: str) -> str:
    """Without the empty lines that conditions leave behind: one at most between two paragraphs."""
    kept: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip() if line != "-- " else line)
    return "\n".join(kept) + "\n"
