"""Lines of a drawn picture that come near the boxes of states, or the words of rows, to which they do not lead."""

from __future__ import annotations

import json
from collections.abc import Iterator

from diagrams import graphviz_library
from diagrams.dot import LABEL_MARGIN, dot_text
from diagrams.state_diagram import Graph

CLEAR = 1.0  # points that lines keep from boxes
AIRY = 4.0  # points from which on nobody takes a line for one of a box's own
POINTS = 40  # of a curve that are looked at

Box = tuple[float, float, float, float]


def crowded(graph: Graph, clear: float = CLEAR) -> list[str]:
    """For each line too near to a box that is not at its ends, which line and which box, by their ids in DOT.

    clear: the points that it should keep from states; from words it is CLEAR.
    """
    drawn = json.loads(graphviz_library.drawn(dot_text(graph), "json"))
    nodes = [node for node in drawn["objects"] if "pos" in node]  # the others are groups of nodes
    names = {node["_gvid"]: node["name"] for node in nodes}
    boxes = {node["_gvid"]: _box(node, clear) for node in nodes}
    return [
        f"{names[edge['tail']]} -> {names[edge['head']]} is near {names[number]}"
        for edge in drawn.get("edges", ())
        if edge.get("style") != "invis"
        for number, (left, low, right, high) in boxes.items()
        if number not in (edge["tail"], edge["head"])
        and any(left < x < right and low < y < high for x, y in _curve(edge["pos"]))
    ]


def _box(node: dict[str, str], clear: float) -> Box:
    """Around a state, or around the words of a row on an edge."""
    (x, y), width, height = _point(node["pos"]), 36 * float(node["width"]), 36 * float(node["height"])
    if node["name"].startswith("e"):
        across, down = (72 * float(part) for part in LABEL_MARGIN.split(","))
        width, height, clear = width - across, height - down, CLEAR
    return x - width - clear, y - height - clear, x + width + clear, y + height + clear


def _point(text: str) -> tuple[float, float]:
    x, y = text.split(",")
    return float(x), float(y)


def _curve(positions: str) -> Iterator[tuple[float, float]]:
    """Points of a line of Bezier curves, without its arrowheads."""
    points = [_point(text) for text in positions.split() if text[0] not in "es"]
    for first in range(0, len(points) - 3, 3):
        a, b, c, d = points[first : first + 4]
        for number in range(POINTS + 1):
            t = number / POINTS
            u = 1 - t
            weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
            yield (sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                   sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)))  # fmt: skip
