"""What can happen next, in words: who acts, what it is, what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from checker.trace import Packet, TraceStep, step_taken
from diagrams.labels import display_name, plain_line, value_text
from diagrams.sequence_chart import message_label
from model.language.domains import Value
from model.language.interpretation import Interpretation, State
from model.language.systems import Action, ActionKind, System

ShortNames = Mapping[str, str | None]
MOST_CHANGES = 5  # of one machine that are told


@dataclass(frozen=True)
class Choice:
    """An enabled step. actor: who acts, or the channel. details: what comes of it."""

    actor: str
    title: str
    details: tuple[str, ...]
    step: TraceStep


def choices(
    interpretation: Interpretation, state: State, short_names: ShortNames, hidden: Collection[str] = ()
) -> list[Choice]:
    """Every step possible in `state`, in the order of the system's actions. hidden: variables not to speak of."""
    system = interpretation.system
    unseen = {*hidden, *(variable.name for variable in system.variables if variable.ghost)}
    return [
        Choice(display_name(action.machine), _title(interpretation, state, step, short_names),
               tuple(_details(system, step, short_names, unseen)), step)
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


def _details(
    system: System, step: TraceStep, short_names: ShortNames, unseen: Collection[str]
) -> Iterator[str]:
    """The rows of others that take part, what changes, messages sent."""
    for row in step.action.rows:
        if row.machine != step.action.machine:
            yield f"{display_name(row.machine)}: {plain_line(row.title)}"
    for machine in system.machines:
        own = [name for name in step.changes if name.startswith(f"{machine.name}.") and name not in unseen]
        texts = [_change(name.removeprefix(f"{machine.name}."), step.changes[name]) for name in own]
        if len(texts) > MOST_CHANGES:
            texts[MOST_CHANGES:] = [f"and {len(texts) - MOST_CHANGES} more"]
        if texts:
            yield f"{display_name(machine.name)}: {', '.join(texts)}"
    for packet in step.sent:
        yield f"sends {_label(system, packet, short_names)}"
    if step.overflow:
        yield "a reply finds no room on the channel"


def _change(name: str, change: tuple[Value, Value]) -> str:
    before, after = change
    arrow = f"{value_text(before)} → {value_text(after)}"
    return arrow if name == "state" else f"{display_name(name)} {arrow}"


def _label(system: System, packet: Packet | None, short_names: ShortNames) -> str:
    assert packet is not None
    channel = system.channels[system.channel_index[packet.channel]]
    return message_label(packet, channel.messages[channel.index_of(packet.message)], short_names)
