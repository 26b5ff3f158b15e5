"""Message types: records of finite fields. A template is a message whose fields are expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from model.language.domains import Domain, Sizes, Value, plain
from model.language.errors import ModelError, nearest
from model.language.expressions import TRUE, Expression, Operand, field_of, in_flight, literal


@dataclass(frozen=True)
class Field:
    """One field: its domain, the value it has when a sender does not mention it, its meaning."""

    domain: Domain
    default: Value
    meaning: str


def field(domain: Domain, default: object, meaning: str) -> Field:
    value = plain(default)  # type: ignore[arg-type]
    return Field(domain, value, meaning)


@dataclass(frozen=True)
class Template:
    """A message to be sent: a type and an expression for every field."""

    message: MessageType
    fields: Mapping[str, Expression]

    def with_fields(self, **changes: Operand) -> Template:
        return self.message(**{**self.fields, **changes})


@dataclass(frozen=True, eq=False)
class MessageType:
    """A kind of message. Calling it makes a template: `BindingUpdate(lifetime=...)`."""

    name: str
    fields: Mapping[str, Field]

    @cached_property
    def usual(self) -> dict[str, Value]:
        """The value of every field that a sender does not mention."""
        return {name: entry.default for name, entry in self.fields.items()}

    def __call__(self, **values: Operand) -> Template:
        for name in values:
            self.require(name)
        return Template(
            self,
            {name: literal(values.get(name, entry.default)) for name, entry in self.fields.items()},
        )

    def require(self, name: str) -> None:
        if name not in self.fields:
            raise ModelError(f'{self.name} has no field "{name}": {nearest(name, self.fields)}')

    def resolve(self, sizes: Sizes) -> MessageType:
        return MessageType(
            self.name,
            {
                name: Field(entry.domain.resolve(sizes), entry.default, entry.meaning)
                for name, entry in self.fields.items()
            },
        )


class FieldView:
    """The fields of the message at hand as attributes: `received(BindingUpdate).lifetime`."""

    def __init__(self, scope: str, fields: Mapping[str, object], name: str) -> None:
        self._scope = scope
        self._fields = fields
        self._name = name

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._fields:
            raise ModelError(f'{self._name} has no field "{name}": {nearest(name, self._fields)}')
        return field_of(self._scope, name)


def received(message: MessageType) -> FieldView:
    """The fields of the message that triggers a row."""
    return FieldView("received", message.fields, message.name)


def sent(message: MessageType) -> FieldView:
    """The fields of the message that a step sends (step properties)."""
    return FieldView("sent", message.fields, message.name)


def flying(message: MessageType) -> FieldView:
    """The fields of a message in flight, for conditions of `in_flight`."""
    return FieldView("flight", message.fields, message.name)


def any_in_flight(channel: Channel, message: MessageType | None = None, when: Operand = True) -> Expression:
    return in_flight(channel.name, when, message.name if message else None)


@dataclass(frozen=True, eq=False)
class Channel:
    """One direction of travel, bounded.

    capacity: name of the scenario's bound (messages in flight at most).
    lane: the field that tells attachments apart; messages of different lanes overtake each other.
    copy_mark: the Boolean field that marks what the network duplicated.
    loses, duplicates, reorders: names of the scenario's parameters that switch these faults on.
    duplications: the variable that counts duplications left ("machine.variable"), if bounded.
    on_sending, on_delivery: translations, field name -> expression over the message (scope
    "flight") and any machine's variables. deliverable: if false at its turn, the message is dropped.
    losable: which messages may be lost, where the channel loses any.
    """

    name: str
    messages: tuple[MessageType, ...]
    capacity: str
    lane: str
    copy_mark: str
    loses: str
    duplicates: str
    reorders: str
    duplications: str
    on_sending: Mapping[str, Expression]
    on_delivery: Mapping[str, Expression]
    deliverable: Expression
    losable: Expression = TRUE
