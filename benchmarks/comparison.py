"""Paired runs: in each round everybody explores the same model once, one after the other, so that a ratio
compares two runs made under the same conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.contestants import Case, Contestant, Measurement
from benchmarks.measured_process import ProgramError


@dataclass
class Entry:
    """What one contestant did in the rounds. left_out: why it has no (more) runs."""

    name: str
    ours: bool
    runs: list[Measurement] = field(default_factory=list)
    left_out: str | None = None


@dataclass(frozen=True)
class Comparison:
    """rounds: how many were asked for. The first entry is the one the others are compared with."""

    title: str
    case: Case
    rounds: int
    entries: tuple[Entry, ...]

    @property
    def counts_differ(self) -> list[str]:
        """Sentences about runs whose counts are not those of the first contestant."""
        counts = {(run.states, run.transitions) for entry in self.entries[:1] for run in entry.runs}
        return [
            f"{entry.name} counts {run.states:,} states and {run.transitions:,} transitions"
            for entry in self.entries for run in entry.runs
            if counts and (run.states, run.transitions) not in counts
        ]  # fmt: skip

    def ratios(self, entry: Entry, figure: Callable[[Measurement], float]) -> tuple[float, float, float] | None:
        """Its figure as multiples of the first contestant's, run by run: least, median, most."""
        pairs = zip(entry.runs, self.entries[0].runs, strict=False)
        found = sorted(figure(other) / figure(first) for other, first in pairs if figure(first) > 0)
        return (found[0], median(found), found[-1]) if found else None


def compare(
    title: str, case: Case, contestants: Sequence[Contestant], rounds: int, seconds: float, say: Callable[[str], None]
) -> Comparison:
    """seconds: the limit of one run. say: takes a line for the person who waits."""
    entries = [Entry(contestant.name, contestant.ours, [], contestant.absent()) for contestant in contestants]
    for entry in entries:
        if entry.left_out is not None:
            say(f"{title}: {entry.name} left out: {entry.left_out}")
    for number in range(1, rounds + 1):
        for contestant, entry in zip(contestants, entries, strict=True):
            if entry.left_out is not None:
                continue
            say(f"{title}: round {number} of {rounds}: {entry.name}")
            try:
                entry.runs.append(contestant.measure(case, seconds))
            except ProgramError as error:
                entry.left_out = str(error)
                say(f"{title}: {entry.name} left out: {error}")
    return Comparison(title, case, rounds, tuple(entries))
