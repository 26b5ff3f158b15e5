"""A repair is completed for scenarios that it was not searched in, and kept as small as it can be."""

from __future__ import annotations

from itertools import combinations

import pytest

from checker.repair.choices import Menu, menu, with_settled
from checker.repair.everywhere import everywhere
from checker.repair.failures import Demand, NotDecided, broken_under
from checker.search import Limits
from model.scenarios import load
from properties.registry import property_called

ALL = menu("literal").offered


def few(*names: str) -> Menu:
    return Menu("literal", {name: ALL[name] for name in names})


def demand(scenario: str, *properties: str) -> Demand:
    return Demand(load(scenario), tuple(property_called(name) for name in properties))


def broken(settled: dict[str, str], demands: list[Demand]) -> set[str]:
    read = with_settled("literal", settled)
    return {entry.identifier for one in demands
            for entry, _ in broken_under(one.scenario, read, one.properties, Limits())}  # fmt: skip


@pytest.mark.slow
def test_what_is_left_broken_elsewhere_is_completed_and_no_part_of_it_does() -> None:
    demands = [demand("minimal", "BIND-1"), demand("key-management", "SA-6")]
    start = {"AMB-10": ALL["AMB-10"][0]}
    found = everywhere(start, demands, few("AMB-07", "AMB-10", "AMB-11"), Limits())
    assert not found.still
    assert found.repair == {**start, "AMB-11": "keep-until-done"}
    (completed,) = found.completed
    assert (completed.demand.scenario.name, completed.choice) == ("key-management", ("AMB-11", "keep-until-done"))
    assert [entry.identifier for entry in completed.left] == ["SA-6"]
    assert {name: (scenario, [entry.identifier for entry in left])
            for name, (scenario, left) in found.without.items()} == {
        "AMB-10": ("minimal", ["BIND-1"]), "AMB-11": ("key-management", ["SA-6"]),
    }  # fmt: skip
    assert not broken(dict(found.repair), demands)
    for size in range(len(found.repair)):
        for names in combinations(found.repair, size):
            assert broken({name: found.repair[name] for name in names}, demands), names


@pytest.mark.slow
def test_a_choice_that_a_later_one_makes_superfluous_is_dropped() -> None:
    """Two choices restore SA-1, the first is taken; what is demanded next, SA-6, needs the other one."""
    demands = [demand("minimal", "SA-1"), demand("minimal", "SA-6")]
    found = everywhere({}, demands, few("AMB-32", "AMB-11"), Limits())
    assert [entry.choice for entry in found.completed] == [("AMB-32", "sa-first"), ("AMB-11", "keep-until-done")]
    assert found.repair == {"AMB-11": "keep-until-done"} and not broken(dict(found.repair), demands)


def test_what_no_single_choice_mends_stays_broken() -> None:
    found = everywhere({}, [demand("minimal", "BIND-1", "SA-6")], few("AMB-10", "AMB-11"), Limits())
    assert [entry.choice for entry in found.completed] == [None]
    assert {(name, entry.identifier) for name, entry in found.still} == {("minimal", "BIND-1"), ("minimal", "SA-6")}


def test_a_search_cut_short_decides_nothing() -> None:
    with pytest.raises(NotDecided):
        everywhere({}, [demand("minimal", "BIND-1")], few("AMB-10"), Limits(states=100))
