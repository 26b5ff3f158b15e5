"""Sequence charts: every message from where it is sent to where it ends."""

from __future__ import annotations

import pytest

from checker.trace import Trace
from diagrams.errors import DiagramError
from diagrams.labels import columns_of
from diagrams.sequence_chart import Arrival, Chart, Copying, Departure, Ending, Fate, Note, NoteKind, sequence_chart
from tests.diagrams.runs import DUPLICATED, OVERTAKING, SENT_AND_LOST, STILL_THERE, nine_states, run
from tests.toys import toy_system

NUMBERED: dict[str, str | None] = {"number": "#"}


def chart_of(*fragments: str, reordering: bool = False, capacity: int = 2) -> Chart:
    system = toy_system(reordering=reordering, capacity=capacity)
    return sequence_chart(run(system, *fragments), short_names=NUMBERED)


def fates(chart: Chart) -> list[tuple[str, Fate, int, int | None]]:
    return [(entry.title, entry.fate, entry.sent_at, entry.ended_at) for entry in chart.messages]


def test_the_network_stands_between_those_who_exchange_messages() -> None:
    chart = chart_of(*SENT_AND_LOST)
    assert chart.lifelines == ("sender", "receiver")
    assert chart.network_at == 1


def test_a_lost_message_ends_where_it_is_lost() -> None:
    chart = chart_of(*SENT_AND_LOST)
    assert fates(chart) == [("Data #1", Fate.LOST, 1, 2)]
    assert chart.steps[0].items[-1] == Departure(1)
    assert chart.steps[1].items == (Ending(1),)
    assert chart.messages[0].receiver == "receiver"


def test_original_and_copy_have_ends_of_their_own() -> None:
    chart = chart_of(*DUPLICATED)
    assert chart.steps[1].items == (Copying(1, 2),)
    assert fates(chart) == [
        ("Data #1", Fate.RECEIVED, 1, 3), ("Data #1 (copy)", Fate.RECEIVED, 2, 4),
        ("Acknowledgement #1", Fate.RECEIVED, 3, 5),
    ]  # fmt: skip
    assert chart.messages[1].copy_of == 1


@pytest.mark.parametrize("reordering", [False, True])
def test_the_later_message_may_arrive_first(reordering: bool) -> None:
    chart = chart_of("send: sends", "switch: flip", "repeat: repeats", "Data: new", "Data: old", reordering=reordering)
    ends = {entry.label: entry.ended_at for entry in chart.messages if entry.name == "Data"}
    assert set(ends) == {"Data #1", "Data #1 side right"}
    assert {4, 5} == set(ends.values())


def test_messages_in_flight_at_once_never_share_a_slot() -> None:
    chart = chart_of(*OVERTAKING)
    for step in range(1, len(chart.steps) + 1):
        slots = [
            entry.slot for entry in chart.messages
            if entry.sent_at <= step and (entry.ended_at is None or entry.ended_at >= step)
        ]  # fmt: skip
        assert len(slots) == len(set(slots))


def test_what_never_ends_is_in_flight() -> None:
    chart = chart_of(*STILL_THERE)
    assert [entry.number for entry in chart.in_flight] == [1, 2]
    assert "2 still in flight" in chart.description


def test_a_reply_without_room_never_departs() -> None:
    steps = ("jump", "of configuring", "answers", "of detecting", "answers", "of establishing", "answers")
    message = sequence_chart(run(nine_states(), *steps)).messages[-1]
    assert message.name == "Acknowledgement"
    assert message.fate is Fate.NO_ROOM
    assert message.sent_at == message.ended_at


def test_a_receipt_by_a_discarding_row_is_discarded() -> None:
    steps = ("jump", "of configuring", "answers", "of detecting", "of establishing")
    chart = sequence_chart(run(nine_states(), *steps, "copied or left"))
    assert [entry.fate for entry in chart.messages[:2]] == [Fate.RECEIVED, Fate.DISCARDED]
    assert chart.lifelines == ("walker", "echo_maker")


def test_state_changes_and_environment_events_are_notes() -> None:
    chart = chart_of("send: sends", "switch: flip")
    assert Note(NoteKind.STATE, "sender", "idle → waiting") in chart.steps[0].items
    assert Note(NoteKind.CHANGES, "sender", "number 0 → 1") in chart.steps[0].items
    assert chart.steps[1].items[0] == Note(
        NoteKind.ACTION, None, "switch: flip (to right): to the right; left → right; flips left 2 → 1"
    )
    assert Note(NoteKind.STATE, "sender", "idle") in chart.start


def test_hidden_variables_do_not_show() -> None:
    chart = sequence_chart(run(toy_system(), "send: sends"), hidden=["sender.number"])
    assert not any(isinstance(item, Note) and item.kind is NoteKind.CHANGES for item in chart.steps[0].items)


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ({}, "Data number 1 side right"),
        ({"number": "#", "Data": "D"}, "D #1 side right"),
        ({"number": "", "side": None}, "Data 1"),
        ({"side": "at="}, "Data at=right number 1"),
    ],
)
def test_labels_follow_the_short_names(names: dict[str, str | None], label: str) -> None:
    chart = sequence_chart(run(toy_system(), "switch: flip", "send: sends"), short_names=names)
    assert chart.messages[0].label == label


def test_an_arrival_tells_only_what_changed_on_the_way() -> None:
    arrivals = [item for step in chart_of(*DUPLICATED).steps for item in step.items if isinstance(item, Arrival)]
    assert [item.label for item in arrivals] == ["Data #1", "Data #1 (copy)", "Acknowledgement #1"]


def test_a_trace_of_another_run_is_refused() -> None:
    trace = run(toy_system(), *SENT_AND_LOST)
    forged = Trace(trace.system, trace.about, trace.initial, (trace.steps[0], trace.steps[0]))
    with pytest.raises(DiagramError, match="step 2: the trace is no run of its system"):
        sequence_chart(forged)


def test_columns_count_wide_characters_twice() -> None:
    assert columns_of("日本 a") == 6
