"""Detailed pictures of at most a page: what is taller is split by the states from which its rows start.
Heights are measured, not guessed: the layout of each page is tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diagrams.dot import dot_text
from diagrams.graphviz_library import extent
from diagrams.state_diagram import Chosen, Graph, TableRow

HEIGHT = 800  # points; an A4 page is 842 high

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
