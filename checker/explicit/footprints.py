"""What an expression reads, and what an action reads and writes: names of variables and of channels.
A channel is one item: an action that touches a message there touches the whole channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from model.language.expressions import Expression, Operator, post_order
from model.language.systems import Action


@dataclass(frozen=True)
class Footprint:
    reads: frozenset[str]
    writes: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.reads | self.writes


MESSAGE = ""  # stands among the names for the message taken
MOST_KEPT = 200_000
_known: dict[Expression, frozenset[str]] = {}


def _items(expression: Expression) -> frozenset[str]:
    """The variables and channels read, and MESSAGE."""
    found = _known.get(expression)
    if found is None:
        if len(_known) > MOST_KEPT:
            _known.clear()
        for node in post_order(expression):
            if node not in _known:
                _known[node] = _own_item(node).union(*(_known[operand] for operand in node.operands))
        found = _known[expression]
    return found


def _own_item(node: Expression) -> frozenset[str]:
    match node.operator:
        case Operator.VARIABLE | Operator.FULL:
            return frozenset([str(node.payload)])
        case Operator.IN_FLIGHT:
            assert isinstance(node.payload, tuple)
            return frozenset([str(node.payload[0])])
        case Operator.FIELD:
            assert isinstance(node.payload, tuple)
            return frozenset([MESSAGE]) if node.payload[0] == "received" else frozenset()
        case _:
            return frozenset()


def read_by(expressions: Iterable[Expression], taken_from: str | None = None) -> frozenset[str]:
    """taken_from: the channel of the message that "received" stands for."""
    found = frozenset[str]().union(*(_items(expression) for expression in expressions))
    if MESSAGE in found:
        found = found - {MESSAGE} | (frozenset() if taken_from is None else {taken_from})
    return found


def is_about_message(expression: Expression) -> bool:
    """Whether it reads a field of the message taken."""
    return MESSAGE in _items(expression)


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
