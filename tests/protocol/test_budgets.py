"""A budget that a scenario lifts: the state space stays finite, the words of a verdict say what that costs."""

from __future__ import annotations

import pytest

from checker.explicit.engine import explore
from checker.search import Limits
from model.handover import handover
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import Scenario, from_data, load


def unlimited(bits: int, **bounds: object) -> Scenario:
    data = load("minimal").model_dump()
    data["bounds"].update({"retransmissions": "unlimited", "sequence_number_bits": bits, **bounds})
    data["timing"]["retransmission_outlasts_round_trip"] = True
    return from_data(data, "minimal, unlimited")


@pytest.mark.parametrize("retransmissions, bits", [("unlimited", 4), (1, 5)])
def test_retransmission_goes_on_for_ever_only_without_a_budget(retransmissions: object, bits: int) -> None:
    system = handover(unlimited(bits, retransmissions=retransmissions), reading("intended"))
    found = explore(system, [], Limits(states=100_000))
    gives_up = sum(count for name, count in found.fired.items() if "nobody answers" in name)
    repeats = sum(count for name, count in found.fired.items() if "repeated" in name)
    assert found.complete and repeats > 0
    assert (gives_up > 0) == (retransmissions == 1)


def test_numbers_that_wrap_keep_the_state_space_finite() -> None:
    counts = [explore(handover(unlimited(bits), reading("literal")), [], Limits()).states for bits in (4, 5)]
    assert counts[0] < counts[1] < 6 * counts[0]


def test_an_unlimited_budget_needs_room_for_one_update_lost() -> None:
    with pytest.raises(ModelError, match=r"_bits = 3 is too small.*\(1\) plus one lost and one for each"):
        unlimited(3)


def test_verdicts_say_what_wrapping_numbers_leave_out() -> None:
    words = unlimited(4, lifetime_ends="unlimited").abstractions()
    assert "an update is retransmitted until it is answered" in words
    assert any("at most 4 in a row are lost" in text for text in words)
    assert "lifetimes end at any time, as often as they like" in words
