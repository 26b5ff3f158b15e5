"""`dsmip diagram trace`: a saved run as a picture."""

from __future__ import annotations

from pathlib import Path

from diagrams.folding import folded
from diagrams.rendering import render_chart
from dsmip.charts import chart_of
from dsmip.console import say
from dsmip.trace_files import stored_run, title_of, words_of_setup


def draw_trace(file: Path, target: Path, unfold: bool = False) -> None:
    stored, trace = stored_run(file)
    title = f"{title_of(stored)} ({words_of_setup(stored)})"
    chart = chart_of(trace, title=title, offence=title_of(stored))
    say(f"written: {render_chart(chart if unfold else folded(chart), target)}")
