"""The search engine beside tantivy, SQLite and PostgreSQL, all doing the same work: `make bench-search`."""
