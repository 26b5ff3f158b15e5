"""SPIN finds in the exported never claims what the state graph says of response properties under fairness."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from checker.fairness.limits import LimitReached
from checker.fairness.plain_graph import PlainGraph
from checker.fairness.responses import Response, decide
from checker.search import Limits
from dsmip.known_answers import known_answers
from generators.exports.murphi import murphi
from generators.exports.subject import plain_subject, subject_of
from generators.referees.spin import ask_spin, responses_broken
from model.language.expressions import negation
from model.language.observations import observe_steps
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.fairness import FairnessGroup
from properties.registry import ALL_PROPERTIES, property_called
from tests.fairness.beacons import GUIDED, STRONG_DELIVERY, TIMERS, WEAK_DELIVERY, beacons, is_guided
from tests.fairness.test_responses_agree import FEW, questions
from tests.generators.exports.refereed import needs, some

with_spin = needs("spin", "gcc")


def by_spin(scenario: str, reading_name: str, *names: str) -> dict[str, bool]:
    wanted = [property_called(name) for name in names] or ALL_PROPERTIES
    return responses_broken(subject_of(load(scenario), reading(reading_name), wanted), optimise="-O0")


def as_recorded(scenario: str, reading_name: str, found: dict[str, bool]) -> dict[str, bool]:
    verdicts = known_answers()[scenario, reading_name].verdicts
    return {name: verdicts[name] == "violated" for name in found if name in verdicts}


@with_spin
@pytest.mark.parametrize("loss, cases", [
    (False, [((), True), ((TIMERS,), True), ((WEAK_DELIVERY,), True), ((TIMERS, WEAK_DELIVERY), False)]),
    (True, [((TIMERS, WEAK_DELIVERY), True), ((TIMERS, STRONG_DELIVERY), False), ((STRONG_DELIVERY,), True)]),
], ids=["no loss", "loss"])  # fmt: skip
def test_spin_knows_what_fairness_a_beacon_needs(
    loss: bool, cases: list[tuple[tuple[FairnessGroup, ...], bool]]
) -> None:
    for groups, broken in cases:
        subject = plain_subject(beacons(loss=loss), [], [is_guided(*groups)])
        assert responses_broken(subject, optimise="-O0") == {"is guided": broken}, groups


@with_spin
def test_what_a_step_calls_for_is_looked_for_after_it() -> None:
    system = beacons()
    sails = observe_steps("sails on", GUIDED, system).in_steps
    leaves = {"ship: sail on: sails on": sails["ship: sail on: sails on"]}
    again = [Response(f"with {len(groups)}", GUIDED, groups, by=leaves)
             for groups in ((TIMERS, STRONG_DELIVERY), (TIMERS,))]  # fmt: skip
    never = Response("never", negation(GUIDED), (), by=leaves)
    subject = plain_subject(system, [], [*again, never])
    assert responses_broken(subject, optimise="-O0") == {"with 2": False, "with 1": True, "never": False}


@with_spin
def test_the_states_are_those_of_the_model_where_no_response_is_asked_for() -> None:
    system = beacons()
    without, with_it = (ask_spin(plain_subject(system, [], answers), optimise="-O0")
                        for answers in ([], [is_guided(TIMERS, STRONG_DELIVERY)]))  # fmt: skip
    assert (without.states, without.transitions) == (with_it.states, with_it.transitions)


def assert_spin_agrees(drawn: tuple[System, list[Response]]) -> None:
    system, responses = drawn
    try:
        PlainGraph(system, FEW)
    except LimitReached:
        assume(False)
    ours = decide(system, responses, "explicit", Limits())
    found = responses_broken(plain_subject(system, [], responses), optimise="-O0")
    assert found == {response.name: bool(ours.runs[response.name]) for response in responses}


@pytest.mark.broad
@with_spin
@some(2)
@given(questions())
def test_spin_agrees_on_responses_of_random_systems(drawn: tuple[System, list[Response]]) -> None:
    system, responses = drawn
    assert_spin_agrees((system, responses[:2]))


@pytest.mark.slow
@with_spin
def test_spin_agrees_on_responses_of_many_random_systems() -> None:
    @some(40)
    @given(questions())
    def agree(drawn: tuple[System, list[Response]]) -> None:
        assert_spin_agrees(drawn)

    agree()


@pytest.mark.broad
@with_spin
def test_spin_agrees_on_a_de_registration_that_never_ends() -> None:
    assert by_spin("liveness", "literal", "LIVE-5") == {"LIVE-5": True}


@pytest.mark.slow
@with_spin
@pytest.mark.parametrize("scenario, reading_name", [
    ("liveness", "intended"), ("liveness", "literal"), ("liveness-copies", "intended"),
])  # fmt: skip
def test_spin_agrees_on_scenarios_for_liveness(scenario: str, reading_name: str) -> None:
    found = by_spin(scenario, reading_name)
    assert found and found == as_recorded(scenario, reading_name, found)


def test_a_murphi_file_says_that_responses_are_left_out() -> None:
    text = murphi(plain_subject(beacons(), [], [is_guided(TIMERS)]))
    assert "Left out" in text and "is guided" in text
    assert "Left out" not in murphi(plain_subject(beacons(), []))
