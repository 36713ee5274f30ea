"""Why this offer: in a few words for everyone, factor by factor for those who moderate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from portal.formatting import distance, number, theme_name, weekday
from portal.language import gettext as _
from portal.services.finding import Asked, Brief, Listed
from search.document import Language
from search.explaining import Factor
from search.query import Clause
from search.text import analyse


def why(card: Brief, asked: Asked) -> str:
    """« à 2,3 km · le samedi · éducation »: what of the offer answers the question; "" where nothing was asked."""
    if not asked.asks_something:
        return ""
    reasons = [_other_words(card, asked), distance(card.distance_km)]
    if card.shift and card.shift.starts_at:
        reasons.append(_("le %(weekday)s", weekday=weekday(card.shift.starts_at, card.shift.zone)))
    reasons.append(_theme(card.offer, asked))
    return " · ".join(reason for reason in reasons if reason)


def _other_words(card: Brief, asked: Asked) -> str:
    """The words by which it was found, where one of those that were typed is not there."""
    if all(_is_there(clause, card) for clause in asked.query.words if not clause.excluded):
        return ""
    typed = asked.text.casefold()
    other = [word for word in card.matched if word.casefold().strip('"') not in typed]
    return _("trouvé par « %(words)s »", words=", ".join(other)) if other else ""


def _is_there(clause: Clause, card: Brief) -> bool:
    """A stop word is: it asks for nothing."""
    texts = [term.text for term in clause.terms if _says_something(term.text, card.language)]
    return not texts or any(text in card.matched for text in texts)


@lru_cache(1024)  # asked for each card of a page
def _says_something(text: str, language: Language) -> bool:
    return bool(analyse(text, language))


def _theme(offer: Listed, asked: Asked) -> str:
    """The theme that was asked for, else its first."""
    themes = [slug for slug in offer.themes if slug in asked.query.themes] or list(offer.themes)
    return theme_name(themes[0]).lower() if themes else ""


def in_words(factors: Sequence[Factor]) -> list[tuple[str, str]]:
    """Each factor as a sentence and the number that the score is multiplied by."""
    return [(_sentence(factor), number(round(factor.times, 3))) for factor in factors]


def _sentence(factor: Factor) -> str:
    figure = number(round(factor.amount or 0.0, 1))
    match factor.name:
        case "words":
            return _("ses mots")
        case "sooner":
            return _("commence dans %(days)s jours", days=figure)
        case "ongoing":
            return _("sans date, compté comme dans 14 jours")
        case "nearer":
            return _("à %(km)s km du centre", km=figure)
        case "fresher":
            return _("publié il y a %(days)s jours", days=figure)
        case "waiting_list":
            return _("complet, liste d’attente")
        case _:
            return _("dans une autre langue que la vôtre")
