"""Symmetry: things of a system that may be exchanged for each other. A declaration names them; the
permutations it stands for act on states. Whether the system really allows it: `symmetry_checks.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from model.language.domains import Domain, Enumeration, Value
from model.language.errors import ModelError, nearest

if TYPE_CHECKING:
    from model.language.interpretation import State
    from model.language.systems import System

Renaming: TypeAlias = tuple[Value, ...] | None  # the image of each value in the domain's order; None: itself


@dataclass(frozen=True)
class Thing:
    """All that belongs to one of several things alike: its variables, its channels, and the members
    that stand for it in enumerations, as (enumeration, member)."""

    name: str
    variables: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Interchangeable:
    """Things alike: what belongs to one stands, in the same order, where what belongs to another stands.

    what: in words, for verdicts ("2 copies", "networks a, b"). cyclic: only turning them round is
    allowed, not every exchange. within: the variables and channels in which members are renamed;
    None: in all. presumed: where an operation tells them apart it is not an error, only of no use.
    """

    what: str
    things: tuple[Thing, ...]
    cyclic: bool = False
    within: frozenset[str] | None = None
    presumed: bool = False

    def generators(self, system: System) -> list[Permutation]:
        """Permutations from which all others follow: exchanges of neighbours, or one turn. Raises ModelError."""
        count = len(self.things)
        shape = {
            (len(thing.variables), len(thing.channels), tuple(name for name, _ in thing.members))
            for thing in self.things
        }
        if count < 2 or len(shape) != 1:
            raise ModelError(f"{self.what}: at least two things with as many variables, channels and members each")
        if self.cyclic and count > 2:
            return [self._permutation(system, list(zip(self.things, (*self.things[1:], self.things[0]), strict=True)))]
        pairs = zip(self.things, self.things[1:], strict=False)
        return [self._permutation(system, [(one, other), (other, one)]) for one, other in pairs]

    def _permutation(self, system: System, moves: Sequence[tuple[Thing, Thing]]) -> Permutation:
        variables = list(range(len(system.variables)))
        channels = list(range(len(system.channels)))
        members: dict[str, dict[Value, Value]] = {}
        for source, target in moves:
            for one, other in zip(source.variables, target.variables, strict=True):
                variables[_index(one, system.variable_index, self.what)] = _index(
                    other, system.variable_index, self.what
                )
                if system.domain(one) != system.domain(other):
                    raise ModelError(f'{self.what}: "{one}" and "{other}" have different values')
            for one, other in zip(source.channels, target.channels, strict=True):
                channels[_index(one, system.channel_index, self.what)] = _index(other, system.channel_index, self.what)
            for (name, one), (_, other) in zip(source.members, target.members, strict=True):
                members.setdefault(name, {})[one] = other
        self._require_known(system, members)

        def renaming(name: str, domain: Domain) -> Renaming:
            if not isinstance(domain, Enumeration) or domain.name not in members:
                return None
            if self.within is not None and name not in self.within:
                return None
            return tuple(members[domain.name].get(value, value) for value in domain.values)

        return Permutation(
            " and ".join(source.name for source, _ in moves),
            tuple(variables),
            tuple(renaming(variable.name, variable.domain) for variable in system.variables),
            tuple(channels),
            tuple(
                tuple(tuple(renaming(channel.name, entry.domain) for entry in message.fields.values())
                      for message in channel.messages)
                for channel in system.channels
            ),
        )  # fmt: skip

    def _require_known(self, system: System, members: dict[str, dict[Value, Value]]) -> None:
        domains = [variable.domain for variable in system.variables]
        domains += [entry.domain for channel in system.channels
                    for message in channel.messages for entry in message.fields.values()]  # fmt: skip
        known = {domain.name: domain.members for domain in domains if isinstance(domain, Enumeration)}
        for name, renamed in members.items():
            if name not in known:
                raise ModelError(f'{self.what}: no enumeration "{name}": {nearest(name, known)}')
            for member in renamed:
                if member not in known[name]:
                    raise ModelError(f'{self.what}: "{member}" is not in "{name}": {nearest(str(member), known[name])}')


def _index(name: str, known: object, what: str) -> int:
    indices: dict[str, int] = dict(known)  # type: ignore[call-overload]
    if name not in indices:
        raise ModelError(f'{what}: unknown name "{name}": {nearest(name, indices)}')
    return indices[name]


@dataclass(frozen=True)
class Permutation:
    """A renaming of a system's variables, channels and values.

    variables[i], channels[i]: where variable or channel i goes. values[i]: how the value of variable i
    is renamed on the way; fields[i][m][f]: the same for field f of messages of type m on channel i.
    """

    name: str
    variables: tuple[int, ...]
    values: tuple[Renaming, ...]
    channels: tuple[int, ...]
    fields: tuple[tuple[tuple[Renaming, ...], ...], ...]

    @cached_property
    def action(self) -> tuple[object, ...]:
        """What it does, apart from its name."""
        return (self.variables, self.values, self.channels, self.fields)

    @property
    def is_identity(self) -> bool:
        renamings = [*self.values, *(entry for channel in self.fields for message in channel for entry in message)]
        return (
            self.variables == tuple(range(len(self.variables)))
            and self.channels == tuple(range(len(self.channels)))
            and all(renaming is None for renaming in renamings)
        )

    def apply(self, system: System, state: State) -> State:
        """The state that looks the same after the renaming, its channels in canonical order."""
        from model.language.channel_contents import Contents, Flight, canonical
        from model.language.interpretation import State

        values = list(state.values)
        for index, value in enumerate(state.values):
            values[self.variables[index]] = renamed(self.values[index], system.variables[index].domain, value)
        contents: list[Contents] = list(state.channels)
        for index, flights in enumerate(state.channels):
            channel = system.channels[index]
            moved = []
            for flight in flights:
                entries = zip(
                    self.fields[index][flight.message], channel.messages[flight.message].fields.values(),
                    flight.values, strict=True,
                )  # fmt: skip
                moved.append(Flight(flight.message, tuple(renamed(r, entry.domain, v) for r, entry, v in entries)))
            contents[self.channels[index]] = canonical(channel, moved)
        return State(tuple(values), tuple(contents))

    def after(self, first: Permutation, system: System) -> Permutation:
        """This permutation on top of `first`."""
        return Permutation(
            f"{first.name}; {self.name}",
            tuple(self.variables[target] for target in first.variables),
            tuple(
                _composed(entry.domain, first.values[index], self.values[first.variables[index]])
                for index, entry in enumerate(system.variables)
            ),
            tuple(self.channels[target] for target in first.channels),
            tuple(
                tuple(
                    tuple(
                        _composed(entry.domain, first.fields[index][kind][place],
                                  self.fields[first.channels[index]][kind][place])
                        for place, entry in enumerate(message.fields.values())
                    )
                    for kind, message in enumerate(channel.messages)
                )
                for index, channel in enumerate(system.channels)
            ),
        )  # fmt: skip

    def inverse(self, system: System) -> Permutation:
        variables, values = list(self.variables), list(self.values)
        for index, target in enumerate(self.variables):
            variables[target] = index
            values[target] = _inverted(system.variables[index].domain, self.values[index])
        channels, fields = list(self.channels), list(self.fields)
        for index, target in enumerate(self.channels):
            channels[target] = index
            fields[target] = tuple(
                tuple(_inverted(entry.domain, renaming)
                      for entry, renaming in zip(message.fields.values(), renamings, strict=True))
                for message, renamings in zip(system.channels[index].messages, self.fields[index], strict=True)
            )  # fmt: skip
        return Permutation(f"{self.name}, undone", tuple(variables), tuple(values), tuple(channels), tuple(fields))

    @staticmethod
    def identity(system: System) -> Permutation:
        return Permutation(
            "nothing",
            tuple(range(len(system.variables))), (None,) * len(system.variables),
            tuple(range(len(system.channels))),
            tuple(tuple((None,) * len(message.fields) for message in channel.messages) for channel in system.channels),
        )  # fmt: skip


def renamed(renaming: Renaming, domain: Domain, value: Value) -> Value:
    return value if renaming is None else renaming[domain.encode(value)]


def _inverted(domain: Domain, renaming: Renaming) -> Renaming:
    if renaming is None:
        return None
    before = dict(zip(renaming, domain.values, strict=True))
    return tuple(before[value] for value in domain.values)


def _composed(domain: Domain, first: Renaming, second: Renaming) -> Renaming:
    if first is None or second is None:
        images = first if second is None else second
    else:
        images = tuple(second[domain.encode(value)] for value in first)
    return None if images == domain.values else images
