"""Z3 terms mean what the interpretation says: guards and assignments of the toy system in random states,
with random fields, and serial numbers and integers exhaustively at small widths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from model.language.channel_contents import Flight, canonical
from model.language.domains import BOOLEAN, Domain, Enumeration, Integer, Modular, Value
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator, after, full, if_then_else, in_flight, sends, variable
from model.language.interpretation import Interpretation, State
from model.language.machines import Machine, timer
from model.language.systems import System, SystemChannel
from model.language.type_checking import Scope, channel_fields, domain_of
from model.language.z3_terms import Encoder, Terms
from tests.language.tables import Light, system_of
from tests.toys import toy_system

WIDTHS = (3, 4, 16)


def value_of(terms: Terms, expression: Expression, leaves: Mapping[Expression, Value]) -> Value:
    """The value of an expression's term once every constant in it is given."""
    domain = domain_of(expression, terms.scope)
    assert domain is not None
    term = terms.term(expression, domain)
    given_values = [
        (constant.term, terms.encoder.value_term(leaves[node], constant.domain))
        for node, constant in terms.leaves.items()
    ]
    result = z3.simplify(z3.substitute(term, *given_values))
    if isinstance(result, z3.BitVecNumRef):
        return domain.decode(result.as_long())
    assert z3.is_true(result) or z3.is_false(result), f"not a value: {result}"
    return z3.is_true(result)


def values(domain: Domain) -> st.SearchStrategy[Value]:
    return st.sampled_from(domain.values) if domain.size < 100 else st.integers(0, domain.size - 1).map(domain.decode)


def contents(channel: SystemChannel) -> st.SearchStrategy[tuple[Flight, ...]]:
    flights = st.sampled_from(range(len(channel.messages))).flatmap(
        lambda kind: st.builds(
            Flight,
            st.just(kind),
            st.tuples(*(values(entry.domain) for entry in channel.messages[kind].fields.values())),
        )
    )
    return st.lists(flights, max_size=channel.capacity).map(lambda found: canonical(channel, found))


@cache
def interpretation(width: int) -> Interpretation:
    return Interpretation(toy_system(width=width))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Interpretation, State, dict[str, Value]]:
    """A toy system, any state of it, any fields of a message."""
    found = interpretation(draw(st.sampled_from(WIDTHS)))
    system = found.system
    state = State(
        draw(st.tuples(*(values(entry.domain) for entry in system.variables))),
        draw(st.tuples(*(contents(channel) for channel in system.channels))),
    )
    fields = {name: draw(values(domain)) for name, domain in channel_fields(system.channels[0], None).items()}
    return found, state, fields


@given(cases())
def test_guards_and_new_values_of_the_toy_system(
    drawn: tuple[Interpretation, State, dict[str, Value]]
) -> None:
    found, state, fields = drawn
    encoder = Encoder(found.system)
    for action in found.system.actions:
        scope = found.scope(action)
        terms = encoder.terms(scope, action.name)
        received = {"received": fields} if action.channel is not None else {}
        for expression in [action.guard, *action.assignments.values()]:
            if expression.operator is Operator.CONSTANT:
                continue
            if expression is not action.guard and is_out_of_range(found, expression, state, received, scope):
                continue
            terms.term(expression, domain_of(expression, scope) or BOOLEAN)
            leaves = {leaf: found.evaluate(leaf, state, received, scope) for leaf in terms.leaves}
            expected = found.evaluate(expression, state, received, scope)
            assert value_of(terms, expression, leaves) == expected, (action.name, expression)


def is_out_of_range(
    found: Interpretation, expression: Expression, state: State, fields: Mapping[str, Mapping[str, Value]], scope: Scope
) -> bool:
    domain = domain_of(expression, scope)
    return domain is not None and not domain.contains(found.evaluate(expression, state, fields, scope))


def agree(system: System, expressions: Iterable[Expression], states: Iterable[tuple[Value, ...]]) -> None:
    found = Interpretation(system)
    scope = Scope(system, {})
    terms = Encoder(system).terms(scope)
    expressions = list(expressions)
    for expression in expressions:
        terms.term(expression, domain_of(expression, scope) or BOOLEAN)
    for values_now in states:
        state = State(values_now, ((),))
        leaves = {leaf: found.evaluate(leaf, state, {}, scope) for leaf in terms.leaves}
        for expression in expressions:
            if is_out_of_range(found, expression, state, {}, scope):
                continue
            expected = found.evaluate(expression, state, {}, scope)
            assert value_of(terms, expression, leaves) == expected, (expression, values_now)


def two_variables(first: Domain, second: Domain, width: int = 3) -> tuple[System, Expression, Expression]:
    machine = Machine("light", Light, Light.RED)
    one = machine.variable("one", first, initial=lowest(first))
    two = machine.variable("two", second, initial=lowest(second))
    machine.transition("row", trigger=timer("t"), source=Light.RED)
    return system_of(machine, width=width), one, two


def lowest(domain: Domain) -> Value:
    return 0 if isinstance(domain, Modular) else domain.decode(0)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_serial_numbers_exhaustively(width: int) -> None:
    system, one, two = two_variables(Modular("number"), Modular("number"), width)
    top = 2**width - 1
    agree(
        system,
        [one.is_ahead_of(two), one < two, one <= top, one == two, one + two, one - two, one + top,
         (one - 1).is_ahead_of(two + 1), if_then_else(one < two, one, two - 1)],
        product(["red"], range(2**width), range(2**width)),
    )  # fmt: skip


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1))
def test_serial_numbers_of_sixteen_bits(first: int, second: int) -> None:
    system, one, two = two_variables(Modular("number"), Modular("number"), 16)
    agree(system, [one.is_ahead_of(two), one - two, one + two, one < two], [("red", first, second)])


@pytest.mark.parametrize("distance", [0, 1, 2**15 - 1, 2**15, 2**15 + 1, 2**16 - 1])
def test_serial_numbers_of_sixteen_bits_around_half_the_range(distance: int) -> None:
    system, one, two = two_variables(Modular("number"), Modular("number"), 16)
    agree(system, [one.is_ahead_of(two)], [("red", (second + distance) % 2**16, second) for second in (0, 1, 40_000)])


@pytest.mark.parametrize(
    ("first", "second"),
    [(Integer(0, 3), Integer(0, 3)), (Integer(-3, 4), Integer(0, 2)), (Integer(5, 5), Integer(-1, 9))],
)
def test_integers_exhaustively(first: Integer, second: Integer) -> None:
    system, one, two = two_variables(first, second)
    agree(
        system,
        [one < two, one <= 2, two >= 1, one == two, one != 1, one + two == 3, one - two < 0, two - one > one,
         one - (two + 1) < -1, if_then_else(one < two, one, two - 7) == 2, if_then_else(one < two, two, one) - 1 < two],
        product(["red"], first.values, second.values),
    )  # fmt: skip


def test_value_outside_a_domain_of_integers_is_told() -> None:
    system, one, two = two_variables(Integer(-3, 4), Integer(0, 2))
    target = Integer(0, 2)
    terms = Encoder(system).terms(Scope(system, {}))
    expression = one + two - 1
    outside = terms.outside(expression, target)
    assert outside is not None
    for first, second in product(range(-3, 5), range(3)):
        given_values = [
            (constant.term, terms.encoder.value_term(first if leaf is one else second, constant.domain))
            for leaf, constant in terms.leaves.items()
        ]
        found = z3.is_true(z3.simplify(z3.substitute(outside, *given_values)))
        assert found == (first + second - 1 not in target.values)
    assert terms.outside(two, target) is None


def test_enumerations_and_truth_values_exhaustively() -> None:
    colour = Enumeration.of(Light)
    system, one, two = two_variables(colour, BOOLEAN)
    state = variable("light.state")
    agree(
        system,
        [one == "green", one == state, if_then_else(two, one, "amber") == state, two == (one == "red"),
         if_then_else(one == "red", two, one == state), two.implies(one.is_one_of("red", "green")),
         if_then_else(two, "red", one)],
        product(colour.values, colour.values, (False, True)),
    )  # fmt: skip


def test_codes_beyond_a_domain_are_excluded() -> None:
    system, one, _ = two_variables(Integer(2, 7), Enumeration.of(Light))
    encoder = Encoder(system)
    solver = z3.SolverFor("QF_FD", ctx=encoder.context)
    terms = encoder.terms(Scope(system, {}))
    solver.add(z3.Not(terms.truth(one < 8)))
    assert solver.check() == z3.sat
    solver.add(*encoder.ranges())
    assert solver.check() == z3.unsat


def test_what_channels_hold_is_free_and_asked_once() -> None:
    system, _, _ = two_variables(BOOLEAN, BOOLEAN)
    encoder = Encoder(system)
    asked = in_flight("requests") & ~full("requests")
    first, second = encoder.terms(Scope(system, {})), encoder.terms(Scope(system, {}), "other")
    assert first.truth(asked).sexpr() == second.truth(asked).sexpr()
    assert len(encoder.constants) == 2


def test_value_after_a_step_is_a_constant_of_its_own() -> None:
    system, one, _ = two_variables(BOOLEAN, BOOLEAN)
    terms = Encoder(system).terms(Scope(system, {}))
    assert terms.truth(after(one)).sexpr() != terms.truth(one).sexpr()


def test_node_without_a_term_is_refused() -> None:
    system, _, _ = two_variables(BOOLEAN, BOOLEAN)
    with pytest.raises(ModelError, match='"sends" has no term'):
        Encoder(system).terms(Scope(system, {})).truth(sends("Request"))
