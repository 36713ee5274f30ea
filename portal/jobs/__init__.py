"""What the worker does after a commit, and by the clock."""
