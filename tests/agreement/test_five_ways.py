"""Five ways to an answer never contradict each other on random systems: exploration, bounded model checking,
induction, the second solver's word on its certificate, and berkeley-abc."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.search import Limits
from checker.symbolic.bounded import BoundedSearch
from checker.symbolic.proving import Prover
from generators.exports.subject import plain_subject
from generators.referees.abc import ask_abc
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.generators.exports.refereed import needs
from tests.sampling import drawn

FEW = Limits(states=250)
STEPS = 3


def assert_all_agree(system: System, observations: list[Observation]) -> dict[str, int]:
    """How many observations each of the others decided; nothing if the system is too large."""
    try:
        explored = plain_search.explore(system, observations, FEW)
    except ModelError:
        return {}
    if not explored.complete or not observations:
        return {}
    lengths = {name: len(sighting.path) for name, sighting in explored.sightings.items()}

    bounded = BoundedSearch(system, observations, Limits(steps=STEPS))
    bounded.run(None)
    found = {name: len(sighting.path) for name, sighting in bounded.sightings.items()}
    assert found.items() <= lengths.items()
    assert {name for name, length in lengths.items() if length <= bounded.depth} <= found.keys()

    induction = Prover(rlimit=3_000_000).explore(system, observations, Limits())
    possible = {entry.name for entry in observations if not entry.impossible}
    confirmed = induction.proved & possible  # proved, and the certificate accepted by the second solver
    assert induction.proved.isdisjoint(lengths)
    assert not confirmed or any("bitwuzla" in note for note in induction.notes)

    opinions = ask_abc(plain_subject(system, observations), each=10)
    assert {entry.claim.name: entry.steps for entry in opinions if entry.seen}.items() <= lengths.items()
    excluded = {entry.claim.name for entry in opinions if entry.seen is False}
    assert excluded.isdisjoint(lengths)
    decided = sum(entry.seen is not None for entry in opinions)
    return {"bounded": len(found), "induction": len(confirmed), "abc": decided}


def agreeing(examples: int) -> dict[str, int]:
    total: dict[str, int] = {}

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
    )  # fmt: skip
    @given(systems())
    def agree(drawn: tuple[System, list[Observation]]) -> None:
        for name, number in assert_all_agree(*drawn).items():
            total[name] = total.get(name, 0) + number

    agree()
    return total


@pytest.mark.slow
@needs("yosys", "berkeley-abc")
def test_five_ways_agree_on_random_systems() -> None:
    decided = agreeing(drawn(40))
    assert min(decided.values()) >= 5, decided
