"""How the workers of a distributed search are reached, whatever carries the calls and the parcels between
them: this process, other processes on this machine, or ray on many machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from checker.cluster.partition import Order, Partition, Program, Report

Patience = Callable[[], None]  # called now and then while workers are waited for; may raise


class ExchangeError(Exception):
    """The search cannot go on: what is known of it would not be complete."""


class WorkerLost(ExchangeError):
    """A worker does not answer any more; the states it owned are gone. number: which, from 0."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"worker {number + 1} was lost with the states it owned ({why})")


class WorkerFailed(ExchangeError):
    """A worker could not do what it was asked. number: which, from 0."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"worker {number + 1} failed ({why})")


class ParcelLost(ExchangeError):
    """What workers sent to one of them is not what it received."""

    def __init__(self, number: int) -> None:
        super().__init__(f"not every successor sent to worker {number + 1}, and no other, arrived there")


class Exchange(Protocol):
    """`workers` partitions of one search. Every call may raise WorkerLost."""

    workers: int

    def begin(self, states: Sequence[Sequence[int]]) -> list[Report]:
        """`Partition.begin` on every worker."""

    def step(self, order: Order, patience: Patience) -> list[Report]:
        """`Partition.step` on every worker; the parcels of one step are absorbed in the next."""

    def ask(self, worker: int, question: str, *arguments: Any) -> Any:
        """The answer of one method of one worker's partition."""

    def close(self) -> None:
        """End the workers, whatever they are doing."""


class SameProcess:
    """All workers here, one after the other: for tests, and to show what the others must do."""

    def __init__(self, program: Program, workers: int, memory: int | None) -> None:
        self.workers = workers
        self._partitions = [Partition(program, number, workers, memory) for number in range(workers)]
        self._parcels = [[b""] * workers for _ in range(workers)]  # by receiver, by sender

    def begin(self, states: Sequence[Sequence[int]]) -> list[Report]:
        return [partition.begin(states) for partition in self._partitions]

    def step(self, order: Order, patience: Patience) -> list[Report]:
        done = []
        for partition, parcels in zip(self._partitions, self._parcels, strict=True):
            done.append(partition.step(order, *parcels))
            patience()
        self._parcels = [[parcels[receiver] for _, parcels in done] for receiver in range(self.workers)]
        return [report for report, _ in done]

    def ask(self, worker: int, question: str, *arguments: Any) -> Any:
        return getattr(self._partitions[worker], question)(*arguments)

    def close(self) -> None:
        for partition in self._partitions:
            partition.close()
