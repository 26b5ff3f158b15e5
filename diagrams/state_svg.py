"""A state diagram as SVG: every state and every row is an element that a page can find, with a title
that says where the row comes from, and, in a file of its own, a link to the source and the clause."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from diagrams import graphviz_library
from diagrams.dot import ROW_LINK, dot_text, titles
from diagrams.labels import plain_line
from diagrams.palette import DARK
from diagrams.row_text import Mark, RowText
from diagrams.state_diagram import Graph, Node, NodeKind
from diagrams.svg_accessibility import SVG, XLINK, finished, parsed, set_titles

SPECIFICATION = "https://www.3gpp.org/dynareport/24303.htm"  # all versions of TS 24.303


@dataclass(frozen=True)
class Links:
    """Where the parts of a picture lead. source: the address of a place such as "model/home_agent.py:12",
    None for no link. identify: whether states get ids, which a page can have once only."""

    source: Callable[[str], str | None]
    identify: bool = True


def slug(text: str) -> str:
    """A name as part of an id: letters, digits and "-" only."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def graph_svg(graph: Graph, *, links: Links | None = None) -> str:
    """A state diagram as accessible SVG.

    A state's element has `data-state` and, with links, the id "state-<machine>-<state>"; a row's has
    `data-row`, `data-clause`, `data-source`. links: for a picture that stands alone; without them it has no
    ids, so that a page can show several.
    """
    root = parsed(graphviz_library.drawn(dot_text(graph, linked=True), "svg"))
    rows, nodes = graph.rows, {node.id: node for node in graph.nodes}
    taken: set[str] = set()
    for element in root.iter(f"{{{SVG}}}g"):
        node = nodes.get(element.findtext(f"{{{SVG}}}title") or "")
        if element.get("class") == "node" and node is not None:
            _name_state(element, node, graph.machine, taken if links and links.identify else None)
    set_titles(root, titles(graph))
    for element in list(root.iter(f"{{{SVG}}}a")):
        number = (element.get(f"{{{XLINK}}}href") or "").removeprefix(ROW_LINK)
        _name_row(element, rows[int(number)], links)
    return finished(root, graph.title, graph.description, DARK)


def row_title(row: RowText, *, full: bool = False) -> str:
    """A row in one line: what it is, where it is written, which requirements it realises; full: guard, effects."""
    mark = "" if row.mark in (Mark.PLAIN, Mark.FADED) else row.mark.value
    parts = [f"{row.trigger}: {row.label}", mark, row.note, f"clause {row.clause}" if row.clause else "",
             ", ".join(row.requirements), row.place]  # fmt: skip
    if full:
        parts += [f"if {row.guard}" if row.guard else "", *row.effects]
    return plain_line(" · ".join(part for part in parts if part))


def _name_state(element: ElementTree.Element, node: Node, machine: str, taken: set[str] | None) -> None:
    if node.kind is NodeKind.START:
        return
    element.set("data-machine", plain_line(machine))
    element.set("data-state" if node.kind is NodeKind.STATE else "data-states", node.name)
    if taken is not None and node.kind is NodeKind.STATE:
        name = f"state-{slug(machine)}-{slug(node.name)}"
        unique = next(text for text in (name, *(f"{name}-{n}" for n in range(2, 1000))) if text not in taken)
        taken.add(unique)
        element.set("id", unique)


def _name_row(element: ElementTree.Element, row: RowText, links: Links | None) -> None:
    """Turn Graphviz's link around a row into a group, or into links to its source and its clause."""
    element.attrib.clear()
    address = links.source(row.place) if links and row.place else None
    element.tag = f"{{{SVG}}}a" if address else f"{{{SVG}}}g"
    if address:
        element.set("href", address)
    element.set("class", "row" if row.mark is Mark.PLAIN else f"row {row.mark.name.lower()}")
    for name, value in (("row", row.label), ("trigger", row.trigger), ("clause", row.clause), ("source", row.place)):
        if value:
            element.set(f"data-{name}", value)
    title = ElementTree.Element(f"{{{SVG}}}title")
    title.text = row_title(row, full=links is not None)
    element.insert(0, title)
    if links:
        for text in list(element.iter(f"{{{SVG}}}text")):
            if row.clause and text.text == f"clause {row.clause}":
                _link_clause(element, text)


def _link_clause(row: ElementTree.Element, text: ElementTree.Element) -> None:
    """Links do not nest: the words of the clause move out of the row's link, into one of their own."""
    row.remove(text)
    link = ElementTree.Element(f"{{{SVG}}}a", {"href": SPECIFICATION, "class": "clause"})
    link.append(text)
    address = row.get("href")
    if address is None:
        row.append(link)
        return
    inner = ElementTree.Element(f"{{{SVG}}}a", {"href": address})
    for child in list(row):
        if child.tag != f"{{{SVG}}}title":
            row.remove(child)
            inner.append(child)
    del row.attrib["href"]
    row.tag = f"{{{SVG}}}g"
    row.append(inner)
    row.append(link)
