"""Workers as processes on this machine. Run as a module it is such a worker: it reads calls from standard
input and writes answers to standard output, and ends when the input does."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any

from checker.cluster.exchange import Patience, WorkerFailed, WorkerLost
from checker.cluster.partition import Order, Partition, Program, Report
from model.language.errors import ModelError

SECONDS_BETWEEN_LOOKS = 0.2


class Processes:
    """The parcels go through this process. The workers run in a session of their own: Ctrl-C at the
    terminal reaches only the search that drives them."""

    def __init__(self, program: Program, workers: int, memory: int | None) -> None:
        self.workers = workers
        self._processes: list[subprocess.Popen[bytes]] = []
        self._parcels = [[b""] * workers for _ in range(workers)]  # by receiver, by sender
        try:
            for _ in range(workers):
                self._processes.append(subprocess.Popen(
                    [sys.executable, "-P", "-m", __name__],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
                ))  # fmt: skip
            for number in range(workers):
                self._send(number, ("__init__", (program, number, workers, memory)))
            for number in range(workers):
                self._received(number)
        except BaseException:
            self.close()
            raise

    @property
    def process_ids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def begin(self, states: Sequence[Sequence[int]]) -> list[Report]:
        return self._all([("begin", (states,))] * self.workers, _patient)

    def step(self, order: Order, patience: Patience) -> list[Report]:
        calls = [("step", (order, *parcels)) for parcels in self._parcels]
        self._parcels = [[b""] * self.workers] * self.workers
        done = self._all(calls, patience)
        self._parcels = [[parcels[receiver] for _, parcels in done] for receiver in range(self.workers)]
        return [report for report, _ in done]

    def ask(self, worker: int, question: str, *arguments: Any) -> Any:
        self._send(worker, (question, arguments))
        return self._received(worker)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def _all(self, calls: Sequence[tuple[str, tuple[Any, ...]]], patience: Patience) -> list[Any]:
        for number, call in enumerate(calls):
            self._send(number, call)
        return [self._received(number, patience) for number in range(self.workers)]

    def _send(self, number: int, call: tuple[str, tuple[Any, ...]]) -> None:
        stream = self._processes[number].stdin
        assert stream is not None
        try:
            pickle.dump(call, stream, protocol=5)
            stream.flush()
        except OSError:
            raise self._lost(number) from None

    def _received(self, number: int, patience: Patience | None = None) -> Any:
        stream = self._processes[number].stdout
        assert stream is not None
        while patience is not None and not select.select([stream], [], [], SECONDS_BETWEEN_LOOKS)[0]:
            patience()
        try:
            answer = pickle.load(stream)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise self._lost(number) from None
        if isinstance(answer, ModelError | KeyError | TypeError | ValueError):
            raise answer
        if isinstance(answer, BaseException):
            raise WorkerFailed(number, repr(answer))
        return answer

    def _lost(self, number: int) -> WorkerLost:
        process = self._processes[number]
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        code = process.returncode
        if code is None:
            return WorkerLost(number, "it does not answer")
        return WorkerLost(number, f"killed by signal {-code}" if code < 0 else f"it ended with code {code}")


def _patient() -> None:
    return None


def serve(calls: IO[bytes], answers: IO[bytes]) -> None:
    """Answer calls of a partition's methods until there are no more."""
    partition: Partition | None = None
    while True:
        try:
            name, arguments = pickle.load(calls)
        except EOFError:
            break
        answer: object = None
        try:
            if partition is None:
                partition = Partition(*arguments)
            else:
                answer = getattr(partition, name)(*arguments)
        except Exception as error:
            answer = error
        pickle.dump(answer, answers, protocol=5)
        answers.flush()
    if partition is not None:
        partition.close()


if __name__ == "__main__":
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not disturb the answers
    serve(sys.stdin.buffer, output)
