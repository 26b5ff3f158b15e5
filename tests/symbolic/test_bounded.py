"""Bounded model checking of the shipped scenario `minimal` with 16-bit sequence numbers."""

from __future__ import annotations

from functools import cache

import pytest

from checker.checking import Run, check_scenario
from checker.search import Limits
from checker.symbolic.bounded import BoundedSearch
from checker.verdict import Unknown, Violated
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.toys import toy_system

FOUND = {"literal": ("SA-1", "SA-5", "BIND-1", "BIND-16", "ADDR-7b"), "intended": ("SA-8", "ADDR-7a")}


@cache
def explored(reading_name: str) -> Run:
    wanted = [property_called(name) for name in FOUND[reading_name]]
    return check_scenario(load("minimal"), reading(reading_name), wanted)


@pytest.mark.slow
@pytest.mark.parametrize("reading_name", FOUND)
def test_a_violation_is_found_at_16_bits_as_early_as_by_breadth_first_search(reading_name: str) -> None:
    wanted = [property_called(name) for name in FOUND[reading_name]]
    lengths = {name: len(explored(reading_name).trace(name) or ()) for name in FOUND[reading_name]}
    run = check_scenario(load("minimal").at_width(16), reading(reading_name), wanted, engine="bmc",
                         limits=Limits(steps=max(lengths.values())))  # fmt: skip
    for name in FOUND[reading_name]:
        verdict = run.verdict(name)
        assert isinstance(verdict, Violated) and verdict.trace is not None
        assert len(verdict.trace) == lengths[name]


def test_a_bounded_search_that_finds_nothing_is_unknown_and_says_how_far_it_looked() -> None:
    run = check_scenario(load("minimal").at_width(16), reading("intended"), [property_called("BIND-1")], engine="bmc",
                         limits=Limits(steps=3))  # fmt: skip
    verdict = run.verdict("BIND-1")
    assert isinstance(verdict, Unknown)
    assert verdict.reason == "no run of up to 3 steps shows it; longer ones were not looked at"
    assert verdict.evidence.depth == 3 and verdict.evidence.states is None


def test_a_bounded_search_out_of_time_is_unknown() -> None:
    run = check_scenario(load("minimal").at_width(16), reading("intended"), [property_called("BIND-1")], engine="bmc",
                         limits=Limits(seconds=0.0))  # fmt: skip
    verdict = run.verdict("BIND-1")
    assert isinstance(verdict, Unknown) and verdict.reason.startswith("time limit of 0 s reached")


def test_a_solver_that_gives_up_leaves_the_question_open() -> None:
    search = BoundedSearch(toy_system(width=16), [], Limits(), rlimit=1)
    stopped = search.run(None)
    assert stopped is not None and stopped.startswith("the solver gave up (")
    assert not search.result(stopped).complete
