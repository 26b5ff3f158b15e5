"""Hypothesis strategies for small systems, well typed by construction: two or three machines over one
or two faulty channels, with every operator and effect of the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from hypothesis import strategies as st

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Boolean, Domain, Enumeration, Integer, Modular, Sizes
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
)
from model.language.flattening import compose
from model.language.machines import Alter, Case, Event, Machine, Trigger, case, decision, event, receipt, send, timer
from model.language.messages import Channel, Field, MessageType
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System

Draw = Callable[[st.SearchStrategy], object]
LANE = Enumeration("Lane", ("left", "right", "middle"))
COLOUR = Enumeration("Colour", ("left", "red"))  # shares a name with Lane, at another place
NUMBER = Modular("number", 2)
LEVELS = (Integer(0, 2), Integer(-1, 1), Integer(3, 5))
STATES = ("one", "two", "three")


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


def pick(draw: Draw, options: Sequence) -> object:
    return draw(st.sampled_from(list(options)))


def number(draw: Draw, low: int, high: int) -> int:
    return draw(st.integers(low, high))


def flag(draw: Draw) -> bool:
    return draw(st.booleans())


def value(draw: Draw, domain: Domain) -> object:
    return pick(draw, domain.values)


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
    inner = names.with_fields("flight", fields).without_channels()
    inner = Names({d: [e for e in leaves if "received." not in repr(e)] for d, leaves in inner.leaves.items()})
    inner.leaves = {domain: leaves for domain, leaves in inner.leaves.items() if leaves}
    return in_flight(channel.name, condition(draw, inner, 1) if flag(draw) else TRUE, message.name if message else None)


COMMON = ("lane", "copied", "colour")


def domains_of(message: MessageType, common: bool = False) -> dict[str, Domain]:
    return {name: entry.domain for name, entry in message.fields.items() if not common or name in COMMON}


def message_types(draw: Draw) -> list[MessageType]:
    level = pick(draw, LEVELS)
    shared = {
        "lane": Field(LANE, "left", ""), "copied": Field(BOOLEAN, False, ""), "colour": Field(COLOUR, "red", "")
    }  # fmt: skip
    numbered = MessageType("Numbered", {"number": Field(NUMBER, 0, ""), **shared})
    levelled = MessageType("Levelled", {**shared, "level": Field(level, level.low, ""), "on": Field(BOOLEAN, True, "")})
    return [numbered, levelled][: number(draw, 1, 2)]


@st.composite
def systems(draw: Draw) -> System:
    messages = message_types(draw)
    machines = [
        Machine(f"m{index}", Enum(f"State{index}", {name: name for name in STATES[: number(draw, 2, 3)]}), None or _first(index),
                role="environment" if index == 0 else "actor")
        for index in range(number(draw, 2, 3))
    ] if False else [_machine(draw, index) for index in range(number(draw, 2, 3))]
    names = Names()
    for machine in machines:
        for declared in machine.variables.values():
            if not declared.ghost:
                names.add(declared.domain, Expression_of(declared.name))
    return _system(draw, machines, messages, names)
