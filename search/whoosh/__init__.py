"""The embedded engine: Whoosh keeps the words, numpy answers the queries."""

from search.whoosh.index import WhooshIndex

__all__ = ["WhooshIndex"]
