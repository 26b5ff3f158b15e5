"""Checkpoints of a distributed search: each worker writes its own states, into a folder that all workers
reach; the manifest that names all of them is replaced in one step, so a checkpoint is of all workers."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from checker.checkpoint import Checkpoint, CheckpointError
from checker.cluster.exchange import Exchange

if TYPE_CHECKING:
    from checker.cluster.engine import DistributedSearch

SECONDS_BETWEEN = 60.0
LARGEST_SHARE = 0.1  # of the time that saving may take


class ClusterCheckpointing:
    """Where one search is kept, and when it was last. say: takes a line for the person who waits."""

    def __init__(self, folder: Path, say: Callable[[str], None], seconds_between: float = SECONDS_BETWEEN) -> None:
        self.folder = folder.absolute()
        self.say = say
        self.seconds_between = seconds_between
        self._checkpoint: Checkpoint | None = None
        self._next = monotonic() + seconds_between

    def open(self, search: DistributedSearch) -> None:
        """Raises CheckpointError."""
        names = [entry.name for entry in search.observations]
        self._checkpoint = Checkpoint(self.folder, {
            "engine": "cluster",
            "model": search.system.fingerprint,
            "observations": sha256(repr(names).encode()).hexdigest(),
            "number of workers": str(search.workers),
            "compiled search": sha256(search.program.text.encode()).hexdigest(),
        })  # fmt: skip

    def close(self) -> None:
        if self._checkpoint is not None:
            self._checkpoint.close()

    @property
    def _details(self) -> dict[str, Any]:
        assert self._checkpoint is not None
        return dict(self._checkpoint.details)

    @property
    def states(self) -> int:
        """Of the last checkpoint; 0 if there is none."""
        return int(self._details.get("states", 0))

    def restore(self, search: DistributedSearch, exchange: Exchange) -> str | None:
        """Put new workers where the saved ones were. Why not, if there is too little memory.

        Raises CheckpointError if what was saved is damaged.
        """
        details = self._details
        try:
            search.levels = [int(count) for count in details["levels"]]
            search.unseen = [int(bits) for bits in details["unseen"]]
            search.sighted = {int(number): int(worker) for number, worker in details["sighted"]}
            search.seconds_before = float(details["seconds"])
            records = list(details["workers"])
            search.reports = [exchange.ask(worker, "restore", str(self.folder), records[worker])
                              for worker in range(exchange.workers)]  # fmt: skip
        except (KeyError, TypeError, ValueError, IndexError):
            raise self._unusable("its figures are damaged") from None
        if any(report.full for report in search.reports):
            search.levels, search.sighted, search.reports = [0], {}, []
            return f"the {self.states:,} states of the checkpoint do not fit the memory allowed"
        if search.states != self.states or sum(search.levels) > search.states:
            raise self._unusable(f"it has {search.states:,} states and should have {self.states:,}")
        search.resumed = self.states
        self.say(f"taken up from the checkpoint {self.folder}: {self.states:,} states, depth {search.depth}"
                 + (", complete" if details["complete"] else ""))  # fmt: skip
        return None

    def due(self) -> bool:
        return monotonic() >= self._next

    def save(self, search: DistributedSearch, exchange: Exchange, *, complete: bool) -> None:
        """Once all parcels are taken in. A full disk does not end the search."""
        assert self._checkpoint is not None
        before, details = monotonic(), self._details
        if complete and details.get("complete"):
            return
        former = details.get("workers", [{}] * exchange.workers)
        kept = f"the one of {self.states:,} states stays" if self.states else "there is none"
        records = [exchange.ask(worker, "save", str(self.folder), former[worker]) for worker in range(exchange.workers)]
        why = next((record for record in records if isinstance(record, str)), None)
        try:
            if why is None:
                self._checkpoint.save(0, lambda first, end: [], {
                    "complete": complete, "seconds": search.seconds, "states": search.states,
                    "levels": list(search.levels), "unseen": list(search.unseen),
                    "sighted": list(search.sighted.items()), "workers": records,
                })  # fmt: skip
        except OSError as error:
            why = error.strerror
        if why is not None:
            self.say(f"cannot save the checkpoint {self.folder}: {why}; {kept}")
        now = monotonic()
        self._next = now + max(self.seconds_between, (now - before) / LARGEST_SHARE)

    def _unusable(self, why: str) -> CheckpointError:
        return CheckpointError(f"checkpoint {self.folder}: {why}; delete it to start over")
