"""The channels of a running system: what is in flight, how it is translated, lost and duplicated.
Translations and faults are read from the system's actions."""

from __future__ import annotations

from collections.abc import Mapping

from model.execution.actors import ExecutionError, Message
from model.language.channel_contents import (
    Contents,
    Flight,
    canonical,
    deliverable,
    duplicable,
    duplicated,
    losable,
)
from model.language.domains import Value
from model.language.errors import nearest
from model.language.expressions import (
    TRUE,
    Expression,
    Operator,
    negation,
)
from model.language.interpretation import Interpretation, State, field_values
from model.language.machines import Alter
from model.language.rewriting import nodes_of
from model.language.systems import Action, ActionKind, SystemChannel
from model.language.type_checking import Scope, channel_fields

CHANNEL_KINDS = (ActionKind.LOSS, ActionKind.UNDELIVERABLE, ActionKind.DUPLICATION)


class Network:
    """Lists of messages in flight, one a channel, in canonical order between steps."""

    def __init__(self, interpretation: Interpretation, state: State) -> None:
        self._interpretation = interpretation
        self._system = interpretation.system
        self._flights: dict[str, list[Flight]] = {}
        self._translation: dict[str, Mapping[str, Expression]] = {}
        self._reaches: dict[str, Expression] = {}
        self._faults: dict[tuple[ActionKind, str, str], Action] = {}
        for action in self._system.actions:
            if action.channel is None or action.message is None:
                continue
            if action.kind is ActionKind.RECEIPT:
                self._translation[action.channel] = action.delivery
            else:
                self._faults[action.kind, action.channel, action.message] = action
            if action.kind is ActionKind.UNDELIVERABLE:
                self._reaches[action.channel] = negation(action.guard)
        self.restore(state)

    def restore(self, state: State) -> None:
        for channel, contents in zip(self._system.channels, state.channels, strict=True):
            self._flights[channel.name] = list(contents)

    @property
    def contents(self) -> tuple[Contents, ...]:
        """What is in flight, as a state has it."""
        return tuple(canonical(channel, self._flights[channel.name]) for channel in self._system.channels)

    def channel(self, name: str) -> SystemChannel:
        if name not in self._flights:
            raise ExecutionError(f'no channel "{name}": {nearest(name, self._flights)}')
        return self._system.channels[self._system.channel_index[name]]

    def message_at(self, name: str, position: int) -> str:
        """The type of the message at `position` (0 is the first)."""
        channel = self.channel(name)
        flights = self._flights[name]
        if not 0 <= position < len(flights):
            raise ExecutionError(f'channel "{name}" has no message at position {position}: it holds {len(flights)}')
        return channel.messages[flights[position].message].name

    def fields_at(self, name: str, position: int) -> Mapping[str, Value]:
        """The fields of a message as it travels."""
        self.message_at(name, position)
        return field_values(self.channel(name), self._flights[name][position])

    def delivered_fields(self, name: str, position: int, before: State) -> Mapping[str, Value]:
        """The fields of a message as its receiver gets them."""
        raw = self.fields_at(name, position)
        scope = self._scope(name, position)
        translated = {
            field: self._interpretation.evaluate(value, before, {"received": raw}, scope)
            for field, value in self._translation.get(name, {}).items()
            if field in raw and _meaningful(value, raw)
        }
        return {**raw, **translated}

    def reaches_somebody(self, name: str, position: int, before: State) -> bool:
        condition = self._reaches.get(name, TRUE)
        fields = {"received": self.fields_at(name, position)}
        return bool(self._interpretation.evaluate(condition, before, fields, self._scope(name, position)))

    def _scope(self, name: str, position: int) -> Scope:
        fields = channel_fields(self.channel(name), self.message_at(name, position))
        return Scope(self._system, {"received": fields})

    def positions(self, kind: ActionKind, name: str, message: str | None = None) -> list[int]:
        """The messages (of type `message`) that can be taken, lost or duplicated next."""
        channel = self.channel(name)
        contents = tuple(self._flights[name])
        match kind:
            case ActionKind.RECEIPT | ActionKind.UNDELIVERABLE:
                found = deliverable(channel, contents)
            case ActionKind.LOSS:
                found = losable(channel, contents)
            case _:
                found = duplicable(channel, contents)
        return [position for position in found if message in (None, self.message_at(name, position))]

    def require(self, kind: ActionKind, name: str, position: int) -> None:
        """Raise ExecutionError unless the message at `position` can be taken, lost or duplicated next."""
        message = self.message_at(name, position)
        possible = self.positions(kind, name)
        if position not in possible:
            raise ExecutionError(
                f'channel "{name}": {message} at position {position} is not next for {kind.value}; '
                f"possible: {', '.join(map(str, possible)) or 'none'}"
            )

    def fault(self, kind: ActionKind, name: str, position: int) -> Action:
        """The action by which the channel loses, drops or duplicates the message at `position`."""
        message = self.message_at(name, position)
        if (kind, name, message) not in self._faults:
            raise ExecutionError(f'channel "{name}": {kind.value} of {message} cannot happen in this system')
        return self._faults[kind, name, message]

    # changes, made in this order within a step; `contents` is canonical again after it

    def take(self, name: str, position: int) -> None:
        del self._flights[name][position]

    def duplicate(self, name: str, position: int) -> None:
        self._flights[name] = list(duplicated(self.channel(name), tuple(self._flights[name]), position))

    def alter(self, alter: Alter, before: State) -> None:
        """Change every message that the alteration means; its variables are those of `before`."""
        channel = self.channel(alter.channel)
        scope = Scope(self._system, {}).with_flight(channel, alter.message)
        flights = self._flights[alter.channel]
        for position, flight in enumerate(flights):
            if channel.messages[flight.message].name != alter.message:
                continue
            values = field_values(channel, flight)
            fields = {"flight": values}
            if self._interpretation.evaluate(alter.when, before, fields, scope):
                changed = {
                    name: self._interpretation.evaluate(value, before, fields, scope)
                    for name, value in alter.fields.items()
                }
                flights[position] = Flight(flight.message, tuple({**values, **changed}.values()))

    def put(self, message: Message) -> bool:
        """Send a message; False if it found no room and is gone."""
        channel = self.channel(message.channel)
        flights = self._flights[message.channel]
        if len(flights) >= channel.capacity:
            return False
        flights.append(Flight(channel.index_of(message.message), tuple(message.carried.values())))
        return True

    def settle(self) -> None:
        """Bring every channel into canonical order, at the end of a step."""
        for channel in self._system.channels:
            self._flights[channel.name] = list(canonical(channel, self._flights[channel.name]))


def _meaningful(translation: Expression, fields: Mapping[str, Value]) -> bool:
    """Whether the message has every field that a translation reads (a channel may carry several types)."""
    read = [node.payload for node in nodes_of(translation, Operator.FIELD)]
    return all(isinstance(payload, tuple) and payload[1] in fields for payload in read)
