"""State diagrams as Mermaid text (stateDiagram-v2). Ids are made up; every name is escaped."""

from __future__ import annotations

from diagrams.labels import plain_line, wrapped
from diagrams.palette import SIGN_OF
from diagrams.row_text import Mark, RowText
from diagrams.state_diagram import Graph, Level, Node, NodeKind, more_than_shown, overview_lines

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
            lines += [f"        {line}" for line in _note(node, graph)]
            lines.append("    end note")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """`text` as a YAML string."""
    return '"' + plain_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(rows: tuple[RowText, ...], level: Level) -> str:
    if level is Level.DETAIL:
        return "<br/>".join(part for row in rows for part in _detail(row))
    texts = [f"{trigger}: {'; '.join(_told(line.row, line.text) for line in lines)}"
             for trigger, lines in overview_lines(rows)]  # fmt: skip
    texts += [more_than_shown(rows)] if more_than_shown(rows) else []
    return "<br/>".join(escaped(line) for text in texts for line in wrapped(text, LABEL_WIDTH))


def _marked(row: RowText) -> str:
    return _told(row, f"{row.label} ({row.note})" if row.note else row.label)


def _told(row: RowText, text: str) -> str:
    """A text about a row, and in words what a picture shows in colour."""
    return text if row.mark in (Mark.PLAIN, Mark.FADED) else f"{SIGN_OF[row.mark]} {row.mark.value}: {text}"


def _detail(row: RowText) -> list[str]:
    texts = [f"{row.trigger}: {_marked(row)}", f"[{row.guard}]" if row.guard else ""]
    texts += [f"/ {effect}" for effect in row.effects]
    texts.append(f"clause {row.clause}" if row.clause else "")
    return [escaped(line) for text in texts if text for line in wrapped(text, LABEL_WIDTH)]


def _note(node: Node, graph: Graph) -> list[str]:
    every, quiet = graph.level is Level.DETAIL or graph.naming, (Mark.PLAIN, Mark.FADED, Mark.FIRED)
    told = [row for row in node.rows if every or row.mark not in quiet]
    words = [f"{row.trigger}: {'discards, ' if row.discards else ''}{_marked(row)}" for row in told]
    return [escaped(line) for line in (words if graph.level is Level.DETAIL else [node.summary, *words])]
