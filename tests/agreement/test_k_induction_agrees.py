"""k-induction, with and without simple paths, never contradicts exploration, induction or the second solver."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.search import Limits
from checker.symbolic.atoms import Vocabulary
from checker.symbolic.bounded import SolverGaveUp
from checker.symbolic.certificates import Induction, certificate_text, check_certificate, read_certificate
from checker.symbolic.encoding import Encoding
from checker.symbolic.k_induction import KInduction, SeenInRun
from checker.symbolic.proving import IN_DOMAIN, Prover
from checker.symbolic.second_solver import second_solver
from checker.symbolic.spacer import violations
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.sampling import drawn
from tests.symbolic.test_k_induction import places, walker

MOST = 3
EFFORT = 3_000_000


def decided(system: System, observation: Observation, simple_path: bool) -> int | str | None:
    """k; or that a run shows it; or nothing."""
    encoding = Encoding(system)
    question = KInduction(encoding, violations(encoding, observation), {}, simple_path=simple_path, rlimit=EFFORT)
    try:
        depth = question.prove(MOST)
    except SeenInRun:
        return "seen"
    except SolverGaveUp:
        return None
    return None if depth is None else depth.k


def assert_agrees(system: System, observations: list[Observation]) -> int:
    """How many observations k-induction decided."""
    try:
        explored = plain_search.explore(system, observations, Limits(states=250))
    except ModelError:
        return 0
    lossless = {channel.name for channel in system.channels if not channel.loses}
    if not explored.complete or lossless & explored.overflowed:
        return 0
    count = 0
    for observation in observations:
        found = {simple_path: decided(system, observation, simple_path) for simple_path in (False, True)}
        for simple_path, answer in found.items():
            count += answer is not None
            if isinstance(answer, int):
                assert observation.name not in explored.sightings
                seen = {"never": [observation]}
                induction = Induction(answer, simple_path)
                text = certificate_text({}, system, seen, Vocabulary(system), [], induction)
                check_certificate(read_certificate(text, "some.smt2"), system, seen, second_solver("bitwuzla"))
            elif answer == "seen":
                assert observation.name in explored.sightings
        if isinstance(found[False], int):
            assert isinstance(found[True], int) and found[True] <= found[False]
    return count


def examples(number: int) -> settings:
    return settings(max_examples=drawn(number), suppress_health_check=list(HealthCheck), deadline=None,
                    phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip


@pytest.mark.broad
@examples(2)
@given(systems())
def test_on_a_few_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assert_agrees(*drawn)


@pytest.mark.slow
@examples(40)
@given(systems())
def test_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assert_agrees(*drawn)


def test_what_it_decides_is_not_nothing() -> None:
    system = walker(5)
    assert assert_agrees(system, [entry for seen in places(1, 10, 12, 21).values() for entry in seen]) == 7


@pytest.mark.slow
@examples(10)
@given(systems())
def test_what_induction_proves_with_lemmas_takes_one_state_with_them(drawn: tuple[System, list[Observation]]) -> None:
    system, observations = drawn
    prover = Prover(rlimit=EFFORT)
    try:
        prover.explore(system, observations, Limits(states=250))
    except ModelError:
        return
    if prover.proof is None:
        return
    search = prover.proof.search
    lemmas = {lemma: search.lemmas[lemma] for lemma in search.result.lemmas}
    faults = prover.proof.goals[IN_DOMAIN].where
    for name, goal in prover.proof.goals.items():
        depth = KInduction(search.encoding, [*faults, *goal.where], lemmas).prove(1)
        assert depth is not None and depth.k == 1, name
