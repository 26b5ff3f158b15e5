"""Where the boxes of a trigger's picture stand that no edge leads to: beside the states, the rows on edges and the
destinations, so that the columns are about as tall as one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from diagrams.state_diagram import Graph

LINE, GAP = 12, 36  # points: a line of a label; a box's margins and the space between two
STATES_ONLY = 2  # columns in which boxes with rows may stand; those further right are of destinations


def placed(
    graph: Graph, boxes: Mapping[str, str], labels: Mapping[str, str], shared: Mapping[str, str]
) -> Iterator[str]:
    """The statements in DOT that put the loose boxes into `graph.columns` columns.

    boxes, labels, shared: id -> attributes, of nodes, of rows on edges, of what is said once for several rows.
    """
    sources = list(dict.fromkeys(edge.source for edge in graph.edges))
    dests = list(dict.fromkeys(edge.dest for edge in graph.edges))
    anchored: list[list[str]] = [sources, list(labels), dests][: graph.columns]
    anchored += [[] for _ in range(graph.columns - len(anchored))]
    known = {**boxes, **labels, **shared}
    heights = [sum(_height(known[name]) for name in column) for column in anchored]
    columns: list[list[str]] = [[] for _ in anchored]
    loose = [name for name in boxes if name not in sources and name not in dests]
    for names, among in ((loose, range(min(STATES_ONLY, graph.columns))), (shared, range(graph.columns))):
        for name in sorted(names, key=lambda name: -_height(known[name])):
            shortest = min(among, key=heights.__getitem__)
            columns[shortest].append(name)
            heights[shortest] += _height(known[name])
    order = {name: number for number, name in enumerate(known)}
    yield from _ranked(anchored, [sorted(names, key=order.__getitem__) for names in columns])


def _ranked(anchored: Sequence[Sequence[str]], columns: Sequence[Collection[str]]) -> Iterator[str]:
    before = ""
    for anchors, names in zip(anchored, columns, strict=True):
        if not (anchors or names):
            continue
        if names:
            yield f"  {{ rank=same; {'; '.join([*anchors[:1], *names])} }}"
        first = next(iter(names), anchors[0] if anchors else "")
        if before and not anchors:
            yield f"  {before} -> {first} [style=invis];"
        before = anchors[0] if anchors else first


def _height(attributes: str) -> int:
    return LINE * (attributes.count("<BR") + attributes.count("<TR")) + GAP
