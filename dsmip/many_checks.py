"""Several scenarios checked at the same time, each in a process of its own; the runs come in the order asked for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

from checker.checking import Run

Task = Callable[[], Iterable[Run]]  # a function of a module with its arguments bound: it goes to another process
PAUSE = 0.5  # seconds between looks at what is done


def jobs_for(tasks: int, wanted: int | None) -> int:
    """How many processes: as many as wanted, else one a processor; never more than there are tasks."""
    return max(1, min(tasks, wanted or len(os.sched_getaffinity(0))))


def results_in_order(tasks: Sequence[Task], jobs: int, report: Callable[[int], None]) -> Iterator[Run]:
    """The answers of the tasks, in their order, as soon as they are there. report: is told how many are done.

    Ctrl-C ends the workers and comes out as KeyboardInterrupt; what a worker raises comes out as it is.
    """
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent)
    try:
        futures = [pool.submit(_all_of, task) for task in tasks]
        for future in futures:
            while not future.done():
                wait([entry for entry in futures if not entry.done()], PAUSE, FIRST_COMPLETED)
                report(_done(futures))
            yield from future.result()
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _all_of(task: Task) -> list[Run]:
    return list(task())


def _done(futures: Sequence[Future[list[Run]]]) -> int:
    return sum(future.done() for future in futures)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.terminate()
