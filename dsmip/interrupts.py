"""Ctrl-C where Python would lose it, or answer it with a stack trace."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

SOON = 0.01  # seconds


def lost_ones_come_again() -> None:
    """A Ctrl-C that arrives in a place where no exception can be raised is raised a little later."""
    ordinary = sys.unraisablehook

    def hook(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            if not _of_a_half_made_term(lost):
                ordinary(lost)
            return
        again = threading.Timer(SOON, _thread.interrupt_main)
        again.daemon = True
        again.start()

    sys.unraisablehook = hook


def _of_a_half_made_term(lost: UnraisableHookArgs) -> bool:
    """Whether Z3 is letting go of a term whose making Ctrl-C has cut off: nothing is lost with it."""
    return issubclass(lost.exc_type, AttributeError) and getattr(lost.object, "__module__", "") == "z3.z3"


def no_more_stack_traces() -> None:
    """For the end of the process, when everything is said."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
