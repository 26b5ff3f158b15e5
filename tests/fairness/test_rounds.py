"""Counting rounds gives the answers of the state graph: what holds is bounded by some number of rounds, and what does
not has a run for ever that the interpretation judges to be fair."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checker.fairness.judging import confirmed_lasso
from checker.fairness.lasso_check import lasso_faults
from checker.fairness.responses import Response, decide, response_of
from checker.fairness.rounds import Rounds, Waiting, wait
from checker.search import Limits
from checker.trace import closed, replay
from dsmip.known_answers import known_answers
from model.handover import binding, handover_of_one
from model.language.errors import ModelError
from model.language.expressions import FALSE
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.fairness.beacons import STRONG_DELIVERY, TIMERS, WEAK_DELIVERY, beacons, is_guided
from tests.fairness.test_responses_agree import questions
from tests.toys import toy_system

FEW = Limits(states=20_000)


def assert_as_decided(system: System, response: Response, found: Waiting) -> None:
    """The answer of the state graph; a run is fair and breaks the property, as the interpretation judges."""
    decided = decide(system, [response], "explicit", FEW)
    assert decided.stopped is None
    if found.holds is not None:
        assert found.holds == (not decided.runs[response.name])
    if found.run is not None:
        trace = closed(replay(system, response.name, found.run.initial, found.run.path), found.run.loop)
        assert lasso_faults(trace, response) == []


@pytest.mark.parametrize("loss, groups, holds", [
    (True, (TIMERS, STRONG_DELIVERY), True), (True, (TIMERS, WEAK_DELIVERY), False), (True, (STRONG_DELIVERY,), False),
    (False, (TIMERS, WEAK_DELIVERY), True), (False, (), False),
])  # fmt: skip
def test_a_ship_is_guided_if_signals_arrive(loss: bool, groups: tuple[object, ...], holds: bool) -> None:
    system, response = beacons(width=2, loss=loss), is_guided(*groups)  # type: ignore[arg-type]
    found = wait(system, response)
    assert found.holds is holds
    assert_as_decided(system, response, found)


def agreeing(examples: int) -> tuple[int, int]:
    """How many random responses held, and how many did not."""
    answers: list[bool] = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
    )  # fmt: skip
    @given(questions(), st.data())
    def agree(drawn: tuple[System, list[Response]], data: st.DataObject) -> None:
        system, responses = drawn
        response = data.draw(st.sampled_from(responses))
        try:
            found = wait(system, response, FEW, most=6)
            if decide(system, [response], "explicit", FEW).stopped is None:
                assert_as_decided(system, response, found)
        except ModelError:
            return
        if found.holds is not None:
            answers.append(found.holds)

    agree()
    return answers.count(True), answers.count(False)


@pytest.mark.slow
def test_many_random_responses_get_the_answer_of_the_state_graph() -> None:
    held, broken = agreeing(120)
    assert held >= 10 and broken >= 10


@pytest.mark.sampled(1)
@pytest.mark.parametrize("reading_name, identifier", [
    ("intended", "BIND-2"),
    pytest.param("literal", "BIND-2", marks=pytest.mark.slow),
    pytest.param("intended", "LIVE-5", marks=pytest.mark.slow),
    pytest.param("literal", "LIVE-5", marks=pytest.mark.slow),
])  # fmt: skip
def test_the_small_scenario_for_liveness_gets_its_recorded_answers(reading_name: str, identifier: str) -> None:
    scenario, read = load("liveness"), reading(reading_name)
    alone = handover_of_one(scenario, read)
    response = response_of(property_called(identifier), alone, binding(scenario, read))
    found = wait(alone, response)
    known = known_answers()["liveness", reading_name].verdicts[identifier]
    assert found.holds is (known == "holds")
    assert (found.rounds == 1) is (known == "holds")
    if found.run is not None:
        confirmed_lasso(alone, response, found.run)


def test_a_bound_too_low_proves_nothing() -> None:
    system, response = beacons(width=2, loss=True), is_guided(TIMERS, STRONG_DELIVERY)
    rounds = wait(system, response).rounds
    assert rounds is not None and rounds > 0
    found = wait(system, response, most=rounds - 1)
    assert (found.holds, found.run) == (None, None)
    assert found.reason is not None and "waits more than" in found.reason


def test_an_exploration_cut_short_proves_nothing() -> None:
    found = wait(beacons(width=3), is_guided(TIMERS, STRONG_DELIVERY), Limits(states=10))
    assert found.holds is None
    assert found.reason is not None and "limit of 10 states" in found.reason


def test_what_is_never_called_for_holds_without_being_exercised() -> None:
    found = wait(beacons(width=2), Response("idle", FALSE, (TIMERS,), FALSE))
    assert found.holds and not found.called_for


def test_channels_that_hold_more_than_one_message_are_refused() -> None:
    with pytest.raises(ModelError, match="rounds are counted where channels hold one"):
        Rounds(toy_system(), is_guided(TIMERS))
