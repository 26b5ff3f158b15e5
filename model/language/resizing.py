"""A composed system with serial numbers of another width. Quicker than composing it again, as guards and
effects stay what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from model.language.binding import Binding, effect_expressions
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.flattening import resolved_channel, variables_and_settings
from model.language.machines import Machine
from model.language.messages import Channel
from model.language.rewriting import nodes_of
from model.language.systems import Action, ResolvedRow, Sending, System, SystemChannel

Sender = TypeVar("Sender", Action, ResolvedRow)


def resized(
    system: System, machines: Sequence[Machine], channels: Sequence[Channel], former: Binding, binding: Binding
) -> System:  # fmt: skip
    """What composing `machines` under `binding` gives; `system` is what they gave under `former`.

    The bindings may differ in widths, and in parameters that initial values alone depend on. Raises ModelError
    if they differ in more.
    """
    _require_alike(machines, channels, former, binding)
    wide = {channel.name: resolved_channel(channel, binding) for channel in channels}
    rows = {id(row): _sending(row, wide) for machine in system.machines for row in machine.rows}
    return replace(
        system,
        variables=tuple(variables_and_settings(machines, binding)),
        channels=tuple(wide[channel.name] for channel in system.channels),
        machines=tuple(
            replace(machine, rows=tuple(rows[id(row)] for row in machine.rows)) for machine in system.machines
        ),
        actions=tuple(
            replace(_sending(action, wide), rows=tuple(rows[id(row)] for row in action.rows))
            if action.rows else action
            for action in system.actions
        ),
    )  # fmt: skip


def _sending(sender: Sender, channels: Mapping[str, SystemChannel]) -> Sender:
    """The same, sending the messages of these channels."""
    if not sender.sends:
        return sender
    return replace(sender, sends=tuple(_with_message(sending, channels[sending.channel]) for sending in sender.sends))


def _with_message(sending: Sending, channel: SystemChannel) -> Sending:
    return replace(sending, message=channel.messages[channel.index_of(sending.message.name)])


def _require_alike(
    machines: Sequence[Machine], channels: Sequence[Channel], former: Binding, binding: Binding
) -> None:  # fmt: skip
    sizes = replace(former.sizes, widths=binding.sizes.widths)
    if replace(former, sizes=sizes, parameters=binding.parameters) != binding:
        raise ModelError("only widths can change in a composed system")
    different = {name for name in {*former.parameters, *binding.parameters}
                 if former.parameters.get(name) != binding.parameters.get(name)}  # fmt: skip
    for expression in _expressions(machines, channels):
        for node in nodes_of(expression, Operator.PARAMETER):
            if node.payload in different:
                raise ModelError(f'"{node.payload}" decides more than initial values: {expression}')


def _expressions(machines: Sequence[Machine], channels: Sequence[Channel]) -> Iterator[Expression]:
    """All that composing fills in, but for initial values."""
    for machine in machines:
        yield from (entry.condition for entry in machine.invariants)
        for case in (case for decision in machine.decisions for case in decision.cases):
            yield from (case.when, *case.emits.values(), *effect_expressions(case.then))
            if case.dest is not None:
                yield case.dest
    for channel in channels:
        yield from (channel.losable, channel.deliverable, *channel.on_sending.values(), *channel.on_delivery.values())
