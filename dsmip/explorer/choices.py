"""What can happen next, in words: who acts, what it is, what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.trace import Packet, TraceStep, step_taken
from diagrams.labels import display_name, plain_line, value_text
from diagrams.sequence_chart import message_label
from model.language.interpretation import Interpretation, State
from model.language.systems import Action, ActionKind, System

ShortNames = Mapping[str, str | None]


@dataclass(frozen=True)
class Choice:
    """An enabled step. actor: who acts, or the channel. details: what comes of it."""

    actor: str
    title: str
    details: tuple[str, ...]
    step: TraceStep


def choices(interpretation: Interpretation, state: State, short_names: ShortNames) -> list[Choice]:
    """Every step possible in `state`, in the order of the system's actions."""
    system = interpretation.system
    return [
        Choice(display_name(action.machine), _title(interpretation, state, step, short_names),
               tuple(_details(system, step, short_names)), step)
        for action, position in enabled(interpretation, state)
        for step in [step_taken(interpretation, action, position, state)]
    ]  # fmt: skip


def enabled(interpretation: Interpretation, state: State) -> Iterator[tuple[Action, int | None]]:
    for action in interpretation.system.actions:
        for position in interpretation.positions(action, state):
            if interpretation.is_enabled(action, position, state):
                yield action, position


def _title(interpretation: Interpretation, state: State, step: TraceStep, short_names: ShortNames) -> str:
    action = step.action
    rows = plain_line("; ".join(dict.fromkeys(row.title for row in action.rows if row.machine == action.machine)))
    name = action.rows[0].trigger.name if action.rows else action.trigger
    match action.kind:
        case ActionKind.RECEIPT:
            return f"receives {_label(interpretation.system, step.taken, short_names)}: {rows}"
        case ActionKind.LOSS:
            return f"{_label(interpretation.system, step.taken, short_names)} is lost"
        case ActionKind.UNDELIVERABLE:
            return f"{_label(interpretation.system, step.taken, short_names)} reaches nobody"
        case ActionKind.DUPLICATION:
            return f"{_label(interpretation.system, step.taken, short_names)} is duplicated"
        case ActionKind.EVENT:
            scope = interpretation.scope(action)
            values = ", ".join(
                f"{display_name(field)} {value_text(interpretation.evaluate(value, state, {}, scope))}"
                for field, value in action.event.items()
            )
            return display_name(name) + (f" ({values})" if values else "")
        case ActionKind.TIMER:
            return f"timer {display_name(name)}: {rows}"
        case _:
            return rows if rows == display_name(name) else f"{display_name(name)}: {rows}"


def _details(system: System, step: TraceStep, short_names: ShortNames) -> Iterator[str]:
    """The rows of others that take part, changes of control states, messages sent."""
    for row in step.action.rows:
        if row.machine != step.action.machine:
            yield f"{display_name(row.machine)}: {plain_line(row.title)}"
    for machine in system.machines:
        change = step.changes.get(f"{machine.name}.state")
        if change is not None:
            yield f"{display_name(machine.name)}: {value_text(change[0])} → {value_text(change[1])}"
    for packet in step.sent:
        yield f"sends {_label(system, packet, short_names)}"
    if step.overflow:
        yield "a reply finds no room on the channel"


def _label(system: System, packet: Packet | None, short_names: ShortNames) -> str:
    assert packet is not None
    channel = system.channels[system.channel_index[packet.channel]]
    return message_label(packet, channel.messages[channel.index_of(packet.message)], short_names)
