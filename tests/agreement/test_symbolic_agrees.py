"""The Z3 encoding means what the interpretation says: every move from every reachable state of random
systems, and the depth at which bounded model checking finds what breadth-first search finds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.search import Limits
from checker.symbolic.bounded import BoundedSearch, position_of
from checker.symbolic.encoding import Encoding
from checker.symbolic.proving import Prover
from checker.trace import replay
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.sampling import drawn
from tests.toys import toy_system

FEW = 6  # states looked at closely
# shrinking would repeat slow proofs for minutes
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
quick = settings(max_examples=drawn(10), suppress_health_check=list(HealthCheck), deadline=None, phases=PHASES)


def evaluated(encoding: Encoding, term: z3.ExprRef, codes: dict[str, int]) -> int:
    """The code of a term in a state."""
    pairs = [(encoding.constant(name), encoding.code(name, code)) for name, code in codes.items()]
    result = z3.simplify(z3.substitute(term, *pairs))
    if isinstance(result, z3.BitVecNumRef):
        return result.as_long()
    assert z3.is_true(result) or z3.is_false(result), f"not a value: {result}"
    return int(z3.is_true(result))


def reachable(system: System, most: int) -> list[State]:
    interpretation = Interpretation(system)
    found = list(interpretation.initial_states())
    for state in found:
        if len(found) >= most:
            break
        try:
            found += [step.state for step in interpretation.steps(state) if step.state not in found]
        except ModelError:
            continue
    return found[:most]


def assert_moves_agree(system: System, states: Sequence[State]) -> None:
    interpretation, encoding = Interpretation(system), Encoding(system)
    for state in states:
        codes = encoding.components.codes(state)
        expected: dict[tuple[str, int | None], object] = {}
        for action in system.actions:
            for position in interpretation.positions(action, state):
                if interpretation.is_enabled(action, position, state):
                    try:
                        step = interpretation.step(action, position, state)
                        expected[action.name, position] = (step.state, step.overflow)
                    except ModelError:
                        expected[action.name, position] = "fault"
        found: dict[tuple[str, int | None], object] = {}
        for move in encoding.moves:
            if not evaluated(encoding, move.guard, codes):
                continue
            key = (move.action.name, position_of(encoding, move, codes))
            if move.fault is not None and evaluated(encoding, move.fault, codes):
                found[key] = "fault"
                continue
            after = dict(codes)
            after.update({name: evaluated(encoding, term, codes) for name, term in move.effects.items()})
            assert all(evaluated(encoding, part, after) for part in encoding.well_formed())
            overflow = any(evaluated(encoding, term, codes) for term in move.overflows.values())
            found[key] = (encoding.state(after), overflow)
        # a fault of a message field is none where the message finds no room, which the interpretation never evaluates
        assert found == expected


def test_every_move_of_the_toy_system() -> None:
    for options in ({"reordering": False}, {"reordering": True}, {"capacity": 1}):
        system = toy_system(**options)
        assert_moves_agree(system, reachable(system, 60)[::6])


@pytest.mark.broad
@quick
@given(systems())
def test_every_move_of_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    system, _ = drawn
    assert_moves_agree(system, reachable(system, FEW))


@pytest.mark.broad
@quick
@given(systems())
def test_bounded_model_checking_finds_what_breadth_first_search_finds(drawn: tuple[System, list[Observation]]) -> None:
    system, observations = drawn
    try:
        explored = plain_search.explore(system, observations, Limits(states=300))
    except ModelError:
        return
    if not explored.complete:
        return
    most = 4
    search = BoundedSearch(system, observations, Limits(steps=most))
    stopped = search.run(None)
    exhausted = stopped is None
    expected = {name: len(found.path) for name, found in explored.sightings.items()}
    found = {name: len(found.path) for name, found in search.sightings.items()}
    in_reach = {name: length for name, length in expected.items() if exhausted or length <= search.depth}
    assert in_reach.items() <= found.items() <= expected.items()
    for name, sighting in search.sightings.items():
        replay(system, name, sighting.initial, sighting.path)


@settings(max_examples=drawn(12), suppress_health_check=list(HealthCheck), deadline=None, phases=PHASES)
@given(systems())
def test_induction_and_the_second_solver_never_contradict_exploration(drawn: tuple[System, list[Observation]]) -> None:
    system, observations = drawn
    try:
        explored = plain_search.explore(system, observations, Limits(states=300))
    except ModelError:
        return
    if not explored.complete:
        return
    found = Prover(rlimit=3_000_000).explore(system, observations, Limits())
    lengths = {name: len(sighting.path) for name, sighting in explored.sightings.items()}
    assert {name: len(sighting.path) for name, sighting in found.sightings.items()} == lengths
    assert found.proved.isdisjoint(lengths)
    assert found.complete == (found.proved | set(lengths) == {entry.name for entry in observations})
