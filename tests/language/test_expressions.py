"""How expressions are built, shared, simplified, settled and put in words."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from model.language.binding import Binding, resolve
from model.language.domains import Sizes
from model.language.errors import ModelError
from model.language.expressions import (
    FALSE,
    TRUE,
    Expression,
    Operator,
    after,
    all_of,
    any_of,
    constant,
    field_of,
    full,
    if_then_else,
    in_flight,
    lookup,
    parameter,
    post_order,
    text_of,
    variable,
)
from model.language.machines import chosen
from model.language.rewriting import substituted
from tests.language.tables import Light

x, y, z = variable("m.x"), variable("m.y"), variable("m.z")


def test_equal_trees_are_one_object() -> None:
    assert (x + 1 == y) is (x + 1 == y)
    assert constant(True) is not constant(1)
    assert (x == Light.RED) is (x == "red")
    assert copy.deepcopy(x & y) is (x & y)
    assert pickle.loads(pickle.dumps(x.is_ahead_of(y))) is x.is_ahead_of(y)


def test_an_expression_has_no_truth_value() -> None:
    with pytest.raises(ModelError, match=re.escape("use & | ~, not and/or/not")):
        bool(x == y)


@pytest.mark.parametrize(("built", "simple"), [
    (x & True, x), (x & False, FALSE), (x | True, TRUE), (x | False, x), (x & x, x), (~~x, x),
    (x & ~x, FALSE), (x | ~x, TRUE), (x == x, TRUE), (x == True, x), (x == False, ~x),  # noqa: E712
    (constant(3) == 3, TRUE), (constant("a") == "b", FALSE), (x != x, FALSE), (all_of([]), TRUE), (any_of([]), FALSE),
    (if_then_else(TRUE, x, y), x), (if_then_else(FALSE, x, y), y), (if_then_else(z, x, x), x),
    (if_then_else(x, True, False), x), ((x & y) & z, all_of([x, y, z])), (x.implies(FALSE), ~x),
])  # fmt: skip
def test_obvious_simplifications(built: Expression, simple: Expression) -> None:
    assert built is simple


def test_only_variables_are_assigned() -> None:
    assert x.becomes(y + 1).value is y + 1
    with pytest.raises(ModelError, match=r"only a variable can be assigned, not: received.number"):
        field_of("received", "number").becomes(1)


def test_operand_of_another_kind_is_refused() -> None:
    with pytest.raises(ModelError, match="not an expression, a truth value, a number or a name"):
        x == 1.5  # noqa: B015


def test_substitution_reaches_every_occurrence_and_simplifies() -> None:
    assert substituted((y == x) & (z | x), {x: TRUE}) is y
    assert substituted(x + 1, {x: x + 1}) is x + 1 + 1


def test_operands_come_before_the_node_that_uses_them() -> None:
    seen: set[Expression] = set()
    for node in post_order((x + 1 == y) | (x + 1 == z)):
        assert node not in seen
        assert seen.issuperset(node.operands)
        seen.add(node)
    assert len(seen) == 8


def test_deep_trees_are_walked_without_recursion() -> None:
    tree = x
    for _ in range(5_000):
        tree = y - tree
    assert sum(1 for _ in post_order(tree)) == 5_002
    assert substituted(tree, {x: z}) is not tree


def test_value_after_the_step() -> None:
    assert after((x == 1) & y).operands[1].operator is Operator.NEXT
    with pytest.raises(ModelError, match="channels cannot be looked at after a step"):
        after(full("up"))


# in words


@pytest.mark.parametrize(("expression", "words"), [
    ((x == 1) & ~(y == "a") & ~z, "(m.x = 1) and m.y ≠ a and not m.z"),
    ((x < 3) | x.is_ahead_of(y), "(m.x < 3) or (m.x is ahead of m.y)"),
    (if_then_else(z, x, y + 1), "(m.x if m.z else m.y + 1)"),
    (in_flight("up"), "message on up"),
    (in_flight("up", field_of("flight", "number") == 2, "Data"), "Data on up with flight.number = 2"),
    (full("up") == x, "up is full = m.x"),
    (chosen("AMB-1", at_once=x, later=y), "AMB-1(at-once: m.x, later: m.y)"),
    (lookup("prefix", x), "prefix of m.x"),
    (after(x) == parameter("limit"), "m.x' = limit"),
])  # fmt: skip
def test_expressions_in_words(expression: Expression, words: str) -> None:
    assert text_of(expression) == words


def test_different_expressions_have_different_words() -> None:
    assert text_of(x - (y - z)) != text_of((x - y) - z)


# settling


BINDING = Binding(
    Sizes(), {"limit": 3, "on": True}, {"prefix": {"home": "a", "cafe": "b", "office": "b"}},
    {"AMB-1": ("one",), "AMB-2": ("one", "two")}, {("ha", "AMB-1"): ("two",)},
)  # fmt: skip


def test_parameters_and_choices_are_filled_in() -> None:
    assert resolve(parameter("on") & (x == parameter("limit")), BINDING, "ue") is (x == 3)
    assert resolve(chosen("AMB-1", one=x, two=y), BINDING, "ue") is x
    assert resolve(chosen("AMB-1", one=x, two=y), BINDING, "ha") is y
    assert resolve(chosen("AMB-2", one=x, two=y), BINDING, "ue", {"AMB-2": "two"}) is y


def test_lookup_of_a_constant_and_of_a_variable() -> None:
    assert resolve(lookup("prefix", "cafe"), BINDING, "ue") is constant("b")
    assert resolve(lookup("prefix", x), BINDING, "ue") is if_then_else(x == "home", "a", "b")


def test_order_between_constants_is_settled() -> None:
    assert resolve(parameter("limit") > 2, BINDING, "ue") is TRUE


@pytest.mark.parametrize(("expression", "message"), [
    (parameter("limt"), r'unknown parameter "limt": did you mean "limit"\?'),
    (lookup("prefixes", x), r'unknown table "prefixes": did you mean "prefix"\?'),
    (lookup("prefix", "train"), 'table "prefix" has no entry for "train"'),
    (chosen("AMB-3", one=x), 'the reading says nothing of "AMB-3"'),
    (chosen("AMB-2", one=x, two=y), r"AMB-2 is left open \(one, two\) where one value is needed"),
    (chosen("AMB-1", two=x), 'machine "ue": AMB-1 does not provide for "one"'),
])  # fmt: skip
def test_what_cannot_be_filled_in_is_named(expression: Expression, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        resolve(expression, BINDING, "ue")
