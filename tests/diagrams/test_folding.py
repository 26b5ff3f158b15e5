"""Charts of long runs: repeated blocks are drawn once, and nothing is lost that the reader must see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.trace import replay
from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_text
from diagrams.folding import folded
from diagrams.rendering import render_chart
from diagrams.sequence_chart import Arrival, Chart, Note, sequence_chart
from model.language.interpretation import Interpretation
from tests.diagrams.runs import OVERTAKING, SENT_AND_LOST, run
from tests.toys import toy_system

ROUND = ("send: sends", "receives Data: new", "Acknowledgement: accepted")


def long_chart(rounds: int, *after: str, offence: str = "P: broken") -> Chart:
    return sequence_chart(run(toy_system(), *ROUND * rounds, *after), offence=offence)


def test_a_repeated_block_is_drawn_once_and_says_how_often() -> None:
    chart = long_chart(9, "switch: flip")
    short = folded(chart)
    assert [step.number for step in short.steps] == [1, 2, 3, 4, 28]
    note = short.steps[3].items[0]
    assert isinstance(note, Note)
    assert note.text == "steps 4 to 27: as steps 1 to 3, 8 more times"
    assert short.count == chart.count == 28
    assert short.offending == 28
    for text in (chart_text(short), chart_svg(short), chart_mermaid(short), chart_plantuml(short)):
        assert "4 to 27" in text
    assert len(chart_text(short)) < len(chart_text(chart)) / 2


def test_the_last_step_and_the_start_of_a_loop_are_never_folded_away() -> None:
    chart = long_chart(9)
    assert folded(chart).steps[-1] == chart.steps[-1]
    loop = replace(chart, loop=15)
    assert 15 in [step.number for step in folded(loop).steps]


def test_messages_on_their_way_into_a_block_keep_it_unfolded() -> None:
    short = folded(long_chart(5, "switch: flip"))
    drawn = {step.number for step in short.steps if step.name}
    for message in short.messages:
        assert (message.sent_at in drawn) == (message.ended_at in drawn)


def test_short_runs_stay_as_they_are() -> None:
    for steps in (SENT_AND_LOST, OVERTAKING):
        chart = sequence_chart(run(toy_system(), *steps))
        assert folded(chart) is chart


def test_the_offending_step_is_marked() -> None:
    chart = sequence_chart(run(toy_system(), *SENT_AND_LOST), offence="P: broken")
    marked = [line for line in chart_text(chart).splitlines() if line.startswith("2✗")]
    assert len(marked) == 1
    assert ">✗ 2<" in chart_svg(chart)
    assert "2✗" not in chart_text(replace(chart, offence=""))


def test_a_message_overtaken_by_a_newer_one_arrives_late() -> None:
    chart = sequence_chart(run(toy_system(reordering=True), "send: sends", "repeat: repeats", "Data: new"))
    arrivals = [item for step in chart.steps for item in step.items if isinstance(item, Arrival)]
    assert ["(late)" in item.label for item in arrivals] == [chart.message(arrivals[0].message).sent_at == 1]


def test_what_the_start_leaves_open_is_told() -> None:
    system = toy_system()
    place = next(index for index, entry in enumerate(system.variables) if not entry.ghost and entry.domain.size > 1
                 and not entry.name.endswith(".state"))  # fmt: skip
    variable = system.variables[place]
    others = tuple(variable.domain.decode(code) for code in range(variable.domain.size))[:2]
    either = replace(system, variables=tuple(
        replace(entry, initial=others) if index == place else entry for index, entry in enumerate(system.variables)
    ))  # fmt: skip
    for state in Interpretation(either).initial_states():
        notes = [note.text for note in sequence_chart(replay(either, "start", state, [])).start]
        assert any(text.startswith("chosen at the start: ") for text in notes)
    assert not any("chosen" in note.text for note in sequence_chart(run(system)).start)


@pytest.mark.parametrize("suffix", ["svg", "mmd", "puml", "txt"])
def test_charts_are_equal_on_a_second_run(suffix: str, tmp_path: Path) -> None:
    one, other = (render_chart(folded(long_chart(4)), tmp_path / f"{n}.{suffix}").read_bytes() for n in (1, 2))
    assert one == other
