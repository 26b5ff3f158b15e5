"""State diagrams as DOT text. Every name is text inside an HTML-like label; ids are made up.
An edge's label is a node on its way, so that no other edge is drawn across it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from diagrams.labels import plain_line, wrapped
from diagrams.state_diagram import Edge, Graph, Level, Node, NodeKind, RowText, overview_lines

FONT = "Helvetica,Arial,sans-serif"
INK, GREY, GREEN, BLUE, PAPER, STATE, GROUP = (
    "#1b1f24", "#57606a", "#116329", "#0b4a94", "#ffffff", "#eef4fb", "#fff8e1"
)  # fmt: skip
DARK = {INK: "#e6edf3", GREY: "#a5b0bd", GREEN: "#7ee2a0", BLUE: "#8cc2ff", PAPER: "#0d1117",
        STATE: "#1c2b3d", GROUP: "#3a3218"}  # fmt: skip

LABEL_WIDTH = 34
DETAIL_WIDTH = 46
GUARD_LINES = 4
EFFECT_LINES = 3
EFFECTS = 8


def dot_text(graph: Graph) -> str:
    """The graph as DOT."""
    detail = graph.level is Level.DETAIL
    lines = [
        "digraph states {",
        '  graph [rankdir=TB, nodesep=0.4, ranksep=0.32,'
        f' bgcolor="{PAPER}", pad=0.2, fontname="{FONT}", fontsize=15, fontcolor="{INK}",'
        f" labelloc=t, label=<{_bold(graph.title)}>];",
        f'  node [shape=box, style="rounded,filled", fillcolor="{STATE}", color="{INK}", penwidth=1.2,'
        f' fontname="{FONT}", fontsize=13, fontcolor="{INK}", margin="0.14,0.08"];',
        f'  edge [color="{GREY}", fontname="{FONT}", fontsize=11, fontcolor="{INK}", arrowsize=0.8];',
    ]
    for node in graph.nodes:
        lines.append(f"  {node.id} [{_node_attributes(node, detail)}];")
    for name, edge in _named_edges(graph):
        if edge.rows:
            lines.append(f'  {name} [shape=plain, style="", fontsize=11, label=<{_edge_label(edge.rows, detail)}>];')
            lines.append(f"  {edge.source} -> {name} [arrowhead=none];")
            lines.append(f"  {name} -> {edge.dest};")
        else:
            lines.append(f"  {edge.source} -> {edge.dest};")
    return "\n".join([*lines, "}", ""])


def titles(graph: Graph) -> dict[str, str]:
    """For each id that Graphviz writes as a title ("s0", "s0->e1"), what a reader should get instead."""
    names = {node.id: node.name for node in graph.nodes}
    result = dict(names)
    for name, edge in _named_edges(graph):
        text = f"{names[edge.source]} → {names[edge.dest]}"
        if edge.rows:
            text += f": {'; '.join(row.label for row in edge.rows)}"
            result.update({name: text, f"{edge.source}->{name}": text, f"{name}->{edge.dest}": text})
        else:
            result[f"{edge.source}->{edge.dest}"] = text
    return result


def _named_edges(graph: Graph) -> list[tuple[str, Edge]]:
    return [(f"e{index}", edge) for index, edge in enumerate(graph.edges)]


def escaped(text: str) -> str:
    """`text` for an HTML-like label; a backslash must not begin an escape such as \\N."""
    return escape(plain_line(text)).replace("\\", "\\\\")


def _node_attributes(node: Node, detail: bool) -> str:
    if node.kind is NodeKind.START:
        return f'shape=circle, style=filled, fillcolor="{INK}", width=0.16, fixedsize=true, label=""'
    name = "<BR/>".join(_bold(line) for line in wrapped(node.name, DETAIL_WIDTH if detail else 24))
    if not detail or not node.rows:
        small = f'<BR/><FONT POINT-SIZE="10" COLOR="{GREY}">{escaped(node.summary)}</FONT>' if node.rows else ""
        label = name + small
    else:
        staying = [row for row in node.rows if not row.discards]
        discarding = [row for row in node.rows if row.discards]
        cells = [f"<TR><TD>{name}</TD></TR>"]
        if staying:
            cells += ["<HR/>", *(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{_detail(row)}</TD></TR>' for row in staying)]
        if discarding:
            cells += ["<HR/>", f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{_discards(discarding)}</TD></TR>']
        label = f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="3" CELLSPACING="0">{"".join(cells)}</TABLE>'
    extra = f', fillcolor="{GROUP}", style="rounded,filled,dashed"' if node.kind is NodeKind.GROUP else ""
    return f"label=<{label}>{extra}"


def _edge_label(rows: tuple[RowText, ...], detail: bool) -> str:
    if detail:
        cells = "".join(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{_detail(row)}</TD></TR>' for row in rows)
        return f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="3" CELLSPACING="0">{cells}</TABLE>'
    lines = []
    for trigger, labels in overview_lines(rows):
        if trigger:
            lines += [f'<FONT COLOR="{BLUE}">{_bold(line)}</FONT>' for line in wrapped(trigger, LABEL_WIDTH)]
        for label in labels:
            first, *others = wrapped(label, LABEL_WIDTH - 2)
            lines += [f"• {escaped(first)}", *(f"&#160;&#160;&#160;{escaped(line)}" for line in others)]
    breaks = '<BR ALIGN="LEFT"/>'
    return f'<TABLE BORDER="0" CELLPADDING="2"><TR><TD ALIGN="LEFT">{breaks.join(lines)}{breaks}</TD></TR></TABLE>'


def _detail(row: RowText) -> str:
    """Trigger and label, [guard], / effects, clause: one line each, wrapped."""
    lines = [f'<FONT COLOR="{BLUE}">{_bold(line)}</FONT>' for line in wrapped(row.trigger, DETAIL_WIDTH)]
    lines += [_bold(line) for line in wrapped(row.label, DETAIL_WIDTH)]
    if row.guard:
        lines += _coloured(wrapped(f"[{row.guard}]", DETAIL_WIDTH, GUARD_LINES), GREY)
    for effect in row.effects[:EFFECTS]:
        lines += _coloured(wrapped(f"/ {effect}", DETAIL_WIDTH, EFFECT_LINES), GREEN)
    if len(row.effects) > EFFECTS:
        lines += _coloured([f"/ and {len(row.effects) - EFFECTS} more"], GREEN)
    if row.clause:
        lines += _coloured([f"clause {row.clause}"], GREY)
    return _small(lines)


def _discards(rows: Iterable[RowText]) -> str:
    """The discarding rows of a state, by trigger."""
    lines: list[str] = []
    for trigger, labels in overview_lines(rows, most=1000):
        lines += [_bold(line) for line in wrapped(f"discards: {trigger}", DETAIL_WIDTH)]
        for label in labels:
            lines += _coloured(wrapped(f"- {label}", DETAIL_WIDTH), GREY)
    return _small(lines)


def _small(lines: list[str]) -> str:
    breaks = '<BR ALIGN="LEFT"/>'
    return f'<FONT POINT-SIZE="10">{breaks.join(lines)}{breaks}</FONT>'


def _coloured(lines: Iterable[str], colour: str) -> list[str]:
    return [f'<FONT COLOR="{colour}">{escaped(line)}</FONT>' for line in lines]


def _bold(text: str) -> str:
    return f"<B>{escaped(text)}</B>"
