"""A machine as a small map of its control states, made to be lit step by step: nodes and edges carry
what a page needs to find them, colours come from the page's style sheet, edges have no labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from diagrams import graphviz_library
from diagrams.dot import escaped
from diagrams.labels import plain_line, wrapped
from diagrams.palette import FONT
from diagrams.state_diagram import Graph, NodeKind, machine_diagram
from diagrams.svg_accessibility import SVG, XLINK, document
from model.language.systems import ResolvedMachine, System

NAME_WIDTH = 18
PAINT = ("fill", "stroke", "font-family", "text-decoration", "id")


@dataclass(frozen=True)
class StateMap:
    """svg: an element for a page. nodes: state -> "s0". groups: a node that stands for several -> their nodes."""

    svg: str
    nodes: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]

    def as_data(self) -> dict[str, object]:
        return {"svg": self.svg, "nodes": dict(self.nodes), "groups": {k: list(v) for k, v in self.groups.items()}}


def has_map(machine: ResolvedMachine) -> bool:
    """Whether a map says anything: there are at least two states."""
    return len(machine.states) > 1


def state_map(system: System, name: str) -> StateMap:
    """The map of one machine of a system. Raises DiagramError for an unknown name."""
    machine = system.machine(name)
    graph = machine_diagram(system, name)
    states = [node for node in graph.nodes if node.kind is NodeKind.STATE]
    nodes = {state: node.id for state, node in zip(machine.states, states, strict=True)}
    svg = _painted_by_the_page(graphviz_library.drawn(_dot(graph), "svg"), graph)
    return StateMap(svg, nodes, _groups(machine, graph, nodes))


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
            dashed = ', style="rounded,dashed"' if node.kind is NodeKind.GROUP else ""
            lines.append(f"  {node.id} [label=<{name}>{dashed}];")
    lines += [f"  {edge.source} -> {edge.dest};" for edge in graph.edges if edge.source != edge.dest]
    return "\n".join([*lines, "}", ""])


def _painted_by_the_page(svg: bytes, graph: Graph) -> str:
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    kinds = {node.id: node.kind.value for node in graph.nodes}
    names = {node.id: node.name for node in graph.nodes}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}polygon" and parent.get("class") == "graph":
                parent.remove(child)
    for element in root.iter(f"{{{SVG}}}g"):
        title = element.findtext(f"{{{SVG}}}title") or ""
        match element.get("class"):
            case "node":
                _mark(element, {"class": f"node {kinds[title]}", "data-node": title}, names[title])
            case "edge":
                source, _, dest = title.partition("->")
                words = "starts in" if kinds[source] == "start" else f"{names[source]} →"
                _mark(element, {"class": "edge", "data-from": source, "data-to": dest}, f"{words} {names[dest]}")
            case _:
                _mark(element, {}, "")
    for element in root.iter():
        for attribute in PAINT:
            element.attrib.pop(attribute, None)
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("class", "state-map")
    root.set("role", "img")
    root.set("aria-label", "map of the control states")
    root.set("data-width", f"{width:.0f}")
    return _without_prologue(document(root))


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
        rows = tuple((row.title, row.states, row.dest) for row in machine.rows)
        table = (machine.name, machine.states, initial, rows)
        if table not in self._by_table:
            drawn = state_map(system, machine.name)
            if drawn.svg not in self._numbers:
                self._numbers[drawn.svg] = len(self.all)
                self.all.append(drawn)
            self._by_table[table] = self._numbers[drawn.svg]
        return self._by_table[table]

    def as_data(self) -> list[dict[str, object]]:
        return [entry.as_data() for entry in self.all]

