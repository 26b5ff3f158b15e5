"""Exported SMV files are read by a small reader of SMV's own rules: they have the model's states and
transitions, and the same properties are false in them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given

from checker.explicit import engine
from checker.fairness.responses import Response, decide
from checker.search import Limits
from examples import alternating_bit, die_hard, dining_philosophers, peterson, two_phase_commit
from generators.exports.names import identifier
from generators.exports.smv import smv
from generators.exports.subject import plain_subject, subject_of
from model.language.observations import Observation
from model.language.systems import System
from model.readings import reading
from model.scenarios import load, shipped
from properties.fairness import FairnessGroup
from properties.registry import ALL_PROPERTIES
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import toy_observations
from tests.fairness.beacons import STRONG_DELIVERY, TIMERS, WEAK_DELIVERY, beacons, is_guided
from tests.fairness.test_responses_agree import questions
from tests.generators.exports.refereed import some
from tests.generators.exports.small_systems import altered_in_flight, rotated
from tests.generators.exports.smv_formulas import broken_formulas
from tests.generators.exports.smv_reader import Reader, explored, tokens
from tests.toys import toy_system

FEW = Limits(states=2_000)


def assert_same(system: System, observations: Sequence[Observation]) -> None:
    ours = engine.explore(system, observations, Limits())
    found = explored(smv(plain_subject(system, observations)))
    assert (found.states, found.transitions) == (ours.states, ours.transitions)
    assert found.broken == {identifier(name) for name in ours.sightings}


@some(6)
@given(systems())
def test_random_systems_are_the_same_in_smv(drawn: tuple[System, list[Observation]]) -> None:
    assume(engine.explore(drawn[0], [], FEW).complete)
    assert_same(*drawn)


@pytest.mark.parametrize("options", [{"width": 1}, {"width": 1, "reordering": True}, {"capacity": 1}])
def test_toys_are_the_same_in_smv(options: dict[str, int]) -> None:
    system = toy_system(**options)
    assert_same(system, toy_observations(system))


@pytest.mark.parametrize("example", [two_phase_commit, peterson, die_hard, dining_philosophers, alternating_bit])
def test_classics_are_the_same_in_smv(example: object) -> None:
    system = example.system()  # type: ignore[attr-defined]
    ours = engine.explore(system, [], Limits())
    found = explored(smv(plain_subject(system, [])))
    assert (found.states, found.transitions) == (ours.states, ours.transitions)


def test_simultaneous_and_altering_steps_are_the_same_in_smv() -> None:
    assert_same(rotated(), [])
    assert_same(altered_in_flight(False), [])


@pytest.mark.parametrize("loss, groups, broken", [
    (False, [TIMERS], True), (False, [TIMERS, WEAK_DELIVERY], False), (True, [TIMERS, WEAK_DELIVERY], True),
    (True, [TIMERS, STRONG_DELIVERY], False), (True, [STRONG_DELIVERY], True), (True, [], True),
])  # fmt: skip
def test_formulas_know_what_fairness_a_beacon_needs(loss: bool, groups: list[FairnessGroup], broken: bool) -> None:
    text = smv(plain_subject(beacons(loss=loss), [], [is_guided(*groups)]))
    assert broken_formulas(text) == {"is_guided": broken}


def assert_same_responses(drawn: tuple[System, list[Response]], states: int) -> None:
    system, responses = drawn
    assume(engine.explore(system, [], Limits(states=states)).complete)
    ours = decide(system, responses, "explicit", Limits())
    found = broken_formulas(smv(plain_subject(system, [], responses)))
    assert found == {identifier(name): bool(ours.runs[name]) for name in ours.runs}


@pytest.mark.broad
@some(5)
@given(questions())
def test_responses_of_random_systems_are_the_same_in_smv(drawn: tuple[System, list[Response]]) -> None:
    assert_same_responses(drawn, 60)


@pytest.mark.slow
def test_responses_of_many_random_systems_are_the_same_in_smv() -> None:
    @some(60)
    @given(questions())
    def same(drawn: tuple[System, list[Response]]) -> None:
        assert_same_responses(drawn, 200)

    same()


@pytest.mark.slow
def test_minimal_scenario_is_the_same_in_smv() -> None:
    subject = subject_of(load("minimal"), reading("literal"), ALL_PROPERTIES)
    found = explored(smv(subject))
    ours = engine.explore(subject.system, [claim.seen for claim in subject.claims], Limits())
    assert (found.states, found.transitions) == (ours.states, ours.transitions)
    assert len(found.broken) == len(ours.sightings)
    assert {"BIND_1", "SA_1"} <= found.broken


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_all_shipped_scenarios_can_be_read_as_smv(name: str) -> None:
    Reader(tokens(smv(subject_of(load(name), reading("intended"), ALL_PROPERTIES)))).read()
