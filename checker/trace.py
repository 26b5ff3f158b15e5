"""A run of a system, step by step: what a counterexample or a witness is.
Built only by replaying through the interpretation, so a trace is a run by construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from model.language.channel_contents import Flight
from model.language.domains import Modular, Value
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
    """A run from an initial state. `about` says what it shows (property ID or witness).

    loop: how many steps come before those that repeat for ever; all of them if nothing happens any more
    after the last; None for a run that ends where it has shown what it shows.
    """

    system: System
    about: str
    initial: State
    steps: tuple[TraceStep, ...]
    loop: int | None = None

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def states(self) -> list[State]:
        """The initial state and the state after each step."""
        return [self.initial, *(step.state for step in self.steps)]

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
        steps.append(step_taken(interpretation, action, position, state))
        state = steps[-1].state
    return Trace(system, about, initial, tuple(steps))


def closed(trace: Trace, loop: int) -> Trace:
    """The run for ever that repeats all but the first `loop` steps of `trace`.

    Raises ModelError if the loop does not close.
    """
    if not 0 <= loop <= len(trace) or trace.states[-1] != trace.states[loop]:
        raise ModelError(f"the loop does not close: the last state is not the one after step {loop}")
    return replace(trace, loop=loop)


def one_turn(trace: Trace) -> tuple[Trace, bool]:
    """A run for ever up to where it goes on as before, and whether serial numbers differ from turn to turn.

    The loop of a trace closes when every serial number has come back to its value; this one ends as soon as
    everything else has, if the actions go on as in the steps so far.
    """
    if trace.loop is None:
        return trace, False
    names = [step.action.name for step in trace.steps[trace.loop :]]
    seen = [_without_serial_numbers(trace.system, state) for state in trace.states[trace.loop :]]
    for length in range(1, len(names)):
        if seen[length] == seen[0] and all(names[i] == names[i % length] for i in range(len(names))):
            return replace(trace, steps=trace.steps[: trace.loop + length]), True
    return trace, False


def _without_serial_numbers(system: System, state: State) -> State:
    values = tuple(
        0 if isinstance(variable.domain, Modular) else value
        for variable, value in zip(system.variables, state.values, strict=True)
    )
    channels = tuple(
        tuple(
            Flight(flight.message, tuple(
                0 if isinstance(entry.domain, Modular) else value
                for entry, value in zip(channel.messages[flight.message].fields.values(), flight.values, strict=True)
            ))
            for flight in contents
        )
        for channel, contents in zip(system.channels, state.channels, strict=True)
    )  # fmt: skip
    return State(values, channels)


def step_taken(interpretation: Interpretation, action: Action, position: int | None, state: State) -> TraceStep:
    """What happens when an enabled action is taken in `state`. Raises ModelError if a value leaves its domain."""
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


__all__ = ["Packet", "Trace", "TraceStep", "closed", "holds_at", "one_turn", "replay", "step_taken"]
