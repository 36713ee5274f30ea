"""Why a download did not happen. Each says it in a sentence that a partner can act upon."""

from __future__ import annotations

from portal.errors import PortalError


class FetchError(PortalError):
    """Nothing was downloaded. `permanent` says whether trying again, unchanged, could help."""

    code = "download"
    status = 422
    sentence = "Ce fichier n’a pas pu être téléchargé. Vérifiez l’adresse."
    permanent = True


class AddressRefused(FetchError):
    """The address is not one that the portal goes to: scheme, port, credentials inside, or not public."""

    code = "address_refused"
    sentence = (
        "Cette adresse n’est pas acceptée : il faut une adresse publique, en http:// ou https://."
    )


class TooBig(FetchError):
    """More bytes than the limit, counted after decompression."""

    code = "download_too_big"
    sentence = (
        "Le fichier dépasse la taille permise (%(limit)s Mio). Découpez-le en plusieurs flux."
    )


class TooSlow(FetchError):
    """The whole download did not fit in its time, however steadily it dripped."""

    code = "download_too_slow"
    status = 504
    sentence = "Le téléchargement a dépassé %(seconds)s secondes. Réessayez plus tard, ou allégez le fichier."
    permanent = False


class Unreachable(FetchError):
    """No answer: the name does not exist, the connection failed, the certificate is not good, the line broke."""

    code = "unreachable"
    status = 502
    sentence = (
        "Le serveur %(host)s ne répond pas correctement. Vérifiez l’adresse et réessayez plus tard."
    )
    permanent = False


class BadAnswer(FetchError):
    """It answered, but not with a file: an error status, a broken body (or see below)."""

    code = "bad_answer"
    status = 502
    sentence = "Le serveur %(host)s a répondu par une erreur (%(answer)s). Vérifiez l’adresse."
    permanent = False


class NoHttp(BadAnswer):
    """What it sent is not HTTP, or breaks off in its head."""

    code = "no_http"
    sentence = (
        "La réponse du serveur %(host)s est illisible : ce n’est pas celle d’un serveur web. "
        "Vérifiez l’adresse, et son port s’il y en a un."
    )


class TooManyRedirects(BadAnswer):
    """It leads on and on."""

    code = "too_many_redirects"
    sentence = "Le serveur %(host)s renvoie d’adresse en adresse sans fin. Donnez l’adresse du fichier lui-même."


class HeadersTooLong(BadAnswer):
    """It talks, and never comes to the file."""

    code = "headers_too_long"
    sentence = "Le serveur %(host)s a répondu par des en-têtes trop longs. Vérifiez l’adresse."
