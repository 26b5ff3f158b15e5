"""Traces as compact data for the step-through: a state is what changed since the one before, texts are
numbers of `Words`. `report.js` unfolds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.trace import Packet, Trace, one_turn
from diagrams.report.narrative import lines_of
from diagrams.report.state_map import StateMaps
from diagrams.report.words import Words
from diagrams.sequence_chart import NO_WAY, Way, sequence_chart
from model.language.channel_contents import Contents
from model.language.systems import Action, System

Data = Mapping[str, object]


@dataclass(frozen=True)
class Labels:
    """How messages and variables are written; as for `sequence_chart`."""

    short_names: Mapping[str, str | None]
    hidden: tuple[str, ...] = ()
    way: Way = NO_WAY


class TraceData:
    """Collects the traces of a report."""

    def __init__(self) -> None:
        self.words = Words()
        self.maps = StateMaps()
        self.systems: list[Data] = []
        self.actions: list[list[object]] = []
        self.traces: list[Data] = []
        self._systems: dict[str, int] = {}
        self._actions: dict[tuple[object, ...], int] = {}

    def add(self, identity: str, trace: Trace, labels: Labels, **about: str) -> int:
        """Take a trace in; its number. identity: what deep links call it. about: property, scenario and reading,
        and violated unless it is the run to a witness."""
        shown, shifted = one_turn(trace)
        chart = sequence_chart(trace, short_names=labels.short_names, hidden=labels.hidden, way=labels.way)
        system = trace.system
        steps, before = [], trace.initial
        for step, drawn in zip(shown.steps, chart.steps, strict=True):
            changes = [
                number for name, (_, after) in step.changes.items()
                for number in (system.variable_index[name], self.words.value(after))
            ]  # fmt: skip
            contents = [
                [index, *self._flights(system, index, after)]
                for index, (earlier, after) in enumerate(zip(before.channels, step.state.channels, strict=True))
                if earlier != after
            ]
            steps.append({
                "a": self._action(step.action),
                "l": [[self.words.text(part) for part in line] for line in lines_of(chart, drawn)],
                "v": changes,
                **({"f": contents} if contents else {}),
                **({"t": self._packet(system, step.taken)} if step.taken else {}),
                **({"s": [self._packet(system, packet) for packet in step.sent]} if step.sent else {}),
            })  # fmt: skip
            before = step.state
        self.traces.append({
            "id": identity, "system": self._system(system, labels), "about": about,
            "initial": [self.words.value(value) for value in trace.initial.values],
            "steps": steps,
            **({"loop": chart.loop, "forever": chart.for_ever} if chart.loop is not None else {}),
            **({"shifted": True} if shifted else {}),
        })  # fmt: skip
        return len(self.traces) - 1

    def as_data(self) -> dict[str, object]:
        return {"words": self.words.all, "maps": self.maps.as_data(), "systems": self.systems,
                "actions": self.actions, "traces": self.traces}  # fmt: skip

    def _action(self, action: Action) -> int:
        """The number of an action: its name, where the rows it has come from, and which rows of which machines."""
        notes = tuple(dict.fromkeys(row.note for row in action.rows if row.note))
        taken = tuple(part for row in action.rows for part in (row.machine, row.label))
        key = (action.name, action.clauses, action.requirements, notes, taken)
        if key not in self._actions:
            self._actions[key] = len(self.actions)
            lists = (action.clauses, action.requirements, notes, taken)
            self.actions.append([self.words.text(action.name),
                                 *([self.words.text(text) for text in texts] for texts in lists)])  # fmt: skip
        return self._actions[key]

    def _system(self, system: System, labels: Labels) -> int:
        key = f"{system.name} {system.fingerprint}"
        if key not in self._systems:
            self._systems[key] = len(self.systems)
            text, hidden = self.words.text, set(labels.hidden)
            self.systems.append({
                "variables": [
                    [text(entry.name), text(entry.meaning), int(entry.ghost or entry.name in hidden)]
                    for entry in system.variables
                ],
                "machines": [
                    [text(machine.name), system.variable_index[f"{machine.name}.state"],
                     self.maps.number(system, machine)]
                    for machine in system.machines if f"{machine.name}.state" in system.variable_index
                ],
                "channels": [
                    [text(channel.name), [
                        [text(message.name), [
                            [text(name), self.words.value(entry.default)] for name, entry in message.fields.items()
                        ]]
                        for message in channel.messages
                    ]]
                    for channel in system.channels
                ],
            })  # fmt: skip
        return self._systems[key]

    def _flights(self, system: System, index: int, contents: Contents) -> list[list[int]]:
        return [[flight.message, *(self.words.value(value) for value in flight.values)] for flight in contents]

    def _packet(self, system: System, packet: Packet) -> list[int]:
        index = system.channel_index[packet.channel]
        message = system.channels[index].index_of(packet.message)
        fields = system.channels[index].messages[message].fields
        values = (self.words.value(packet.fields[name]) if name in packet.fields else 0 for name in fields)
        return [index, message, *values]
