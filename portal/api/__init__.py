"""What machines read: the APIs and the twins of pages. Presenters only; finding is in services."""
