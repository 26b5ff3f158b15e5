"""Whatever stands in names is shown as text in every format: markup, quotes, line breaks, 5,000 characters."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.state_space import Crossing, Region, StateSpace
from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_text
from diagrams.dot import dot_text
from diagrams.labels import columns_of, plain_line
from diagrams.mermaid import state_mermaid
from diagrams.sequence_chart import ChartStep, Note, NoteKind, sequence_chart
from diagrams.space_diagram import space_dot, space_mermaid, space_picture, space_svg
from diagrams.state_diagram import Level, state_diagram
from diagrams.state_svg import Links, graph_svg
from model.language.systems import ResolvedMachine
from tests.diagrams.runs import DUPLICATED, HOSTILE, run
from tests.toys import toy_system

SVG = "{http://www.w3.org/2000/svg}"
PIECES = ("<script>alert(1)</script>", '"', "'", "\n", "\r", "\\", "\\N", "-->", "]]>", "<!--", "&amp;", "#35;", "%%",
          "end note", "```", "@enduml", "|", "{", "}", "[*]", "<BR/>", "$x", "';--", "\u202e", "\x07", "日本",
          "a ")  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=8).map("".join).filter(str.strip)
LONG = ("<script>" + string.punctuation) * 125
TAGS = {"svg", "g", "title", "desc", "style", "path", "polygon", "polyline", "ellipse", "text", "tspan", "a", "rect",
        "line", "circle"}  # fmt: skip


def machine_of(name: str) -> ResolvedMachine:
    machine = toy_system().machine("sender")
    states = {"idle": name, "waiting": f"{name} other"}
    rows = tuple(
        replace(row, label=name, clause=name, place=f"{name}:1", requirements=(name,),
                states=tuple(states[state] for state in row.states),
                dest=None if row.dest is None else states[row.dest])
        for row in machine.rows
    )  # fmt: skip
    return replace(machine, name=name, meaning=name, states=tuple(states.values()), rows=rows)


def sound(svg: str) -> str:
    """The words of a picture that is well formed and has no elements or links but those we draw."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in TAGS
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        assert not (element.get("href") or "https:").startswith("javascript")
    return plain_line(" ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text")))


@settings(max_examples=3, deadline=None)
@given(TEXTS)
@example(HOSTILE)
@example(LONG)
@pytest.mark.parametrize("level", Level)
def test_names_in_state_diagrams_are_text(level: Level, name: str) -> None:
    graph = state_diagram(machine_of(name), initial=[name], level=level)
    svg = graph_svg(graph, links=Links(lambda place: "https://example.org/x"))
    shown = sound(svg).replace(" ", "").replace("\xa0", "")
    assert plain_line(name).replace(" ", "").replace("\xa0", "")[:20] in shown
    text = state_mermaid(graph)
    assert not re.search(r"<(?!br/>)|\x07|\r", text.split("---", 2)[2])
    assert all(character.isprintable() or character in "\n\u202e" for character in dot_text(graph))


@settings(max_examples=3, deadline=None)
@given(TEXTS)
@example(HOSTILE)
@example(LONG)
def test_names_in_charts_are_text(name: str) -> None:
    chart = sequence_chart(run(toy_system(), *DUPLICATED), title=name, short_names={"Data": name}, offence=name)
    note = ChartStep(99, name, (name,), (Note(NoteKind.ACTION, None, plain_line(name)),))
    chart = replace(chart, steps=(*chart.steps, note))
    sound(chart_svg(chart))
    assert all(columns_of(line) <= 80 for line in chart_text(chart, 80).splitlines())
    assert "\x07" not in chart_text(chart, 80)
    assert not re.search(r"<(?!br/>)", chart_mermaid(chart))
    plant = chart_plantuml(chart)
    assert plant.count("@enduml") == 1
    assert not re.search(r"<(?!U\+[0-9A-F]{4,6}>)", plant)


@settings(max_examples=3, deadline=None)
@given(TEXTS)
@example(HOSTILE)
@example(LONG)
def test_names_in_overviews_of_the_state_space_are_text(name: str) -> None:
    regions = (Region((name,), 2, True, 0), Region((f"{name} x",), 1, False, 3))
    crossings = (Crossing(0, 1, 4, ((name, 3), (f"{name} y", 1))),)
    picture = space_picture(StateSpace(name, (name,), regions, crossings, 3, 3, 7, None), name)
    sound(space_svg(picture))
    text = space_mermaid(picture)
    assert not re.search(r"<(?!br/>)", text.split("---", 2)[2])
    assert len(text.splitlines()) == 7
    assert "\x07" not in space_dot(picture)
