"""Verbs: the use cases. They flush and never commit; they know no Flask; what goes wrong is a PortalError."""
