"""The run that a page is at: steps taken, steps possible, and which properties they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.trace import Trace, TraceStep
from diagrams.labels import plain_line, value_text
from diagrams.report.narrative import lines_of
from diagrams.report.state_map import StateMaps
from diagrams.report.state_view import state_view
from diagrams.sequence_chart import NO_WAY, Way, sequence_chart
from dsmip.explorer.choices import Choice, choices
from dsmip.explorer.watching import Watched, broken_at, broken_by
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.systems import System

BY_HAND = "a run made in the explorer"
MOST_STEPS = 2_000


class OutOfDate(Exception):
    """A page asks for something of a state that is no longer the present one."""


class Session:
    """One run, growing and shrinking. revision: counts the changes, so that an old page is noticed."""

    def __init__(
        self, system: System, watched: Sequence[Watched], short_names: Mapping[str, str | None] | None = None,
        hidden: Sequence[str] = (), way: Way = NO_WAY,
    ) -> None:  # fmt: skip
        self.system = system
        self.interpretation = Interpretation(system)
        self.watched = watched
        self.maps = StateMaps()
        for machine in system.machines:
            self.maps.number(system, machine)
        self.starts = self.interpretation.initial_states()
        self.revision = 0
        self._short_names = short_names or {}
        self._hidden = frozenset(hidden)
        self._way = way
        self._steps: list[TraceStep] = []
        self._broken: list[list[Watched]] = []
        self._start(self.starts[0])

    @property
    def state(self) -> State:
        return self._steps[-1].state if self._steps else self._initial

    @property
    def trace(self) -> Trace:
        """The run so far."""
        return Trace(self.system, BY_HAND, self._initial, tuple(self._steps))

    @property
    def broken(self) -> list[Watched]:
        """What the last step, or the initial state, breaks."""
        return self._broken[-1]

    # changes

    def take(self, revision: int, number: int) -> None:
        """Take the step with this number in the list of choices."""
        self._expect(revision)
        if not 0 <= number < len(self.choices):
            raise ModelError(f"there is no choice {number}; there are {len(self.choices)}")
        if len(self._steps) >= MOST_STEPS:
            raise ModelError(f"the run has {MOST_STEPS:,} steps, which is as long as it may get; undo, or start again")
        self._append(self.choices[number].step)
        self._changed()

    def back_to(self, revision: int, length: int) -> None:
        """Undo all but the first `length` steps."""
        self._expect(revision)
        if not 0 <= length <= len(self._steps):
            raise ModelError(f"there is no step {length}; the run has {len(self._steps)}")
        del self._steps[length:], self._broken[length + 1 :]
        self._changed()

    def restart(self, revision: int, start: int) -> None:
        """Begin again from an initial state."""
        self._expect(revision)
        if not 0 <= start < len(self.starts):
            raise ModelError(f"there is no initial state {start}; there are {len(self.starts)}")
        self._start(self.starts[start])

    def jump(self, trace: Trace) -> None:
        """Go where a trace of this system ends."""
        self._start(trace.initial)
        for step in trace.steps:
            self._append(step)
        self._changed()

    def _start(self, state: State) -> None:
        self._initial = state
        self._steps.clear()
        self._broken = [broken_at(self.interpretation, state, self.watched)]
        self._changed()

    def _append(self, step: TraceStep) -> None:
        self._broken.append(broken_by(self.interpretation, self.state, step, self.watched))
        self._steps.append(step)

    def _changed(self) -> None:
        self.revision += 1
        self.choices: list[Choice] = choices(
            self.interpretation, self.state, self._short_names, self._hidden
        )

    def _expect(self, revision: int) -> None:
        if revision != self.revision:
            raise OutOfDate("this page shows an earlier state; it has been brought up to date")

    # what a page shows

    def view(self) -> dict[str, object]:
        """Everything that changes from step to step."""
        trace = self.trace
        chart = sequence_chart(trace, short_names=self._short_names, hidden=self._hidden, way=self._way)
        last = self._steps[-1] if self._steps else None
        before = trace.states[-2] if last else None
        lines = lines_of(chart, chart.steps[-1]) if last else []
        rows = last.action.rows if last else ()
        return {
            "revision": self.revision,
            "start": self.starts.index(self._initial),
            "starts": [self._start_text(state) for state in self.starts],
            "path": [
                {"lines": [list(line) for line in lines_of(chart, step)], "name": plain_line(step.name),
                 "broken": _texts(broken)}
                for step, broken in zip(chart.steps, self._broken[1:], strict=True)
            ],
            "broken": _texts(self.broken),
            "clauses": [plain_line(text) for text in last.action.clauses] if last else [],
            "requirements": [plain_line(text) for text in last.action.requirements] if last else [],
            "notes": list(dict.fromkeys(plain_line(row.note) for row in rows if row.note)),
            "state": state_view(self.system, self.state, before, last, lines, self.maps, self._hidden),
            "choices": [
                {"actor": choice.actor, "title": choice.title, "details": list(choice.details),
                 "breaks": _texts(broken_by(self.interpretation, self.state, choice.step, self.watched))}
                for choice in self.choices
            ],
        }  # fmt: skip

    def _start_text(self, state: State) -> str:
        """What distinguishes an initial state from the others."""
        differing = [
            f"{plain_line(variable.name.replace('_', ' '))} {value_text(value)}"
            for index, (variable, value) in enumerate(zip(self.system.variables, state.values, strict=True))
            if any(other.values[index] != value for other in self.starts)
        ]
        return ", ".join(differing) or "the only initial state"


def _texts(broken: Sequence[Watched]) -> list[list[str]]:
    return [[plain_line(entry.identifier), plain_line(entry.statement)] for entry in broken]
