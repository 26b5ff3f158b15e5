"""Spacer never contradicts exploration, and what it proves is confirmed from the certificate alone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.search import Limits
from checker.symbolic import spacer
from checker.symbolic.bounded import SolverGaveUp
from checker.symbolic.certificates import check_certificate, read_certificate
from checker.symbolic.proving import Proof
from checker.symbolic.second_solver import second_solver
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.sampling import drawn
from tests.symbolic.test_k_induction import places, walker

SECONDS = 5.0  # for each question


def assert_agrees(system: System, observations: list[Observation]) -> int:
    """How many observations Spacer decided."""
    try:
        explored = plain_search.explore(system, observations, Limits(states=250))
    except ModelError:
        return 0
    lossless = {channel.name for channel in system.channels if not channel.loses}
    if not explored.complete or lossless & explored.overflowed:
        return 0
    count = 0
    for observation in observations:
        try:
            lemmas = spacer.lemmas(system, observation, seconds=SECONDS)
        except spacer.RunClaimed:
            assert observation.name in explored.sightings
        except SolverGaveUp as error:
            assert "invariant" not in str(error)  # what it gives is one
            continue
        else:
            assert observation.name not in explored.sightings
            seen = {"never": [observation]}
            text = Proof(system, others={observation.name: lemmas}).certificate({}, seen)
            check_certificate(read_certificate(text, "some.smt2"), system, seen, second_solver("bitwuzla"))
        count += 1
    return count


def test_what_it_decides_is_not_nothing() -> None:
    assert assert_agrees(walker(5), [entry for seen in places(1, 10, 12, 21).values() for entry in seen]) == 4


@pytest.mark.slow
@settings(max_examples=drawn(30), suppress_health_check=list(HealthCheck), deadline=None,
          phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
@given(systems())
def test_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assert_agrees(*drawn)
