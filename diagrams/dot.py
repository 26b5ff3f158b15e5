"""State diagrams as DOT text. Every name is text inside an HTML-like label; ids are made up.
An edge's label is a node on its way, so that no other edge is drawn across it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from diagrams.labels import plain_line, wrapped
from diagrams.palette import (
    BLUE,
    COLOUR_OF,
    FAINT,
    FONT,
    GREEN,
    GREY,
    GROUP,
    HEAT,
    INK,
    MARKED,
    PAPER,
    SIGN_OF,
    STATE,
)
from diagrams.row_text import Mark, RowText
from diagrams.state_diagram import LISTED, Edge, Graph, Level, Line, Node, NodeKind, more_than_shown, overview_lines

STATE_WIDTH = 24
DETAIL_WIDTH = 46
GUARD_LINES = 20  # more than any row of the handover takes; only a hostile text is cut
EFFECT_LINES = 40
EFFECTS = 20
MARKED_INSIDE = 6  # marked rows listed inside a state of an overview
ROW_LINK = "row:"  # a link to "row:3" stands for the fourth of the graph's rows
# edges keep clear of a label's words by its margin
LABEL = 'shape=box, style="", peripheries=0, width=0, height=0, margin="0.05,0.03", fontsize=11'
BREAK = '<BR ALIGN="LEFT"/>'


def dot_text(graph: Graph, *, linked: bool = False, headed: bool = True) -> str:
    """The graph as DOT. linked: rows carry links of the form "row:3", for whoever draws them. headed: with a title."""
    return "\n".join([*_Writing(graph, linked, headed).lines(), ""])


def titles(graph: Graph) -> dict[str, str]:
    """For each id that Graphviz writes as a title ("s0", "s0->e1"), what a reader should get instead."""
    names = {node.id: node.name for node in graph.nodes}
    result = dict(names)
    for name, edge in named_edges(graph):
        text = f"{names[edge.source]} → {names[edge.dest]}"
        if edge.rows:
            text += f": {'; '.join(row.label for row in edge.rows)}"
            result.update({name: text, f"{edge.source}->{name}": text, f"{name}->{edge.dest}": text})
        result[f"{edge.source}->{edge.dest}"] = text
    return result


def escaped(text: str) -> str:
    """`text` for an HTML-like label; a backslash must not begin an escape such as \\N."""
    return escape(plain_line(text)).replace("\\", "\\\\")


def named_edges(graph: Graph) -> list[tuple[str, Edge]]:
    return [(f"e{index}", edge) for index, edge in enumerate(graph.edges)]


class _Writing:
    def __init__(self, graph: Graph, linked: bool, headed: bool) -> None:
        self.headed = headed
        self.graph = graph
        self.linked = linked
        self.detail = graph.level is Level.DETAIL
        self.numbers = {id(row): number for number, row in enumerate(graph.rows)}
        self.faded = Mark.FADED in graph.marks

    def lines(self) -> Iterator[str]:
        graph = self.graph
        tight = "nodesep=0.16, ranksep=0.12"
        if self.detail:
            tight = "nodesep=0.3, ranksep=0.4" if graph.trigger else "nodesep=0.4, ranksep=0.32"
        rank = "LR" if graph.trigger else "TB"
        yield "digraph states {"
        yield (f'  graph [rankdir={rank}, {tight}, bgcolor="{PAPER}", pad=0.2, fontname="{FONT}", fontsize=15,'
               f' fontcolor="{INK}", labelloc=t, label={self._heading()}];')  # fmt: skip
        yield (f'  node [shape=box, style="rounded,filled", fillcolor="{STATE}", color="{INK}", penwidth=1.2,'
               f' fontname="{FONT}", fontsize=13, fontcolor="{INK}", margin="0.12,0.06"];')  # fmt: skip
        yield (f'  edge [color="{GREY}", fontname="{FONT}", fontsize=11, fontcolor="{INK}", arrowsize=0.8];')
        for node in self.graph.nodes:
            yield f"  {node.id} [{self._node(node)}];"
        for name, edge in named_edges(self.graph):
            shown = [row for row in edge.rows if self.detail or row.mark is not Mark.FADED]
            stroke = self._stroke(edge.rows)
            if shown:
                yield f'  {name} [{LABEL}, label=<{self._edge_label(shown)}>];'
                yield f"  {edge.source} -> {name} [arrowhead=none{stroke}];"
                yield f"  {name} -> {edge.dest}{f' [{stroke[2:]}]' if stroke else ''};"
            else:
                length = ", minlen=2" if edge.rows else ""
                yield f"  {edge.source} -> {edge.dest}{f' [{(stroke + length)[2:]}]' if stroke + length else ''};"
        yield "}"

    def _heading(self) -> str:
        return f"<{self._title()}>" if self.headed else '""'

    def _title(self) -> str:
        signs = [
            f'<FONT COLOR="{COLOUR_OF[mark]}">{SIGN_OF[mark]} {escaped(mark.value)}</FONT>' for mark in self.graph.marks
        ]
        title = "<BR/>".join(_bold(line) for line in wrapped(self.graph.title, 90, 3))
        if not signs:
            return title
        legend = f'<FONT POINT-SIZE="11">{"&#160;&#160;&#160;&#160;".join(signs)}</FONT>'
        return _table([f"<TR><TD>{title}</TD></TR>", f"<TR><TD>{legend}</TD></TR>"])

    @staticmethod
    def _stroke(rows: Sequence[RowText]) -> str:
        """How the edge of these rows is drawn: as its most telling row says."""
        marks = {row.mark for row in rows}
        for mark in (Mark.REMOVED, Mark.ADDED, Mark.CHANGED, Mark.CHOSEN, Mark.FIRED, Mark.NEVER, Mark.DEAD):
            if mark in marks:
                style = {Mark.REMOVED: ", style=dashed", Mark.NEVER: ", style=dashed", Mark.DEAD: ", style=dotted"}
                colour = BLUE if mark is Mark.CHOSEN else COLOUR_OF[mark]
                return f', color="{colour}", penwidth=1.6{style.get(mark, "")}'
        return f', color="{FAINT}"' if Mark.FADED in marks else ""

    # nodes

    def _node(self, node: Node) -> str:
        if node.kind is NodeKind.START:
            return f'shape=circle, style=filled, fillcolor="{INK}", width=0.16, fixedsize=true, label=""'
        name = "<BR/>".join(_bold(line) for line in wrapped(node.name, DETAIL_WIDTH if self.detail else STATE_WIDTH))
        extra = f', fillcolor="{GROUP}", style="rounded,filled,dashed"' if node.kind is NodeKind.GROUP else ""
        listed = [row for row in node.rows if row.mark in LISTED]
        counted = [row for row in node.rows if row.mark in (Mark.FIRED, Mark.NEVER, Mark.DEAD)]
        if self.faded and listed:
            extra += f', fillcolor="{MARKED}"'
        elif counted:
            fired = sum(row.mark is Mark.FIRED for row in counted)
            heat = HEAT[min(3, 4 * fired // len(counted))] if fired else PAPER
            extra += f', fillcolor="{heat}"'
        if self.detail and node.rows:
            return f"label=<{_table(self._inside(name, node.rows))}>{extra}"
        colour = INK if counted else GREY  # which heat leaves room for
        words = [_summary(node)] if node.rows else []
        if not node.entered:
            words.append("never entered here")
            extra += f', style="rounded,filled,dotted", color="{GREY}"'
        small = [f'<FONT POINT-SIZE="10" COLOR="{colour}">{escaped(line)}</FONT>' for line in words]
        head = [f"<TR><TD>{line}</TD></TR>" for line in (name, *small)]
        if not listed:
            return f"label=<{_table(head, padding=1) if small else name}>{extra}"
        return f"label=<{_table([*head, *self._listed(listed)])}>{extra}"

    def _listed(self, rows: Sequence[RowText]) -> Iterator[str]:
        """Marked rows that keep the state, in an overview."""
        for _, lines in overview_lines(rows, MARKED_INSIDE):
            for line in lines:
                yield self._cell(line.row, _small(self._label(line)))
        if more := more_than_shown(rows, MARKED_INSIDE):
            yield f'<TR><TD ALIGN="LEFT">{_small([more])}</TD></TR>'

    def _inside(self, name: str, rows: Sequence[RowText]) -> Iterator[str]:
        yield f"<TR><TD>{name}</TD></TR>"
        staying = [row for row in rows if not row.discards]
        discarding = [row for row in rows if row.discards]
        if staying:
            yield "<HR/>"
            yield from (self._cell(row, _detail(row, not self.graph.trigger)) for row in staying)
        if discarding:
            yield "<HR/>"
            yield from self._discards(discarding)

    def _discards(self, rows: Iterable[RowText]) -> Iterator[str]:
        """The discarding rows of a state, by trigger."""
        grouped: dict[str, list[RowText]] = {}
        for row in rows:
            grouped.setdefault(row.trigger, []).append(row)
        for trigger, entries in grouped.items():
            words = "discarded:" if self.graph.trigger else f"{trigger}: discarded"
            head = _small(_coloured(wrapped(words, DETAIL_WIDTH), GREY))
            yield f'<TR><TD ALIGN="LEFT" BALIGN="LEFT" CELLPADDING="1">{head}</TD></TR>'
            for row in entries:
                lines = wrapped(f"{_sign(row, '-')} {row.label}{_note(row)}", DETAIL_WIDTH)
                lines += wrapped(f"[{row.guard}]", DETAIL_WIDTH, GUARD_LINES) if row.guard else []
                lines += [f"clause {row.clause}"] if row.clause else []
                yield self._cell(row, _small(_coloured(lines, _colour(row, GREY))), padding=1)

    # labels of edges

    def _edge_label(self, rows: Sequence[RowText]) -> str:
        if self.detail:
            return _table(self._cell(row, _detail(row, not self.graph.trigger)) for row in rows)
        cells = []
        for trigger, entries in overview_lines(rows):
            words = wrapped(trigger.removeprefix("event "), self.graph.label_width)
            head = [f'<FONT COLOR="{BLUE}">{_bold(line)}</FONT>' for line in words]
            cells.append(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{BREAK.join(head)}</TD></TR>')
            cells += [self._cell(line.row, BREAK.join(self._label(line))) for line in entries]
        if more := more_than_shown(rows):
            cells.append(f'<TR><TD ALIGN="LEFT">{escaped(more)}</TD></TR>')
        return f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0">{"".join(cells)}</TABLE>'

    def _label(self, shown: Line) -> list[str]:
        row = shown.row
        first, *others = wrapped(shown.text, self.graph.label_width)
        lines = [f"{_sign(row, '•')} {escaped(first)}", *(f"&#160;&#160;&#160;{escaped(line)}" for line in others)]
        colour = _colour(row, INK)
        lines = [f'<FONT COLOR="{colour}">{line}</FONT>' if colour != INK else line for line in lines]
        return [f"<B>{line}</B>" if row.mark is Mark.CHOSEN else line for line in lines]

    def _cell(self, row: RowText, content: str, padding: int | None = None) -> str:
        link = f' HREF="{ROW_LINK}{self.numbers[id(row)]}"' if self.linked else ""
        around = "" if padding is None else f' CELLPADDING="{padding}"'
        return f'<TR><TD ALIGN="LEFT" BALIGN="LEFT"{around}{link}>{content}</TD></TR>'


def _detail(row: RowText, trigger: bool) -> str:
    """Trigger and label, [guard], / effects, clause: one line each, wrapped."""
    faint = row.mark is Mark.FADED
    lines = [f'<FONT COLOR="{FAINT if faint else BLUE}">{_bold(line)}</FONT>'
             for line in wrapped(row.trigger, DETAIL_WIDTH) if trigger]  # fmt: skip
    sign = "" if row.mark in (Mark.PLAIN, Mark.FADED, Mark.CHOSEN) else f"{SIGN_OF[row.mark]} "
    lines += [f'<FONT COLOR="{_colour(row, INK)}">{_bold(line)}</FONT>'
              for line in wrapped(f"{sign}{row.label}", DETAIL_WIDTH)]  # fmt: skip
    for text in row.more or ([row.note] if row.note else []):
        lines += _coloured(wrapped(text, DETAIL_WIDTH, GUARD_LINES), _colour(row, INK))
    if row.guard:
        lines += _coloured(wrapped(f"[{row.guard}]", DETAIL_WIDTH, GUARD_LINES), FAINT if faint else GREY)
    for effect in row.effects[:EFFECTS]:
        lines += _coloured(wrapped(f"/ {effect}", DETAIL_WIDTH, EFFECT_LINES), FAINT if faint else GREEN)
    if len(row.effects) > EFFECTS:
        lines += _coloured([f"/ and {len(row.effects) - EFFECTS} more"], FAINT if faint else GREEN)
    if row.clause:
        lines += _coloured([f"clause {row.clause}"], FAINT if faint else GREY)
    return _small(lines)


def _summary(node: Node) -> str:
    """What an overview says below a state's name."""
    counted = [row for row in node.rows if row.mark in (Mark.FIRED, Mark.NEVER, Mark.DEAD)]
    if not counted:
        return node.summary
    numbers = {mark: sum(row.mark is mark for row in counted) for mark in (Mark.FIRED, Mark.NEVER, Mark.DEAD)}
    words = {Mark.FIRED: "fired", Mark.NEVER: "never", Mark.DEAD: "dead"}
    parts = [f"{number} {words[mark]}" for mark, number in numbers.items() if number]
    return f"rows that stay: {', '.join(parts)}"


def _colour(row: RowText, plain: str) -> str:
    return plain if row.mark in (Mark.PLAIN, Mark.CHOSEN) else COLOUR_OF[row.mark]


def _sign(row: RowText, plain: str) -> str:
    return plain if row.mark in (Mark.PLAIN, Mark.FADED, Mark.CHOSEN, Mark.FIRED) else SIGN_OF[row.mark]


def _note(row: RowText) -> str:
    return f" ({row.note})" if row.note else ""


def _table(cells: Iterable[str], padding: int = 3) -> str:
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="{padding}" CELLSPACING="0">{"".join(cells)}</TABLE>'


def _small(lines: Sequence[str]) -> str:
    return f'<FONT POINT-SIZE="10">{BREAK.join(lines)}</FONT>'


def _coloured(lines: Iterable[str], colour: str) -> list[str]:
    return [f'<FONT COLOR="{colour}">{escaped(line)}</FONT>' for line in lines]


def _bold(text: str) -> str:
    return f"<B>{escaped(text)}</B>"
