"""A state as a flat list of named components, each with a domain: what solvers and their text formats see.
A channel becomes slots that fill from the first on; an empty slot has kind 0 and every field at code 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from model.language.channel_contents import Flight, canonical
from model.language.domains import Boolean, Domain, Integer, Value
from model.language.errors import ModelError
from model.language.interpretation import State
from model.language.systems import System, SystemChannel

EMPTY = 0  # the kind of an empty slot; message types count from 1


@dataclass(frozen=True)
class Component:
    """channel: None for a variable of the system. slot: from 0."""

    name: str
    domain: Domain
    channel: str | None = None
    slot: int = 0


@dataclass(frozen=True)
class Slot:
    """The components of one place in a channel. fields: one mapping a message type, field -> component."""

    kind: str
    fields: tuple[Mapping[str, str], ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return (self.kind, *dict.fromkeys(name for fields in self.fields for name in fields.values()))


class Components:
    """The components of a system: its variables, then its channels slot by slot."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.by_name: dict[str, Component] = {
            entry.name: Component(entry.name, entry.domain) for entry in system.variables
        }
        self.slots: dict[str, tuple[Slot, ...]] = {
            channel.name: tuple(self._slot(channel, number) for number in range(channel.capacity))
            for channel in system.channels
        }

    def _slot(self, channel: SystemChannel, number: int) -> Slot:
        where = f"{channel.name}[{number + 1}]"
        self._add(Component(f"{where}.kind", Integer(EMPTY, len(channel.messages)), channel.name, number))
        shared: dict[str, Domain] = {}
        fields: list[dict[str, str]] = []
        for message in channel.messages:
            if not isinstance(message.fields[channel.copy_mark].domain, Boolean):
                raise ModelError(f'channel "{channel.name}": the copy mark "{channel.copy_mark}" must be Boolean')
            names: dict[str, str] = {}
            for name, entry in message.fields.items():
                if shared.setdefault(name, entry.domain) == entry.domain:
                    names[name] = f"{where}.{name}"
                elif name in (channel.lane, channel.copy_mark):
                    raise ModelError(f'channel "{channel.name}": "{name}" has two domains')
                else:
                    names[name] = f"{where}.{message.name}.{name}"
                self._add(Component(names[name], entry.domain, channel.name, number))
            fields.append(names)
        return Slot(f"{where}.kind", tuple(fields))

    def _add(self, component: Component) -> None:
        self.by_name.setdefault(component.name, component)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def codes(self, state: State) -> dict[str, int]:
        """The code of every component in a state; messages stand in the order of its contents."""
        codes = dict.fromkeys(self.names, 0)
        for variable, value in zip(self.system.variables, state.values, strict=True):
            codes[variable.name] = variable.domain.encode(value)
        for channel, contents in zip(self.system.channels, state.channels, strict=True):
            for slot, flight in zip(self.slots[channel.name], contents, strict=False):
                codes[slot.kind] = flight.message + 1
                fields = slot.fields[flight.message]
                for (name, component), value in zip(fields.items(), flight.values, strict=True):
                    codes[component] = channel.messages[flight.message].fields[name].domain.encode(value)
        return codes

    def state(self, codes: Mapping[str, int]) -> State:
        """The state with these codes; contents in canonical order. Raises ModelError for a code that
        stands for no value, or a gap between messages."""
        values = tuple(self.value(entry.name, codes[entry.name]) for entry in self.system.variables)
        channels = []
        for channel in self.system.channels:
            flights = [self.flight(channel, slot, codes) for slot in self.slots[channel.name]]
            present = [flight for flight in flights if flight is not None]
            if flights[: len(present)] != present:
                raise ModelError(f'channel "{channel.name}" has an empty slot before a message')
            channels.append(canonical(channel, present))
        return State(values, tuple(channels))

    def flight(self, channel: SystemChannel, slot: Slot, codes: Mapping[str, int]) -> Flight | None:
        """The message in a slot, or None."""
        kind = codes[slot.kind]
        if kind == EMPTY:
            return None
        fields = slot.fields[kind - 1]
        return Flight(kind - 1, tuple(self.value(name, codes[name]) for name in fields.values()))

    def value(self, component: str, code: int) -> Value:
        domain = self.by_name[component].domain
        if not 0 <= code < domain.size:
            raise ModelError(f'"{component}" has the code {code}, which stands for no value')
        return domain.decode(code)

    def kind_in_words(self, name: str, code: int, positive: bool = True) -> str:
        """That the component `name`, the kind of a slot, has this code, or has not."""
        slot, component = name.removesuffix(".kind"), self.by_name[name]
        if code == EMPTY:
            return f"{slot} is {'empty' if positive else 'taken'}"
        messages = self.system.channels[self.system.channel_index[str(component.channel)]].messages
        if code > len(messages):
            return f"{name} {'=' if positive else '≠'} {code}"
        return f"{slot} is {'' if positive else 'not '}{messages[code - 1].name}"
