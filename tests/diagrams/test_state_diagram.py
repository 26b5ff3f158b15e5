"""State diagrams: what is a node, what is an edge, what stands inside."""

from __future__ import annotations

import pytest

from diagrams.errors import DiagramError
from diagrams.state_diagram import Graph, Level, NodeKind, machine_diagram, more_than_shown, overview_lines
from tests.diagrams.runs import nine_states
from tests.toys import toy_system


def named_edges(graph: Graph) -> dict[tuple[str, str], list[str]]:
    return {
        (graph.node(edge.source).name, graph.node(edge.dest).name): [row.label for row in edge.rows]
        for edge in graph.edges
    }


def test_rows_between_the_same_states_are_one_edge() -> None:
    edges = named_edges(machine_diagram(toy_system(), "sender"))
    assert edges == {("start", "idle"): [], ("idle", "waiting"): ["sends"], ("waiting", "idle"): ["accepted"]}


def test_rows_that_keep_the_state_stand_inside_its_node() -> None:
    graph = machine_diagram(toy_system(), "sender")
    inside = {node.name: [row.label for row in node.rows] for node in graph.nodes}
    assert inside == {"start": [], "idle": ["late", "accepted", "turns"], "waiting": ["repeats", "late", "turns"]}


def test_a_row_that_leaves_every_state_is_drawn_once() -> None:
    edges = named_edges(machine_diagram(nine_states(), "walker"))
    assert edges["any state", "configuring address"] == ["moves"]
    assert edges["any state but detached", "detached"] == ["is gone"]
    assert sum(labels == ["moves"] for labels in edges.values()) == 1


def test_discarding_rows_are_counted_in_the_overview() -> None:
    graph = machine_diagram(nine_states(), "walker")
    summaries = {node.name: node.summary for node in graph.nodes if node.kind is NodeKind.STATE}
    assert summaries["registering"] == "1 row stays, 2 discard"
    assert summaries["detached"] == "1 row discards"
    assert summaries["at home"] == ""


def test_the_detail_shows_trigger_guard_effects_and_clause() -> None:
    graph = machine_diagram(nine_states(), "walker", Level.DETAIL)
    rows = {row.label: row for edge in graph.edges for row in edge.rows}
    assert rows["moves"].trigger == "event jump"
    assert rows["moves"].effects == ("moved := true",)
    assert rows["moves"].clause == "1.2"
    assert rows["goes on to registered"].effects == ("send Data (number = 3)",)


def test_what_earlier_rows_exclude_is_written_as_otherwise() -> None:
    graph = machine_diagram(nine_states(), "walker", Level.DETAIL)
    node = next(node for node in graph.nodes if node.name == "registering")
    inside = {row.label: row.guard for row in node.rows}
    assert inside["old answer"] == "received.number = 0"
    assert inside["copied or left"].startswith("otherwise, received.copied or ")
    assert inside["noted"] == "otherwise, received.number = 2"
    rows = {row.label: row.guard for edge in graph.edges for row in edge.rows}
    assert rows["accepted"] == "otherwise"


def test_ghosts_do_not_show() -> None:
    graph = machine_diagram(nine_states(), "walker", Level.DETAIL)
    assert not any("seen" in effect for edge in graph.edges for row in edge.rows for effect in row.effects)


def test_overview_lines_name_each_trigger_once_and_end_with_a_count() -> None:
    rows = [row for node in machine_diagram(toy_system(), "sender").nodes for row in node.rows]
    assert [(trigger, [line.text for line in shown]) for trigger, shown in overview_lines(rows, most=2)] == [
        ("Acknowledgement received", ["late", "accepted"])
    ]
    assert more_than_shown(rows, most=2) == "and 2 more"
    assert more_than_shown(rows, most=4) == ""


def test_an_unknown_machine_gets_the_nearest_name() -> None:
    with pytest.raises(DiagramError, match=r'no machine "sendr".*did you mean "sender"'):
        machine_diagram(toy_system(), "sendr")
