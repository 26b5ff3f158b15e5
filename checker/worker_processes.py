"""Processes to share work out among. Ctrl-C at the terminal does not reach them: their parent ends them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

Prepare = Callable[..., None]  # a function of a module: it goes to another process


@contextmanager
def worker_processes(count: int, prepare: Prepare | None = None, *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each of which first calls `prepare(*arguments)`. They end with the block: when their work
    is done, or at once if it is left by an exception (Ctrl-C, or a generator that is closed)."""
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begun, (prepare, arguments))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begun(prepare: Prepare | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if prepare is not None:
        prepare(*arguments)
