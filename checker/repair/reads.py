"""When the evaluation of an expression comes to read a variable, as a condition: parts that decide alone come
first, and what they decide is not gone into. Where it reads none of some variables, their values do not matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.language.expressions import (
    FALSE,
    TRUE,
    Expression,
    Operator,
    all_of,
    any_of,
    build,
    negation,
    post_order,
)
from model.language.observations import Observation
from model.language.systems import Action, System


class Reads:
    """Of one variable."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self._done: dict[Expression, Expression] = {}

    def within(self, expression: Expression) -> Expression:
        """True in the states, and for the messages, in which the variable is read."""
        for node in post_order(expression, stop=self._done):
            if node not in self._done:
                self._done[node] = self._node(node)
        return self._done[expression]

    def _node(self, node: Expression) -> Expression:
        if node.operator is Operator.VARIABLE:
            return TRUE if node.payload == self.variable else FALSE
        reading = [self._done[operand] for operand in node.operands]
        if all(entry is FALSE for entry in reading):
            return FALSE
        match node.operator:
            case Operator.AND:
                return self._in_turn(node.operands, go_on=True)
            case Operator.OR:
                return self._in_turn(node.operands, go_on=False)
            case Operator.IF:
                condition = node.operands[0]
                return any_of([reading[0], condition & reading[1], negation(condition) & reading[2]])
            case Operator.IN_FLIGHT:  # for some message that is looked at
                return build(Operator.IN_FLIGHT, node.payload, *reading)
            case _:
                return any_of(reading)

    def _in_turn(self, operands: Sequence[Expression], *, go_on: bool) -> Expression:
        """Operands one after the other, those that never read it first, as long as nothing is decided."""
        ordered = sorted(operands, key=lambda operand: self._done[operand] is not FALSE)
        before: list[Expression] = []
        found = []
        for operand in ordered:
            if self._done[operand] is not FALSE:
                found.append(all_of([*before, self._done[operand]]))
            before.append(operand if go_on else negation(operand))
        return any_of(found)


def reading(variable: str, system: System, properties: Sequence[Observation]) -> Observation:
    """Steps that may depend on a variable that nothing changes, and properties that may.

    Of a message, the step that takes it stands for those that do not: tables are complete and disjoint on
    receipt, so while the row taken does not depend on the variable, no other takes its place.
    """
    reads = Reads(variable)
    in_steps: dict[str, Expression] = {}
    in_states = [reads.within(entry.in_states) for entry in properties if entry.in_states is not None]
    for action in system.actions:
        conditions = [reads.within(entry.in_steps[action.name]) for entry in properties
                      if action.name in entry.in_steps]  # fmt: skip
        conditions += [reads.within(expression) for expression in _parts(action)]
        if not action.takes_message:
            in_states.append(reads.within(action.guard))
        found = any_of(conditions)
        if found is not FALSE:
            in_steps[action.name] = found
    return Observation(f"{variable} read", any_of(in_states), in_steps)


def _parts(action: Action) -> Iterator[Expression]:
    yield action.guard
    yield from action.assignments.values()
    for sending in action.sends:
        yield from sending.carried.values()
    for alter in action.alters:
        yield alter.when
        yield from alter.fields.values()
