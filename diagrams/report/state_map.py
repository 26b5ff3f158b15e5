"""A machine as pictures to be lit step by step: a small map of its control states, and its diagram with rows.
Nodes, edges and rows carry what a page needs to find them; colours come from the page's style sheet."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from diagrams import graphviz_library
from diagrams.dot import ROW_LINK, dot_text, escaped, named_edges
from diagrams.labels import display_name, plain_line, wrapped
from diagrams.palette import BLUE, FONT
from diagrams.state_diagram import Graph, NodeKind, machine_diagram, told_entered
from diagrams.state_svg import row_title
from diagrams.svg_accessibility import SVG, XLINK, document
from model.language.systems import ResolvedMachine, System

NAME_WIDTH = 18
NEVER = "never entered here"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
USUAL = {"text-anchor": "start", "font-size": "11.00"}  # what is inherited need not be said
PAINT = (SPACE, "fill", "stroke", "stroke-width", "font-family", "text-decoration", "id")
COORDINATES = ("d", "points", "x", "y", "cx", "cy", "rx", "ry")
NUMBER = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True)
class StateMap:
    """svg: an element for a page. diagram: another, with the rows on its edges, found by `data-row`.

    nodes: state -> "s0". groups: a node that stands for several -> their nodes.
    """

    svg: str
    diagram: str
    nodes: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]


def has_map(machine: ResolvedMachine) -> bool:
    """Whether a map says anything: there are at least two states."""
    return len(machine.states) > 1


def state_map(system: System, name: str) -> StateMap:
    """The map of one machine of a system. Raises DiagramError for an unknown name."""
    machine = system.machine(name)
    graph = told_entered(machine_diagram(system, name))
    states = [node for node in graph.nodes if node.kind is NodeKind.STATE]
    nodes = {state: node.id for state, node in zip(machine.states, states, strict=True)}
    svg = _painted_by_the_page(_dot(graph), graph, "state-map")
    diagram = _painted_by_the_page(dot_text(graph, linked=True, headed=False), graph, "machine-diagram")
    return StateMap(svg, diagram, nodes, _groups(machine, graph, nodes))


def _groups(machine: ResolvedMachine, graph: Graph, nodes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Which states each group node stands for: those of the rows on the edges that leave it."""
    names = {node: state for state, node in nodes.items()}
    groups = [node.id for node in graph.nodes if node.kind is NodeKind.GROUP]
    found: dict[str, tuple[str, ...]] = {}
    for edge in graph.edges:
        if edge.source in groups and edge.source not in found:
            titles, dest = {row.label for row in edge.rows}, names[edge.dest]
            states = max((row.states for row in machine.rows if row.dest == dest and plain_line(row.title) in titles),
                         key=len)  # fmt: skip
            found[edge.source] = tuple(nodes[state] for state in machine.states if state in states)
    return found


def _dot(graph: Graph) -> str:
    lines = [
        "digraph map {",
        "  graph [rankdir=TB, nodesep=0.22, ranksep=0.28, pad=0.05];",
        f'  node [shape=box, style=rounded, fontname="{FONT}", fontsize=11, margin="0.1,0.045", height=0.3];',
        "  edge [arrowsize=0.55];",
    ]
    for node in graph.nodes:
        if node.kind is NodeKind.START:
            lines.append(f'  {node.id} [shape=circle, width=0.1, height=0.1, fixedsize=true, label=""];')
        else:
            name = "<BR/>".join(escaped(line) for line in wrapped(node.name, NAME_WIDTH, 4))
            if not node.entered:
                name += f'<BR/><FONT POINT-SIZE="9">{NEVER}</FONT>'
            dashed = ', style="rounded,dashed"' if node.kind is NodeKind.GROUP else ""
            lines.append(f"  {node.id} [label=<{name}>{dashed}];")
    lines += [f"  {edge.source} -> {edge.dest};" for edge in graph.edges if edge.source != edge.dest]
    return "\n".join([*lines, "}", ""])


def _painted_by_the_page(dot: str, graph: Graph, kind: str) -> str:
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(graphviz_library.drawn(dot, "svg"))
    kinds = {node.id: node.kind.value for node in graph.nodes}
    names = {node.id: node.name for node in graph.nodes}
    never = {node.id for node in graph.nodes if not node.entered}
    ends = {name: (edge.source, edge.dest) for name, edge in named_edges(graph)}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}polygon" and parent.get("class") == "graph":  # the paper
                parent.remove(child)
    for element in root.iter(f"{{{SVG}}}g"):
        title = element.findtext(f"{{{SVG}}}title") or ""
        match element.get("class"):
            case "node" if title in ends:
                _mark(element, _ends("label", *ends[title]), "")
            case "node":
                more, said = (" never", f", {NEVER}") if title in never else ("", "")
                _mark(element, {"class": f"node {kinds[title]}{more}", "data-node": title}, names[title] + said)
            case "edge":
                source, _, dest = title.partition("->")
                source, dest = ends.get(dest) or ends.get(source) or (source, dest)
                words = "starts in" if kinds[source] == "start" else f"{names[source]} →"
                _mark(element, _ends("edge", source, dest), f"{words} {names[dest]}")
            case _:
                _mark(element, {}, "")
    for element in root.iter(f"{{{SVG}}}a"):
        row = graph.rows[int((element.get(f"{{{XLINK}}}href") or "").removeprefix(ROW_LINK))]
        element.attrib.clear()
        element.tag = f"{{{SVG}}}g"
        element.set("class", "row")
        element.set("data-row", row.name)
        ElementTree.SubElement(element, f"{{{SVG}}}title").text = row_title(row)
    for element in root.iter():
        if element.tag == f"{{{SVG}}}text" and element.get("fill") == BLUE:
            element.set("class", "trigger")
        for name, value in element.attrib.items():
            if name in COORDINATES:
                element.set(name, NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), value))
        for attribute in PAINT:
            element.attrib.pop(attribute, None)
        for attribute, value in USUAL.items():
            if element.get(attribute) == value:
                del element.attrib[attribute]
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("class", kind)
    root.set("font-size", "11")
    root.set("role", "img")
    root.set("aria-label", f"{kind.replace('-', ' ')} of {display_name(graph.machine)}")
    root.set("data-width", f"{width:.0f}")
    return _without_prologue(document(root))


def _ends(kind: str, source: str, dest: str) -> dict[str, str]:
    return {"class": kind, "data-from": source, "data-to": dest}


def _mark(element: ElementTree.Element, attributes: Mapping[str, str], title: str) -> None:
    for attribute, value in attributes.items():
        element.set(attribute, value)
    child = element.find(f"{{{SVG}}}title")
    if child is not None and title:
        child.text = title
    elif child is not None:
        element.remove(child)


def _without_prologue(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())


class StateMaps:
    """The maps of many systems; those that look alike are kept once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._by_table: dict[object, int] = {}
        self.all: list[StateMap] = []

    def number(self, system: System, machine: ResolvedMachine) -> int | None:
        """Where in `all` the map of a machine is; None if it has no use."""
        if not has_map(machine):
            return None
        initial = tuple(v.initial for v in system.variables if v.name == f"{machine.name}.state")
        rows = tuple((row.title, row.trigger.key, row.states, row.dest, row.place) for row in machine.rows)
        table = (machine.name, machine.states, initial, rows)
        if table not in self._by_table:
            drawn = state_map(system, machine.name)
            if drawn.diagram not in self._numbers:
                self._numbers[drawn.diagram] = len(self.all)
                self.all.append(drawn)
            self._by_table[table] = self._numbers[drawn.diagram]
        return self._by_table[table]

    def as_data(self) -> dict[str, object]:
        """all: where each map's picture is, and its nodes and groups. diagrams: theirs, a JSON list, packed (gzip)."""
        pictures = {svg: number for number, svg in enumerate(dict.fromkeys(entry.svg for entry in self.all))}
        return {
            "all": [
                {"picture": pictures[entry.svg], "nodes": dict(entry.nodes),
                 "groups": {name: list(nodes) for name, nodes in entry.groups.items()}}
                for entry in self.all
            ],
            "pictures": list(pictures),
            "diagrams": _packed([entry.diagram for entry in self.all]),
        }  # fmt: skip


def _packed(texts: list[str]) -> str:
    """Equal texts give an equal packet: it bears no time."""
    return b64encode(gzip.compress(json.dumps(texts).encode(), mtime=0)).decode()

