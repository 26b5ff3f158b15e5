"""What an expression reads, and what an action reads and writes: names of variables and of channels.
A channel is one item: an action that touches a message there touches the whole channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from model.language.expressions import Expression, Operator, nodes_of, post_order
from model.language.systems import Action


@dataclass(frozen=True)
class Footprint:
    reads: frozenset[str]
    writes: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.reads | self.writes


def read_by(expressions: Iterable[Expression], taken_from: str | None = None) -> frozenset[str]:
    """taken_from: the channel of the message that "received" stands for."""
    found: set[str] = set()
    for expression in expressions:
        for node in post_order(expression):
            match node.operator:
                case Operator.VARIABLE | Operator.FULL:
                    found.add(str(node.payload))
                case Operator.IN_FLIGHT:
                    assert isinstance(node.payload, tuple)
                    found.add(str(node.payload[0]))
                case Operator.FIELD:
                    assert isinstance(node.payload, tuple)
                    if node.payload[0] == "received" and taken_from is not None:
                        found.add(taken_from)
    return frozenset(found)


def is_about_message(expression: Expression) -> bool:
    """Whether it reads a field of the message taken."""
    fields = nodes_of(expression, Operator.FIELD)
    return any(isinstance(node.payload, tuple) and node.payload[0] == "received" for node in fields)


def footprint(action: Action) -> Footprint:
    expressions = [action.guard, *action.assignments.values()]
    channels = [] if action.channel is None else [action.channel]
    for sending in action.sends:
        expressions += sending.carried.values()
        channels.append(sending.channel)
    for alter in action.alters:
        expressions += [alter.when, *alter.fields.values()]
        channels.append(alter.channel)
    reads = read_by(expressions, action.channel) | frozenset(channels)
    return Footprint(reads, frozenset(action.assignments) | frozenset(channels))
