"""Processes to share work out among. Ctrl-C at the terminal does not reach them: their parent ends them, and they end
when it is gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from checker.interruption import held_back

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Prepare = Callable[..., None]  # a function of a module: it goes to another process


@contextmanager
def worker_processes(count: int, prepare: Prepare | None = None, *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each of which first calls `prepare(*arguments)`. They end with the block: when their work
    is done, or at once if it is left by an exception (Ctrl-C, or a generator that is closed)."""
    pool = _Pool(count, get_context("spawn"), _begun, (prepare, arguments))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Pool(ProcessPoolExecutor):
    def submit(
        self, function: Callable[Given, Answer], /, *arguments: Given.args, **named: Given.kwargs
    ) -> Future[Answer]:
        """Processes are started here: without Ctrl-C, and each is known to the pool before this one can be stopped."""
        with held_back():
            return super().submit(function, *arguments, **named)


def _begun(prepare: Prepare | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()
    if prepare is not None:
        prepare(*arguments)


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
