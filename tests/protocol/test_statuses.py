"""What a status makes the UE do, beyond what mutants show."""

from __future__ import annotations

from checker.checking import check_scenario
from checker.verdict import Holds, Violated
from generators.changes import changing
from model import ue_variables as ue
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called


def test_a_ue_that_renews_before_it_learns_the_prefixes_is_found_out() -> None:
    hasty = changing("ue", "renews the binding before it ends", when=ue.refreshes_left > 0)
    right, wrong = (
        check_scenario(load("statuses"), reading("intended"), [property_called("BIND-19")], change=change)
        for change in (None, hasty)
    )
    assert isinstance(right.verdict("BIND-19"), Holds)
    assert isinstance(wrong.verdict("BIND-19"), Violated)
