"""Something to look for while a system runs: a condition on states, or a condition on steps.
A step condition may speak of the state before, the state after, what is sent and received, and who
acts; for each action it becomes an ordinary condition on the state before the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from model.language.domains import BOOLEAN
from model.language.errors import ModelError
from model.language.expressions import (
    FALSE,
    TRUE,
    Expression,
    Operator,
    any_of,
    conjuncts,
    constant,
    in_flight,
    post_order,
    rebuilt,
    variable,
)
from model.language.systems import Action, ActionKind, Sending, System
from model.language.type_checking import Scope, check_expression, scope_of_action

ABOUT_STEPS = (Operator.SENDS, Operator.RECEIVES, Operator.OCCURS)  # true or false of an action and message alone


@dataclass(frozen=True)
class Observation:
    """in_states: true in the states looked for (None: states do not matter).
    in_steps: action name -> condition on the state before the step and the message taken."""

    name: str
    in_states: Expression | None = None
    in_steps: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def impossible(self) -> bool:
        """Nothing in this system can ever match."""
        return (self.in_states is None or self.in_states is FALSE) and not self.in_steps


def observe_states(name: str, condition: Expression, system: System) -> Observation:
    """Look for states that satisfy `condition`. Raises ModelError if it makes no sense in `system`."""
    resolved = with_enabled(condition, system)
    try:
        check_expression(resolved, BOOLEAN, Scope(system, {}))
    except ModelError as error:
        raise ModelError(f'"{name}": {error}') from None
    return Observation(name, in_states=resolved)


def observe_steps(name: str, condition: Expression, system: System) -> Observation:
    """Look for steps that satisfy `condition`. Raises ModelError if it makes no sense in `system`."""
    resolved = with_enabled(condition, system)
    in_steps: dict[str, Expression] = {}
    nodes = list(post_order(resolved))
    needed = [part for part in conjuncts(resolved) if part.operator in ABOUT_STEPS]
    for action in system.actions:
        sendings: tuple[Sending | None, ...] = action.sends or (None,)
        parts = [
            _of_action(nodes, action, sending)
            for sending in sendings
            if all(_at_action(part, (), action, sending) is TRUE for part in needed)
        ]
        here = any_of(parts)
        if here is FALSE:
            continue
        try:
            check_expression(here, BOOLEAN, scope_of_action(system, action))
        except ModelError as error:
            raise ModelError(f'"{name}", at action "{action.name}": {error}') from None
        in_steps[action.name] = here
    return Observation(name, in_steps=in_steps)


def with_enabled(condition: Expression, system: System) -> Expression:
    """`condition` with every `enabled(...)` written out as guards."""
    done: dict[Expression, Expression] = {}
    for node in post_order(condition):
        if node.operator is Operator.ENABLED:
            assert isinstance(node.payload, tuple)
            done[node] = any_of(_enabled(str(name), system) for name in node.payload)
        else:
            done[node] = rebuilt(node, tuple(done[operand] for operand in node.operands))
    return done[condition]


def _enabled(group: str, system: System) -> Expression:
    if group == "delivery":
        return any_of(in_flight(channel.name) for channel in system.channels)
    own = (ActionKind.TIMER, ActionKind.DECISION, ActionKind.EVENT)
    guards = [action.guard for action in system.actions if action.machine == group and action.kind in own]
    if not guards and group not in [machine.name for machine in system.machines]:
        raise ModelError(f'enabled("{group}"): there is no such machine')
    return any_of(guards)


def _of_action(nodes: Sequence[Expression], action: Action, sending: Sending | None) -> Expression:
    """A step condition, given by its nodes, as a condition on the state before `action`, for one of its messages."""
    done: dict[Expression, Expression] = {}
    for node in nodes:
        done[node] = _at_action(node, tuple(done[o] for o in node.operands), action, sending)
    return done[nodes[-1]]


def _at_action(
    node: Expression, operands: tuple[Expression, ...], action: Action, sending: Sending | None
) -> Expression:
    match node.operator:
        case Operator.NEXT:
            name = str(node.payload)
            return action.assignments.get(name, variable(name))
        case Operator.SENDS:
            return constant(sending is not None and sending.message.name == node.payload)
        case Operator.RECEIVES:
            return constant(action.kind is ActionKind.RECEIPT and action.message == node.payload)
        case Operator.OCCURS:
            assert isinstance(node.payload, tuple)
            machine, trigger = node.payload
            acting = [row.machine for row in action.rows] or [action.machine]
            return constant(machine in acting and trigger in (None, action.trigger))
        case Operator.FIELD:
            return _field(node, action, sending)
        case _:
            return rebuilt(node, operands)


def _field(node: Expression, action: Action, sending: Sending | None) -> Expression:
    """A message field at this action; where there is no such message the guard around it is false
    (`sends(M) & (sent.f == ...)`), and the node stays for `rebuilt` to drop."""
    assert isinstance(node.payload, tuple)
    scope, name = str(node.payload[0]), str(node.payload[1])
    if scope == "sent" and sending is not None and name in sending.fields:
        return sending.fields[name]
    if scope == "carried" and sending is not None and name in sending.carried:
        return sending.carried[name]
    if scope == "received" and action.kind is ActionKind.RECEIPT and name in action.delivery:
        return action.delivery[name]
    if scope == "event" and name in action.event:
        return action.event[name]
    return node
