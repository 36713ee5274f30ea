"""The errors that people meet: each has a status and a sentence that says what to do next.

Services raise them, doors turn them into a page, a JSON answer or a line in the terminal. Nothing here knows HTTP
beyond the number of the status. Sentences are French msgids with named gaps; the doors translate them.
"""

from __future__ import annotations


class PortalError(Exception):
    """Something a person can act upon. `sentence` is a msgid, `values` fill its named gaps."""

    status = 400
    code = ""  # of errors that are kept and said later, to a reader of whatever language
    sentence = "Cette demande n’a pas abouti. Revenez en arrière et réessayez."
    # A job that meets a permanent error is set aside at once; any other is tried again later.
    permanent = True

    def __init__(self, sentence: str | None = None, **values: object) -> None:
        self.sentence = sentence or type(self).sentence
        self.values = values
        super().__init__(self.in_words())

    def in_words(self, translate: object = None) -> str:
        """The sentence with its gaps filled, passed through `translate` (msgid -> text) when a door gives one."""
        text = translate(self.sentence) if callable(translate) else self.sentence
        return str(text % self.values if self.values else text)


class NotFound(PortalError):
    """The thing is not there, or not for this person: the two look the same from outside."""

    status = 404
    sentence = "L’adresse est peut-être incomplète, ou la page n’existe plus."


class Gone(PortalError):
    """It was there, and is over."""

    status = 410
    sentence = "Cette offre n’est plus proposée."


class Forbidden(PortalError):
    """The person is known and may not."""

    status = 403
    sentence = "Vous n’avez pas le droit de faire cela avec ce compte."


class SignInNeeded(PortalError):
    """Somebody must be signed in to go on."""

    status = 401
    sentence = "Connectez-vous pour continuer."


class ProofNeeded(PortalError):
    """Signed in, but the last proof of identity is too old for this."""

    status = 401
    sentence = "Pour cette action, confirmez d’abord que c’est bien vous."


class KeyNeeded(PortalError):
    """A program asks without a key, or with one that opens nothing (any more)."""

    status = 401
    sentence = "Il faut une clé valide : ajoutez key=… à l’adresse. La modération en donne."


class Conflict(PortalError):
    """The state of things does not allow it (any more)."""

    status = 409
    sentence = "Entre-temps, la situation a changé. Rechargez la page et réessayez."


class FeedBusy(Conflict):
    """Somebody else works on the feed: a run, an upload, an answer."""

    sentence = "« %(name)s » est lu en ce moment. Réessayez quand ce passage sera terminé."


class Invalid(PortalError):
    """What was given cannot be used. `field` names the input that must change, when there is one."""

    status = 422
    sentence = "Une information est à corriger."

    def __init__(
        self, sentence: str | None = None, *, field: str | None = None, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.field = field


class TooLarge(PortalError):
    """What was sent is longer than `most` bytes."""

    status = 413
    sentence = "C’est trop long : %(most)s octets au plus."


class TooMany(PortalError):
    """A limit was reached. `retry_after` is in seconds."""

    status = 429
    sentence = "C’est beaucoup en peu de temps. Réessayez un peu plus tard."

    def __init__(
        self, sentence: str | None = None, *, retry_after: int = 600, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class Unavailable(PortalError):
    """Something we depend on does not answer; trying again later helps."""

    status = 503
    sentence = "Ce service ne répond pas pour le moment. Réessayez dans quelques minutes."
    permanent = False


class SettingsError(PortalError):
    """A setting is wrong: the process must not start with it."""

    status = 500
    sentence = "Un réglage est incorrect."
