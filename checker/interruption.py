"""Ctrl-C while a search runs: noted, and obeyed where the search can stop with its tables in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """times: how often Ctrl-C was pressed so far."""

    times = 0

    @property
    def requested(self) -> bool:
        return self.times > 0


@contextmanager
def noted() -> Iterator[Interruption]:
    """While it lasts, Ctrl-C raises nothing, it is counted. In another thread, or where the program has
    an answer of its own to Ctrl-C, nothing is changed and nothing counted."""
    interruption = Interruption()
    ordinary = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ordinary or threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        interruption.times += 1

    signal.signal(signal.SIGINT, note)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
