"""Finding and replacing nodes of expressions. Subtrees that hold nothing of what is looked for are not entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from model.language.expressions import BITS, Expression, Operator, mentions, post_order, rebuilt


def substituted(expression: Expression, replacement: Mapping[Expression, Expression]) -> Expression:
    """`expression` with every node found in `replacement` replaced, outermost first."""
    return rewritten(expression, {node.operator for node in replacement}, dict(replacement), rebuilt)


def rewritten(
    expression: Expression, operators: Iterable[Operator], done: dict[Expression, Expression],
    node: Callable[[Expression, tuple[Expression, ...]], Expression],
) -> Expression:  # fmt: skip
    """`expression` with `node` applied to its nodes from the leaves up, given their new operands; subtrees
    without any of `operators` stay as they are. done: what was rewritten already; gets more."""
    concerned = sum(BITS[operator] for operator in set(operators))

    def waits(operand: Expression) -> bool:
        return bool(operand.mentioned & concerned) and operand not in done

    stack = [expression] if waits(expression) else []
    while stack:
        top = stack[-1]
        missing = [operand for operand in top.operands if waits(operand)]
        if missing:
            stack.extend(reversed(missing))
        else:
            stack.pop()
            if top not in done:
                done[top] = node(top, tuple(done.get(operand, operand) for operand in top.operands))
    return done.get(expression, expression)


def nodes_of(expression: Expression, operator: Operator) -> list[Expression]:
    if not mentions(expression, operator):
        return []
    return [node for node in post_order(expression) if node.operator is operator]
