"""What a suite is for: goals, the candidates that reach them, and a test's purpose in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from generators.suites.actor_model import Stimulus
from generators.suites.cases import Step
from generators.suites.compiled_rows import Values
from model.language.machines import TriggerKind

RANK = ("mutant", "property", "row", "answer", "requirement", "pair")  # which goal names a test


@dataclass(frozen=True)
class Candidate:
    """A test that could be in the suite."""

    setup: str
    start: Values
    stimuli: tuple[Stimulus, ...]


@dataclass
class Goals:
    """meanings: goal -> in words, in the order found. reached: candidate -> its goals."""

    meanings: dict[str, str] = field(default_factory=dict)
    reached: dict[Candidate, set[str]] = field(default_factory=dict)
    _left_out: dict[str, str] = field(default_factory=dict)

    def add(self, goal: str, meaning: str, candidate: Candidate) -> None:
        self.meanings.setdefault(goal, meaning)
        self.reached.setdefault(candidate, set()).add(goal)

    def leave_out(self, goal: str, why: str) -> None:
        self._left_out.setdefault(goal, why)

    @property
    def left_out(self) -> dict[str, str]:
        """Goals that no candidate reaches, each with the reason."""
        return {goal: why for goal, why in self._left_out.items() if goal not in self.meanings}


def purpose(reached: Sequence[str], goals: Goals, steps: Sequence[Step]) -> str:
    """A test's purpose: its most telling goal, and what the last stimulus is."""
    first = min(reached, key=lambda goal: RANK.index(goal.split()[0]))
    kind, _, rest = first.partition(" ")
    last = in_words(steps[-1].stimulus)
    match kind:
        case "mutant":
            return f'finds an implementation that {goals.meanings[first]}: looks at what follows when {last}'
        case "property":
            return f"brings about a run that matters to {rest}: {goals.meanings[first]}"
        case "pair":
            return f'when {last}: "{rest.partition(" > ")[2]}" directly after "{rest.partition(" > ")[0]}"'
        case "requirement":
            return f"checks {rest} when {last}"
        case _:
            return f'when {last}: "{rest}"'


def in_words(stimulus: Stimulus) -> str:
    """What the tester does, as a clause."""
    match stimulus.kind:
        case TriggerKind.RECEIPT:
            return f"a {stimulus.name} arrives"
        case TriggerKind.TIMER:
            return f'the timer "{stimulus.name}" ends'
        case TriggerKind.DECISION:
            return f'it is asked to "{stimulus.name}"'
        case _:
            fields = ", ".join(f"{name} {value}" for name, value in stimulus.fields)
            return f"{stimulus.name} happens" + (f" ({fields})" if fields else "")
