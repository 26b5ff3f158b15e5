"""The reference system under test: one actor of the model, run as a `transitions` machine. The tester
plays all others; no message is ever in flight, so that nothing but the stimuli counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generators.adapters.protocol import Answers, Fields, Value
from model.execution.actors import Actor, Firing
from model.handover import MACHINES, Change, handover
from model.language.errors import ModelError, nearest
from model.language.interpretation import Interpretation, State
from model.language.machines import TriggerKind
from model.language.systems import ResolvedRow, System
from model.readings import ACTORS, reading
from model.scenarios import from_data


@dataclass(frozen=True)
class Reaction:
    """What the actor may do on a stimulus: the row taken, messages sent, the state after it."""

    row: ResolvedRow
    answers: Answers
    after: State


class ReferenceActor:
    """One actor of `system` as a system under test (see `protocol.SystemUnderTest`).

    preferences: ambiguity -> alternative, where the reading leaves a choice open; else the first counts.
    """

    def __init__(self, system: System, role: str, preferences: Mapping[str, str] | None = None) -> None:
        self.role = role
        self.system = system
        self.preferences = preferences or {}
        self._interpretation = Interpretation(system)
        self._current = self._interpretation.initial_states()[0]
        self._actor = Actor(system.machine(role), self._interpretation, self._current)
        self._own = [variable for variable in system.variables if variable.owner == role]
        self._triggers = {entry.trigger.key for table in MACHINES if table.name == role for entry in table.decisions}

    # as a system under test

    def reset(self, initial: Fields) -> None:
        for name in initial:
            self._require(name, [variable.name.removeprefix(f"{self.role}.") for variable in self._own], "variable")
        for start in self._interpretation.initial_states():
            values = self._values(start, ghosts=True)
            if all(values[name] == value for name, value in initial.items()):
                self._place(start)
                return
        raise ModelError(f'"{self.role}" never starts with {dict(initial)}')

    def happens(self, event: str, fields: Fields) -> Answers:
        return self.react(f"{TriggerKind.EVENT.value} {event}", fields)

    def receives(self, message: str, fields: Fields) -> Answers:
        return self.react(f"{TriggerKind.RECEIPT.value} {message}", fields)

    def timer_ends(self, timer: str) -> Answers:
        return self.react(f"{TriggerKind.TIMER.value} {timer}", {})

    def decides(self, decision: str) -> Answers:
        return self.react(f"{TriggerKind.DECISION.value} {decision}", {})

    def state(self) -> Fields:
        return self._values(self._current)

    # as a yardstick

    def reactions(self, trigger: str, fields: Fields) -> list[Reaction]:
        """Everything the actor may do on `trigger` ("timer retransmission") now; [] if it takes no notice.

        Raises ModelError if the actor does not know the trigger or a field.
        """
        self._require(trigger, self._triggers, "trigger")
        scopes = self._scopes(trigger, fields)
        found = []
        for row in self._actor.table.rows:
            if row.trigger.key != trigger or self._actor.state not in row.states:
                continue
            firing = Firing(self._current, scopes, row.alternative)
            if self._actor.row_for(trigger, firing) is row:
                found.append(self._reaction(trigger, firing))
        return found

    def take(self, reaction: Reaction) -> None:
        """Go on from what `reactions` found."""
        self._place(reaction.after)

    @property
    def table(self) -> Sequence[ResolvedRow]:
        """The rows of the actor in this system."""
        return self._actor.table.rows

    def may_start(self, **values: Value) -> bool:
        """Whether some initial state has these values."""
        starts = [self._values(start, ghosts=True) for start in self._interpretation.initial_states()]
        return any(all(start.get(name) == value for name, value in values.items()) for start in starts)

    def triggers(self, kind: TriggerKind) -> list[str]:
        """The triggers of this kind that the actor would take now."""
        rows = self._actor.table.rows
        keys = dict.fromkeys(row.trigger.key for row in rows if row.trigger.kind is kind)
        return [key for key in keys if self.reactions(key, {})]

    def react(self, trigger: str, fields: Fields) -> Answers:
        """React to any stimulus: "event movement", "timer retransmission"."""
        possible = self.reactions(trigger, fields)
        if not possible:
            return []
        preferred = [
            reaction for reaction in possible
            if all(self.preferences.get(name) == value for name, value in reaction.row.alternative.items())
        ]  # fmt: skip
        reaction = (preferred or possible)[0]
        self.take(reaction)
        return reaction.answers

    def _reaction(self, trigger: str, firing: Firing) -> Reaction:
        outcome = self._actor.fire(trigger, firing)
        changed = {**outcome.assignments, f"{self.role}.state": self._actor.state}
        self._actor.restore(self._current)
        for name, value in changed.items():
            if not self.system.domain(name).contains(value):
                raise ModelError(f'"{outcome.row.title}": "{name}" becomes {value}, outside its domain')
        values = tuple(
            changed.get(variable.name, value)
            for variable, value in zip(self.system.variables, self._current.values, strict=True)
        )
        answers = [
            (message.message, written_fields(self.system, message.channel, message.fields))
            for message in outcome.messages
        ]
        return Reaction(outcome.row, answers, State(values, self._current.channels))

    def _place(self, state: State) -> None:
        self._current = state
        self._actor.restore(state)

    def _values(self, state: State, ghosts: bool = False) -> dict[str, Value]:
        return own_values(self.system, self.role, state, ghosts=ghosts)

    def _scopes(self, trigger: str, fields: Fields) -> Mapping[str, Fields]:
        kind, _, name = trigger.partition(" ")
        if kind == TriggerKind.EVENT.value:
            return {"event": fields}
        if kind != TriggerKind.RECEIPT.value:
            return {}
        message = next(entry for channel in self.system.channels for entry in channel.messages if entry.name == name)
        for field, value in fields.items():
            message.require(field)
            if not message.fields[field].domain.contains(value):
                raise ModelError(f'{name}: "{field}" cannot be {value!r}')
        return {"received": {**message.usual, **fields}}

    def _require(self, name: str, known: Any, what: str) -> None:
        if name not in known:
            raise ModelError(f'"{self.role}" has no {what} "{name}": {nearest(name, known)}')


def own_values(system: System, role: str, state: State, *, ghosts: bool = False) -> dict[str, Value]:
    """An actor's variables by their names in its table."""
    return {
        variable.name.removeprefix(f"{role}."): value
        for variable, value in zip(system.variables, state.values, strict=True)
        if variable.owner == role and (ghosts or not variable.ghost)
    }


def written_fields(system: System, channel: str, fields: Fields) -> Fields:
    """The fields that a sender writes: not the attachment, nor the mark of a copy."""
    entry = system.channels[system.channel_index[channel]]
    return {name: value for name, value in fields.items() if name not in (entry.lane, entry.copy_mark)}


def reference(setup: Mapping[str, Any], role: str, change: Change | None = None) -> ReferenceActor:
    """The right model's actor, or with a mutant's `change` a wrong one. Raises ModelError."""
    if role not in ACTORS:
        raise ModelError(f'unknown role "{role}": {nearest(role, ACTORS)}')
    if setup["role"] != role:
        raise ModelError(f'the test is for the role "{setup["role"]}", the adapter for "{role}"')
    scenario = from_data(setup["scenario"], "scenario of the test")
    chosen = reading(setup["reading"], setup["choices"])
    return ReferenceActor(handover(scenario, chosen, change), role, setup["preferences"])


def ue(setup: Mapping[str, Any]) -> ReferenceActor:
    return reference(setup, "ue")


def home_agent(setup: Mapping[str, Any]) -> ReferenceActor:
    return reference(setup, "home_agent")
