"""From the parameters of an address to a frozen question. Pages, twins and the APIs all read them here.

Every bad value gets a note and a default that is said; nothing raises, nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast, get_args

from portal import themes
from portal.services.finding import when, where
from portal.services.finding.asked import Asked
from portal.services.finding.given import YES, Given, this_minute
from portal.services.finding.known import Known
from search import words
from search.document import Language
from search.plan import tell_nothing
from search.query import Clause, Query, Remote, Sort

PAGE = 20
LAST_PAGE = 50_000  # no search goes further, and no number gets too long
REMOTE_SENTENCES = {
    "no": "sur place",
    "also": "sur place et à distance",
    "only": "à distance",
}


def read(
    params: Mapping[str, Sequence[str]],
    *,
    now: datetime,
    limit: int = PAGE,
    spread: bool = False,
    language: Language | None = None,
    known: Known | None = None,
) -> Asked:
    """What these parameters ask at `now`; what is `known` of their names is not looked up again.

    `limit` is how many offers a page holds; `spread` lets no association fill the first page (the page asks for it,
    the APIs do not, and an order other than relevance never does); `language` is the visitor's, where there is one.
    """
    given = Given(params, known or Known())
    text, clauses = _words(given)
    there = where.read(given)
    chosen = _themes(given)
    then = when.read(given, now)
    remote = _remote(given)
    if remote == "only" and (there.circle or there.box or there.area):
        given.note("Ce qui se fait à distance est montré quel que soit le lieu.")
    minors = given.flag("minors", "ouvert aux mineurs")
    accessible = given.flag("accessible", "accessible en fauteuil")
    exact = bool(clauses) and _exact(given, text)
    if clauses and not exact and tell_nothing(clauses):
        given.take_back("words")
        given.note(
            "« %(text)s » ne dit rien, à soi seul, de ce que vous cherchez : c’est laissé de côté.",
            text=text[:40],
        )
        clauses = ()
    association_id, association = _association(given)
    feed_id = _feed(given)
    campaign = _campaign(given)
    sort = _sort(given, has_circle=there.circle is not None)
    page = _page(given)
    query = Query(
        now=this_minute(now),
        words=words.parse(text, exact=True) if exact else clauses,
        exact=exact,
        circle=there.circle,
        box=there.box,
        area=there.area,
        themes=chosen,
        start=then.start,
        end=then.end,
        remote=remote,
        minors=minors,
        accessible=accessible,
        association_id=association_id,
        feed_id=feed_id,
        campaign=campaign,
        sort=sort,
        spread=spread and sort == "relevance" and association_id is None,
        when_windows=when.windows(now),
        language=language,
        offset=(page - 1) * limit,
        limit=limit,
    )
    return Asked(
        query=query,
        text=text,
        place_text=given.one("place"),
        place=there.place,
        rivals=there.rivals,
        is_ambiguous=there.is_ambiguous,
        when=then.name,
        from_on=then.from_on,
        to_on=then.to_on,
        remote=remote or "",
        association=association,
        page=page,
        parts=tuple(given.parts),
        notes=tuple(given.notes),
        known=given.known,
    )


def _words(given: Given) -> tuple[str, tuple[Clause, ...]]:
    text = given.one("q")
    if not text:
        return "", ()
    clauses = words.parse(text)
    if not clauses:
        given.note(
            "« %(text)s » ne contient aucun mot : tous les besoins sont montrés.", text=text[:40]
        )
        return text, ()
    if words.is_too_long(text):
        given.note(
            "C’est beaucoup de mots : seuls les 12 premiers, et 200 caractères au plus, comptent."
        )
    given.part("words", (("q", text[: words.MOST_CHARACTERS]),), "« %(text)s »", text=text[:80])
    return text[: words.MOST_CHARACTERS], clauses


def _exact(given: Given, text: str) -> bool:
    """Words as they are: `exact=1`, or the words themselves as `Asked.carried` writes them; others are read as ever."""
    typed = given.one("exact")
    if typed != text and typed.lower() not in YES:
        return False
    given.part("exact", (("exact", "1"),), "vos mots tels quels")
    return True


def _themes(given: Given) -> tuple[str, ...]:
    chosen = []
    for typed in given.all("theme"):
        for slug in filter(None, (part.strip().lower() for part in typed.split(","))):
            if slug not in themes.BY_SLUG:
                given.note(
                    "Le thème « %(theme)s » n’existe pas : il est laissé de côté.", theme=slug[:40]
                )
            elif slug not in chosen:
                chosen.append(slug)
                given.part("theme", (("theme", slug),), "%(theme)s", theme=themes.BY_SLUG[slug])
    return tuple(chosen)


def _remote(given: Given) -> Remote | None:
    typed = given.one("remote")
    if typed in get_args(Remote):
        given.part("remote", (("remote", typed),), REMOTE_SENTENCES[typed])
        return cast(Remote, typed)
    if typed:
        given.note(
            "« %(typed)s » n’est pas une façon d’aider à distance (no, also ou only) : c’est laissé de côté.",
            typed=typed[:40],
        )
    return None


def _sort(given: Given, *, has_circle: bool) -> Sort:
    typed = given.one("sort")
    if typed in ("", "relevance"):
        return "relevance"
    if typed not in get_args(Sort):
        given.note(
            "« %(typed)s » n’est pas un ordre : les plus pertinents viennent d’abord.",
            typed=typed[:40],
        )
        return "relevance"
    if typed == "distance" and not has_circle:
        given.note(
            "Pour classer par distance, indiquez une ville : les plus pertinents viennent d’abord."
        )
        return "relevance"
    given.part("sort", (("sort", typed),), "")
    return cast(Sort, typed)


def _association(given: Given) -> tuple[int | None, str]:
    """The number of the association and its name."""
    typed = given.one("association")
    if not typed:
        return None, ""
    found = given.known.association(typed)
    if found is None:
        given.note("Cette association nous est inconnue : les besoins de toutes sont montrés.")
        return None, ""
    given.part("association", (("association", typed),), "%(name)s", name=found.name)
    return found.id, found.name


def _feed(given: Given) -> int | None:
    typed = given.one("feed")
    if not typed:
        return None
    row = given.known.feed(typed)
    if row is None:
        given.note("Ce partenaire nous est inconnu : les besoins de tous sont montrés.")
        return None
    given.part("feed", (("feed", row.name),), "transmis par %(name)s", name=row.title or row.name)
    return int(row.id)


def _campaign(given: Given) -> str | None:
    typed = given.one("campaign")
    if not typed or not typed.isprintable():
        return None
    given.part("campaign", (("campaign", typed[:80]),), "campagne « %(name)s »", name=typed[:80])
    return typed[:80]


def _page(given: Given) -> int:
    typed = given.one("page")
    if not typed:
        return 1
    if typed.isascii() and typed.isdigit() and int(typed[:12]) >= 1:
        return min(int(typed[:12]), LAST_PAGE)
    given.note("« %(typed)s » n’est pas un numéro de page : voici la première.", typed=typed[:20])
    return 1
