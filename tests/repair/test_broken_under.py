"""What one exploration says of properties under a reading: what is broken, or that it does not say."""

from __future__ import annotations

import pytest

from checker.repair.failures import NotDecided, broken_under
from checker.search import Limits
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called


def test_what_breaks_is_told_with_its_run() -> None:
    wanted = [property_called("BIND-1"), property_called("BIND-5"), property_called("LIVE-5")]
    broken = broken_under(load("liveness-nat"), reading("literal"), wanted, Limits())
    assert {entry.identifier for entry, verdict in broken if verdict.trace is not None} >= {"BIND-1", "LIVE-5"}
    assert "BIND-5" not in {entry.identifier for entry, _ in broken}


@pytest.mark.parametrize("limits", [Limits(states=100), Limits(seconds=0)])
def test_a_search_cut_short_decides_nothing(limits: Limits) -> None:
    with pytest.raises(NotDecided, match=r"minimal: .*limit"):
        broken_under(load("minimal"), reading("literal"), [property_called("BIND-1")], limits)


def test_a_property_that_is_not_judged_is_not_taken_for_kept() -> None:
    with pytest.raises(NotDecided, match="two-ue: "):
        broken_under(load("two-ue"), reading("literal"), [property_called("LIVE-5")], Limits())
