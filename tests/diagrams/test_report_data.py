"""The report as a document: safe embedding, one file without outside resources, compact traces."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from diagrams.labels import value_text
from diagrams.report.document import embedded_json, headline, report_html, sorted_outcomes
from diagrams.report.state_map import StateMaps, state_map
from diagrams.report.trace_data import Labels, TraceData
from model.handover import handover
from model.readings import reading
from model.scenarios import load
from tests.browser.toy_reports import EVIL, evil_contents, evil_system, lossless_toy, steady_run
from tests.diagrams.runs import nine_states
from tests.diagrams.svg_texts import SVG

TEXTS = st.text() | st.sampled_from([EVIL, "<!--", "]]>", "\u2028", "&lt;"])
JSON = st.dictionaries(TEXTS, st.lists(TEXTS | st.integers(-(2**53), 2**53), max_size=3), max_size=3)


@given(JSON)
def test_embedded_data_reads_back_and_cannot_end_its_element(data: object) -> None:
    text = str(embedded_json(data))
    assert json.loads(text) == data
    assert not re.search("[<>&\u2028\u2029]", text)


class Page(HTMLParser):
    """The addresses that a page refers to and the elements it consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]


def test_a_page_refers_to_nothing_outside_and_has_two_scripts_whatever_its_texts() -> None:
    page = Page()
    page.feed(report_html(evil_contents()))
    assert page.tags.count("script") == 2
    assert "img" not in page.tags
    assert all(address.startswith("#") or address == "data:," for address in page.addresses)


def test_the_headline_counts_what_the_outcomes_say() -> None:
    assert headline(evil_contents()) == {
        "explorations": 1, "states": 3, "transitions": 0, "violated": 1, "holds": 0, "vacuous": 0, "unknown": 0,
        "recorded": 1, "unexpected": 1,
    }  # fmt: skip
    assert [outcome.property for outcome in sorted_outcomes(evil_contents().outcomes)] == [EVIL]


def test_a_trace_keeps_only_what_changes() -> None:
    trace = steady_run(lossless_toy(), 40)
    traces = TraceData()
    traces.add("run", trace, Labels({}))
    data = traces.as_data()
    words, (kept,) = data["words"], data["traces"]  # type: ignore[misc]
    values = [words[number] for number in kept["initial"]]  # type: ignore[index]
    for step, recorded in zip(trace.steps, kept["steps"], strict=True):  # type: ignore[index]
        assert len(recorded["v"]) == 2 * len(step.changes)
        for index, value in zip(recorded["v"][::2], recorded["v"][1::2], strict=True):
            values[index] = words[value]  # type: ignore[index]
        assert values == [value_text(value) for value in step.state.values]


def test_systems_and_maps_that_are_alike_are_kept_once() -> None:
    traces = TraceData()
    for number in range(3):
        traces.add(f"run {number}", steady_run(lossless_toy(), 5 + number), Labels({}))
    assert len(traces.systems) == 1
    assert len(traces.maps.all) == 3  # sender, receiver, switch


def test_a_map_knows_the_node_of_each_state_and_what_a_group_stands_for() -> None:
    system = nine_states()
    drawn = state_map(system, "walker")
    assert list(drawn.nodes) == list(system.machine("walker").states)
    for node in (*drawn.nodes.values(), *drawn.groups):
        assert f'data-node="{node}"' in drawn.svg
    everywhere, all_but_one = sorted(drawn.groups.values(), key=len, reverse=True)
    assert set(everywhere) == set(drawn.nodes.values())
    assert set(drawn.nodes.values()) - set(all_but_one) == {drawn.nodes["detached"]}


def test_a_map_leaves_its_colours_to_the_page() -> None:
    drawn = state_map(nine_states(), "walker")
    assert not re.search(r'\b(fill|stroke|style|id|href)="', drawn.svg + drawn.diagram)


def test_a_diagram_has_each_row_that_changes_the_state_and_both_halves_of_its_edge() -> None:
    system = nine_states()
    drawn = state_map(system, "walker")
    root = ElementTree.fromstring(drawn.diagram)
    rows = {element.get("data-row") for element in root.iter() if element.get("class") == "row"}
    machine = system.machine("walker")
    assert rows == {row.label for row in machine.rows if row.dest is not None and row.states != (row.dest,)}
    ends = [(e.get("class"), e.get("data-from"), e.get("data-to")) for e in root.iter() if e.get("data-from")]
    labels = [pair for kind, *pair in ends if kind == "label"]
    assert labels and all(ends.count(("edge", *pair)) == 2 for pair in labels)


def test_a_machine_with_one_state_has_no_map() -> None:
    system = nine_states()
    assert [StateMaps().number(system, machine) for machine in system.machines] == [0, None, None, None]


def test_hostile_states_have_maps() -> None:
    system = evil_system()
    drawn = state_map(system, system.machines[0].name)
    for picture in (drawn.svg, drawn.diagram):
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()}
        assert tags <= {"svg", "g", "title", "path", "text", "polygon", "ellipse", "polyline"}
    assert list(drawn.nodes) == list(system.machines[0].states)


def test_diagrams_are_packed_without_the_time_and_pictures_that_are_alike_are_kept_once() -> None:
    traces = TraceData()
    traces.add("run", steady_run(lossless_toy(), 5), Labels({}))
    data, again = traces.maps.as_data(), traces.maps.as_data()
    assert data == again
    packed = json.loads(gzip.decompress(base64.b64decode(str(data["diagrams"]))))
    assert packed == [entry.diagram for entry in traces.maps.all]
    pictures = data["pictures"]
    assert [pictures[entry["picture"]] for entry in data["all"]] == [  # type: ignore[index, attr-defined]
        entry.svg for entry in traces.maps.all
    ]


def test_a_map_says_which_states_are_never_entered_in_this_system() -> None:
    system = handover(load("minimal"), reading("intended"))
    drawn = state_map(system, "home_agent")
    for picture in (drawn.svg, drawn.diagram):
        root = ElementTree.fromstring(picture)
        never = [element for element in root.iter() if "never" in element.get("class", "").split()]
        assert [node.findtext(f"{SVG}title") for node in never] == ["detecting duplicates, never entered here"]
        assert [element.text for element in root.iter(f"{SVG}text")].count("never entered here") == 1
