"""Pictures for paper: an overview on one sheet; a detailed picture that is taller than a page becomes several,
split by the states from which its rows start. Sizes are measured: layouts are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from diagrams.dot import dot_text
from diagrams.graphviz_library import extent
from diagrams.state_diagram import Chosen, Graph, TableRow

HEIGHT = 800  # points; an A4 page is 842 high
MARGIN = 0.2  # inches; printers reach that far
SHEET = (11.2 * 72, 7.8 * 72)  # points of an A4 page on its side, within these margins
SMALL = 0.6  # letters of an overview drawn at this scale can still be read
NARROWER = (34, 30, 28, 26)  # letters in a line of its labels

Drawing = Callable[[Chosen, str], Graph]


def pages(rows: Sequence[TableRow], chosen: Chosen, subject: str, drawing: Drawing) -> list[Graph]:
    """The rows that `chosen` takes, as graphs that are each at most a page high, or hold one row only.

    drawing: makes the graph of some rows, about a subject; of several pages each says which it is.
    """
    whole = drawing(chosen, subject)
    if _fits(whole):
        return [whole]
    left, parts = _by_source([entry for entry in rows if chosen(entry)]), []
    while left:
        count = _largest(left, subject, drawing)
        parts.append(left[:count])
        left = left[count:]
    return [
        drawing(_among(part), f"{subject} ({number} of {len(parts)})" if subject else f"{number} of {len(parts)}")
        for number, part in enumerate(parts, start=1)
    ]


def scale(graph: Graph) -> float:
    """The scale at which a graph fills a sheet of A4 on its side."""
    width, height = extent(dot_text(graph))
    return min(SHEET[0] / width, SHEET[1] / height)


def on_a_sheet(overview: Graph) -> Graph:
    """An overview, with labels in more lines if it is so wide that this makes it larger on a sheet."""
    if scale(overview) >= SMALL:
        return overview
    return max((overview, *(replace(overview, label_width=width) for width in NARROWER)), key=scale)


def _by_source(rows: Sequence[TableRow]) -> list[TableRow]:
    """Rows of the same states together, in the order in which these first occur."""
    order = {states: number for number, states in enumerate(dict.fromkeys(entry.row.states for entry in rows))}
    return sorted(rows, key=lambda entry: order[entry.row.states])


def _largest(rows: Sequence[TableRow], subject: str, drawing: Drawing) -> int:
    """How many of the first rows make a page. It ends between two groups of states if that leaves it half full."""
    fits, too_many = 1, len(rows) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _fits(drawing(_among(rows[:middle]), f"{subject} (1 of 9)")):
            fits = middle
        else:
            too_many = middle
    ends = [n for n in range(fits, fits // 2, -1) if n == len(rows) or rows[n - 1].row.states != rows[n].row.states]
    return ends[0] if ends else fits


def _among(rows: Sequence[TableRow]) -> Chosen:
    these = {id(entry) for entry in rows}
    return lambda entry: id(entry) in these


def _fits(graph: Graph) -> bool:
    return extent(dot_text(graph))[1] <= HEIGHT
