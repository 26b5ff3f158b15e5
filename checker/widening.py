"""A counterexample found at small widths, replayed on the same system with other widths. Serial
numbers may differ; everything else about a message that is taken must be the same."""

from __future__ import annotations

from collections.abc import Mapping

from checker.trace import Trace, replay
from model.language.domains import Modular, Value
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import Action, System

Path = list[tuple[str, int | None]]
Taken = tuple[str, Mapping[str, Value]]


def replay_at(system_wide: System, trace: Trace) -> Trace | None:
    """The run of `system_wide` with the same actions on the same messages, or None if there is none.

    It starts with the values of `trace`, serial numbers with those of `system_wide`.
    """
    initial = _initial(system_wide, trace)
    if initial is None:
        return None
    path = _Replay(system_wide, trace).path_from(initial)
    return None if path is None else replay(system_wide, trace.about, initial, path)


def _initial(system_wide: System, trace: Trace) -> State | None:
    """The wide initial state that differs in serial numbers only, and in as few as possible."""
    small = dict(zip(trace.system.variable_index, trace.initial.values, strict=True))
    differences: list[tuple[int, State]] = []
    for state in Interpretation(system_wide).initial_states():
        different = [
            variable for variable, value in zip(system_wide.variables, state.values, strict=True)
            if variable.name not in small or value != small[variable.name]
        ]  # fmt: skip
        if all(variable.name in small and isinstance(variable.domain, Modular) for variable in different):
            differences.append((len(different), state))
    return min(differences, key=lambda entry: entry[0])[1] if differences else None


def shows(trace: Trace, looked_for: Observation) -> bool:
    """Whether the last state of a trace, or its last step, is what is looked for."""
    interpretation = Interpretation(trace.system)
    if looked_for.in_states is not None and interpretation.holds(looked_for.in_states, trace.states[-1]):
        return True
    if not trace.steps:
        return False
    step, before = trace.steps[-1], trace.states[-2]
    condition = looked_for.in_steps.get(step.action.name)
    fields = interpretation.taken(step.action, before, step.position)
    scope = interpretation.scope(step.action)
    return condition is not None and bool(interpretation.evaluate(condition, before, fields, scope))


class _Replay:
    """A depth-first search over the messages each step may take; dead ends are remembered."""

    def __init__(self, system_wide: System, trace: Trace) -> None:
        self.wide = Interpretation(system_wide)
        self.trace = trace
        self.before = [trace.initial, *(step.state for step in trace.steps)]

    def path_from(self, initial: State) -> Path | None:
        system = self.wide.system
        if any(step.action.name not in system.action_index for step in self.trace.steps):
            return None
        actions = [system.actions[system.action_index[step.action.name]] for step in self.trace.steps]
        dead: set[tuple[int, State]] = set()
        states = [initial]
        path: Path = []
        untried: list[list[int | None]] = []
        while len(path) < len(actions):
            number = len(path)
            if len(untried) == number:
                untried.append(self._positions(actions[number], number, states[-1]))
            if untried[-1] and (number, states[-1]) not in dead:
                position = untried[-1].pop(0)
                path.append((actions[number].name, position))
                states.append(self.wide.step(actions[number], position, states[-1]).state)
            else:
                dead.add((number, states.pop()))
                untried.pop()
                if not path:
                    return None
                path.pop()
        return path

    def _positions(self, action: Action, number: int, state: State) -> list[int | None]:
        """Where the message taken in the small trace may be found: the same position first."""
        step = self.trace.steps[number]
        possible: list[int | None] = [
            position for position in self.wide.positions(action, state) if self.wide.is_enabled(action, position, state)
        ]
        if step.position is not None:
            wanted = _taken(self.trace.system, step.action, self.before[number], step.position)
            possible = [
                position for position in possible
                if position is not None and _taken(self.wide.system, action, state, position) == wanted
            ]  # fmt: skip
        return sorted(possible, key=lambda position: position != step.position)


def _taken(system: System, action: Action, state: State, position: int) -> Taken:
    """The type of a message in flight and those of its fields that are no serial numbers."""
    assert action.channel is not None
    index = system.channel_index[action.channel]
    flight = state.channels[index][position]
    message = system.channels[index].messages[flight.message]
    fields = zip(message.fields.items(), flight.values, strict=True)
    return message.name, {name: value for (name, entry), value in fields if not isinstance(entry.domain, Modular)}
