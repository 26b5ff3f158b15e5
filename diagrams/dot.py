"""State diagrams as DOT text. Every name is text inside an HTML-like label; ids are made up.
An edge's label is a node on its way, so that no other edge is drawn across it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape

from diagrams.columns import placed
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
from diagrams.sharing import effects_with, shared_parts
from diagrams.state_diagram import LISTED, Edge, Graph, Level, Line, Node, NodeKind, more_than_shown, overview_lines

STATE_WIDTH = 24
GUARD_LINES = 20  # more than any row of the handover takes; only a hostile text is cut
EFFECT_LINES = 40
EFFECTS = 20
MARKED_INSIDE = 6  # marked rows listed inside a state of an overview
ROW_LINK = "row:"  # a link to "row:3" stands for the fourth of the graph's rows
DEFAULTS = "a field that is not named has its default: no option, no flag, a positive lifetime, status 0"
LABEL_MARGIN = "0.05,0.03"  # inches; edges keep clear of a label's words by it
LABEL = f'shape=box, style="", peripheries=0, width=0, height=0, margin="{LABEL_MARGIN}", fontsize=11'
BREAK = '<BR ALIGN="LEFT"/>'


def dot_text(graph: Graph, *, linked: bool = False, headed: bool = True) -> str:
    """The graph as DOT. linked: rows carry links of the form "row:3", for whoever draws them. headed: with a title."""
    return "\n".join([*_Writing(graph, linked, headed).lines(), ""])


def titles(graph: Graph) -> dict[str, str]:
    """For each id that Graphviz writes as a title ("s0", "s0->e1"), what a reader should get instead."""
    names = {node.id: node.name for node in graph.nodes}
    result = dict(names)
    if graph.trigger:
        result.update({f"x{n}": f"shared: {entry.letter}" for n, entry in enumerate(shared_parts(graph.rows))})
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
        self.shared = shared_parts(graph.rows) if graph.trigger else []

    def lines(self) -> Iterator[str]:
        graph = self.graph
        tight = "nodesep=0.45, ranksep=0.25, mclimit=4" if graph.roomy else "nodesep=0.16, ranksep=0.12"
        if self.detail:
            tight = "nodesep=0.16, ranksep=0.3" if graph.trigger else "nodesep=0.4, ranksep=0.32"
        rank = "LR" if graph.trigger else "TB"
        yield "digraph states {"
        yield (f'  graph [rankdir={rank}, {tight}, bgcolor="{PAPER}", pad=0.2, fontname="{FONT}", fontsize=15,'
               f' fontcolor="{INK}", labelloc=t, label={self._heading()}];')  # fmt: skip
        yield (f'  node [shape=box, style="rounded,filled", fillcolor="{STATE}", color="{INK}", penwidth=1.2,'
               f' fontname="{FONT}", fontsize=13, fontcolor="{INK}", margin="0.12,0.06"];')  # fmt: skip
        yield (f'  edge [color="{GREY}", fontname="{FONT}", fontsize=11, fontcolor="{INK}", arrowsize=0.8];')
        boxes = {node.id: self._node(node) for node in self.graph.nodes}
        shared = self._shared_parts()
        for name, text in (*boxes.items(), *reversed(shared.items())):  # the last of a column stands at its top
            yield f"  {name} [{text}];"
        labels = {}
        ends = set() if self.detail else {node.id for node in graph.nodes} - {edge.source for edge in graph.edges}
        for name, edge in named_edges(self.graph):
            shown = [row for row in edge.rows if self.detail or row.mark is not Mark.FADED]
            stroke = self._stroke(edge.rows)
            if shown:
                labels[name] = f"{LABEL}, label=<{self._edge_label(shown)}>"
                yield f"  {name} [{labels[name]}];"
                yield f"  {edge.source} -> {name} [arrowhead=none{stroke}];"
                aside = ", minlen=2" if edge.dest in ends else ""  # out of the way of other states' edges
                yield f"  {name} -> {edge.dest}{f' [{(stroke + aside)[2:]}]' if stroke + aside else ''};"
            else:
                length = f", minlen={3 if edge.dest in ends else 2}" if edge.rows else ""
                yield f"  {edge.source} -> {edge.dest}{f' [{(stroke + length)[2:]}]' if stroke + length else ''};"
        if graph.trigger:
            yield from placed(graph, boxes, labels, shared)
        yield "}"

    def _heading(self) -> str:
        return f"<{self._title()}>" if self.headed else '""'

    def _title(self) -> str:
        signs = [
            f'<FONT COLOR="{COLOUR_OF[mark]}">{SIGN_OF[mark]} {escaped(mark.value)}</FONT>' for mark in self.graph.marks
        ]
        if self.detail and any(any(row.fields) for row in self.graph.rows):
            signs.append(f'<FONT COLOR="{GREY}">{DEFAULTS}</FONT>')
        title = "<BR/>".join(_bold(line) for line in wrapped(self.graph.title, 90, 3))
        if not signs:
            return title
        legend = f'<FONT POINT-SIZE="11">{"&#160;&#160;&#160;&#160;".join(signs)}</FONT>'
        return _table([f"<TR><TD>{title}</TD></TR>", f"<TR><TD>{legend}</TD></TR>"])

    @staticmethod
    def _stroke(rows: Sequence[RowText]) -> str:
        """How the edge of these rows is drawn: as its most telling row says. It is new or gone only if all are."""
        marks = {row.mark for row in rows}
        if len(marks) > 1 and marks & {Mark.REMOVED, Mark.ADDED}:
            marks = {Mark.CHANGED}
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
        width = self.graph.label_width if self.detail else STATE_WIDTH
        name = "<BR/>".join(_bold(line) for line in wrapped(node.name, width))
        extra = f', fillcolor="{GROUP}", style="rounded,filled,dashed"' if node.kind is NodeKind.GROUP else ""
        listed = [row for row in node.rows if row.mark in LISTED or self.graph.naming]
        counted = [row for row in node.rows if row.mark in (Mark.FIRED, Mark.NEVER, Mark.DEAD)]
        if self.faded and any(row.mark in LISTED for row in listed):
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
        """Rows that keep the state, in an overview: the marked ones, or all of a part of the table."""
        for _, lines in overview_lines(rows, MARKED_INSIDE):
            for line in lines:
                words = f"{line.text} (discarded)" if self.graph.naming and line.row.discards else line.text
                yield self._cell(line.row, _small(self._label(replace(line, text=words))))
        if more := more_than_shown(rows, MARKED_INSIDE):
            yield f'<TR><TD ALIGN="LEFT">{_small([more])}</TD></TR>'

    def _inside(self, name: str, rows: Sequence[RowText]) -> Iterator[str]:
        yield f"<TR><TD>{name}</TD></TR>"
        staying = [row for row in rows if not row.discards]
        discarding = [row for row in rows if row.discards]
        if staying:
            yield "<HR/>"
            yield from (self._cell(row, self._detail(row)) for row in staying)
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
            head = _small(_coloured(wrapped(words, self.graph.label_width), GREY))
            yield f'<TR><TD ALIGN="LEFT" BALIGN="LEFT" CELLPADDING="1">{head}</TD></TR>'
            for row in entries:
                lines = wrapped(f"{_sign(row, '-')} {_number(row)}{row.label}{_note(row)}", self.graph.label_width)
                lines += wrapped(f"[{row.guard}]", self.graph.label_width, GUARD_LINES) if row.guard else []
                lines += [f"clause {row.clause}"] if row.clause else []
                first, *others = _coloured(lines, _colour(row, GREY))
                yield self._cell(row, _small([f"<I>{first}</I>", *others]), padding=1)

    # rows in detail

    def _detail(self, row: RowText) -> str:
        """Trigger and label, [guard], / effects, clause: one line each, wrapped."""
        faint = row.mark is Mark.FADED
        lines = [f'<FONT COLOR="{FAINT if faint else BLUE}">{_bold(line)}</FONT>'
                 for line in wrapped(row.trigger, self.graph.label_width) if not self.graph.trigger]  # fmt: skip
        sign = "" if row.mark in (Mark.PLAIN, Mark.FADED, Mark.CHOSEN) else f"{SIGN_OF[row.mark]} "
        lines += [f'<FONT COLOR="{_colour(row, INK)}">{_bold(line)}</FONT>'
                  for line in wrapped(f"{sign}{_number(row)}{row.label}", self.graph.label_width)]  # fmt: skip
        for text in row.more or ([row.note] if row.note else []):
            lines += _coloured(wrapped(text, self.graph.label_width, GUARD_LINES), _colour(row, INK))
        if row.guard:
            lines += _coloured(wrapped(f"[{row.guard}]", self.graph.label_width, GUARD_LINES), FAINT if faint else GREY)
        effects = effects_with(row, self.shared)
        for effect in effects[:EFFECTS]:
            lines += _coloured(wrapped(f"/ {effect}", self.graph.label_width, EFFECT_LINES), FAINT if faint else GREEN)
        if len(effects) > EFFECTS:
            lines += _coloured([f"/ and {len(effects) - EFFECTS} more"], FAINT if faint else GREEN)
        if row.clause:
            lines += _coloured([f"clause {row.clause}"], FAINT if faint else GREY)
        return _small(lines)

    def _shared_parts(self) -> dict[str, str]:
        """What letters stand for, in nodes of their own beside the states."""
        boxes = {}
        for number, entry in enumerate(self.shared):
            what = f"{entry.sending.removeprefix('send ')}'s fields" if entry.sending else "effects"
            head = wrapped(f"{entry.letter}: {what} that {entry.rows} rows share", self.graph.label_width)
            lines = [f'<FONT COLOR="{INK}">{_bold(line)}</FONT>' for line in head]
            for text in entry.texts:
                effect = text if entry.sending else f"/ {text}"
                lines += _coloured(wrapped(effect, self.graph.label_width, EFFECT_LINES), GREEN)
            label = _table([f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{_small(lines)}</TD></TR>'])
            boxes[f"x{number}"] = f'style=filled, fillcolor="{PAPER}", color="{FAINT}", label=<{label}>'
        return boxes

    # labels of edges

    def _edge_label(self, rows: Sequence[RowText]) -> str:
        if self.detail:
            return _table(self._cell(row, self._detail(row)) for row in rows)
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


def _number(row: RowText) -> str:
    return f"{row.number}. " if row.number else ""


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
