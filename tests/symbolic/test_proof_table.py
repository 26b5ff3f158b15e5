"""The table of proofs says of each property how it is known, what its proof is still bound to, and what was tried."""

from __future__ import annotations

import copy

import pytest

from checker.abstraction.lifted_bounds import CHANNELS, NUMBERS, lift_bounds
from checker.assumptions import assumptions_of, rests_on_order
from checker.checking import check_scenario
from checker.search import Limits
from checker.verdict import Violated
from dsmip.proof_records import Document, lifted, provable, recorded
from dsmip.proof_table import Row, left_in_words, rows_of, summary
from model.handover import binding, handover
from model.language.domains import Modular
from model.language.errors import ModelError
from model.language.expressions import post_order
from model.readings import reading
from model.scenarios import load
from properties.kinds import observations
from properties.registry import property_called


def only(scenario: str, reading_name: str) -> Document:
    return copy.deepcopy({scenario: {reading_name: recorded()[scenario][reading_name]}})


def row(document: Document, identifier: str) -> Row:
    return next(row for row in rows_of(document) if row.identifier == identifier)


def test_no_way_contradicts_another_in_all_that_is_recorded() -> None:
    rows = rows_of(recorded())
    assert {row.word for row in rows} <= {"holds", "violated", "unknown"}
    assert all(row.tried for row in rows if row.word == "unknown")
    assert all(row.left is None for row in rows if row.word != "holds")


def test_a_contradiction_is_an_error() -> None:
    document = only("minimal", "intended")
    document["minimal"]["intended"]["lifting"]["left"]["SA-7"] = []
    with pytest.raises(ModelError, match="SA-7 is recorded as violated and as proved"):
        rows_of(document)


def test_what_exploration_leaves_open_holds_where_it_holds_with_bounds_lifted() -> None:
    document = only("minimal", "intended")
    found = document["minimal"]["intended"]
    found.update({"states": None, "stopped": "time limit of 60 s reached", "induction": None})
    found["properties"] = dict.fromkeys(found["properties"], "unknown: time limit of 60 s reached")
    assert row(document, "SA-1").word == "holds" and row(document, "SA-1").ways == ("bounds lifted",)
    open_one = row(document, "SA-7")
    assert open_one.word == "unknown" and open_one.tried is not None
    for words in ("exploration at 16 bits: 2,879 states, time limit of 60 s", "induction: ", "bounds lifted: "):
        assert words in open_one.tried
    head, lines = summary(document)
    assert dict(zip(head, lines[0], strict=True))["states"] == "2,879, not all"


def test_only_what_speaks_of_numbers_needs_numbers_and_what_rests_on_their_order_says_so() -> None:
    assert {entry.identifier for entry in provable() if rests_on_order(entry)} == {"BIND-6", "ATT-3"}
    numbers = {entry.name for entry in handover(load("minimal"), reading("literal")).variables
               if isinstance(entry.domain, Modular)}  # fmt: skip
    needing = [row for row in rows_of({"minimal": recorded()["minimal"]}) if row.left and NUMBERS in row.left]
    assert "BIND-6" in {row.identifier for row in needing}
    for row in needing:
        entry = property_called(row.identifier)
        assert numbers & {node.payload for part in (entry.whenever, entry.then) for node in post_order(part)}, row
    for row in rows_of(recorded()):
        if row.word == "holds":
            said = any("outlives 32767 Binding Updates" in text for text in row.assumptions)
            assert said == rests_on_order(property_called(row.identifier)), row


def test_without_anti_replay_the_assumption_says_so() -> None:
    entry = property_called("BIND-6")
    assert "anti-replay: no packet is accepted twice" in assumptions_of(entry, load("minimal"))[0]
    assert "no anti-replay;" in assumptions_of(entry, load("no-anti-replay"))[0]


def test_bounds_left_in_words() -> None:
    assert left_in_words(None) == "" and left_in_words(()) == "none"
    assert left_in_words((NUMBERS, CHANNELS), (NUMBERS, CHANNELS)) == "all"
    assert left_in_words((CHANNELS,), (NUMBERS, CHANNELS)) == CHANNELS


@pytest.mark.parametrize("reading_name", [pytest.param("literal", marks=pytest.mark.slow), "intended"])
def test_what_holds_without_bounds_holds_with_larger_ones(reading_name: str) -> None:
    """Three movements, two retransmissions, two messages in flight each way, and they may overtake each other."""
    scenario = load("minimal")
    bounds = scenario.bounds.model_copy(update={
        "movements": 3, "retransmissions": 2, "messages_in_flight": 2, "sequence_number_bits": 7
    })  # fmt: skip
    channel = scenario.channel.model_copy(update={"reordering": True})
    larger = scenario.model_copy(update={"bounds": bounds, "channel": channel})
    free = [row.identifier for row in rows_of(only("minimal", reading_name)) if row.left == ()]
    run = check_scenario(larger, reading(reading_name), [property_called(name) for name in free],
                         limits=Limits(states=150_000))  # fmt: skip
    assert len(free) > 20 and run.exploration.states and run.exploration.states > 10_000
    assert not [entry for entry in run.judgements if isinstance(entry.verdict, Violated)]


def test_no_time_lifts_no_bound() -> None:
    scenario, entry = load("minimal").at_width(16), reading("intended")
    system = handover(scenario, entry)
    [seen] = [found for found in observations(property_called("SA-1"), system, binding(scenario, entry))
              if found.name == "SA-1 violated"]  # fmt: skip
    found = lift_bounds(system, [seen], Limits(seconds=0.0))
    assert found.lifted(seen.name) is None and all(attempt.failed for attempt in found.attempts)
    assert set(found.left(seen.name)) == {NUMBERS, "retransmissions", "movements", CHANNELS}


@pytest.mark.slow
@pytest.mark.parametrize("reading_name", ["literal", "intended"])
def test_what_is_recorded_of_bounds_is_found_again(reading_name: str) -> None:
    assert lifted("minimal", reading_name, 600.0)["left"] == recorded()["minimal"][reading_name]["lifting"]["left"]
