"""Picture files: formats by suffix, accessible and well-formed SVG, text that stays text."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from diagrams import palette
from diagrams.chart_svg import chart_svg
from diagrams.errors import DiagramError
from diagrams.labels import plain_line
from diagrams.mermaid import escaped, state_mermaid
from diagrams.rendering import graph_svg, render, render_chart, render_dot
from diagrams.sequence_chart import sequence_chart
from diagrams.state_diagram import Level, NodeKind, machine_diagram, state_diagram
from tests.diagrams.runs import DUPLICATED, HOSTILE, hostile_machine, nine_states, run
from tests.toys import toy_system

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("level", Level)
def test_the_svg_holds_every_node_and_edge_of_the_graph(level: Level) -> None:
    graph = machine_diagram(nine_states(), "walker", level)
    root = ElementTree.fromstring(graph_svg(graph))
    titles = {element.findtext(f"{SVG}title") for element in root.iter(f"{SVG}g")}
    assert {node.name for node in graph.nodes} <= titles
    for edge in graph.edges:
        start = f"{graph.node(edge.source).name} → {graph.node(edge.dest).name}"
        assert any(title and title.startswith(start) for title in titles)
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {node.name for node in graph.nodes if node.kind is NodeKind.STATE} <= words


def test_the_svg_names_itself_and_scales() -> None:
    graph = machine_diagram(toy_system(), "sender")
    root = ElementTree.fromstring(graph_svg(graph))
    assert root.get("role") == "img"
    assert root.get("viewBox")
    assert root.get("width") is None
    ids = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    title, description = (root.get("aria-labelledby") or "").split()
    assert ids[title] == "sender: control states"
    assert "2 states (idle, waiting)" in (ids[description] or "")
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]


def test_every_colour_has_a_counterpart_in_the_dark_theme() -> None:
    root = ElementTree.fromstring(graph_svg(machine_diagram(nine_states(), "walker", Level.DETAIL)))
    used = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    assert used - {None, "none"} <= set(palette.DARK)


@pytest.mark.parametrize("level", Level)
def test_hostile_names_stay_text(level: Level, tmp_path: Path) -> None:
    graph = state_diagram(hostile_machine(), initial=[HOSTILE], level=level)
    root = ElementTree.fromstring(graph_svg(graph))
    assert not list(root.iter(f"{SVG}script"))
    shown = "".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    assert '<script>alert("1")</script> & \\N \\n end; #35: %% {a} [b] |p| `c`' in plain_line(shown)
    for suffix in ("png", "pdf"):
        assert render(graph, tmp_path / f"hostile.{suffix}").stat().st_size > 1000


def test_every_format_is_written_and_equal_on_a_second_run(tmp_path: Path) -> None:
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph", "mmd": b"---\ntitle"}
    for suffix, start in starts.items():
        one, other = (
            render(machine_diagram(toy_system(), "sender"), tmp_path / f"{number}.{suffix}").read_bytes()
            for number in (1, 2)
        )
        assert one.startswith(start)
        assert one == other


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_no_program_is_needed(suffix: str, tmp_path: Path) -> None:
    script = (
        "from diagrams.rendering import render\n"
        "from diagrams.state_diagram import machine_diagram\n"
        "from tests.toys import toy_system\n"
        f"render(machine_diagram(toy_system(), 'sender'), 'out.{suffix}')"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={"PATH": "", "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / f"out.{suffix}").stat().st_size > 500


def test_an_unknown_suffix_names_the_allowed_ones(tmp_path: Path) -> None:
    graph = machine_diagram(toy_system(), "sender")
    with pytest.raises(DiagramError, match=r'suffix "\.gif"; use one of \.svg, \.png, \.pdf, \.dot, \.mmd'):
        render(graph, tmp_path / "a.gif")
    with pytest.raises(DiagramError, match="no suffix; use one of"):
        render(graph, tmp_path / "a")
    chart = sequence_chart(run(toy_system(), *DUPLICATED))
    with pytest.raises(DiagramError, match=r'suffix "\.gif"; use one of \.svg, \.png, \.pdf, \.mmd, \.puml, \.txt'):
        render_chart(chart, tmp_path / "a.gif")


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DiagramError, match=r"cannot write .*: No such file or directory$"):
        render(machine_diagram(toy_system(), "sender"), tmp_path / "none" / "a.svg")


def test_bad_dot_gives_graphviz_reason_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(DiagramError, match=r"Graphviz cannot draw this: .*syntax error"):
        render_dot("digraph { a -> ", tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_dot_of_others_becomes_accessible_svg(tmp_path: Path) -> None:
    svg = render_dot("digraph { a -> b }", tmp_path / "a.svg", title="two", description="a leads to b").read_text()
    root = ElementTree.fromstring(svg)
    assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == ("two", "a leads to b")


def test_several_pictures_can_stand_in_one_page() -> None:
    chart = sequence_chart(run(toy_system(), *DUPLICATED))
    pictures = [graph_svg(machine_diagram(toy_system(), name)) for name in ("sender", "receiver")]
    pictures.append(chart_svg(chart))
    roots = [ElementTree.fromstring(picture) for picture in pictures]
    ids = [element.get("id") for root in roots for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 6
    for root in roots:
        rules = re.findall(r"[^{}]+(?=\{[^{}]*\})", root.findtext(f"{SVG}style") or "")
        selectors = [part.strip() for rule in rules for part in rule.split(",")]
        assert selectors and all(part.startswith((".state-diagram ", ".sequence-chart ")) for part in selectors)


# Mermaid


def test_mermaid_escapes_whatever_has_a_meaning() -> None:
    text = escaped("a; b # c: <d> \"e\" {f} %% g --> h")
    assert not re.search(r'[;:<>"{}%]|#(?!\d+;)|--', re.sub(r"#\d+;", "", text))
    assert plain_line(HOSTILE) == unescape(re.sub(r"#(\d+);", r"&#\1;", escaped(HOSTILE)))


def test_mermaid_lists_states_and_edges() -> None:
    lines = [line.strip() for line in state_mermaid(machine_diagram(toy_system(), "sender")).splitlines()]
    assert 'state "idle" as s0' in lines
    assert "[*] --> s0" in lines
    assert "s0 --> s1 : timer send#58; sends" in lines
    assert "note right of s1" in lines


@pytest.mark.parametrize("level", Level)
def test_mermaid_lines_keep_their_form_with_hostile_names(level: Level) -> None:
    text = state_mermaid(state_diagram(hostile_machine(), initial=[HOSTILE], level=level))
    form = re.compile(
        r"---|title: \".*\"|stateDiagram-v2|direction TB|acc(Title|Descr): [^;#]*.*|state \"[^\"]*\" as s\d+"
        r"|(\[\*\]|\w+) --> \w+( : [^:]*)?|note right of \w+|end note|[^:<>\"]*"
    )
    for line in text.splitlines():
        assert form.fullmatch(line.strip()), line
