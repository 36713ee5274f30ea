"""Why a download did not happen. Each says it in a sentence that a partner can act upon."""

from __future__ import annotations

from portal.errors import PortalError


class FetchError(PortalError):
    """Nothing was downloaded. `permanent` says whether trying again, unchanged, could help."""

    status = 422
    sentence = "Ce fichier n’a pas pu être téléchargé. Vérifiez l’adresse."
    permanent = True


class AddressRefused(FetchError):
    """The address is not one that the portal goes to: scheme, port, credentials inside, or not public."""

    sentence = (
        "Cette adresse n’est pas acceptée : il faut une adresse publique, en http:// ou https://."
    )


class TooBig(FetchError):
    """More bytes than the limit, counted after decompression."""

    sentence = (
        "Le fichier dépasse la taille permise (%(limit)s Mio). Découpez-le en plusieurs flux."
    )


class TooSlow(FetchError):
    """The whole download did not fit in its time, however steadily it dripped."""

    status = 504
    sentence = "Le téléchargement a dépassé %(seconds)s secondes. Réessayez plus tard, ou allégez le fichier."
    permanent = False


class Unreachable(FetchError):
    """No answer: the name does not exist, the connection failed, the certificate is not good, the line broke."""

    status = 502
    sentence = (
        "Le serveur %(host)s ne répond pas correctement. Vérifiez l’adresse et réessayez plus tard."
    )
    permanent = False


class BadAnswer(FetchError):
    """It answered, but not with a file: an error status, too many redirects, headers without end, a broken body."""

    status = 502
    sentence = "Le serveur %(host)s a répondu par une erreur (%(answer)s). Vérifiez l’adresse."
    permanent = False
