"""Liveness as safety: while what was called for has not come, rounds are counted in which every fairness group
had its due. If no run counts more than so many, no fair run waits for ever; a run that comes back to where it was
a round before is a fair one that does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module

from checker.fairness.responses import FairRun, Response
from checker.search import Exploration, Limits, ProgressReport, Sighting
from checker.trace import replay
from model.language.domains import BOOLEAN, Domain, Integer
from model.language.errors import ModelError
from model.language.expressions import (
    FALSE,
    TRUE,
    Expression,
    Operator,
    all_of,
    any_of,
    constant,
    field_of,
    if_then_else,
    in_flight,
    variable,
)
from model.language.interpretation import State
from model.language.observations import Observation
from model.language.rewriting import nodes_of, substituted
from model.language.systems import Action, ActionKind, ResolvedMachine, System, SystemVariable
from properties.fairness import FairnessGroup, Strength

ROUNDS = "rounds"
COUNTING = "counting"
WAITING, TURN, NUMBER = f"{ROUNDS}.waiting", f"{ROUNDS}.turn", f"{ROUNDS}.number"
MOST = 20


class Rounds:
    """A system that counts up to `most` rounds, and what tells that it counted more.

    A weak group has its due when it happens or is not possible; a strong one when it happens, or was given up:
    from then on it must never be possible. Groups have their turn one after the other.
    Raises ModelError if a channel holds more than one message: which of them may arrive next is not followed.
    """

    def __init__(self, system: System, response: Response, most: int = MOST) -> None:
        for channel in system.channels:
            if channel.capacity > 1:
                raise ModelError(f'"{channel.name}" holds {channel.capacity} messages: rounds are counted where '
                                 "channels hold one")  # fmt: skip
        self.original, self.response, self.most = system, response, most
        self.groups = [group for group in response.groups if self._steps(group)]
        self.possible = {group: any_of(self._possible(group)) for group in self.groups}
        self.given_up = {
            group: f"{ROUNDS}.given_up_{number}" for number, group in enumerate(self.groups, start=1)
            if group.strength is Strength.STRONG
        }  # fmt: skip
        called = FALSE if response.at is None else response.at
        self.waits = (variable(WAITING) | called) & ~response.goal
        self.system = self._counting()
        self.more = Observation(f"more than {most} rounds", variable(NUMBER) == most + 1)

    def counted(self, number: int) -> Observation:
        """States in which so many rounds were counted."""
        return Observation(f"{number} rounds", variable(NUMBER) == number)

    def _steps(self, group: FairnessGroup) -> list[Action]:
        return [
            entry for entry in self.original.actions
            if group.has(entry) or (entry.channel is not None and group.has(entry, True))
        ]  # fmt: skip

    def _belongs(self, action: Action, group: FairnessGroup) -> Expression:
        """Whether a step of `action` is one of the group: with a message, that may depend on its copy mark."""
        if action.channel is None:
            return constant(group.has(action))
        channel = self.original.channels[self.original.channel_index[action.channel]]
        mark = field_of("received", channel.copy_mark)
        return any_of([constant(group.has(action)) & ~mark, constant(group.has(action, True)) & mark])

    def _possible(self, group: FairnessGroup) -> Iterator[Expression]:
        for action in self._steps(group):
            if action.channel is None:
                yield action.guard
            else:
                condition = _in_flight(self._belongs(action, group) & action.guard)
                yield in_flight(action.channel, condition, action.message)

    def _counting(self) -> System:
        last = max(0, len(self.groups) - 1)
        added: list[tuple[str, Domain, bool | int]] = [
            (WAITING, BOOLEAN, False), (TURN, Integer(0, last), 0), (NUMBER, Integer(0, self.most + 1), 0),
            *((name, BOOLEAN, False) for name in self.given_up.values()),
        ]  # fmt: skip
        variables = tuple(SystemVariable(name, domain, (value,), ROUNDS, False, "") for name, domain, value in added)
        broken = any_of(variable(name) & self.possible[group] for group, name in self.given_up.items())
        actions = [
            replace(entry, guard=entry.guard & ~broken, assignments={**entry.assignments, **self._effects(entry)})
            for entry in self.original.actions
        ]
        stopping = self.waits & all_of(~possible for possible in self.possible.values())
        actions.append(_added("nothing happens any more", stopping, self._effects(None)))
        for group, name in self.given_up.items():
            guard = self.waits & ~variable(name) & ~self.possible[group]
            actions.append(_added(f"never again: {group.name}", guard, {name: TRUE}))
        return replace(
            self.original, variables=(*self.original.variables, *variables), actions=tuple(actions), symmetries=(),
            machines=(*self.original.machines, ResolvedMachine(ROUNDS, "environment", COUNTING, (COUNTING,), (), ())),
        )  # fmt: skip

    def _effects(self, action: Action | None) -> dict[str, Expression]:
        """What a step does to the count. None: nothing happens any more."""
        served = [self._has_its_due(action, group) for group in self.groups]
        turn = variable(TURN)
        now = [(turn == place) & due for place, due in enumerate(served)]
        moved: Expression = turn
        for place, due in enumerate(now, start=1):
            moved = if_then_else(due, constant(place % len(self.groups)), moved)
        through = now[-1] if now else TRUE  # without fairness every step is a round
        number = variable(NUMBER)
        counted = if_then_else(through & (number < self.most + 1), number + 1, number)
        called = FALSE if action is None else self.response.by.get(action.name, FALSE)
        return {
            WAITING: self.waits | called,
            TURN: if_then_else(self.waits, moved, constant(0)),
            NUMBER: if_then_else(self.waits, counted, constant(0)),
            **{name: self.waits & variable(name) for name in self.given_up.values()},
        }

    def _has_its_due(self, action: Action | None, group: FairnessGroup) -> Expression:
        happens = FALSE if action is None else self._belongs(action, group)
        spared = variable(self.given_up[group]) if group in self.given_up else ~self.possible[group]
        return happens | spared


def _added(name: str, guard: Expression, assignments: dict[str, Expression]) -> Action:
    return Action(f"[{ROUNDS}] {name}", ActionKind.EVENT, ROUNDS, COUNTING, guard, assignments)


def _in_flight(condition: Expression) -> Expression:
    """A condition on the message taken as one on a message in flight."""
    taken = [node.payload for node in nodes_of(condition, Operator.FIELD)]
    names = [str(payload[1]) for payload in taken if isinstance(payload, tuple) and payload[0] == "received"]
    return substituted(condition, {field_of("received", name): field_of("flight", name) for name in names})


@dataclass(frozen=True)
class Waiting:
    """holds: True with the most rounds that any run waits; False with a fair run that waits for ever; None with
    the reason. called_for: whether anything was ever waited for. exploration: of the counting system."""

    holds: bool | None
    rounds: int | None
    run: FairRun | None
    reason: str | None
    exploration: Exploration
    called_for: bool = True


def wait(
    system: System, response: Response, limits: Limits = Limits(), progress: ProgressReport | None = None, *,  # noqa: B008
    most: int = MOST, engine: str = "checker.explicit.engine",
) -> Waiting:  # fmt: skip
    """Count the rounds of one response property by a complete exploration. Raises ModelError as `Rounds` does."""
    counting = Rounds(system, response, most)
    waits = Observation("waits", counting.waits)
    looked_for = [counting.more, waits, *(counting.counted(number) for number in range(most + 1))]
    found: Exploration = import_module(engine).explore(counting.system, looked_for, limits, progress)
    sighting = found.sightings.get(counting.more.name)
    if sighting is not None:
        run = run_for_ever(counting, sighting)
        why = None if run else f"a run waits more than {most} rounds, and does not come back to where it was"
        return Waiting(False if run else None, None, run, why, found)
    if not found.complete:
        return Waiting(None, None, None, found.stopped or "the search was not complete", found)
    lossless = [channel.name for channel in system.channels if not channel.loses and channel.name in found.overflowed]
    if lossless:
        return Waiting(None, None, None, f"a reply found no room on {', '.join(lossless)}", found)
    counted = [number for number in range(most + 1) if counting.counted(number).name in found.sightings]
    return Waiting(True, max(counted, default=0), None, None, found, waits.name in found.sightings)


def run_for_ever(counting: Rounds, sighting: Sighting) -> FairRun | None:
    """A run that repeats what lies between two ends of a round at which all is the same but the count."""
    trace = replay(counting.system, counting.more.name, sighting.initial, sighting.path)
    index = counting.system.variable_index
    places = [position for name, position in index.items() if name != NUMBER]
    ends: dict[object, int] = {}
    before = 0
    for number, state in enumerate(trace.states):
        counted = int(state.values[index[NUMBER]])
        if counted == before + 1:
            key = (tuple(state.values[place] for place in places), state.channels)
            if key in ends:
                return _projected(counting, sighting, ends[key], number)
            ends[key] = number
        elif counted < before:
            ends.clear()
        before = counted
    return None


def _projected(counting: Rounds, sighting: Sighting, first: int, last: int) -> FairRun:
    """The run in the original system, up to `last`; it repeats from `first` on."""

    def own(path: Sequence[tuple[str, int | None]]) -> tuple[tuple[str, int | None], ...]:
        return tuple(step for step in path if step[0] in counting.original.action_index)

    values = sighting.initial.values[: len(counting.original.variables)]
    stem, loop = own(sighting.path[:first]), own(sighting.path[first:last])
    return FairRun(State(values, sighting.initial.channels), (*stem, *loop), len(stem))
