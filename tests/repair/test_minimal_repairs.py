"""The smallest repairs of the text as written: they mend, no part of them does, and none is missed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import pytest

from checker.repair.choices import Menu, menu, texts
from checker.repair.failures import Demand, Examiner, NotDecided
from checker.repair.minimal_sets import minimal_repairs
from checker.repair.settable import Settable, settings_of
from checker.search import Limits
from dsmip.known_answers import known_answers
from model.scenarios import load
from properties.registry import property_called

FEW = ("AMB-10", "AMB-11", "AMB-32")
WANTED = ("SA-1", "SA-6", "BIND-1")


def few(*more: str) -> Menu:
    names = (*FEW, *more)
    return Menu("literal", {name: values for name, values in menu("literal").offered.items() if name in names})


def demand(*properties: str) -> list[Demand]:
    return [Demand(load("minimal"), tuple(property_called(name) for name in properties))]


def subsets(offered: Menu) -> Sequence[dict[str, str]]:
    names = list(offered.offered)
    return [
        dict(zip(chosen, values, strict=True))
        for size in range(len(names) + 1)
        for chosen in combinations(names, size)
        for values in product(*(offered.offered[name] for name in chosen))
    ]


def assert_all_found(offered: Menu, wanted: list[Demand]) -> None:
    examiner = Examiner(offered, Limits())
    mending = [settled for settled in subsets(offered) if not any(examiner.failures(one, settled) for one in wanted)]
    smallest = [one for one in mending if not any(other.items() < one.items() for other in mending)]
    found = minimal_repairs(offered, wanted, Examiner(offered, Limits()))
    assert found.unfinished is None
    assert sorted(map(texts, found.minimal)) == sorted(map(texts, smallest))


def test_the_repairs_are_those_that_trying_everything_finds() -> None:
    assert_all_found(few(), demand("SA-6", "BIND-1"))


@pytest.mark.slow
def test_the_repairs_among_more_choices_are_those_that_trying_everything_finds() -> None:
    assert_all_found(few("AMB-08", "AMB-19"), demand(*WANTED, "SA-5", "ADDR-7b"))


def test_two_ways_to_restore_one_property_are_both_found() -> None:
    found = minimal_repairs(few(), demand("SA-1"), Examiner(few(), Limits()))
    assert [texts(repair) for repair in found.minimal] == [("AMB-11=keep-until-done",), ("AMB-32=sa-first",)]


def test_every_part_of_a_repair_is_ruled_out_by_a_counterexample() -> None:
    found = minimal_repairs(few(), demand(*WANTED), Examiner(few(), Limits()))
    for repair in found.minimal:
        for name in repair:
            part = {key: value for key, value in repair.items() if key != name}
            assert found.why_not(part) is not None
        assert found.why_not(repair) is None


def test_a_counterexample_says_under_which_choices_it_exists() -> None:
    offered, wanted = few(), demand("SA-6")
    examiner = Examiner(offered, Limits())
    (failure,) = examiner.failures(wanted[0], {})
    for settled in subsets(offered):
        if failure.exists(settled):
            assert examiner.failures(wanted[0], settled)
    assert not failure.exists({"AMB-11": "keep-until-done"})


def test_a_search_cut_short_is_no_repair() -> None:
    examiner = Examiner(few(), Limits(states=100))
    with pytest.raises(NotDecided, match="minimal: limit of 100 states"):
        examiner.failures(demand("BIND-3")[0], {})
    found = minimal_repairs(few(), demand("BIND-3"), examiner)
    assert found.minimal == ()
    assert found.unfinished is not None


def test_nothing_to_mend_is_the_empty_repair() -> None:
    found = minimal_repairs(few(), demand("BIND-3"), Examiner(few(), Limits()))
    assert found.minimal == ({},)


@pytest.mark.parametrize(("name", "settled"), [
    ("literal", {}),
    ("intended", {name: values[0] for name, values in menu("literal").offered.items()}),
])  # fmt: skip
def test_choices_settled_where_the_system_starts_are_the_reading_with_these_choices(
    name: str, settled: dict[str, str]
) -> None:
    for scenario in ("minimal", "mixed-schools"):
        offered = menu("literal")
        system = Settable(load(scenario), offered.base, settings_of(offered), [property_called("BIND-1")])
        answer = known_answers()[scenario, name]
        found = system.explore(settled, Limits())
        assert (found.complete, found.states, found.depth) == (True, answer.states, answer.depth)
        assert bool(found.sightings) == (answer.verdicts["BIND-1"] == "violated")
