"""From what a person typed to clauses: plain words, quotes, minus and parentheses, nothing else.

No wildcard, range, field name or regular expression can come out of here: whatever is not one of
the four is a character of a word or nothing. It never fails: any text gives clauses.
"""

from search.query import Clause


def parse(text: str, *, exact: bool = False) -> tuple[Clause, ...]:
    """Read a search text of which 200 characters and 12 words count.

    `a b` both; `"a b"` one after the other; `-a` without; `(a OR b)`, or `(a OU b)`, either;
    `-(a b)` without any of them.
    """
    raise NotImplementedError
