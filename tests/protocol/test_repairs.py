"""Choices that mend what an attacker breaks, checked on the scenario in which he breaks it."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.verdict import Holds, Violated
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called

DELAYED = ["BIND-1", "BIND-6"]


@pytest.mark.parametrize(
    ("scenario", "choice", "identifiers"),
    [
        ("on-path-delay", "AMB-22=keep-while-associated", DELAYED),
        ("replay-unnoticed", "AMB-22=keep-while-associated", [*DELAYED, "ATT-3"]),
        ("on-path", "AMB-22=keep-while-associated", DELAYED),
    ],
)
def test_a_removed_entry_s_number_kept_as_long_as_the_association_stops_late_updates(
    scenario: str, choice: str, identifiers: list[str]
) -> None:
    properties = [property_called(identifier) for identifier in identifiers]
    without = check_scenario(load(scenario), reading("intended"), properties)
    mended = check_scenario(load(scenario), reading("intended", [choice]), properties)
    for identifier in identifiers:
        assert isinstance(without.verdict(identifier), Violated), identifier
        assert isinstance(mended.verdict(identifier), Holds), identifier


@pytest.mark.parametrize("scenario", ["on-path-no-nat", "on-path-ike-peer"])
def test_restricted_nat_traversal_stops_the_rewriting_of_outer_ipv4_headers(scenario: str) -> None:
    run = check_scenario(load(scenario), reading("intended"), [property_called("ATT-4")])
    verdict = run.verdict("ATT-4")
    assert isinstance(verdict, Holds) and not verdict.vacuous


def test_an_alternate_care_of_address_stops_the_rewriting_of_ipv6_headers() -> None:
    present, absent = (
        check_scenario(load("on-path"), reading("intended", [f"AMB-29={value}"]), [property_called("ATT-5")])
        for value in ("present", "absent")
    )
    assert isinstance(present.verdict("ATT-5"), Holds)
    assert isinstance(absent.verdict("ATT-5"), Violated)
