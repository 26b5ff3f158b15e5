"""State diagrams as Mermaid text (stateDiagram-v2). Ids are made up; every name is escaped."""

from __future__ import annotations

from diagrams.labels import plain_line, wrapped
from diagrams.state_diagram import Graph, Level, NodeKind, RowText, overview_lines

_HARMLESS = frozenset(" .,()'+=/?!-")
LABEL_WIDTH = 40


def escaped(text: str) -> str:
    """`text` with everything that Mermaid could take for syntax as a character code: "#59;" is ";"."""
    return "".join(
        character if character.isalnum() or character in _HARMLESS or ord(character) > 127 else f"#{ord(character)};"
        for character in plain_line(text)
    ).replace("--", "-#45;")  # fmt: skip


def state_mermaid(graph: Graph) -> str:
    """The graph as Mermaid text."""
    lines = ["---", f"title: {_quoted(graph.title)}", "---", "stateDiagram-v2", "    direction TB"]
    lines += [f"    accTitle: {escaped(graph.title)}", f"    accDescr: {escaped(graph.description)}"]
    starts = {node.id for node in graph.nodes if node.kind is NodeKind.START}
    for node in graph.nodes:
        if node.id not in starts:
            lines.append(f'    state "{escaped(node.name)}" as {node.id}')
    for edge in graph.edges:
        source = "[*]" if edge.source in starts else edge.source
        label = _label(edge.rows, graph.level)
        lines.append(f"    {source} --> {edge.dest}" + (f" : {label}" if label else ""))
    for node in graph.nodes:
        if node.rows:
            lines.append(f"    note right of {node.id}")
            lines += [f"        {line}" for line in _note(node.rows, node.summary, graph.level)]
            lines.append("    end note")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """`text` as a YAML string."""
    return '"' + plain_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(rows: tuple[RowText, ...], level: Level) -> str:
    if level is Level.DETAIL:
        return "<br/>".join(part for row in rows for part in _detail(row))
    parts = []
    for trigger, labels in overview_lines(rows):
        text = f"{trigger}: {'; '.join(labels)}" if trigger else labels[0]
        parts += [escaped(line) for line in wrapped(text, LABEL_WIDTH)]
    return "<br/>".join(parts)


def _detail(row: RowText) -> list[str]:
    texts = [f"{row.trigger}: {row.label}", f"[{row.guard}]" if row.guard else ""]
    texts += [f"/ {effect}" for effect in row.effects]
    texts.append(f"clause {row.clause}" if row.clause else "")
    return [escaped(line) for text in texts if text for line in wrapped(text, LABEL_WIDTH)]


def _note(rows: tuple[RowText, ...], summary: str, level: Level) -> list[str]:
    if level is Level.OVERVIEW:
        return [escaped(summary)]
    return [escaped(f"{row.trigger}: {'discards, ' if row.discards else ''}{row.label}") for row in rows]
