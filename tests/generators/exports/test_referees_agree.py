"""SPIN and rumur find in the exported files what the compiled search finds in the model: how many
states and transitions, and which properties are violated."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import assume, given

from dsmip.known_answers import known_answers
from examples import alternating_bit, die_hard, dining_philosophers, peterson, two_phase_commit
from generators.referees.rumur import ask_rumur
from generators.referees.spin import ask_spin
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import toy_observations
from tests.generators.exports.refereed import (
    Ask,
    assert_referee_agrees,
    assert_scenario_as_recorded,
    is_small,
    needs,
    some,
)
from tests.generators.exports.small_systems import altered_in_flight, rotated
from tests.toys import toy_system

spin = partial(ask_spin, optimise="-O0")
rumur = partial(ask_rumur, optimise="-O0")
with_spin, with_rumur = needs("spin", "gcc"), needs("rumur", "gcc")
both_referees = pytest.mark.parametrize(
    "ask", [pytest.param(spin, marks=with_spin, id="spin"), pytest.param(rumur, marks=with_rumur, id="rumur")]
)
SMALL = sorted(pair for pair, known in known_answers().items() if known.states <= 300_000)


@pytest.mark.broad
@with_spin
@some(8)
@given(systems())
def test_spin_agrees_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assume(is_small(drawn[0]))
    assert_referee_agrees(spin, *drawn)


@pytest.mark.broad
@with_rumur
@some(8)
@given(systems())
def test_rumur_agrees_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assume(is_small(drawn[0]))
    assert_referee_agrees(rumur, *drawn)


@pytest.mark.slow
@both_referees
def test_referees_agree_on_many_random_systems(ask: Ask) -> None:
    @some(200)
    @given(systems())
    def agree(drawn: tuple[System, list[Observation]]) -> None:
        assume(is_small(drawn[0]))
        assert_referee_agrees(ask, *drawn)

    agree()


@both_referees
@pytest.mark.parametrize("options", [
    {"width": 1, "capacity": 2}, {"width": 1, "capacity": 2, "reordering": True}, {"capacity": 3, "loss": False},
])  # fmt: skip
def test_referees_agree_on_toys(ask: Ask, options: dict[str, int]) -> None:
    system = toy_system(**options)
    assert_referee_agrees(ask, system, toy_observations(system))


@both_referees
@pytest.mark.parametrize("example", [two_phase_commit, peterson, die_hard, dining_philosophers, alternating_bit])
def test_referees_agree_on_classics(ask: Ask, example: object) -> None:
    system = example.system()  # type: ignore[attr-defined]
    assert_referee_agrees(ask, system, example.observations(system))  # type: ignore[attr-defined]


@both_referees
@pytest.mark.parametrize("system", [altered_in_flight(False), altered_in_flight(True), rotated()],
                         ids=["altered in a queue", "altered in a multiset", "rotated"])  # fmt: skip
def test_referees_agree_on_simultaneous_and_altering_steps(ask: Ask, system: System) -> None:
    assert_referee_agrees(ask, system, [])


@both_referees
def test_referees_agree_on_the_minimal_scenario(ask: Ask) -> None:
    assert_scenario_as_recorded(ask, "minimal", "intended")


@with_spin
def test_spin_agrees_on_what_the_literal_text_breaks() -> None:
    found = assert_scenario_as_recorded(spin, "minimal", "literal")
    assert {"SA-1", "BIND-1", "BIND-16"} <= found.seen
    assert found.reported_states == found.states + 1  # the choice of an initial state


@pytest.mark.slow
@both_referees
@pytest.mark.parametrize(("scenario", "reading_name"), SMALL)
def test_referees_agree_on_other_scenarios(ask: Ask, scenario: str, reading_name: str) -> None:
    assert_scenario_as_recorded(ask, scenario, reading_name)
