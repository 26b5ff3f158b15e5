"""A binding that the network revokes while an update of the UE is unanswered (AMB-34)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker.checking import check_scenario
from checker.verdict import Holds
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called

ALL = {"BIND-1": True, "BIND-3": True, "BIND-24": True}


@pytest.mark.parametrize(("scenario", "choice", "holds"), [
    ("network-detach", "keep-open", ALL),
    ("network-detach", "give-up", {"BIND-1": False, "BIND-3": True, "BIND-24": False}),
    ("revocation-overtaken", "keep-open", {"BIND-1": False, "BIND-3": False, "BIND-24": False}),
    ("revocation-overtaken", "give-up", {"BIND-1": False, "BIND-3": True, "BIND-24": False}),
])  # fmt: skip
def test_what_becomes_of_an_unanswered_update(scenario: str, choice: str, holds: Mapping[str, bool]) -> None:
    properties = [property_called(name) for name in holds]
    run = check_scenario(load(scenario), reading("intended", [f"AMB-34={choice}"]), properties)
    assert run.exploration.complete
    assert {name: isinstance(run.verdict(name), Holds) for name in holds} == holds
