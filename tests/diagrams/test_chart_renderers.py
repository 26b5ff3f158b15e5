"""Charts as text, Mermaid, PlantUML and SVG: fates are drawn as such, texts stay texts."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from diagrams import graphviz_library
from diagrams.chart_image import placed
from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_rich, chart_text
from diagrams.labels import columns_of, plain_line
from diagrams.rendering import render_chart
from diagrams.sequence_chart import Chart, sequence_chart
from tests.diagrams.runs import (
    DUPLICATED,
    HOSTILE,
    OVERTAKING,
    SENT_AND_LOST,
    STILL_THERE,
    nine_states,
    run,
)
from tests.diagrams.svg_texts import SVG, assert_apart, boxes_of_texts
from tests.toys import toy_system

DISCARDED = ("jump", "of configuring", "answers", "of detecting", "of establishing", "copied or left")
OFFENCE = "TOY-1: no message is taken twice"


def chart_of(*fragments: str) -> Chart:
    return sequence_chart(run(toy_system(), *fragments), short_names={"number": "#"}, offence=OFFENCE)


def hostile_chart() -> Chart:
    names = {"Data": HOSTILE, "number": HOSTILE}
    return sequence_chart(run(toy_system(), *DUPLICATED), title=HOSTILE, offence=HOSTILE, short_names=names)


# text


@pytest.mark.parametrize("width", [60, 61, 80, 100, 160])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_asked(width: int, ascii_only: bool) -> None:
    for chart in (chart_of(*DUPLICATED), chart_of(*OVERTAKING), chart_of(*STILL_THERE), hostile_chart()):
        lines = chart_text(chart, width, ascii_only=ascii_only).splitlines()
        assert max(columns_of(line) for line in lines) <= width
        assert not ascii_only or all(line.isascii() for line in lines)


def test_a_loss_is_a_cross_in_the_network() -> None:
    text = chart_text(chart_of(*SENT_AND_LOST), 80)
    assert "├─── Data #1 " in text or "├── Data #1 " in text
    assert re.search(r"2✗│ +╳╌+ lost: Data #1", text)


def test_an_arrival_starts_where_its_message_travelled() -> None:
    lines = chart_text(chart_of("send: sends", "Data: new"), 80).splitlines()
    sent = next(line for line in lines if "┐" in line)
    arrived = next(line for line in lines if "└" in line)
    assert sent.index("┐") == arrived.index("└")
    assert arrived.rstrip().endswith("Data #1 ─▶│")


def test_a_message_on_its_way_is_a_dotted_line_through_the_steps() -> None:
    text = chart_text(chart_of(*STILL_THERE), 80)
    assert "still in flight: Data #1" in text
    step = next(line for line in text.splitlines() if "timer repeat" in line)
    assert "┊" in step


def test_copies_and_discards_are_marked() -> None:
    text = chart_text(chart_of(*DUPLICATED), 80)
    assert "duplicated: Data #1" in text
    assert "Data #1 (copy) ─▶│" in text
    discarded = chart_text(sequence_chart(run(nine_states(), *DISCARDED)), 100)
    assert re.search(r"│◁╌ Acknowledgement \(discarded\) [╌┊]+┘", discarded)


def test_the_offence_comes_last() -> None:
    assert chart_text(chart_of(*SENT_AND_LOST), 80).endswith(f"✗ {OFFENCE}\n")


def test_a_run_that_repeats_says_from_where() -> None:
    chart = sequence_chart(run(toy_system(), *SENT_AND_LOST), loop=2)
    for text in (chart_text(chart), chart_mermaid(chart), chart_plantuml(chart), chart_svg(chart)):
        assert text.index("from here the run repeats") < text.index("the run repeats from step 2")


def test_colour_changes_no_character(tmp_path: Path) -> None:
    chart = chart_of(*DUPLICATED)
    with (tmp_path / "plain.txt").open("w+", encoding="utf-8") as file:
        Console(file=file, width=200, no_color=True).print(chart_rich(chart, 80), end="")
        file.seek(0)
        assert file.read() == chart_text(chart, 80)
    with (tmp_path / "colour.txt").open("w+", encoding="utf-8") as file:
        Console(file=file, width=200, force_terminal=True, color_system="standard").print(chart_rich(chart, 80))
        file.seek(0)
        assert "\x1b[" in file.read()


# Mermaid and PlantUML


def test_mermaid_draws_each_fate() -> None:
    lost = chart_mermaid(chart_of(*SENT_AND_LOST))
    assert "    p0->>n: (1) Data #35;1\n" in lost
    assert "    n--xp1: 2. (1) Data #35;1#58; lost\n" in lost
    copied = chart_mermaid(chart_of(*DUPLICATED))
    assert "n->>n: 2. duplicated#58; (1) Data #35;1 as (2)" in copied
    assert "n->>p1: 4. (2) Data #35;1 (copy)" in copied
    assert "n-->>p0: 6. (2) Acknowledgement (discarded)" in chart_mermaid(
        sequence_chart(run(nine_states(), *DISCARDED))
    )
    assert "Note over n: still in flight#58; (2) Data #35;1" in chart_mermaid(chart_of(*STILL_THERE))


def test_mermaid_lines_keep_their_form_with_hostile_texts() -> None:
    text = chart_mermaid(hostile_chart())
    plain = re.compile(r"([^;#:<>\"{}%]|#\d+;|<br/>)*")
    for line in text.splitlines()[1:]:
        head, separator, rest = line.partition(": ")
        if separator:
            assert re.fullmatch(r" +(acc\w+|\w+(->>|--x|-->>)\w+|Note over \w+(,\w+)?)", head), line
            assert plain.fullmatch(rest), line
            assert "--" not in rest
        else:
            assert re.fullmatch(r" +participant \w+ as [^;:]*", line), line
    assert plain_line(HOSTILE) in unescape(re.sub(r"#(\d+);", r"&#\1;", text))


def test_plantuml_draws_each_fate() -> None:
    lost = chart_plantuml(chart_of(*SENT_AND_LOST))
    assert lost.startswith("@startuml\n") and lost.endswith("@enduml\n")
    assert "\np0 -> n : (1) Data #1\n" in lost
    assert "\nn -->x p1 : (1) Data #1: lost\n" in lost


def test_plantuml_codes_whatever_has_a_meaning() -> None:
    lines = chart_plantuml(hostile_chart()).splitlines()
    assert lines.count("@startuml") == lines.count("@enduml") == 1
    for line in lines[2:-1]:
        rest = re.sub(r"<U\+[0-9A-F]{4,}>|\\n|#FFDDDD|^\w+ (->|-->|->x|-->x) \w+ :", "", line)
        if not line.startswith(("participant", "queue", "'")):
            assert not re.search(r"[<>\\\"%!\[\]{}|`]|\*\*|--", rest), line


# SVG


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_svg_names_itself_and_follows_the_theme() -> None:
    svg = chart_svg(chart_of(*DUPLICATED))
    root = ElementTree.fromstring(svg)
    ids = [element.get("id") for element in root if element.get("id")]
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", " ".join(map(str, ids)))
    assert root.get("viewBox") and root.get("width") is None
    assert root.findtext(f"{SVG}title") == "toy run"
    assert "3 messages" in (root.findtext(f"{SVG}desc") or "")
    assert "prefers-color-scheme:dark" in svg


def test_the_svg_draws_each_fate() -> None:
    assert "lost: Data #1" in texts(chart_svg(chart_of(*SENT_AND_LOST)))
    assert "duplicated: Data #1" in texts(chart_svg(chart_of(*DUPLICATED)))
    assert "still in flight: Data #1" in texts(chart_svg(chart_of(*STILL_THERE)))
    assert "Acknowledgement (discarded)" in texts(chart_svg(sequence_chart(run(nine_states(), *DISCARDED))))
    assert f"✗ {OFFENCE}" in texts(chart_svg(chart_of(*SENT_AND_LOST)))


@pytest.mark.parametrize("fragments", [SENT_AND_LOST, DUPLICATED, OVERTAKING, STILL_THERE])
def test_texts_of_the_svg_never_overlap(fragments: tuple[str, ...]) -> None:
    assert_apart(boxes_of_texts(ElementTree.fromstring(chart_svg(chart_of(*fragments)))))


def test_hostile_texts_stay_text_in_the_svg() -> None:
    root = ElementTree.fromstring(chart_svg(hostile_chart()))
    assert not list(root.iter(f"{SVG}script"))
    assert root.findtext(f"{SVG}title") == plain_line(HOSTILE)


def test_every_format_is_written_and_equal_on_a_second_run(tmp_path: Path) -> None:
    for suffix in ("svg", "mmd", "puml", "txt"):
        one, other = (
            render_chart(chart_of(*DUPLICATED), tmp_path / f"{number}.{suffix}").read_bytes() for number in (1, 2)
        )
        assert one == other and one


@pytest.mark.parametrize("steps", [9, 10, 120])
def test_the_number_of_the_offending_step_stands_inside_the_picture(steps: int) -> None:
    chart = chart_of("send: sends")
    made = tuple(replace(chart.steps[0], number=n, items=()) for n in range(1, steps + 1))
    longer = replace(chart, steps=made, messages=())
    boxes = boxes_of_texts(ElementTree.fromstring(chart_svg(longer)))
    numbers = [box for box in boxes if (box[4] or "").removeprefix("✗ ").isdigit()]
    assert [box[4] for box in numbers][-1] == f"✗ {steps}"
    assert min(box[0] for box in numbers) >= 0


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_an_image_is_as_large_as_the_chart_and_the_same_each_time(suffix: str, tmp_path: Path) -> None:
    for name, chart in (("plain", chart_of(*DUPLICATED)), ("hostile", hostile_chart())):
        one, other = (render_chart(chart, tmp_path / f"{name}-{n}.{suffix}").read_bytes() for n in (1, 2))
        assert one == other
        assert one.startswith(b"\x89PNG" if suffix == "png" else b"%PDF")
        if suffix == "png":
            sides = [int.from_bytes(one[start : start + 4], "big") for start in (16, 20)]
            _, _, *pixels = ElementTree.fromstring(chart_svg(chart)).get("viewBox", "").split()
            for side, length in zip(sides, pixels, strict=True):
                assert abs(side - 1.5 * float(length)) <= 20  # 144 dots per inch, 96 pixels of the chart


def test_an_image_holds_every_text_of_the_chart_in_its_place() -> None:
    for chart in (chart_of(*OVERTAKING), hostile_chart()):
        svg = chart_svg(chart)
        drawn = ElementTree.fromstring(graphviz_library.drawn(placed(svg), "svg", engine="nop2"))
        root = ElementTree.fromstring(svg)
        height = float(root.get("viewBox", "").split()[3])
        wanted = list(root.iter(f"{SVG}text"))
        found = list(drawn.iter(f"{SVG}text"))
        assert len(wanted) == len(found) > 5
        for one, other in zip(wanted, found, strict=True):
            assert plain_line(one.text or "") == plain_line(other.text or "")
            assert one.get("text-anchor") == other.get("text-anchor")
            assert abs(float(one.get("x", 0)) * 0.75 - float(other.get("x", 0))) < 1
            assert abs((float(one.get("y", 0)) - height) * 0.75 - float(other.get("y", 0))) < 4
        shapes = [element for kind in ("polygon", "ellipse", "polyline") for element in drawn.iter(f"{SVG}{kind}")]
        kinds = ("rect", "line", "circle", "polygon")
        assert len(shapes) >= sum(1 for kind in kinds for _ in root.iter(f"{SVG}{kind}"))
