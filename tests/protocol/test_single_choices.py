"""An ambiguity that is said to break nothing by itself breaks nothing where it is read as written, all else as
intended."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.repair.choices import values_in
from checker.verdict import Holds, Violated
from dsmip.findings import SHOWING, demands
from dsmip.published_text import filled_in, published
from dsmip.words_at_fault import WHY_NONE
from model.readings import AMBIGUITIES, reading
from model.scenarios import load
from properties.registry import property_called

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


@pytest.mark.slow
def test_a_removal_that_overtakes_a_registration_has_to_be_remembered() -> None:
    wanted = [property_called("BIND-1"), property_called("BIND-6")]
    run = check_scenario(load("removal-overtakes"), reading("intended", ["AMB-26=forget"]), wanted)
    assert all(isinstance(run.verdict(entry.identifier), Violated) for entry in wanted)


def test_what_only_the_filling_in_of_unseen_clauses_mends_is_told_from_what_the_published_text_does() -> None:
    assert {"AMB-01", "AMB-10", "AMB-19"} <= set(filled_in())
    assert not {"AMB-03", "AMB-08", "AMB-12", "AMB-29", "AMB-33"} & set(filled_in())
    became = published()
    assert {"ATT-5", "SA-5"} <= set(became["repaired"])
    assert {"BIND-16", "ADDR-7b"} <= set(became["by filling in"])
    assert not set(became["repaired"]) & set(became["by filling in"])
