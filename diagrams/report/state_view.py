"""One step of a run as plain data, the way `inspection.js` shows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from checker.trace import Packet, TraceStep
from diagrams.labels import plain_line, value_text
from diagrams.report.narrative import Line
from diagrams.report.state_map import StateMaps
from model.language.interpretation import State, field_values
from model.language.systems import System

View = dict[str, object]


def state_view(
    system: System, state: State, before: State | None, step: TraceStep | None, lines: Sequence[Line],
    maps: StateMaps, hidden: Collection[str] = (),
) -> View:  # fmt: skip
    """The state after `step`, or the initial state. lines: what happened. hidden: variables of minor interest."""
    values = [value_text(value) for value in state.values]
    earlier = [None if before is None else value_text(value) for value in (before or state).values]
    return {
        "lines": [list(line) for line in lines],
        "rows": [plain_line(part) for row in step.action.rows for part in (row.machine, row.label)] if step else [],
        "taken": packet_view(system, step.taken) if step and step.taken else None,
        "sent": [packet_view(system, packet) for packet in step.sent] if step else [],
        "channels": [
            {"name": plain_line(channel.name), "flights": [
                packet_view(system, Packet(channel.name, channel.messages[flight.message].name,
                                           field_values(channel, flight)))
                for flight in contents
            ]}
            for channel, contents in zip(system.channels, state.channels, strict=True)
        ],
        "variables": [
            {"name": plain_line(variable.name), "meaning": plain_line(variable.meaning), "value": value,
             "before": old if old != value else None, "minor": variable.ghost or variable.name in hidden}
            for variable, value, old in zip(system.variables, values, earlier, strict=True)
        ],
        "machines": [
            {"name": plain_line(machine.name), "state": values[index], "before": earlier[index],
             "map": maps.number(system, machine)}
            for machine in system.machines
            if (index := system.variable_index.get(f"{machine.name}.state")) is not None
        ],
    }  # fmt: skip


def packet_view(system: System, packet: Packet) -> View:
    """A message with its fields; usual: the field has its default value."""
    channel = system.channels[system.channel_index[packet.channel]]
    message = channel.messages[channel.index_of(packet.message)]
    return {
        "channel": plain_line(packet.channel), "message": plain_line(packet.message),
        "fields": [
            {"name": plain_line(name), "value": value_text(packet.fields[name]),
             "usual": packet.fields[name] == entry.default}
            for name, entry in message.fields.items() if name in packet.fields
        ],
    }  # fmt: skip
