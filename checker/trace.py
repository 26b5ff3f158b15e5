"""A run of a system, step by step: what a counterexample or a witness is.
Built only by replaying through the interpretation, so a trace is a run by construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.language.domains import Value
from model.language.errors import ModelError, nearest
from model.language.expressions import Expression
from model.language.interpretation import Interpretation, State
from model.language.systems import Action, ActionKind, System


@dataclass(frozen=True)
class Packet:
    """A message of a trace. `fields` as the sender wrote it, or as the receiver got it."""

    channel: str
    message: str
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class TraceStep:
    """One step: what was taken, what was sent (None where it found no room), what changed."""

    action: Action
    position: int | None
    taken: Packet | None
    sent: tuple[Packet, ...]
    overflow: bool
    changes: Mapping[str, tuple[Value, Value]]
    state: State


@dataclass(frozen=True)
class Trace:
    """A run from an initial state. `about` says what it shows (property ID or witness)."""

    system: System
    about: str
    initial: State
    steps: tuple[TraceStep, ...]

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def path(self) -> list[tuple[str, int | None]]:
        return [(step.action.name, step.position) for step in self.steps]


def replay(
    system: System, about: str, initial: State, path: Sequence[tuple[str, int | None]]
) -> Trace:
    """The trace that follows `path` (action name, position of the message taken) from `initial`.

    Raises ModelError, naming the step, if an action is unknown or not enabled where the path says so.
    """
    interpretation = Interpretation(system)
    if initial not in interpretation.initial_states():
        raise ModelError("the first state of the trace is not an initial state of this system")
    state = initial
    steps: list[TraceStep] = []
    for number, (name, position) in enumerate(path, start=1):
        if name not in system.action_index:
            raise ModelError(f'step {number}: unknown action "{name}": {nearest(name, system.action_index)}')
        action = system.actions[system.action_index[name]]
        if not interpretation.is_enabled(action, position, state):
            raise ModelError(f'step {number}: "{name}" is not possible in this state')
        steps.append(_step(interpretation, action, position, state))
        state = steps[-1].state
    return Trace(system, about, initial, tuple(steps))


def _step(interpretation: Interpretation, action: Action, position: int | None, state: State) -> TraceStep:
    system = interpretation.system
    result = interpretation.step(action, position, state)
    fields = interpretation.taken(action, state, position)
    scope = interpretation.scope(action)
    taken: Packet | None = None
    if position is not None and action.channel is not None and action.message is not None:
        received = dict(fields["received"])
        if action.kind is ActionKind.RECEIPT:
            for name, expression in action.delivery.items():
                received[name] = interpretation.evaluate(expression, state, fields, scope)
        taken = Packet(action.channel, action.message, received)
    sent = tuple(
        Packet(
            sending.channel, sending.message.name,
            {name: interpretation.evaluate(value, state, fields, scope) for name, value in sending.fields.items()},
        )
        for sending in action.sends
    )  # fmt: skip
    changes = {
        variable.name: (before, after)
        for variable, before, after in zip(system.variables, state.values, result.state.values, strict=True)
        if before != after
    }
    return TraceStep(action, position, taken, sent, result.overflow, changes, result.state)


def holds_at(trace: Trace, condition: Expression, index: int) -> bool:
    """Whether a state condition holds in state `index` (0 is the initial state)."""
    state = trace.initial if index == 0 else trace.steps[index - 1].state
    return Interpretation(trace.system).holds(condition, state)


__all__ = ["Packet", "Trace", "TraceStep", "holds_at", "replay"]
