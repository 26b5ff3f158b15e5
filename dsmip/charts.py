"""Sequence charts as this program draws them: short names, minor variables hidden, what lies on the way shown."""

from __future__ import annotations

from checker.trace import Trace
from diagrams.sequence_chart import Chart, sequence_chart
from dsmip.labels import SHORT_NAMES, hidden_in, way_in


def chart_of(trace: Trace, *, title: str = "", offence: str = "") -> Chart:
    """The chart of a run of the handover. offence: what it violates. Raises DiagramError."""
    return sequence_chart(
        trace, title=title, short_names=SHORT_NAMES, hidden=hidden_in(trace.system), offence=offence,
        way=way_in(trace.system),
    )  # fmt: skip
