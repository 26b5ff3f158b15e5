"""`dsmip diagram trace`: a saved run as a picture."""

from __future__ import annotations

from pathlib import Path

from diagrams.folding import folded
from diagrams.rendering import render_chart
from diagrams.sequence_chart import sequence_chart
from dsmip.console import say
from dsmip.labels import SHORT_NAMES, hidden_in
from dsmip.trace_files import stored_run, title_of


def draw_trace(file: Path, target: Path, unfold: bool = False) -> None:
    stored, trace = stored_run(file)
    chart = sequence_chart(
        trace, title=title_of(stored), short_names=SHORT_NAMES, hidden=hidden_in(trace.system), offence=title_of(stored)
    )
    say(f"written: {render_chart(chart if unfold else folded(chart), target)}")
