"""Several scenarios checked at the same time, each in a process of its own; the runs come in the order asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait

from checker.checking import Run
from checker.worker_processes import worker_processes

Task = Callable[[], Iterable[Run]]  # a function of a module with its arguments bound: it goes to another process
PAUSE = 0.5  # seconds between looks at what is done


def jobs_for(tasks: int, wanted: int | None) -> int:
    """How many processes: as many as wanted, else one a processor; never more than there are tasks."""
    return max(1, min(tasks, wanted or len(os.sched_getaffinity(0))))


def results_in_order(
    tasks: Sequence[Task], jobs: int, report: Callable[[int], None], weights: Sequence[int] = ()
) -> Iterator[Run]:
    """The answers of the tasks, in their order, as soon as they are there. report: is told how many are done.
    weights: of the tasks; the heaviest begin first, so that none is still alone at work at the end.

    Ctrl-C ends the workers and comes out as KeyboardInterrupt; what a worker raises comes out as it is.
    """
    with worker_processes(jobs) as pool:
        heaviest_first = sorted(range(len(tasks)), key=lambda number: -weights[number] if weights else 0)
        submitted = {number: pool.submit(_all_of, tasks[number]) for number in heaviest_first}
        futures = [submitted[number] for number in range(len(tasks))]
        for future in futures:
            while not future.done():
                wait([entry for entry in futures if not entry.done()], PAUSE, FIRST_COMPLETED)
                report(sum(entry.done() for entry in futures))
            yield from future.result()


def _all_of(task: Task) -> list[Run]:
    return list(task())
