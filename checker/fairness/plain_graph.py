"""The state graph by the interpretation: slow, and plain enough to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

import numpy as np

from checker.explicit.action_code import label_of
from checker.fairness.graph import Flags, StateGraph
from checker.fairness.limits import LimitReached
from checker.search import Limits, ProgressReport
from model.language.channel_contents import is_copy
from model.language.expressions import Expression
from model.language.interpretation import Interpretation, State, Step
from model.language.systems import System


class PlainGraph:
    """All states of a system and their graph. Raises LimitReached."""

    def __init__(self, system: System, limits: Limits, progress: ProgressReport | None = None) -> None:
        self.system = system
        self.limits = limits
        self.started = monotonic()
        self.interpretation = Interpretation(system)
        self.found = list(self.interpretation.initial_states())
        self.index = {state: number for number, state in enumerate(self.found)}
        initial = len(self.found)
        self.steps: list[tuple[int, Step]] = []
        offsets = [0]
        for number, state in enumerate(self.found):
            self.check_limits("while the states were found")
            for step in self.interpretation.steps(state):
                if step.state not in self.index:
                    self.index[step.state] = len(self.found)
                    self.found.append(step.state)
                self.steps.append((number, step))
            offsets.append(len(self.steps))
        targets = [self.index[step.state] for _, step in self.steps]
        labels = [label_of(system.action_index[step.action.name], step.position) for _, step in self.steps]
        copies = [takes_copy(system, self.found[number], step) for number, step in self.steps]
        self.graph = StateGraph(
            initial, np.array(offsets, dtype=np.int64), np.array(targets, dtype=np.int32),
            np.array(labels, dtype=np.int32), np.array(copies, dtype=np.bool_),
        )  # fmt: skip

    def check_limits(self, when: str) -> None:
        if self.limits.states is not None and len(self.found) > self.limits.states:
            raise LimitReached(f"limit of {self.limits.states:,} states reached")
        if self.limits.seconds is not None and monotonic() - self.started > self.limits.seconds:
            raise LimitReached(f"time limit of {self.limits.seconds:g} s reached {when}")

    def close(self) -> None:
        pass

    def state(self, index: int) -> State:
        return self.found[index]

    def where(self, condition: Expression) -> Flags:
        """The states in which a condition on states holds."""
        return np.array([self.interpretation.holds(condition, state) for state in self.found], dtype=np.bool_)

    def steps_where(self, in_steps: Mapping[str, Expression]) -> Flags:
        """The steps that satisfy a condition given action by action."""
        return np.array([self._holds(in_steps, number, step) for number, step in self.steps], dtype=np.bool_)

    def _holds(self, in_steps: Mapping[str, Expression], number: int, step: Step) -> bool:
        condition = in_steps.get(step.action.name)
        if condition is None:
            return False
        state = self.found[number]
        fields = self.interpretation.taken(step.action, state, step.position)
        return bool(self.interpretation.evaluate(condition, state, fields, self.interpretation.scope(step.action)))


def takes_copy(system: System, state: State, step: Step) -> bool:
    """Whether the message that a step takes is a copy made by the network."""
    if step.position is None or step.action.channel is None:
        return False
    index = system.channel_index[step.action.channel]
    return is_copy(system.channels[index], state.channels[index][step.position])
