"""SPIN finds in the exported file what the compiled search finds in the model."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import assume, given

from dsmip.known_answers import known_answers
from examples import alternating_bit, die_hard, dining_philosophers, peterson, two_phase_commit
from generators.referees.spin import ask_spin
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import toy_observations
from tests.generators.exports.refereed import assert_referee_agrees, assert_scenario_as_recorded, is_small, needs, some
from tests.toys import toy_system

pytestmark = needs("spin", "gcc")
ask = partial(ask_spin, optimise="-O0")


@some(12)
@given(systems())
def test_spin_agrees_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assume(is_small(drawn[0]))
    assert_referee_agrees(ask, *drawn)


@pytest.mark.slow
@some(300)
@given(systems())
def test_spin_agrees_on_many_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assume(is_small(drawn[0]))
    assert_referee_agrees(ask, *drawn)


@pytest.mark.parametrize("options", [
    {"width": 1, "capacity": 2}, {"width": 1, "capacity": 2, "reordering": True}, {"capacity": 3, "loss": False},
])  # fmt: skip
def test_spin_agrees_on_toys(options: dict[str, int]) -> None:
    system = toy_system(**options)
    assert_referee_agrees(ask, system, toy_observations(system))


@pytest.mark.parametrize("example", [two_phase_commit, peterson, die_hard, dining_philosophers, alternating_bit])
def test_spin_agrees_on_classics(example: object) -> None:
    system = example.system()  # type: ignore[attr-defined]
    assert_referee_agrees(ask, system, example.observations(system))  # type: ignore[attr-defined]


@pytest.mark.parametrize("reading_name", ["literal", "intended"])
def test_spin_agrees_on_the_minimal_scenario(reading_name: str) -> None:
    assert_scenario_as_recorded(ask, "minimal", reading_name)


SMALL = sorted(pair for pair, known in known_answers().items() if known.states <= 500_000 and pair[0] != "minimal")


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "reading_name"), SMALL)
def test_spin_agrees_on_other_scenarios(scenario: str, reading_name: str) -> None:
    assert_scenario_as_recorded(ask, scenario, reading_name)
