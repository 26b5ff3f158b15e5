"""Limits of time, and reports of progress, between two pieces of work of a product search."""

from __future__ import annotations

from time import monotonic

from checker.product.state_sets import BreadthFirst
from checker.search import Limits, Progress, ProgressReport

SECONDS_BETWEEN_REPORTS = 0.25


class Stopped(Exception):
    """A limit was passed. The message says which, without the depth."""


class Pause:
    """Looks at the clock between two pieces of work; reports progress."""

    def __init__(self, limits: Limits, progress: ProgressReport | None) -> None:
        self.limits, self.progress = limits, progress
        self.started = self.reported = monotonic()
        self.search: BreadthFirst | None = None

    def __call__(self) -> None:
        now = monotonic()
        if self.limits.seconds is not None and now - self.started > self.limits.seconds:
            raise Stopped(f"time limit of {self.limits.seconds:g} s reached")
        if self.progress is not None and self.search is not None and now - self.reported > SECONDS_BETWEEN_REPORTS:
            self.reported = now
            search = self.search
            frontier = search.levels[-1] if search.levels else 0
            self.progress(Progress(search.states, 0, search.depth, frontier, now - self.started))
