"""Simultaneous effects as statements one after the other, for languages that have only those.

Everything is computed from the state before the step. A new value is written at once where nothing
that comes later reads the old one; else it is held back and written at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from model.language.expressions import Expression, Operator, post_order
from model.language.systems import Action


@dataclass(frozen=True)
class Sequenced:
    """The effects of one action in this order: messages are made, `looked_at` and `held` are computed,
    `direct` is written, channels change, `held` is written.

    looked_at: what conditions of messages in flight say of channels before the step.
    keeps_taken: messages are altered with a look at the message taken, which is gone by then.
    """

    action: Action
    direct: Mapping[str, Expression]
    held: Mapping[str, Expression]
    looked_at: tuple[Expression, ...]
    keeps_taken: bool

    @cached_property
    def sends_to(self) -> Mapping[str, int]:
        """Channel -> how many messages the action puts on it."""
        channels = [sending.channel for sending in self.action.sends]
        return {name: channels.count(name) for name in dict.fromkeys(channels)}


def sequenced(action: Action) -> Sequenced:
    later = [*_expressions_of_alters(action)]
    read_later = {name for expression in later for name in variables_in(expression)}
    held = {name: value for name, value in action.assignments.items() if name in read_later}
    waiting = {name: value for name, value in action.assignments.items() if name not in held}
    direct: dict[str, Expression] = {}
    reads = {name: set(variables_in(value)) for name, value in waiting.items()}
    while waiting:
        free = [name for name in waiting if not any(name in reads[other] for other in waiting if other != name)]
        if free:
            direct[free[0]] = waiting.pop(free[0])
        else:
            name = next(iter(waiting))
            held[name] = waiting.pop(name)
    looked_at = dict.fromkeys(
        node for expression in later for node in post_order(expression)
        if node.operator in (Operator.IN_FLIGHT, Operator.FULL)
    )  # fmt: skip
    keeps_taken = any(
        node.operator is Operator.FIELD and isinstance(node.payload, tuple) and node.payload[0] == "received"
        for expression in later for node in post_order(expression)
    )  # fmt: skip
    return Sequenced(action, direct, held, tuple(looked_at), keeps_taken)


def _expressions_of_alters(action: Action) -> Iterator[Expression]:
    for alter in action.alters:
        yield alter.when
        yield from alter.fields.values()


def variables_in(expression: Expression) -> Iterator[str]:
    return (str(node.payload) for node in post_order(expression) if node.operator is Operator.VARIABLE)
