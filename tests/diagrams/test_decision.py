"""A trigger in detail: rows that say the same stand once, in the decision's order; what they share has a letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagrams.decision import as_decision
from diagrams.row_text import RowText, sending_text
from diagrams.sharing import effects_with, shared_parts
from diagrams.state_diagram import TableRow, table_of
from model.handover import handover
from model.language.systems import System
from model.readings import reading
from model.scenarios import load, shipped


@pytest.fixture(scope="module")
def minimal() -> System:
    return handover(load("minimal"), reading("intended"))


def of_trigger(system: System, name: str, trigger: str) -> list[TableRow]:
    return [entry for entry in table_of(system, name)[1] if entry.text.trigger == trigger]


def by_state(rows: list[TableRow]) -> dict[str, list[tuple[object, ...]]]:
    """What each state does, in order: label, guard, effects, and where it leads."""
    result: dict[str, list[tuple[object, ...]]] = {}
    for entry in rows:
        for state in entry.row.states:
            text, dest = entry.text, None if entry.row.states == (entry.row.dest,) else entry.row.dest
            result.setdefault(state, []).append((text.label, text.guard, text.effects, text.clause, dest))
    return result


@pytest.mark.parametrize("scenario", [pytest.param(name, marks=pytest.mark.slow) if name != "minimal" else name
                                      for name in shipped()])  # fmt: skip
def test_every_state_keeps_its_rows_in_their_order(scenario: str) -> None:
    system = handover(load(scenario), reading("literal"))
    for machine in system.machines:
        _, rows = table_of(system, machine.name)
        for trigger in {entry.text.trigger for entry in rows}:
            own = [entry for entry in rows if entry.text.trigger == trigger]
            assert by_state(as_decision(own)) == by_state(own), (machine.name, trigger)


def test_rows_that_say_the_same_are_one_and_numbers_tell_the_order(minimal: System) -> None:
    own = of_trigger(minimal, "home_agent", "BindingUpdate received")
    decided = as_decision(own)
    copies = [entry for entry in decided if entry.text.label == "copy of a packet"]
    assert [set(entry.row.states) for entry in copies] == [set(minimal.machine("home_agent").states)]
    assert len(decided) < len(own)
    assert [entry.text.number for entry in decided] == list(range(1, len(decided) + 1))


def test_rows_whose_order_differs_from_state_to_state_stay_apart(minimal: System) -> None:
    first, second, *_ = of_trigger(minimal, "home_agent", "BindingUpdate received")
    here, there = minimal.machine("home_agent").states[:2]

    def at(entry: TableRow, state: str) -> TableRow:
        return replace(entry, row=replace(entry.row, states=(state,)))

    crossed = [at(first, here), at(second, here), at(second, there), at(first, there)]
    assert by_state(as_decision(crossed)) == by_state(crossed)
    assert len(as_decision(crossed)) == 4


LONG = "care of address := " + "x" * 50


def row(*effects: str, fields: tuple[tuple[str, ...], ...] = ()) -> RowText:
    return RowText("row", "timer t", "", effects, "", False, fields=fields)


def test_what_two_rows_share_is_said_once() -> None:
    rows = [row(LONG, "tunnel := IPv6", "own := 1"), row(LONG, "tunnel := IPv6")]
    (shared,) = shared_parts(rows)
    assert (shared.letter, shared.texts, shared.rows) == ("A", (LONG, "tunnel := IPv6"), 2)
    assert [effects_with(entry, [shared]) for entry in rows] == [["A", "own := 1"], ["A"]]


def test_fields_of_one_message_are_shared_within_its_sendings() -> None:
    fields = ("destination = " + "x" * 50, "lifetime = zero")
    own = ("status = 135", *fields)
    rows = [row(sending_text("send Ack", own), fields=(own,)), row(sending_text("send Ack", fields), fields=(fields,))]
    (shared,) = shared_parts(rows)
    assert (shared.sending, shared.texts) == ("send Ack", fields)
    assert [effects_with(entry, [shared]) for entry in rows] == [["send Ack (status = 135, A)"], ["send Ack (A)"]]


def test_short_texts_and_those_of_one_row_stay_where_they_are() -> None:
    assert shared_parts([row("own := 1"), row("own := 1")]) == []
    assert shared_parts([row(LONG), row("other := 1")]) == []
