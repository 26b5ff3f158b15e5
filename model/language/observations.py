"""Something to look for while a system runs: a condition on states, or a condition on steps.
A step condition may speak of the state before, the state after, what is sent and received, and who
acts; for each action it becomes an ordinary condition on the state before the step."""

from __future__ import annotations

from collections.abc import Container, Mapping
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
    in_flight,
    mentions,
    post_order,
    rebuilt,
    variable,
)
from model.language.rewriting import rewritten
from model.language.systems import Action, ActionKind, Sending, System
from model.language.type_checking import Scope, check_expression, scope_of_action

OF_STEPS = (Operator.NEXT, Operator.SENDS, Operator.RECEIVES, Operator.OCCURS, Operator.FIELD)
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


def observe_steps(
    name: str, condition: Expression, system: System, actions: Container[str] | None = None
) -> Observation:
    """Look for steps that satisfy `condition`. Raises ModelError if it makes no sense in `system`.

    actions: names of those to look at; all by default.
    """
    resolved = with_enabled(condition, system)
    in_steps: dict[str, Expression] = {}
    at = _StepCondition(resolved)
    needed = [part for part in conjuncts(resolved) if part.operator in ABOUT_STEPS]
    for action in system.actions:
        if actions is not None and action.name not in actions:
            continue
        sendings: tuple[Sending | None, ...] = action.sends or (None,)
        parts = [
            at.action(action, sending)
            for sending in sendings
            if all(_is_so(part, action, sending) for part in needed)
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

    def written_out(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if node.operator is not Operator.ENABLED:
            return rebuilt(node, operands)
        assert isinstance(node.payload, tuple)
        return any_of(_enabled(str(name), system) for name in node.payload)

    return rewritten(condition, (Operator.ENABLED,), {}, written_out)


def _enabled(group: str, system: System) -> Expression:
    if group == "delivery":
        return any_of(in_flight(channel.name) for channel in system.channels)
    own = (ActionKind.TIMER, ActionKind.DECISION, ActionKind.EVENT)
    guards = [action.guard for action in system.actions if action.machine == group and action.kind in own]
    if not guards and group not in [machine.name for machine in system.machines]:
        raise ModelError(f'enabled("{group}"): there is no such machine')
    return any_of(guards)


class _StepCondition:
    """A step condition as conditions on the state before an action, for one of its messages. Actions that
    are alike in all that it speaks of share one."""

    def __init__(self, condition: Expression) -> None:
        self.condition = condition
        nodes = [node for node in post_order(condition) if mentions(node, *OF_STEPS)]
        self._spoken_of = [node for node in nodes if node.operator in OF_STEPS]
        self._around = [node for node in nodes if node.operator not in OF_STEPS]
        self._known: dict[tuple[Expression, ...], Expression] = {}

    def action(self, action: Action, sending: Sending | None) -> Expression:
        values = tuple(_at_action(node, action, sending) for node in self._spoken_of)
        if values not in self._known:
            done = dict(zip(self._spoken_of, values, strict=True))
            for node in self._around:
                done[node] = rebuilt(node, tuple(done.get(operand, operand) for operand in node.operands))
            self._known[values] = done.get(self.condition, self.condition)
        return self._known[values]


def _at_action(node: Expression, action: Action, sending: Sending | None) -> Expression:
    """What a node that speaks of a step is at this action, with this message."""
    match node.operator:
        case Operator.NEXT:
            name = str(node.payload)
            return action.assignments.get(name, variable(name))
        case Operator.SENDS | Operator.RECEIVES | Operator.OCCURS:
            return TRUE if _is_so(node, action, sending) else FALSE
        case _:
            return _field(node, action, sending)


def _is_so(node: Expression, action: Action, sending: Sending | None) -> bool:
    """Whether a node that is true or false of an action and its message alone is true."""
    match node.operator:
        case Operator.SENDS:
            return sending is not None and sending.message.name == node.payload
        case Operator.RECEIVES:
            return action.kind is ActionKind.RECEIPT and action.message == node.payload
    assert isinstance(node.payload, tuple)
    machine, trigger = node.payload
    if trigger is not None and trigger != action.trigger:
        return False
    return any(row.machine == machine for row in action.rows) if action.rows else machine == action.machine


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
