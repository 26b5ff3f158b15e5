"""What a state diagram shows of a table, and how it marks rows: clause, trigger, requirement, coverage, change."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.engines import explore
from checker.search import Limits
from diagrams import dot
from diagrams.decision import decisions
from diagrams.difference import count_of_differences, difference
from diagrams.emphasis import (
    RowKey,
    about_clause,
    about_trigger,
    covered,
    highlighted,
    row_key,
    times_fired,
    triggers_of,
)
from diagrams.errors import DiagramError
from diagrams.firing import firings_in, firings_to_look_for, places_seen
from diagrams.palette import COLOUR_OF
from diagrams.row_text import Mark
from diagrams.state_diagram import Level, NodeKind, TableRow, machine_diagram, marked, table_of
from diagrams.state_svg import Links, graph_svg, slug
from generators.mutants import mutant
from model.handover import handover
from model.language.interpretation import Interpretation
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from tests.diagrams.runs import DUPLICATED, nine_states, run
from tests.toys import toy_system

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def clause_5_2() -> System:
    return handover(load("clause-5.2"), reading("intended", []))


def test_a_picture_of_a_clause_has_its_rows_and_their_states_only(clause_5_2: System) -> None:
    _, rows = table_of(clause_5_2, "ue")
    graph = machine_diagram(clause_5_2, "ue", chosen=about_clause(rows, "5.2.2.4"))
    assert {row.clause for row in graph.rows} == {"5.2.2.4"}
    names = {node.name for node in graph.nodes if node.kind is NodeKind.STATE}
    assert {"deregistering", "at home"} <= names
    assert "detached" not in names
    words = machine_words(graph_svg(graph))
    inside = [row for node in graph.nodes for row in node.rows]
    assert inside and all(f"{row.label}{' (discarded)' if row.discards else ''}" in " ".join(words) for row in inside)
    assert "1 row discards" in words and "1 discards" not in words
    with pytest.raises(DiagramError, match=r'no row is of clause "5\.2\.2\.5": .*5\.2\.2\.4'):
        about_clause(rows, "5.2.2.5")


def test_a_clause_has_the_rows_of_its_subclauses_and_of_no_other(clause_5_2: System) -> None:
    _, rows = table_of(clause_5_2, "ue")
    chosen = about_clause(rows, "5.2.2")
    assert {entry.text.clause for entry in rows if chosen(entry)} == {"5.2.2.2", "5.2.2.3", "5.2.2.4"}


def test_the_pages_of_all_triggers_hold_every_row_once(clause_5_2: System) -> None:
    for name in ("ue", "home_agent"):
        machine, rows = table_of(clause_5_2, name)
        pages = [about_trigger(rows, words)[1] for words in triggers_of(rows)]
        assert sum(chosen(entry) for chosen in pages for entry in rows) == len(machine.rows)


def test_a_page_of_one_trigger_tells_where_from_and_where_to() -> None:
    system = nine_states()
    _, rows = table_of(system, "walker")
    words, chosen = about_trigger(rows, "Acknowledgement")
    graph = machine_diagram(system, "walker", Level.DETAIL, chosen=chosen, subject=words)
    assert graph.trigger == "Acknowledgement received"
    sources, ends = {edge.source for edge in graph.edges}, {edge.dest for edge in graph.edges}
    assert not sources & ends
    assert "Acknowledgement received</" not in dot.dot_text(graph).split("];", 1)[1]  # said once, in the title


def test_an_unknown_trigger_gets_the_nearest_name() -> None:
    _, rows = table_of(toy_system(), "sender")
    with pytest.raises(DiagramError, match=r'no row has the trigger "Acknowledgment".*"Acknowledgement'):
        about_trigger(rows, "Acknowledgment")


def test_what_a_scenario_leaves_one_value_is_not_shown() -> None:
    rows = table_of(handover(load("minimal"), reading("intended")), "home_agent")[1]
    with_clocks = table_of(handover(load("lifetimes"), reading("intended")), "home_agent")[1]
    assert not any("ticks" in effect for entry in rows for effect in entry.text.effects)
    assert any("ticks" in effect for entry in with_clocks for effect in entry.text.effects)


def test_a_detailed_picture_says_what_is_meant_by_a_field_that_is_not_named(clause_5_2: System) -> None:
    detail = dot.dot_text(machine_diagram(clause_5_2, "home_agent", Level.DETAIL))
    assert dot.DEFAULTS in detail and dot.DEFAULTS not in dot.dot_text(machine_diagram(clause_5_2, "home_agent"))
    defaults = {(message.name, name, entry.default) for channel in clause_5_2.channels for message in channel.messages
                for name, entry in message.fields.items() if name in ("status", "lifetime")}  # fmt: skip
    assert {str(default) for _, name, default in defaults if name == "lifetime"} == {"positive"}
    assert ("BindingAcknowledgement", "status", "0 accepted") in defaults


def test_a_requirement_marks_the_rows_that_realise_it(clause_5_2: System) -> None:
    _, rows = table_of(clause_5_2, "ue")
    marked = highlighted(rows, "UE-F2H-01")
    assert {entry.text.label for entry in marked if entry.text.mark is Mark.CHOSEN} == {
        entry.row.label for entry in rows if "UE-F2H-01" in entry.row.requirements
    }
    with pytest.raises(DiagramError, match='no row realises "UE-F2H-1": '):
        highlighted(rows, "UE-F2H-1")


def test_coverage_of_a_run_counts_its_steps_and_tells_dead_from_never_fired() -> None:
    system = toy_system()
    trace = run(system, *DUPLICATED)
    fired = times_fired(system, Counter(step.action.name for step in trace.steps))
    _, rows = table_of(system, "sender")
    possible = {row_key(entry.row): int(entry.row.label != "late") for entry in rows}
    marked = covered(rows, fired, possible)
    acting = [row.label for step in trace.steps for row in step.action.rows if row.machine == "sender"]
    for entry in marked:
        times = acting.count(entry.row.label) if fired.get(row_key(entry.row)) else 0
        expected = Mark.FIRED if times else Mark.DEAD if entry.row.label == "late" else Mark.NEVER
        assert entry.text.mark is expected
    assert {entry.text.mark for entry in marked} == {Mark.FIRED, Mark.NEVER, Mark.DEAD}
    assert Mark.DEAD not in {entry.text.mark for entry in covered(rows, fired)}


@pytest.mark.broad
def test_an_exploration_credits_a_row_only_in_the_states_from_which_it_fires() -> None:
    system = handover(load("minimal"), reading("intended", []))
    interpretation = Interpretation(system)
    control = system.variable_index["ue.state"]
    fired: set[tuple[RowKey, str]] = set()
    seen = set(todo := list(interpretation.initial_states()))
    while todo:
        state = todo.pop()
        for step in interpretation.steps(state):
            fired |= {(row_key(row), str(state.values[control])) for row in step.action.rows if row.machine == "ue"}
            if step.state not in seen:
                seen.add(step.state)
                todo.append(step.state)
    found = explore(system, firings_to_look_for(system, "ue"), Limits())
    places = places_seen(system, "ue", found.sightings)
    assert {(key, state) for key, states in places.items() for state in states} == fired
    times = times_fired(system, found.fired)
    marked = covered(table_of(system, "ue")[1], times, times, places=places, possible_places=places)
    assert not any(entry.text.mark is Mark.FIRED and "detached" in entry.row.states for entry in marked)


def test_runs_credit_a_row_only_in_the_states_from_which_it_fired() -> None:
    system = nine_states()
    trace = run(system, "jump")
    fired = times_fired(system, Counter(step.action.name for step in trace.steps))
    marked = covered(table_of(system, "walker")[1], fired, places=firings_in([trace], "walker"))
    parts = {entry.text.mark: entry.row.states for entry in marked if entry.row.label == "moves"}
    assert parts[Mark.FIRED] == ("at home",)
    assert len(parts[Mark.NEVER]) == 8


def test_an_edge_tells_how_often_its_row_fired_from_the_state_where_it_begins() -> None:
    system = nine_states()
    _, rows = table_of(system, "walker")
    entry = next(entry for entry in rows if entry.row.label == "goes on to registered")
    two = replace(entry, row=replace(entry.row, states=("registering", "at home")))
    key = row_key(two.row)
    parts = covered([two], {key: 8}, places={key: Counter({"registering": 7, "at home": 1})})
    assert [(part.row.states, part.text.note) for part in parts] == [(("registering",), "7 times"),
                                                                     (("at home",), "once")]  # fmt: skip
    assert [part.text.note for part in covered([two], {key: 8})] == ["8 times in all"]
    graph = machine_diagram(system, "walker", rows=parts)
    assert {(graph.node(edge.source).name, row.note) for edge in graph.edges for row in edge.rows} == {
        ("registering", "7 times"), ("at home", "once")
    }  # fmt: skip
    assert len(decisions(parts)) == 2


def test_a_node_for_many_states_tells_the_sum_and_in_detail_the_parts() -> None:
    entry = next(entry for entry in table_of(nine_states(), "walker")[1] if entry.row.label == "moves")
    key, counts = row_key(entry.row), Counter(dict.fromkeys(entry.row.states, 1)) + Counter({"at home": 2})
    (part,) = covered([entry], {key: 11}, places={key: counts})
    assert part.text.note == "11 times in all"
    assert part.text.more[0].endswith("3 from at home, 1 from abandoned")


def test_runs_are_counted_by_the_state_before_each_step() -> None:
    system = nine_states()
    found = firings_in([run(system, "jump"), run(system, "jump")], "walker")
    assert list(found.values()) == [Counter({"at home": 2})]


@pytest.mark.parametrize(("marks", "style"), [
    ([Mark.REMOVED, Mark.REMOVED], "dashed"), ([Mark.REMOVED, Mark.FADED], ""), ([Mark.REMOVED, Mark.CHANGED], ""),
    ([Mark.ADDED], ""),
])  # fmt: skip
def test_an_edge_is_gone_only_if_all_its_rows_are(marks: list[Mark], style: str) -> None:
    system = nine_states()
    entry = next(entry for entry in table_of(system, "walker")[1] if entry.row.label == "goes on to registered")
    rows = [marked(TableRow(entry.row, replace(entry.text, label=f"row {n}")), mark) for n, mark in enumerate(marks)]
    text = dot.dot_text(machine_diagram(system, "walker", rows=rows))
    (edge,) = [line for line in text.splitlines() if re.search(r"\bs\d+ -> e\d+ ", line)]
    assert ("style=dashed" in edge) == (style == "dashed")
    mixed = len(set(marks)) > 1
    assert (COLOUR_OF[Mark.CHANGED if mixed else marks[0]] in edge) and ("dashed" in text) == (style == "dashed")


def test_equal_tables_have_no_difference(clause_5_2: System) -> None:
    for machine in clause_5_2.machines:
        _, rows = table_of(clause_5_2, machine.name)
        assert count_of_differences(difference(rows, rows)) == 0


def test_a_mutant_differs_in_the_row_it_changes(clause_5_2: System) -> None:
    changed = mutant("ue-no-deregistration")
    other = handover(load("clause-5.2"), reading("intended", []), changed.change)
    rows = difference(table_of(clause_5_2, "ue")[1], table_of(other, "ue")[1])
    assert [(entry.row.label, entry.row.dest, entry.text.mark) for entry in rows if entry.text.mark is not Mark.FADED] \
        == [("home link, binding to remove", "at home", Mark.ADDED),
            ("home link, binding to remove", "deregistering", Mark.REMOVED)]  # fmt: skip


def test_readings_differ_where_a_choice_is_left_open(clause_5_2: System) -> None:
    literal = handover(load("clause-5.2"), reading("literal", []))
    rows = difference(table_of(clause_5_2, "ue")[1], table_of(literal, "ue")[1])
    notes = {entry.row.label: entry.text.note for entry in rows if entry.text.mark is Mark.CHANGED}
    assert notes["home link, binding to remove"] == "guard"  # AMB-10
    assert "open: AMB-29" in notes["registration repeated"]
    back = difference(table_of(literal, "ue")[1], table_of(clause_5_2, "ue")[1])
    assert Counter(entry.text.mark for entry in back)[Mark.ADDED] == \
        Counter(entry.text.mark for entry in rows)[Mark.REMOVED]  # fmt: skip


def test_every_row_knows_the_line_of_its_source(clause_5_2: System) -> None:
    project = Path(__file__).parents[2]
    for machine in clause_5_2.machines:
        for row in machine.rows:
            file, _, line = row.place.rpartition(":")
            lines = (project / file).read_text().splitlines()
            near = "\n".join(lines[int(line) - 1 : int(line) + 3])
            assert row.label in near or "case(" in near or "discard" in near or "otherwise(" in near, row.place


def test_a_picture_of_its_own_has_ids_for_states_and_links_for_rows() -> None:
    system = nine_states()
    graph = machine_diagram(system, "walker", Level.DETAIL)
    root = ElementTree.fromstring(graph_svg(graph, links=Links(lambda place: f"https://example.org/{place}")))
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    for state in system.machine("walker").states:
        assert ids[f"state-walker-{slug(state)}"].get("data-state") == state
    rows = [element for element in root.iter() if element.get("data-row")]
    assert {element.get("data-row") for element in rows} == {row.label for row in graph.rows}
    moves = next(element for element in rows if element.get("data-row") == "moves")
    assert moves.get("data-clause") == "1.2"
    assert (moves.get("data-source") or "").startswith("tests/diagrams/runs.py:")
    links = [element.get("href") or "" for element in moves.iter(f"{SVG}a")]
    assert links[0].startswith("https://example.org/tests/diagrams/runs.py:")
    assert links[1].startswith("https://www.3gpp.org/")
    assert "moves · clause 1.2" in (moves.findtext(f"{SVG}title") or "")
    for link in root.iter(f"{SVG}a"):
        assert not [inner for child in link for inner in child.iter(f"{SVG}a")]  # links do not nest


def test_pictures_for_one_page_have_no_ids_but_those_of_their_names() -> None:
    root = ElementTree.fromstring(graph_svg(machine_diagram(nine_states(), "walker")))
    assert len([element for element in root.iter() if element.get("id")]) == 2
    assert not list(root.iter(f"{SVG}a"))
    assert [element for element in root.iter() if element.get("data-state") == "at home"]


def test_the_title_says_the_set_up_and_a_state_that_nothing_leads_into_is_told(clause_5_2: System) -> None:
    graph = machine_diagram(clause_5_2, "home_agent", setup="scenario clause-5.2, reading intended")
    assert graph.title.endswith("scenario clause-5.2, reading intended")
    assert {node.name for node in graph.nodes if not node.entered} == {"detecting duplicates"}
    assert dot.dot_text(graph).count("never entered here") == 1
    assert "never entered here" not in dot.dot_text(machine_diagram(clause_5_2, "home_agent"))


def test_no_guard_or_effect_of_the_handover_is_cut_and_discards_show_theirs(clause_5_2: System) -> None:
    for machine in clause_5_2.machines:
        if not machine.rows:
            continue
        text = dot.dot_text(machine_diagram(clause_5_2, machine.name, Level.DETAIL))
        assert "…" not in text and "and 1 more" not in text
    system = nine_states()
    words = " ".join(machine_words(graph_svg(machine_diagram(system, "walker", Level.DETAIL))))
    assert "- old answer [received.number = 0]" in words


def machine_words(svg: str) -> list[str]:
    return [" ".join((element.text or "").split()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_title_of_a_row_in_a_picture_of_its_own_holds_all_that_it_does(clause_5_2: System) -> None:
    graph = machine_diagram(clause_5_2, "home_agent")
    root = ElementTree.fromstring(graph_svg(graph, links=Links(lambda place: None)))
    row = next(row for row in graph.rows if row.label == "initial registration")
    titles = [element.text or "" for element in root.iter(f"{SVG}title")]
    assert any(all(effect in title for effect in row.effects) for title in titles)
