"""The steps of a run in a few lines each: what a sequence chart shows, as text."""

from __future__ import annotations

from diagrams.labels import plain_line
from diagrams.sequence_chart import NETWORK, Arrival, Chart, ChartStep, Copying, Departure, Ending, Fate, Note, Signal

Line = tuple[str, str, str]  # kind (a chart's notes; sent, received, lost, copied), who, what


def lines_of(chart: Chart, step: ChartStep) -> list[Line]:
    """What happens in one step of a chart, in order; each text on one line."""
    return [(kind, plain_line(who), plain_line(what)) for kind, who, what in _lines(chart, step)]


def _lines(chart: Chart, step: ChartStep) -> list[Line]:
    lines: list[Line] = []
    for item in step.items:
        match item:
            case Note(kind, None, text):
                who, separator, what = text.partition(": ")
                lines.append((kind.value, who, what) if separator else (kind.value, "", text))
            case Note(kind, lifeline, text):
                lines.append((kind.value, lifeline or "", text))
            case Signal(source, _, text):
                lines.append(("action", source, text))
            case Departure(number, translated):
                message = chart.message(number)
                lost = f" ({message.fate.value})" if message.fate is Fate.NO_ROOM else ""
                lines.append(("sent", message.sender, f"{message.label}{lost}"))
                if translated:
                    lines.append(("changes", chart.translator, f"rewrites it: {translated}"))
            case Arrival(number, label, translated):
                message = chart.message(number)
                if translated:
                    lines.append(("changes", chart.translator, f"rewrites {translated}"))
                refused = " (discarded)" if message.fate is Fate.DISCARDED else ""
                lines.append(("received", message.receiver or "", f"{label}{refused}"))
            case Ending(number):
                message = chart.message(number)
                lines.append(("lost", NETWORK, f"{message.title} {_verb(message.fate)}"))
            case Copying(number, _):
                lines.append(("copied", NETWORK, f"{chart.message(number).title} is duplicated"))
    return lines


def _verb(fate: Fate) -> str:
    return "is lost" if fate is Fate.LOST else fate.value
