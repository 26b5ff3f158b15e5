"""`dsmip diagram trace`: a saved run as a picture."""

from __future__ import annotations

from pathlib import Path

from diagrams.folding import folded
from diagrams.rendering import render_chart
from dsmip.charts import chart_of
from dsmip.console import say
from dsmip.trace_files import stored_run, story_of, words_of_setup


def draw_trace(file: Path, target: Path, unfold: bool = False) -> None:
    stored, trace = stored_run(file)
    title, offence = story_of(stored, trace)
    chart = chart_of(trace, title=f"{title} ({words_of_setup(stored)})", offence=offence)
    say(f"written: {render_chart(chart if unfold else folded(chart), target)}")
