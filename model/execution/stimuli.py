"""What drives machines, what came of it, and which of the system's actions that was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from model.execution.actors import Message
from model.language.domains import Value
from model.language.expressions import Operator
from model.language.interpretation import Fields, State
from model.language.systems import Action, ActionKind, ResolvedRow

Alternatives = Mapping[str, Mapping[str, str]]
RowKey = tuple[str, str, str, tuple[str, ...]]
ActionKey = tuple[tuple[RowKey, ...], str | None, tuple[tuple[str, Value], ...]]


@dataclass(frozen=True, eq=False)
class Occurrence:
    """One step that was taken. taken: fields as the receiver got them. overflow: a reply found no room."""

    action: Action
    position: int | None
    taken: Mapping[str, Value] | None
    sent: tuple[Message, ...]
    overflow: bool
    changes: Mapping[str, tuple[Value, Value]]
    before: State
    after: State


@dataclass(frozen=True, eq=False)
class Stimulus:
    """What is about to drive machines: their trigger, the message or event fields, who chooses what.

    machines: in the order in which they are driven; the emitter of an event first.
    """

    trigger: str
    machines: tuple[str, ...]
    alternatives: Alternatives
    fields: Fields = field(default_factory=dict)
    channel: str | None = None
    position: int | None = None


def row_key(row: ResolvedRow) -> RowKey:
    """What tells a row from all others of a system."""
    return (row.machine, row.trigger.key, row.title, row.states)


def action_key(rows: Sequence[ResolvedRow], channel: str | None, free: Mapping[str, Value]) -> ActionKey:
    """What tells an action with rows from all others: its rows, its channel, the event fields it fixes."""
    return tuple(map(row_key, rows)), channel, tuple(sorted(free.items()))


def free_fields(action: Action) -> dict[str, Value]:
    """The event fields that the action fixes, because its emitter's row leaves them open."""
    if action.kind is not ActionKind.EVENT:
        return {}
    result: dict[str, Value] = {}
    for name, expression in action.event.items():
        if name not in action.rows[0].emits:
            assert expression.operator is Operator.CONSTANT and isinstance(expression.payload, bool | int | str)
            result[name] = expression.payload
    return result
