"""Processes for races: a server that has imported everything once forks them, for a fresh interpreter each takes longer than the race."""

from __future__ import annotations

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["portal.api", "portal.jobs", "portal.views", "tests.trust.forks"])
