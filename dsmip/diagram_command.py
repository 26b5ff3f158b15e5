"""`dsmip diagram`: machines and traces as pictures."""

from __future__ import annotations

from pathlib import Path

from diagrams.rendering import render, render_chart
from diagrams.sequence_chart import sequence_chart
from diagrams.state_diagram import Level, machine_diagram
from dsmip.console import say
from dsmip.labels import SHORT_NAMES, hidden_in
from dsmip.trace_files import stored_run, title_of
from model.handover import handover
from model.readings import reading
from model.scenarios import load


def draw_machine(
    name: str, target: Path, scenario: str, reading_name: str, choices: list[str], detail: bool
) -> None:
    system = handover(load(scenario), reading(reading_name, choices))
    level = Level.DETAIL if detail else Level.OVERVIEW
    say(f"written: {render(machine_diagram(system, name, level), target)}")


def draw_trace(file: Path, target: Path) -> None:
    stored, trace = stored_run(file)
    chart = sequence_chart(
        trace, title=title_of(stored), short_names=SHORT_NAMES, hidden=hidden_in(trace.system), offence=title_of(stored)
    )
    say(f"written: {render_chart(chart, target)}")
