"""An ambiguity that is said to break nothing by itself breaks nothing where it is read as written, all else as
intended."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.repair.choices import values_in
from checker.verdict import Holds
from dsmip.findings import SHOWING, demands
from dsmip.words_at_fault import WHY_NONE
from model.readings import AMBIGUITIES, reading

AS_WRITTEN = [
    f"{entry.identifier}={value}" for entry in AMBIGUITIES if entry.identifier in WHY_NONE
    for value in values_in("literal", entry) if value not in values_in("intended", entry)
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWING)
@pytest.mark.parametrize("choice", AS_WRITTEN)
def test_a_choice_that_is_said_to_break_nothing_breaks_nothing(choice: str, name: str) -> None:
    (demand,) = demands([name])
    run = check_scenario(demand.scenario, reading("intended", [choice]), demand.properties)
    assert run.exploration.complete
    assert [entry.property.identifier for entry in run.judgements if not isinstance(entry.verdict, Holds)] == []


def test_every_reason_is_of_an_ambiguity_and_most_can_be_tried() -> None:
    assert set(WHY_NONE) <= {entry.identifier for entry in AMBIGUITIES}
    assert {choice.partition("=")[0] for choice in AS_WRITTEN} == set(WHY_NONE) - {"AMB-33"}  # the readings agree
