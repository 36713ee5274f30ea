"""What makes a whole feed unusable. A single bad record is never an exception: it is a FeedProblem.

Leaves know no PortalError: whoever calls a format turns these into a failed or suspect run, and keeps the offers.
"""

from __future__ import annotations

from portal.formats.sentences import sentences


class FormatError(Exception):
    """The feed cannot be read at all. `code` is stable; the two sentences tell the partner what to do."""

    code = "unreadable"

    def __init__(
        self, code: str | None = None, *, line: int | None = None, **values: object
    ) -> None:
        self.code = code or type(self).code
        self.line, self.values = line, values
        self.sentence_fr, self.sentence_en = sentences(self.code, values)
        super().__init__(self.sentence_fr)

    @property
    def sentence(self) -> str:
        """The French sentence, under the name that every error of the portal uses."""
        return self.sentence_fr


class NotThisFormat(FormatError):
    """The bytes are something else: an HTML page, a picture, another format, nothing."""

    code = "not_this_format"


class Forbidden(FormatError):
    """The feed holds what we never read: a document type definition."""

    code = "dtd"


class Malformed(FormatError):
    """It is the right format, but a part that the whole depends on is missing or doubled."""

    code = "feed_info_missing"
