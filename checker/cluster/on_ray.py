"""Workers as actors of a ray cluster. Parcels go from worker to worker; only reports come here. The one
module that knows ray, which is an extra: `pip install "dsmip[cluster]"`."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from checker.cluster.exchange import Patience, WorkerFailed, WorkerLost
from checker.cluster.partition import Order, Partition, Program, Report
from model.language.errors import ModelError

LOCAL = "local"  # the address that starts ray on this machine, for as long as the search lasts
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_TO_CONNECT = 5.0


class Worker(Partition):
    """A partition whose report and parcels are separate objects, so that each goes its own way."""

    def apart(self, order: Order, *parcels: bytes) -> tuple[Any, ...]:
        report, outgoing = self.step(order, *parcels)
        return (report, *outgoing)

    def process_id(self) -> int:
        return os.getpid()


class OnRay:
    """address: of a running cluster, "auto" for the one this machine belongs to, or "local". Not looked at
    where the program around is connected already."""

    def __init__(self, address: str, program: Program, workers: int, memory: int | None) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError:
            raise ModelError('a cluster needs ray, which is not installed: pip install "dsmip[cluster]"') from None
        self._ray = ray
        self.workers = workers
        self._actors: list[Any] = []
        self._parcels: list[list[Any]] = [[b""] * workers for _ in range(workers)]  # by receiver, by sender
        self._connected = not ray.is_initialized()  # else by the program around, which then also disconnects
        if self._connected:
            self._connect(address)
        try:
            self._refuse_too_many(address)
            actor = ray.remote(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD")(Worker)
            self._actors = [actor.remote(program, number, workers, memory) for number in range(workers)]
        except BaseException:
            self.close()
            raise

    def _connect(self, address: str) -> None:
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            _knock(address)
            if address == LOCAL:
                self._ray.init(address=LOCAL, num_cpus=self.workers, include_dashboard=False, **quiet)
            else:
                self._ray.init(address=address, **quiet)
        except (OSError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(f'--cluster "{address}": no ray cluster can be reached there ({reason})') from None

    def _refuse_too_many(self, address: str) -> None:
        """Actors for which there is no processor would be waited for in vain."""
        processors = int(self._ray.cluster_resources().get("CPU", 0))
        if processors < self.workers:
            raise ModelError(
                f'--cluster "{address}": it has {processors} processors; give --workers {processors} or fewer'
            )

    @property
    def process_ids(self) -> list[int]:
        return [int(self._ray.get(actor.process_id.remote())) for actor in self._actors]

    def begin(self, states: Sequence[Sequence[int]]) -> list[Report]:
        calls = [actor.begin.remote(states) for actor in self._actors]
        return [self._received(number, call) for number, call in enumerate(calls)]

    def step(self, order: Order, patience: Patience) -> list[Report]:
        calls = [
            actor.apart.options(num_returns=1 + self.workers).remote(order, *parcels)
            for actor, parcels in zip(self._actors, self._parcels, strict=True)
        ]
        self._parcels = [[call[1 + receiver] for call in calls] for receiver in range(self.workers)]
        waiting = [call[0] for call in calls]
        while waiting:
            _, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=SECONDS_BETWEEN_LOOKS)
            patience()
        return [self._received(number, call[0]) for number, call in enumerate(calls)]

    def ask(self, worker: int, question: str, *arguments: Any) -> Any:
        return self._received(worker, getattr(self._actors[worker], question).remote(*arguments))

    def _received(self, number: int, call: Any) -> Any:
        try:
            return self._ray.get(call)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, ModelError | KeyError | TypeError | ValueError):
                raise cause from None
            if isinstance(cause, self._ray.exceptions.RayError):
                raise WorkerLost(number, f"ray: {type(cause).__name__}") from None
            raise WorkerFailed(number, repr(cause)) from None
        except self._ray.exceptions.RayError as error:
            raise WorkerLost(number, f"ray: {type(error).__name__}") from None

    def close(self) -> None:
        for actor in self._actors:
            with suppress(Exception):
                self._ray.kill(actor)
        if self._connected:
            self._ray.shutdown()


def _knock(address: str) -> None:
    """Where nobody listens ray would try for minutes. Raises OSError, ValueError."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), SECONDS_TO_CONNECT).close()
