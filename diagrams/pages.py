"""Pictures for paper: an overview on one sheet, a trigger in detail on one page; what could not be read on a
page becomes several, split by the states from which its rows start. Sizes are measured: layouts are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from diagrams.clearance import AIRY, crowded
from diagrams.dot import dot_text
from diagrams.graphviz_library import extent
from diagrams.state_diagram import Chosen, Graph, TableRow

MARGIN = 0.2  # inches; printers reach that far
SHEET = (11.2 * 72, 7.8 * 72)  # points of an A4 page on its side, within these margins
SMALL = 0.58  # letters of an overview drawn at this scale can still be read
SMALLEST = 0.52  # at this one they can, not with joy
SMALL_DETAIL = 0.58  # of a detailed picture, whose letters are of 10 points
NARROWER = (34, 30, 28, 26)  # letters in a line of its labels
SHAPES = ((46, 2), (46, 3), (54, 2), (62, 2), (72, 2), (72, 3))  # letters in a line of a detail, and its columns

Drawing = Callable[[Chosen, str], Graph]


def pages(rows: Sequence[TableRow], chosen: Chosen, subject: str, drawing: Drawing) -> list[Graph]:
    """The rows that `chosen` takes, as graphs that each can be read on a page of A4, or hold one row only.

    drawing: makes the graph of some rows, about a subject; of several pages each says which it is.
    """
    whole = _on_a_page(drawing(chosen, subject))
    if _fits(whole):
        return [whole]
    left, parts = _by_source([entry for entry in rows if chosen(entry)]), []
    while left:
        count = _largest(left, subject, drawing)
        parts.append(left[:count])
        left = left[count:]
    return [
        _on_a_page(drawing(_among(part), _page(subject, number, len(parts))))
        for number, part in enumerate(parts, start=1)
    ]


def _page(subject: str, number: int, count: int) -> str:
    page = f"page {number} of {count}"
    return f"{subject} ({page})" if subject else page


def scale(graph: Graph, *, turned: bool = False) -> float:
    """The scale at which a graph fills a sheet of A4 on its side, or as it fits better if it may be turned."""
    width, height = extent(dot_text(graph))
    sheets = (SHEET, SHEET[::-1]) if turned else (SHEET,)
    return max(min(across / width, down / height) for across, down in sheets)


def on_a_sheet(overview: Graph) -> Graph:
    """An overview, with labels in more lines or with more room if this makes it larger on a sheet, or keeps lines
    away from what they do not lead to."""
    shapes = [overview, replace(overview, roomy=True),
              *(replace(overview, label_width=width) for width in NARROWER)]  # fmt: skip
    ranked = []
    for number, shape in enumerate(shapes):
        near, size = crowded(shape, AIRY), scale(shape)
        if not near and size >= SMALL:
            return shape
        crossed = len(crowded(shape)) if near else 0
        ranked.append((size < SMALLEST, crossed, size < SMALL, len(near), -size, number))
    return shapes[min(ranked)[-1]]


def _on_a_page(detail: Graph) -> Graph:
    """A detailed picture, in columns and with longer lines if it is larger then on a page: the largest of those
    in which no line comes near what it does not lead to, else the largest."""
    if not detail.trigger or scale(detail, turned=True) >= 1:
        return detail
    shapes = (replace(detail, label_width=width, columns=columns) for width, columns in SHAPES)
    by_size = sorted((detail, *shapes), key=lambda graph: scale(graph, turned=True), reverse=True)
    return next((graph for graph in by_size if not crowded(graph)), by_size[0])


def _by_source(rows: Sequence[TableRow]) -> list[TableRow]:
    """Rows of the same states together, in the order in which these first occur."""
    order = {states: number for number, states in enumerate(dict.fromkeys(entry.row.states for entry in rows))}
    return sorted(rows, key=lambda entry: order[entry.row.states])


def _largest(rows: Sequence[TableRow], subject: str, drawing: Drawing) -> int:
    """How many of the first rows make a page. It ends between two groups of states if that leaves it half full."""
    fits, too_many = 1, len(rows) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _fits(replace(drawing(_among(rows[:middle]), _page(subject, 1, 9)), columns=2)):
            fits = middle
        else:
            too_many = middle
    ends = [n for n in range(fits, fits // 2, -1) if n == len(rows) or rows[n - 1].row.states != rows[n].row.states]
    return ends[0] if ends else fits


def _among(rows: Sequence[TableRow]) -> Chosen:
    these = {id(entry) for entry in rows}
    return lambda entry: id(entry) in these


def _fits(graph: Graph) -> bool:
    return scale(graph, turned=True) >= SMALL_DETAIL
