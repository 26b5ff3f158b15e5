"""What breadth-first search finds violated, bounded model checking at 16 bits finds in runs of the same length."""

from __future__ import annotations

import pytest

from checker.checking import Run, check_scenario
from checker.search import Limits
from checker.verdict import Holds, Violated
from dsmip.known_answers import known_answers
from model.readings import READINGS, reading
from model.scenarios import load, shipped
from properties.kinds import Kind
from properties.registry import property_called

ONE_UE = [(name, entry) for name in shipped() if load(name).ue.count == 1 for entry in READINGS]


def violated(scenario: str, reading_name: str) -> list[str]:
    """The invariants and step properties recorded as violated."""
    verdicts = known_answers()[scenario, reading_name].verdicts
    return [name for name, verdict in verdicts.items() if verdict == "violated"
            and property_called(name).kind in (Kind.INVARIANT, Kind.STEP)]  # fmt: skip


def lengths(run: Run, names: list[str]) -> dict[str, int]:
    """The steps to a violation of each property of which one was found."""
    found: dict[str, int] = {}
    for name in names:
        verdict = run.verdict(name)
        assert not isinstance(verdict, Holds)
        if isinstance(verdict, Violated):
            assert verdict.trace is not None
            found[name] = len(verdict.trace)
    return found


def compare(scenario: str, reading_name: str, limits: Limits) -> tuple[dict[str, int], dict[str, int]]:
    """Lengths found breadth first, and by a bounded search within limits: these are the same, and none is missing
    up to the number of steps that the search came to."""
    names, entry = violated(scenario, reading_name), reading(reading_name)
    wanted = [property_called(name) for name in names]
    first = lengths(check_scenario(load(scenario), entry, wanted, engine="explicit"), names)
    assert set(first) == set(names)
    run = check_scenario(load(scenario).at_width(16), entry, wanted, engine="bmc", limits=limits)
    found, reached = lengths(run, names), run.exploration.depth
    assert reached is not None
    assert all(first[name] == steps for name, steps in found.items())
    assert all(name in found for name, steps in first.items() if steps <= reached)
    return first, found


@pytest.mark.parametrize(("scenario", "steps", "expected"), [
    ("minimal", 3, {"SA-5", "SA-7", "BIND-16"}),
    pytest.param("mixed-schools-reversed", 2, {"SA-1", "SA-5", "SA-7", "BIND-16"}, marks=pytest.mark.slow),
])  # fmt: skip
def test_what_lies_near_is_found_as_early_as_breadth_first(scenario: str, steps: int, expected: set[str]) -> None:
    _, found = compare(scenario, "literal", Limits(steps=steps))
    assert set(found) == expected


@pytest.mark.slow
@pytest.mark.parametrize("reading_name", READINGS)
def test_everything_violated_in_minimal_is_found_as_early_as_breadth_first(reading_name: str) -> None:
    first, found = compare("minimal", reading_name, Limits())
    assert found == first


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "reading_name"), ONE_UE)
def test_a_bounded_search_of_two_minutes_misses_nothing_up_to_where_it_came(scenario: str, reading_name: str) -> None:
    if violated(scenario, reading_name):
        compare(scenario, reading_name, Limits(seconds=120.0))
