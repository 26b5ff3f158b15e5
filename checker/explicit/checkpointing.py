"""Checkpoints of the explicit engine: saved now and then while it runs, at its end and at Ctrl-C, and
taken up again by a later process. The hash table is not saved, it is rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from checker.checkpoint import Blocks, Checkpoint, CheckpointError
from checker.explicit.search_memory import Register
from checker.interruption import Interruption

if TYPE_CHECKING:
    from checker.explicit.engine import ExplicitSearch

SECONDS_BETWEEN = 60.0
LARGEST_SHARE = 0.1  # of the time that saving may take

KEPT = (
    Register.COUNT, Register.NEXT, Register.LEVEL_END, Register.DEPTH, Register.HELD_0, Register.HELD_1,
)  # fmt: skip


class Checkpointing:
    """Where one search is kept, and when it was last. say: takes a line for the person who waits."""

    def __init__(self, folder: Path, say: Callable[[str], None], seconds_between: float = SECONDS_BETWEEN) -> None:
        self.folder = folder
        self.say = say
        self.seconds_between = seconds_between
        self._checkpoint: Checkpoint | None = None
        self._held: dict[int, list[int]] = {0: [0, 0]}  # states saved -> values that the parts then had
        self._next = monotonic() + seconds_between

    def close(self) -> None:
        if self._checkpoint is not None:
            self._checkpoint.close()

    def open(self, search: ExplicitSearch) -> bool:
        """Whether there is something to go on from. Raises CheckpointError."""
        self._checkpoint = Checkpoint(self.folder, {
            "model": search.system.fingerprint,
            "observations": sha256(repr([entry.name for entry in search.observations]).encode()).hexdigest(),
            "compiled search": sha256(search.text.encode()).hexdigest(),
        })  # fmt: skip
        return self._checkpoint.rows > 0

    def restore(self, search: ExplicitSearch) -> str | None:
        """Put a new search where the saved one was. Why not, if there is too little memory.

        Raises CheckpointError if what was saved is damaged.
        """
        assert self._checkpoint is not None
        rows, details, tables = self._checkpoint.rows, self._checkpoint.details, search.tables
        try:
            self._held |= {int(states): [int(left), int(right)] for states, left, right in details["values"]}
            tables.make_room_for_values(self._held[rows])
        except (KeyError, TypeError, ValueError):
            raise self._unusable("its figures are damaged") from None
        except (OSError, MemoryError):
            return f"the {rows:,} states of the checkpoint do not fit into memory"
        if not tables.make_room(rows + 1):
            return f"the {rows:,} states of the checkpoint do not fit the memory allowed"
        try:
            self._checkpoint.read_into(self._blocks(search))
            registers, numbers = details["registers"], details["numbers"]
            for register in KEPT:
                search.context[register] = registers[register.name]
            for name, array in search.numbers.items():
                if name != "context":
                    array[:] = numbers[name]
            search.seconds_before = float(details["seconds"])
            if not 0 <= registers["NEXT"] <= registers["LEVEL_END"] <= registers["COUNT"]:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise self._unusable("its figures are damaged") from None
        if search.tables.count != rows:
            raise self._unusable(f"it has {rows:,} states and should have {search.tables.count:,}")
        if tables.held() != self._held[rows]:
            raise self._unusable("its figures are damaged")
        search.rehash()
        tables.fill_again()
        search.rename_values()
        search.resumed = rows
        ended = "complete" if details["complete"] else f"{rows - search.context[Register.NEXT]:,} to expand"
        self.say(f"taken up from the checkpoint {self.folder}: {rows:,} states, depth {search.depth}, {ended}")
        return None

    def save_if_due(self, search: ExplicitSearch, interruption: Interruption) -> None:
        if monotonic() >= self._next:
            self.save(search, interruption, complete=False)

    def save(self, search: ExplicitSearch, interruption: Interruption, *, complete: bool) -> None:
        """A second Ctrl-C ends the saving. A full disk does not end the search."""
        assert self._checkpoint is not None
        before, presses, rows = monotonic(), interruption.times, search.tables.count
        search.fired()
        self._held[rows] = search.tables.held()
        details = {
            "complete": complete,
            "values": [[states, *held] for states, held in self._held.items()],
            "seconds": search.seconds,
            "registers": {register.name: int(search.context[register]) for register in KEPT},
            "numbers": {name: list(array) for name, array in search.numbers.items() if name != "context"},
        }
        if rows == self._checkpoint.rows and complete and self._checkpoint.details.get("complete"):
            return
        states = self._checkpoint.rows
        kept = f"the one of {states:,} states stays" if states else "there is none"
        try:
            saved = self._checkpoint.save(
                rows, self._blocks(search), details, lambda: interruption.times > max(1, presses)
            )
            if not saved:
                self.say(f"the checkpoint was not finished; {kept}")
        except OSError as error:
            self.say(f"cannot save the checkpoint {self.folder}: {error.strerror}; {kept}")
        now = monotonic()
        self._next = now + max(self.seconds_between, (now - before) / LARGEST_SHARE)

    def _blocks(self, search: ExplicitSearch) -> Blocks:
        """The memory of the states between two saves. Raises KeyError where nothing was saved."""
        return lambda first, end: search.tables.blocks(first, end, self._held[first], self._held[end])

    def _unusable(self, why: str) -> CheckpointError:
        return CheckpointError(f"checkpoint {self.folder}: {why}; delete it to start over")
