"""Ctrl-C where it must not strike at once: noted while a search runs and obeyed where its tables are in order; held
back while processes are started."""

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


@contextmanager
def held_back() -> Iterator[None]:
    """While it lasts, Ctrl-C waits; it comes when the block has ended. Processes and threads that are started in the
    block never get it, from their first instruction on: a blocked signal stays blocked in them."""
    times = 0

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal times
        times += 1

    answered = callable(signal.getsignal(signal.SIGINT)) and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, note) if answered else None  # another thread may be given the signal
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # one that waits is noted here
        if answered:
            signal.signal(signal.SIGINT, before)
        if times:
            signal.raise_signal(signal.SIGINT)
