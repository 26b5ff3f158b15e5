"""A sequence chart as PNG or PDF: what `chart_svg` draws, handed to the Graphviz library with every place fixed.
Shapes are a background in its drawing language, texts are nodes; rounded corners become square ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from diagrams import graphviz_library
from diagrams.chart import Chart
from diagrams.chart_svg import LETTER, STYLE, chart_svg
from diagrams.labels import columns_of
from diagrams.palette import FONT
from diagrams.svg_accessibility import SVG

POINTS = 0.75  # in a pixel
LETTER_SIZE = 14.0  # of a text whose rule says nothing else, in pixels
BASELINE = 0.33  # how far below the middle of a line its letters stand, by their size
SHAPES = ("rect", "line", "circle", "polygon")

Rules = dict[str, str]


def chart_image(chart: Chart, image_format: str) -> bytes:
    """The chart as "png" or "pdf", on one page as large as the chart. Raises DiagramError."""
    return graphviz_library.drawn(placed(chart_svg(chart)), image_format, engine="nop2")


def placed(svg: str) -> str:
    """The DOT text of a chart's SVG, for a layout engine that leaves everything in its place."""
    root = ElementTree.fromstring(svg)
    _, _, width, height = (float(number) for number in root.get("viewBox", "").split())
    writing = _Writing(height, _rules())
    background = " ".join(writing.shape(element) for element in root if _tag(element) in SHAPES)
    texts = [writing.text(number, element) for number, element in enumerate(root.iter(f"{{{SVG}}}text"))]
    page = (f'page [pos="{_n(width / 2)},{_n(height / 2)}", shape=box, style=invis, fixedsize=true, label="",'
            f" width={width * POINTS / 72:.4f}, height={height * POINTS / 72:.4f}];")  # fmt: skip
    return "\n".join([f'digraph chart {{ graph [pad=0, margin=0, bgcolor="#ffffff", _background="{background}"];',
                      page, *texts, "}\n"])  # fmt: skip


class _Writing:
    """height: of the picture; here it is measured upwards. rules: of the classes, in a light theme."""

    def __init__(self, height: float, rules: dict[str, Rules]) -> None:
        self.height = height
        self.rules = rules

    def _at(self, x: float, y: float) -> str:
        return f"{_n(x)} {_n(self.height - y)}"

    def _rule(self, element: Element) -> Rules:
        return self.rules.get(element.get("class", ""), {})

    def shape(self, element: Element) -> str:
        rule = self._rule(element)
        fill, stroke = rule.get("fill", "none"), rule.get("stroke", "none")
        dashes = element.get("stroke-dasharray") or rule.get("stroke-dasharray", "")
        style = "solid" if not dashes else "dotted" if dashes.startswith("2") else "dashed"
        width = f"setlinewidth({float(rule.get('stroke-width', 1)) * POINTS:.2f})"
        pen = f"{_string('S', style)} {_string('S', width)} {_string('c', fill if stroke == 'none' else stroke)}"
        number = {name: float(value) for name, value in element.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
        match _tag(element):
            case "line":
                return f"{pen} L 2 {self._at(number['x1'], number['y1'])} {self._at(number['x2'], number['y2'])}"
            case "circle":
                radius = _n(number["r"])
                return f"{pen} {_string('C', fill)} E {self._at(number['cx'], number['cy'])} {radius} {radius}"
            case "rect":
                left, top = number["x"], number["y"]
                right, bottom = left + number["width"], top + number["height"]
                corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            case _:
                pairs = (pair.split(",") for pair in element.get("points", "").split())
                corners = [(float(x), float(y)) for x, y in pairs]
        return f"{pen} {_string('C', fill)} P {len(corners)} {' '.join(self._at(*corner) for corner in corners)}"

    def text(self, number: int, element: Element) -> str:
        rule, words = self._rule(element), element.text or ""
        size = float(rule.get("font-size", f"{LETTER_SIZE}px").removesuffix("px"))
        bold = " bold" if rule.get("font-weight") == "bold" else ""
        colour = rule.get("fill", self.rules["text"]["fill"])
        width = columns_of(words) * LETTER * 1.2 + 10
        shift, end = {"start": (width / 2, "\\l"), "middle": (0.0, "\\n"), "end": (-width / 2, "\\r")}[
            element.get("text-anchor", "start")
        ]
        x, y = float(element.get("x", 0)) + shift, float(element.get("y", 0)) - size * BASELINE
        label = words.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
        return (f'w{number} [pos="{self._at(x, y).replace(" ", ",")}", shape=plaintext, margin=0, fixedsize=true,'
                f' width={width * POINTS / 72:.4f}, height={1.4 * size * POINTS / 72:.4f}, label="{label}{end}",'
                f' fontsize={_n(size)}, fontname="{FONT}{bold}", fontcolor="{colour}"];')  # fmt: skip


def _rules() -> dict[str, Rules]:
    """The rules of the light theme, by class; "text" for all texts."""
    found: dict[str, Rules] = {}
    for names, body in _blocks(STYLE.partition("@media")[0]):
        for name in names.split(","):
            pairs = (part.partition(":") for part in body.split(";") if part)
            found.setdefault(name.strip().removeprefix("."), {}).update({key: value for key, _, value in pairs})
    return found


def _blocks(style: str) -> Iterator[tuple[str, str]]:
    for block in re.finditer(r"([^{}]+)\{([^}]*)\}", style):
        yield block[1], block[2]


def _string(operation: str, text: str) -> str:
    return f"{operation} {len(text)} -{text}"


def _tag(element: Element) -> str:
    return element.tag.removeprefix(f"{{{SVG}}}")


def _n(value: float) -> str:
    """Pixels as points."""
    return f"{value * POINTS:.2f}".rstrip("0").rstrip(".")
