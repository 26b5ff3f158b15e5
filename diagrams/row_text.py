"""Rows of a table in words: trigger, own guard, effects, clause, and how a diagram marks them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from diagrams.labels import plain_line
from model.language.expressions import TRUE, constant, text_of
from model.language.machines import TriggerKind
from model.language.systems import ResolvedMachine, ResolvedRow, Sending


class Mark(Enum):
    """What a diagram says about a row beside its text; the value is the word for it in a legend."""

    PLAIN = ""
    FADED = "the rest"
    CHOSEN = "highlighted"
    FIRED = "fired"
    NEVER = "never fired"
    DEAD = "dead: cannot fire in this scenario"
    ADDED = "new"
    REMOVED = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class RowText:
    """A row in words. guard: empty if there is none; "otherwise" for what earlier rows exclude.

    note: what the mark means for this row ("12 times", "guard"); more: the same at length, for details.
    place: file and line of its source. name: the label without the alternatives that the row settles.
    fields: for each effect the fields it sends, in words. number: its place in the decision, 0 if not told.
    """

    label: str
    trigger: str
    guard: str
    effects: tuple[str, ...]
    clause: str
    discards: bool
    requirements: tuple[str, ...] = ()
    place: str = ""
    mark: Mark = Mark.PLAIN
    note: str = ""
    more: tuple[str, ...] = ()
    name: str = ""
    fields: tuple[tuple[str, ...], ...] = ()
    number: int = 0


def rows_in_words(machine: ResolvedMachine, hidden: Collection[str] = ()) -> list[RowText]:
    """The rows of a machine, in order. hidden: variables whose assignments are not shown."""
    return [_row_text(row, hidden) for row in machine.rows]


def trigger_text(row: ResolvedRow) -> str:
    """ "BindingUpdate received", "timer retransmission", "event movement", "decision: give up"."""
    name = plain_line(row.trigger.name)
    match row.trigger.kind:
        case TriggerKind.RECEIPT:
            return f"{name} received"
        case TriggerKind.TIMER:
            return f"timer {name}"
        case TriggerKind.DECISION:
            return f"decision: {name}"
        case TriggerKind.EVENT:
            return f"event {name}"


def _row_text(row: ResolvedRow, hidden: Collection[str]) -> RowText:
    condition = "" if row.own_guard is TRUE else _words(text_of(row.own_guard), row.machine)
    if row.later:
        condition = f"otherwise, {condition}" if condition else "otherwise"
    assigned = {name: text_of(value) for name, value in row.assignments.items() if name not in hidden}
    effects = [f"{_words(name, row.machine)} := {_words(value, row.machine)}" for name, value in assigned.items()]
    sent = [_fields(sending, row.machine) for sending in row.sends]
    fields = [*[()] * len(effects), *sent, *[()] * len(row.alters)]
    effects += [sending_text(f"send {sending.message.name}", own) for sending, own in zip(row.sends, sent, strict=True)]
    effects += [
        f"{alter.message} in flight on {alter.channel} with {_words(text_of(alter.when), row.machine)}: "
        + ", ".join(f"{n} := {_words(text_of(v), row.machine)}" for n, v in alter.fields.items())
        for alter in row.alters
    ]
    return RowText(
        plain_line(row.title), trigger_text(row), condition, tuple(plain_line(effect) for effect in effects),
        plain_line(row.clause), row.discards, tuple(plain_line(name) for name in row.requirements),
        plain_line(row.place), name=plain_line(row.label), fields=tuple(fields),
    )  # fmt: skip


def sending_text(sending: str, fields: Sequence[str]) -> str:
    """ "send BindingUpdate" with the fields that differ from their defaults."""
    return f"{sending} ({', '.join(fields)})" if fields else sending


def _fields(sending: Sending, machine: str) -> tuple[str, ...]:
    """Those that differ from their defaults and can have more than one value."""
    fields = sending.message.fields
    told = {name: value for name, value in sending.fields.items() if fields[name].domain.size > 1}
    return tuple(
        _words(name if value is TRUE else f"{name} = {text_of(value)}", machine)
        for name, value in told.items() if value is not constant(fields[name].default)
    )  # fmt: skip


def _words(text: str, machine: str) -> str:
    """Names without the prefix of the own machine; "_" as a space."""
    without = re.sub(rf"(?<![\w.]){re.escape(machine)}\.", "", text)
    return plain_line(without.replace("_", " "))
