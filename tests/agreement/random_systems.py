"""Hypothesis strategies for small systems, well typed by construction: two or three machines over one
or two faulty channels, with every operator and effect of the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Boolean, Domain, Enumeration, Integer, Modular, Sizes
from model.language.errors import ModelError
from model.language.expressions import (
    TRUE,
    Assignment,
    Expression,
    after,
    all_of,
    any_of,
    constant,
    enabled,
    field_of,
    full,
    if_then_else,
    in_flight,
    negation,
    occurs,
    receives,
    sends,
    variable,
)
from model.language.flattening import compose
from model.language.machines import (
    Alter,
    Case,
    Event,
    Machine,
    Trigger,
    VariableDeclaration,
    case,
    decision,
    event,
    receipt,
    send,
    timer,
)
from model.language.messages import Channel, Field, MessageType
from model.language.observations import Observation, observe_states, observe_steps
from model.language.symmetry import Interchangeable
from model.language.systems import System

Draw = Callable[[st.SearchStrategy], Any]
LANE = Enumeration("Lane", ("left", "right", "middle"))
COLOUR = Enumeration("Colour", ("left", "red"))  # shares a name with Lane, at another place
NUMBER = Modular("number", 2)
LEVELS = (Integer(0, 2), Integer(-1, 1), Integer(3, 5))
STATES = ("one", "two", "three")
LEVEL = Integer(3, 5)  # of messages


@dataclass
class Names:
    """What an expression may read, by domain."""

    leaves: dict[Domain, list[Expression]] = field(default_factory=dict)
    channels: Sequence[Channel] = ()

    def add(self, domain: Domain, leaf: Expression) -> None:
        self.leaves.setdefault(domain, []).append(leaf)

    def with_fields(self, scope: str, fields: dict[str, Domain]) -> Names:
        result = Names({domain: list(leaves) for domain, leaves in self.leaves.items()}, self.channels)
        for name, domain in fields.items():
            result.add(domain, field_of(scope, name))
        return result

    def without_channels(self) -> Names:
        return Names(self.leaves, ())


def pick(draw: Draw, options: Sequence[Any]) -> Any:
    return draw(st.sampled_from(list(options)))


def number(draw: Draw, low: int, high: int) -> int:
    return draw(st.integers(low, high))


def flag(draw: Draw) -> bool:
    return draw(st.booleans())


def value(draw: Draw, domain: Domain) -> Any:
    """A value that a model may name: twins are never named."""
    return pick(draw, [entry for entry in domain.values if not str(entry).startswith("twin")])


def leaf(draw: Draw, names: Names, domain: Domain) -> Expression:
    known = names.leaves.get(domain, [])
    if known and number(draw, 0, 3):
        return pick(draw, known)
    return constant(value(draw, domain))


def term(draw: Draw, names: Names, domain: Domain, depth: int = 2) -> Expression:
    """An expression whose value always lies in `domain`."""
    if isinstance(domain, Boolean):
        return condition(draw, names, depth)
    kind = number(draw, 0, 4) if depth > 0 else 0
    if kind == 1:
        return if_then_else(condition(draw, names, depth - 1), term(draw, names, domain, depth - 1),
                            term(draw, names, domain, depth - 1))  # fmt: skip
    known = names.leaves.get(domain, [])
    if kind > 1 and known:
        one = pick(draw, known)
        if isinstance(domain, Modular):
            other = term(draw, names, domain, depth - 1)
            return one + other if flag(draw) else one - other
        if isinstance(domain, Integer):
            if flag(draw):
                return if_then_else(one < domain.high, one + 1, one)
            return if_then_else(constant(domain.low) < one, one - 1, domain.high)
    return leaf(draw, names, domain)


def condition(draw: Draw, names: Names, depth: int = 2) -> Expression:
    kind = number(draw, 0, 9) if depth > 0 else number(draw, 2, 5)
    domains = [domain for domain in names.leaves if not isinstance(domain, Boolean)]
    match kind:
        case 0:
            return all_of(condition(draw, names, depth - 1) for _ in range(2))
        case 1:
            return any_of(condition(draw, names, depth - 1) for _ in range(2))
        case 2 if names.leaves.get(BOOLEAN):
            return pick(draw, names.leaves[BOOLEAN])
        case 5 if depth > 0:
            return condition(draw, names, depth - 1) == condition(draw, names, depth - 1)
        case 6:
            return negation(condition(draw, names, depth - 1))
        case 7 if names.channels:
            return flight_condition(draw, names)
        case 8 if names.channels:
            return full(pick(draw, names.channels).name)
        case 9:
            return if_then_else(*(condition(draw, names, depth - 1) for _ in range(3)))
    domain = pick(draw, domains)
    one, other = pick(draw, names.leaves[domain]), term(draw, names, domain, depth - 1)
    if kind == 3 and isinstance(domain, Modular):
        return one.is_ahead_of(other)
    if kind == 4 and isinstance(domain, Integer):
        return one + 1 < other if flag(draw) else other < one
    if kind == 4 and isinstance(domain, Modular):
        return one < other
    return one == other


def flight_condition(draw: Draw, names: Names) -> Expression:
    channel = pick(draw, names.channels)
    message = pick(draw, [None, *channel.messages])
    fields = domains_of(message) if message else domains_of(channel.messages[0], common=True)
    of_states = {
        domain: [entry for entry in leaves if "received." not in repr(entry) and "flight." not in repr(entry)]
        for domain, leaves in names.leaves.items()
    }
    inner = Names({domain: leaves for domain, leaves in of_states.items() if leaves}).with_fields("flight", fields)
    return in_flight(channel.name, condition(draw, inner, 1) if flag(draw) else TRUE, message.name if message else None)


COMMON = ("lane", "copied", "colour")


def domains_of(message: MessageType, common: bool = False) -> dict[str, Domain]:
    return {name: entry.domain for name, entry in message.fields.items() if not common or name in COMMON}


def message_types(draw: Draw, prefix: str, lane: Enumeration, colour: Enumeration) -> list[MessageType]:
    shared = {
        "lane": Field(lane, "left", ""), "copied": Field(BOOLEAN, False, ""), "colour": Field(colour, "red", "")
    }  # fmt: skip
    numbered = MessageType(f"{prefix}Numbered", {"number": Field(NUMBER, 0, ""), **shared})
    more = {"level": Field(LEVEL, 3, ""), "on": Field(BOOLEAN, True, "")}
    levelled = MessageType(f"{prefix}Levelled", {**shared, **more})
    return [numbered, levelled][: number(draw, 1, 2)]


class Builder:
    """Draws the parts of one system. prefix: of all names. common: variables of others that its rows may
    read and assign."""

    lane = LANE
    colour = COLOUR
    symmetries: Sequence[Interchangeable] = ()

    def __init__(
        self, draw: Draw, prefix: str = "", machines: tuple[int, int] = (2, 3), channels: tuple[int, int] = (1, 2),
        common: Sequence[VariableDeclaration] = (),
    ) -> None:  # fmt: skip
        self.draw = draw
        self.prefix = prefix
        self.common = common
        self.parameters: dict[str, Any] = {}
        self.states: dict[str, list[Enum]] = {}
        self.labels = 0
        self.messages = message_types(draw, prefix, self.lane, self.colour)
        self.machines = [self.machine(index) for index in range(number(draw, *machines))]
        self.names = Names()
        for declared in common:
            self.names.add(declared.domain, variable(declared.name))
        for machine in self.machines:
            for declared in machine.variables.values():
                if not declared.ghost:
                    self.names.add(declared.domain, variable(declared.name))
        self.channels = [self.channel(index) for index in range(number(draw, *channels))]
        self.names.channels = self.channels
        fields: dict[str, Domain] = {"colour": self.colour, **({"on": BOOLEAN} if flag(draw) else {})}
        self.event = Event(f"{prefix}change", f"{prefix}m0", fields)
        for machine in self.machines:
            self.rows(machine)

    def machine(self, index: int) -> Machine:
        states = Enum(f"State{self.prefix}{index}", {name: name for name in STATES[: number(self.draw, 2, 3)]})
        name = f"{self.prefix}m{index}"
        self.states[name] = list(states)
        machine = Machine(name, states, next(iter(states)), role="actor" if index else "environment")
        if index == 0:
            machine.variable("copies_left", Integer(0, 2), initial=number(self.draw, 0, 1))
        machine.variable("number", NUMBER, initial="either" if number(self.draw, 0, 4) == 0 else 1)
        domain = pick(self.draw, [BOOLEAN, self.colour, self.lane, *LEVELS])
        machine.variable("other", domain, initial=self.initial(domain))
        if flag(self.draw):
            machine.ghost("ghost", BOOLEAN)
        return machine

    def initial(self, domain: Domain) -> list[Any]:
        return [value(self.draw, domain) for _ in range(number(self.draw, 1, 2))]

    def channel(self, index: int) -> Channel:
        faults = [f"{self.prefix}{name}{index}" for name in ("loss", "duplication", "reordering")]
        for name in faults:
            self.parameters[name] = flag(self.draw)
        messages = self.messages if index == 0 else self.messages[-1:]
        fields = domains_of(messages[0], common=True)
        names = self.names.with_fields("flight", fields)
        translated = pick(self.draw, ["lane", "colour", "copied"])

        def translation() -> dict[str, Expression]:
            return {translated: term(self.draw, names, fields[translated])} if number(self.draw, 0, 2) == 0 else {}

        deliverable = condition(self.draw, names, 1) if number(self.draw, 0, 2) == 0 else TRUE
        prefix = self.prefix
        return Channel(f"{prefix}c{index}", tuple(messages), f"{prefix}capacity{index}", "lane", "copied", *faults,
                       f"{prefix}m0.copies_left", translation(), translation(), deliverable)  # fmt: skip

    # rows

    def rows(self, machine: Machine) -> None:
        triggers: list[tuple[Trigger, Names]] = [
            (timer("tick"), self.names), (decision("choice"), self.names), (event(self.event), self.names)
        ]  # fmt: skip
        for message in self.messages:
            if any(message in channel.messages for channel in self.channels):
                triggers.append((receipt(message), self.names.with_fields("received", domains_of(message))))
        for trigger, names in triggers:
            chosen = number(self.draw, 0, 2)
            if trigger.event is not None and machine.name != f"{self.prefix}m0":
                fields = dict(self.event.fields)
                names = names.with_fields("event", fields)
            states = None if flag(self.draw) else pick(self.draw, self.states[machine.name])
            cases = [self.case(machine, names, trigger) for _ in range(chosen)]
            if cases:
                machine.on(trigger, in_states=states).decide(*cases)

    def case(self, machine: Machine, names: Names, trigger: Trigger) -> Case:
        self.labels += 1
        effects: list[Any] = []
        for declared in list(machine.variables.values()):
            if not declared.name.endswith(".state") and number(self.draw, 0, 2) == 0:
                effects.append(Assignment(declared.name, term(self.draw, names, declared.domain)))
        for declared in self.common if trigger.event is None else ():
            if number(self.draw, 0, 2) == 0:
                effects.append(Assignment(declared.name, term(self.draw, names, declared.domain)))
        for _ in range(pick(self.draw, [0, 0, 1, 1, 2]) if self.channels else 0):
            channel = pick(self.draw, self.channels)
            message = pick(self.draw, channel.messages)
            given = {name: term(self.draw, names, entry.domain, 1) for name, entry in message.fields.items()
                     if name != "copied" or number(self.draw, 0, 3) == 0}  # fmt: skip
            effects.append(send(message(**given), on=channel))
        if self.channels and number(self.draw, 0, 4) == 0:
            effects.append(self.alter())
        emits = {}
        if trigger.event is not None and machine.name == f"{self.prefix}m0" and flag(self.draw):
            emits["colour"] = term(self.draw, names, self.colour, 1)
        dest = pick(self.draw, machine.states) if flag(self.draw) else None
        when = TRUE if number(self.draw, 0, 3) == 0 else condition(self.draw, names)
        return case(f"row {self.labels}", when=when, then=effects, dest=dest, emits=emits)

    def alter(self) -> Alter:
        channel = pick(self.draw, self.channels)
        message = pick(self.draw, channel.messages)
        names = self.names.with_fields("flight", domains_of(message))
        changed = pick(self.draw, list(message.fields))
        return Alter(channel.name, message.name, condition(self.draw, names, 1),
                     {changed: term(self.draw, names, message.fields[changed].domain, 1)})  # fmt: skip

    # the whole

    def system(self) -> System:
        bounds = {f"{self.prefix}capacity{index}": number(self.draw, 1, 3 - index) for index in range(2)}
        binding = Binding(Sizes(bounds=bounds), parameters=self.parameters)
        return compose("random", self.machines, self.channels, binding, symmetries=self.symmetries)

    def observations(self, system: System) -> list[Observation]:
        found = [
            observe_states(f"state {index}", condition(self.draw, self.names, 2), system)
            for index in range(number(self.draw, 0, 4))
        ]
        for index in range(number(self.draw, 0, 4)):
            try:
                found.append(observe_steps(f"step {index}", self.step_condition(), system))
            except ModelError as error:
                if "nothing tells the domain of" not in str(error):  # a sent constant compared with a constant
                    raise
        return found

    def step_condition(self) -> Expression:
        names = self.names
        message = pick(self.draw, self.messages)
        match number(self.draw, 0, 4):
            case 0:
                return sends(message.name) & condition(self.draw, names.with_fields("sent", domains_of(message)), 1)
            case 1:
                inner = names.with_fields("received", domains_of(message))
                return receives(message.name) & condition(self.draw, inner, 1)
            case 2:
                return occurs(pick(self.draw, self.machines).name) & condition(self.draw, names, 1)
            case 3:
                group = pick(self.draw, [*(machine.name for machine in self.machines), "delivery"])
                return negation(enabled(group)) & after(condition(self.draw, Names(names.leaves), 1))
            case _:
                one = pick(self.draw, names.leaves[NUMBER])
                return after(one).is_ahead_of(one)


@st.composite
def systems(draw: Draw) -> tuple[System, list[Observation]]:
    """A system and observations of its states and steps. It may have no reachable step at all."""
    builder = Builder(draw)
    system = builder.system()
    return system, builder.observations(system)
