"""A system run through its `transitions` machines. A step is taken completely or not at all: guards
and effects see the state before it, effects apply together, a refused step leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from model.execution.actors import NOTHING, Actor, ExecutionError, Firing, Outcome
from model.execution.network import CHANNEL_KINDS, Network
from model.execution.stimuli import (
    ActionKey,
    Alternatives,
    Occurrence,
    Stimulus,
    action_key,
    free_fields,
    row_key,
)
from model.language.domains import Value, describe, plain
from model.language.errors import nearest
from model.language.interpretation import Interpretation, State
from model.language.machines import TriggerKind
from model.language.systems import Action, ActionKind, ResolvedRow, System


class Execution:
    """A running system. actors: its machines by name. log: the steps taken so far."""

    def __init__(self, system: System, initial: State | None = None) -> None:
        """initial: any state of the system; by default its first initial state."""
        self.system = system
        self._interpretation = Interpretation(system)
        if initial is None:
            initial = self._interpretation.initial_states()[0]
        self.actors = {
            machine.name: Actor(machine, self._interpretation, initial) for machine in system.machines
        }
        self.network = Network(self._interpretation, initial)
        self.log: list[Occurrence] = []
        self._events = {
            row.trigger.name: row.trigger.event
            for machine in system.machines for row in machine.rows if row.trigger.event is not None
        }  # fmt: skip
        self._actions: dict[ActionKey, Action] = {
            action_key(action.rows, action.channel, free_fields(action)): action
            for action in system.actions
            if action.rows
        }

    @property
    def state(self) -> State:
        """The state as the interpretation has it."""
        values = tuple(self.actors[variable.owner][variable.name] for variable in self.system.variables)
        return State(values, self.network.contents)

    def restart(self, initial: State) -> None:
        """Begin anew from a state of the system."""
        self.log.clear()
        self._restore(initial)

    # by hand

    def fire_timer(self, machine: str, name: str, **alternative: str) -> Occurrence:
        """Let a timer of `machine` end. alternative: AMB_03="ignore" settles the open choice AMB-03."""
        return self._own(machine, f"{TriggerKind.TIMER.value} {name}", alternative)

    def decide(self, machine: str, name: str, **alternative: str) -> Occurrence:
        """Let `machine` take a decision."""
        return self._own(machine, f"{TriggerKind.DECISION.value} {name}", alternative)

    def happen(self, event: str, choosing: Mapping[str, str] = NOTHING, **fields: Value | Enum) -> Occurrence:
        """Let an environment event happen. fields: those that its emitter's row leaves free."""
        return self._act(self._event(event, fields, dict.fromkeys(self.actors, choosing)))

    def deliver(self, channel: str, position: int = 0, *, to: str | None = None, **alternative: str) -> Occurrence:
        """Deliver a message to the machine that takes it; `to` names it if several could."""
        trigger = f"{TriggerKind.RECEIPT.value} {self.network.message_at(channel, position)}"
        takers = [name for name, actor in self.actors.items() if trigger in actor.machine.events]
        if to is not None:
            takers = [self._actor(to).name]
        if len(takers) > 1:
            chosen = {name: _choices(alternative) for name in takers}
            before = self.state
            takers = [
                name for name in takers if self._rows(self._receipt(name, channel, position, chosen), before)
            ] or takers
        if len(takers) != 1:
            raise ExecutionError(
                f'channel "{channel}": {trigger} concerns {" and ".join(takers)}; say which (to=...)'
                if takers else f'no machine has the trigger "{trigger}"'
            )  # fmt: skip
        return self._act(self._receipt(takers[0], channel, position, {takers[0]: _choices(alternative)}))

    def lose(self, channel: str, position: int = 0) -> Occurrence:
        return self._fault(self.network.fault(ActionKind.LOSS, channel, position), position)

    def duplicate(self, channel: str, position: int = 0) -> Occurrence:
        return self._fault(self.network.fault(ActionKind.DUPLICATION, channel, position), position)

    def drop(self, channel: str, position: int = 0) -> Occurrence:
        """Take away a message whose destination is nowhere."""
        return self._fault(self.network.fault(ActionKind.UNDELIVERABLE, channel, position), position)

    def undo(self) -> Occurrence:
        """Go back to before the latest step, and return it."""
        if not self.log:
            raise ExecutionError("nothing to undo: no step has been taken")
        latest = self.log.pop()
        self._restore(latest.before)
        return latest

    # by action

    def perform(self, action_name: str, position: int | None = None) -> Occurrence:
        """Take one of the system's actions by driving the machines of its rows.

        position: of the message it takes. Raises ExecutionError if it is refused, or if the
        machines take other rows than the action says.
        """
        action = self._named(action_name)
        if (position is not None) != action.takes_message:
            raise ExecutionError(f'"{action_name}" takes {"a" if action.takes_message else "no"} message')
        if action.kind in CHANNEL_KINDS:
            assert action.channel is not None and position is not None
            if self.network.message_at(action.channel, position) != action.message:
                raise ExecutionError(f'"{action_name}": there is no {action.message} at position {position}')
            return self._fault(action, position)
        return self._act(self._stimulus(action, position), expected=action)

    def enabled(self) -> list[tuple[str, int | None]]:
        """What can happen now: names of actions, with the position of the message taken."""
        before = self.state
        found: list[tuple[str, int | None]] = []
        for action in self.system.actions:
            positions: Sequence[int | None] = [None]
            if action.channel is not None:
                positions = self.network.positions(action.kind, action.channel, action.message)
            for position in positions:
                if action.kind in CHANNEL_KINDS:
                    possible = self._fault_possible(action, position, before)
                else:
                    rows = self._rows(self._stimulus(action, position), before)
                    possible = [row_key(row) for row in rows] == [row_key(row) for row in action.rows]
                if possible:
                    found.append((action.name, position))
        return found

    # stimuli

    def _own(self, machine: str, trigger: str, alternative: Mapping[str, str]) -> Occurrence:
        name = self._actor(machine).name
        return self._act(Stimulus(trigger, (name,), {name: _choices(alternative)}))

    def _event(
        self, event: str, fields: Mapping[str, Value | Enum], alternatives: Alternatives
    ) -> Stimulus:
        if event not in self._events:
            raise ExecutionError(f'no event "{event}": {nearest(event, self._events)}')
        source = self._events[event]
        for name in fields:
            if name not in source.fields:
                raise ExecutionError(f'event "{event}" has no field "{name}": {nearest(name, source.fields)}')
        trigger = f"{TriggerKind.EVENT.value} {event}"
        others = [
            name for name, actor in self.actors.items() if name != source.emitter and trigger in actor.machine.events
        ]
        given = {name: plain(value) for name, value in fields.items()}
        return Stimulus(trigger, (source.emitter, *others), alternatives, {"event": given})

    def _receipt(
        self, machine: str, channel: str, position: int, alternatives: Alternatives
    ) -> Stimulus:
        message = self.network.message_at(channel, position)
        delivered = self.network.delivered_fields(channel, position, self.state)
        trigger = f"{TriggerKind.RECEIPT.value} {message}"
        return Stimulus(trigger, (machine,), alternatives, {"received": delivered}, channel, position)

    def _stimulus(self, action: Action, position: int | None) -> Stimulus:
        alternatives = {row.machine: row.alternative for row in action.rows}
        if action.kind is ActionKind.EVENT:
            return self._event(action.rows[0].trigger.name, free_fields(action), alternatives)
        if action.channel is not None and position is not None:
            if self.network.message_at(action.channel, position) != action.message:
                raise ExecutionError(f'"{action.name}": there is no {action.message} at position {position}')
            return self._receipt(action.machine, action.channel, position, alternatives)
        return Stimulus(action.trigger, (action.machine,), alternatives)

    def _rows(self, stimulus: Stimulus, before: State) -> list[ResolvedRow]:
        """The rows that would take the stimulus now; none if one machine refuses."""
        if not self._reaches_somebody(stimulus, before):
            return []
        fields = stimulus.fields
        rows: list[ResolvedRow] = []
        for name in stimulus.machines:
            actor = self._actor(name)
            firing = Firing(before, fields, stimulus.alternatives.get(name, NOTHING))
            row = actor.row_for(stimulus.trigger, firing)
            if row is None:
                return []
            if row.trigger.event is not None:
                fields = {"event": actor.event_fields(row, firing)}
            rows.append(row)
        return rows

    def _reaches_somebody(self, stimulus: Stimulus, before: State) -> bool:
        if stimulus.channel is None or stimulus.position is None:
            return True
        return self.network.reaches_somebody(stimulus.channel, stimulus.position, before)

    # steps

    def _act(self, stimulus: Stimulus, expected: Action | None = None) -> Occurrence:
        channel, position = stimulus.channel, stimulus.position
        if channel is not None and position is not None:
            self.network.require(ActionKind.RECEIPT, channel, position)
            if not self._reaches_somebody(stimulus, self.state):
                raise ExecutionError(f'channel "{channel}": the message at position {position} reaches nobody')
        return self._atomically(lambda before: self._drive(stimulus, before, expected))

    def _drive(self, stimulus: Stimulus, before: State, expected: Action | None) -> Occurrence:
        channel, position = stimulus.channel, stimulus.position
        fields = stimulus.fields
        outcomes: list[Outcome] = []
        for name in stimulus.machines:
            firing = Firing(before, fields, stimulus.alternatives.get(name, NOTHING))
            outcomes.append(self._actor(name).fire(stimulus.trigger, firing))
            if outcomes[-1].row.trigger.event is not None:
                fields = {"event": outcomes[-1].event}
        rows = tuple(outcome.row for outcome in outcomes)
        free = tuple(sorted(stimulus.fields.get("event", {}).items()))
        action = self._actions.get(action_key(rows, channel, dict(free)))
        if action is None or (expected is not None and action is not expected):
            asked = f'"{expected.name}"' if expected else f'"{stimulus.trigger}"'
            took = "; ".join(f"{row.machine}: {row.title}" for row in rows)
            raise ExecutionError(f'{asked}: the machines took "{took}", {"another" if action else "no"} action')
        if channel is not None and position is not None:
            self.network.take(channel, position)
        received = fields.get("received")
        return self._conclude(action, position, received, outcomes, before)

    def _fault(self, action: Action, position: int) -> Occurrence:
        assert action.channel is not None
        channel = action.channel
        self.network.require(action.kind, channel, position)
        if not self._fault_possible(action, position, self.state):
            raise ExecutionError(f'"{action.name}" is not possible now: {action.guard}')

        def change(before: State) -> Occurrence:
            fields = self.network.fields_at(channel, position)
            scope = self._interpretation.scope(action)
            for name, value in action.assignments.items():
                self._assign(name, self._interpretation.evaluate(value, before, {"received": fields}, scope))
            if action.kind is ActionKind.DUPLICATION:
                self.network.duplicate(channel, position)
            else:
                self.network.take(channel, position)
            return self._conclude(action, position, fields, [], before)

        return self._atomically(change)

    def _fault_possible(self, action: Action, position: int | None, before: State) -> bool:
        assert action.channel is not None and position is not None
        fields = {"received": self.network.fields_at(action.channel, position)}
        return bool(self._interpretation.evaluate(action.guard, before, fields, self._interpretation.scope(action)))

    def _conclude(
        self, action: Action, position: int | None, taken: Mapping[str, Value] | None,
        outcomes: Sequence[Outcome], before: State,
    ) -> Occurrence:  # fmt: skip
        written: set[str] = set()
        for outcome in outcomes:
            for name, value in outcome.assignments.items():
                if name in written:
                    raise ExecutionError(f'"{action.name}": two rows write "{name}"')
                written.add(name)
                self._assign(name, value)
        for outcome in outcomes:
            for alter in outcome.alters:
                self.network.alter(alter, before)
        sent = tuple(message for outcome in outcomes for message in outcome.messages)
        found_room = [self.network.put(message) for message in sent]
        self.network.settle()
        after = self.state
        changes = {
            variable.name: (old, new)
            for variable, old, new in zip(self.system.variables, before.values, after.values, strict=True)
            if old != new
        }
        occurrence = Occurrence(action, position, taken, sent, not all(found_room), changes, before, after)
        self.log.append(occurrence)
        return occurrence

    def _atomically(self, step: Callable[[State], Occurrence]) -> Occurrence:
        before = self.state
        try:
            return step(before)
        except Exception:
            self._restore(before)
            raise

    def _assign(self, name: str, value: Value) -> None:
        variable = self.system.variables[self.system.variable_index[name]]
        if not variable.domain.contains(value):
            raise ExecutionError(f'"{name}" becomes {value}, outside {describe(variable.domain)}')
        self.actors[variable.owner].assign(name, value)

    def _restore(self, state: State) -> None:
        for actor in self.actors.values():
            actor.restore(state)
        self.network.restore(state)

    # names

    def _actor(self, name: str) -> Actor:
        if name not in self.actors:
            raise ExecutionError(f'no machine "{name}": {nearest(name, self.actors)}')
        return self.actors[name]

    def _named(self, name: str) -> Action:
        if name not in self.system.action_index:
            raise ExecutionError(f'no action "{name}": {nearest(name, self.system.action_index)}')
        return self.system.actions[self.system.action_index[name]]


def _choices(alternative: Mapping[str, str]) -> Mapping[str, str]:
    return {name.replace("_", "-"): value for name, value in alternative.items()}
