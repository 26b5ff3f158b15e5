"""Where the texts of a sequence chart stand in its SVG."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float, str | None]  # left, right, top, bottom, text


def boxes_of_texts(root: ElementTree.Element) -> list[Box]:
    """A box around each text, as wide as its letters may be."""
    boxes: list[Box] = []
    for element in root.iter(f"{SVG}text"):
        x, y, width = float(element.get("x", 0)), float(element.get("y", 0)), len(element.text or "") * 7.9
        left = {"start": x, "middle": x - width / 2, "end": x - width}[element.get("text-anchor", "start")]
        boxes.append((left, left + width, y - 12, y + 3, element.text))
    return boxes


def assert_apart(boxes: list[Box]) -> None:
    for one, other in combinations(boxes, 2):
        apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
        assert apart, (one, other)
