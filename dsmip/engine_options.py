"""The options of `dsmip check` that say how to explore: which engine, kept where, on how many workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from checker.checking import ENGINES, Explore
from dsmip import quantities
from dsmip.console import say
from model.language.errors import ModelError, nearest

AUTO, CLUSTER = "auto", "cluster"
KEEPING = (AUTO, "explicit", CLUSTER)  # engines that keep checkpoints


@dataclass(frozen=True)
class EngineOptions:
    """As given on the command line. checkpoint: a folder; each exploration gets one in it. cluster: a ray
    address; without one the workers are processes of this machine. Raises ModelError for what does not fit."""

    engine: str = AUTO
    checkpoint: Path | None = None
    interval: str | None = None
    workers: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.engine not in (CLUSTER, *ENGINES):
            raise ModelError(f'unknown engine "{self.engine}": {nearest(self.engine, [CLUSTER, *ENGINES])}')
        if self.checkpoint is not None and self.engine not in KEEPING:
            raise ModelError(f'--checkpoint: the engine "{self.engine}" keeps none; leave out --engine')
        if self.checkpoint is None and self.interval is not None:
            raise ModelError("--checkpoint-interval: give --checkpoint DIR with it")
        if self.interval is not None:
            quantities.seconds(self.interval, "--checkpoint-interval")
        for option, value in (("--workers", self.workers), ("--cluster", self.cluster)):
            if value is not None and self.engine != CLUSTER:
                raise ModelError(f"{option}: give --engine {CLUSTER} with it")
        if self.workers is not None and not 1 <= self.workers <= 1000:
            raise ModelError(f"--workers {self.workers}: give a number from 1 to 1000")
        if self.engine == CLUSTER and self.address is not None and find_spec("ray") is None:
            raise ModelError('--cluster: needs ray, which is not installed: pip install "dsmip[cluster]"')

    @property
    def address(self) -> str | None:
        """Of the ray cluster, if one is used."""
        return self.cluster or os.environ.get("RAY_ADDRESS") or None

    @property
    def has_workers(self) -> bool:
        """Whether an exploration uses several processes, or its folder, by itself."""
        return self.engine == CLUSTER or self.checkpoint is not None

    def search(self, name: str) -> str | Explore:
        """The engine's name, or the search function for the exploration called `name`."""
        if self.engine == CLUSTER:
            return self._distributed(name)
        if self.checkpoint is not None:
            return self._keeping(self.checkpoint / name, name)
        return self.engine

    def _keeping(self, folder: Path, name: str) -> Explore:
        from checker.explicit.checkpointing import SECONDS_BETWEEN, Checkpointing
        from checker.explicit.engine import explore

        kept = Checkpointing(folder, lambda words: say(f"dsmip: {name}: {words}"), self._seconds(SECONDS_BETWEEN))
        return partial(explore, checkpointing=kept)

    def _seconds(self, usual: float) -> float:
        """Between two savings."""
        return usual if self.interval is None else quantities.seconds(self.interval, "--checkpoint-interval")

    def _distributed(self, name: str) -> Explore:
        from checker.cluster.checkpointing import SECONDS_BETWEEN, ClusterCheckpointing
        from checker.cluster.engine import Launch, explore
        from checker.cluster.processes import Processes

        launch: Launch = Processes
        if self.address is not None:
            from checker.cluster.on_ray import OnRay

            launch = partial(OnRay, self.address)
        kept: ClusterCheckpointing | None = None
        if self.checkpoint is not None:
            kept = ClusterCheckpointing(self.checkpoint / name, lambda words: say(f"dsmip: {name}: {words}"),
                                        self._seconds(SECONDS_BETWEEN))  # fmt: skip
        return partial(explore, launch=launch, workers=self.workers or os.cpu_count() or 1, checkpointing=kept)
