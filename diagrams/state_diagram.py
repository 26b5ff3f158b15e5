"""A machine's table as a graph of control states, independent of how it is drawn.
Rows that keep the state stand inside its node; rows that leave many states alike start from one
node that stands for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from diagrams.errors import DiagramError
from diagrams.labels import display_name, plain_line
from diagrams.row_text import Mark, RowText, rows_in_words
from model.language.errors import nearest
from model.language.systems import ResolvedMachine, ResolvedRow, System

MANY_STATES = 4
EXCEPTIONS = 3
LABEL_WIDTH = 38
DETAIL_WIDTH = 46
LISTED = (Mark.CHOSEN, Mark.ADDED, Mark.REMOVED, Mark.CHANGED)  # an overview names such rows inside a state, too


class Level(Enum):
    """How much a diagram says: row labels only, or triggers, guards, effects and clauses too."""

    OVERVIEW = "overview"
    DETAIL = "detail"


class NodeKind(Enum):
    STATE = "state"
    START = "start"  # the mark from which arrows lead to the initial states
    GROUP = "group"  # stands for several states


@dataclass(frozen=True)
class Node:
    """id: made up here, safe in every format. rows: those that keep the state. entered: it can be reached, as
    far as the rows drawn tell: something leads here, or it is where the machine starts."""

    id: str
    kind: NodeKind
    name: str
    rows: tuple[RowText, ...] = ()
    entered: bool = True

    @property
    def summary(self) -> str:
        """How many rows keep the state and how many discard what comes."""
        discarding = sum(row.discards for row in self.rows)
        staying = len(self.rows) - discarding
        parts = [f"{staying} {'row stays' if staying == 1 else 'rows stay'}"] if staying else []
        own = "" if staying else "row " if discarding == 1 else "rows "
        parts += [f"{discarding} {own}{'discards' if discarding == 1 else 'discard'}"] if discarding else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Edge:
    """source, dest: node ids. One edge a pair of nodes."""

    source: str
    dest: str
    rows: tuple[RowText, ...]


@dataclass(frozen=True)
class Graph:
    """machine: its name, for ids. trigger: the only one whose rows are shown, else empty; then a state from
    which rows go and to which others come is two nodes. label_width: letters in a line of rows on edges and, in
    detail, in states. columns: in which the boxes of a trigger's picture stand that no edge leads to. naming: an
    overview of a part of the table, which names the rows inside states, too. roomy: with more space between
    states."""

    title: str
    description: str
    level: Level
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    machine: str = ""
    trigger: str = ""
    label_width: int = LABEL_WIDTH
    columns: int = 1
    naming: bool = False
    roomy: bool = False

    def node(self, identity: str) -> Node:
        return next(node for node in self.nodes if node.id == identity)

    @property
    def rows(self) -> tuple[RowText, ...]:
        """Every row in the places where it stands: in the nodes, then on the edges."""
        inside = [row for node in self.nodes for row in node.rows]
        return (*inside, *(row for edge in self.edges for row in edge.rows))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that rows carry, for a legend."""
        carried = {row.mark for row in self.rows}
        return tuple(mark for mark in Mark if mark is not Mark.PLAIN and mark in carried)


@dataclass(frozen=True)
class TableRow:
    """A row of a table beside its words, which may be marked."""

    row: ResolvedRow
    text: RowText


Chosen = Callable[[TableRow], bool]


def table_of(system: System, name: str) -> tuple[ResolvedMachine, tuple[TableRow, ...]]:
    """A machine and its rows in words, without ghosts and what has one value only. Raises DiagramError for an
    unknown name."""
    names = [machine.name for machine in system.machines]
    if name not in names:
        raise DiagramError(f'no machine "{plain_line(name)}" in this system: {nearest(name, names)}')
    machine = system.machine(name)
    texts = rows_in_words(machine, [entry.name for entry in system.variables if entry.ghost or entry.domain.size == 1])
    return machine, tuple(TableRow(row, text) for row, text in zip(machine.rows, texts, strict=True))


def machine_diagram(
    system: System, name: str, level: Level = Level.OVERVIEW, *, chosen: Chosen | None = None, subject: str = "",
    rows: Sequence[TableRow] | None = None, setup: str = "",
) -> Graph:  # fmt: skip
    """The state diagram of one machine of a system, or of a part of its table.

    chosen: which rows to draw; states that none of them concerns are left out. subject: what the picture
    is about, for its title. rows: the table to draw, where it is not simply the machine's (marked rows).
    setup: scenario and reading in words, for the title, and for saying which states are never entered there.
    Raises DiagramError for an unknown name, or if no row is chosen.
    """
    machine, own = table_of(system, name)
    if not own:
        known = [entry.name for entry in system.machines if entry.rows]
        raise DiagramError(f'machine "{plain_line(name)}" has no row in this system: {nearest(name, known)}')
    table = own if rows is None else rows
    drawn = [entry for entry in table if chosen is None or chosen(entry)]
    if not drawn:
        raise DiagramError(f'machine "{plain_line(name)}" has no row about {subject or "this"}')
    initial = [str(v) for entry in system.variables if entry.name == f"{name}.state" for v in entry.initial]
    graph = _graph(machine, drawn, initial, level, subject, whole=chosen is None)
    if not setup:
        return graph
    said = replace(graph, title=f"{graph.title}; {plain_line(setup)}",
                   description=f"{graph.description} Of {plain_line(setup)}.")  # fmt: skip
    return told_entered(said) if chosen is None and level is Level.OVERVIEW else said


def told_entered(graph: Graph) -> Graph:
    """The graph of a whole machine with the states into which nothing leads told from the others."""
    into = {edge.dest for edge in graph.edges}
    nodes = (replace(node, entered=node.kind is not NodeKind.STATE or node.id in into) for node in graph.nodes)
    return replace(graph, nodes=tuple(nodes))


def state_diagram(
    machine: ResolvedMachine, *, initial: Collection[str] = (), level: Level = Level.OVERVIEW,
    hidden: Collection[str] = (),
) -> Graph:  # fmt: skip
    """The state diagram of a machine's table.

    initial: the states to mark as initial. hidden: variables whose assignments are not shown.
    """
    texts = rows_in_words(machine, hidden)
    rows = [TableRow(row, text) for row, text in zip(machine.rows, texts, strict=True)]
    return _graph(machine, rows, initial, level, "", whole=True)


def marked(entry: TableRow, mark: Mark, note: str = "", more: Sequence[str] = ()) -> TableRow:
    return TableRow(entry.row, replace(entry.text, mark=mark, note=plain_line(note), more=tuple(more)))


def _graph(
    machine: ResolvedMachine, rows: Sequence[TableRow], initial: Collection[str], level: Level, subject: str, *,
    whole: bool,
) -> Graph:  # fmt: skip
    """whole: every state is shown, whether or not a row concerns it."""
    triggers = {entry.text.trigger for entry in rows}
    only = triggers.pop() if level is Level.DETAIL and not whole and len(triggers) == 1 else ""
    ids = {state: f"s{index}" for index, state in enumerate(machine.states)}
    ends = {state: f"t{index}" if only else own for index, (state, own) in enumerate(ids.items())}
    inside: dict[str, list[RowText]] = {identity: [] for identity in ids.values()}
    groups: dict[tuple[str, ...], str] = {}
    edges: dict[tuple[str, str], list[RowText]] = {}
    grouped = level is Level.DETAIL or not whole or any(entry.text.mark in LISTED for entry in rows)

    def group(states: tuple[str, ...]) -> str:
        return groups.setdefault(states, f"g{len(groups)}")

    for entry in rows:
        row, text = entry.row, entry.text
        states = tuple(state for state in machine.states if state in row.states)
        many = len(states) >= (2 if only else MANY_STATES) or (len(states) == len(machine.states) and len(states) > 2)
        if row.dest is None or states == (row.dest,):
            if many and grouped and (level is Level.DETAIL or not whole or text.mark in LISTED):
                inside.setdefault(group(states), []).append(text)
            else:
                for state in states:
                    inside[ids[state]].append(text)
        elif many:
            edges.setdefault((group(states), ends[row.dest]), []).append(text)
        else:
            for state in states:
                if state == row.dest:
                    inside[ids[state]].append(text)
                else:
                    edges.setdefault((ids[state], ends[row.dest]), []).append(text)

    touched = {end for pair in edges for end in pair} | {own for own, texts in inside.items() if texts}
    shown = {state: own for state, own in ids.items() if whole or own in touched}
    marks = {f"i{index}": ids[state] for index, state in enumerate(machine.states)
             if state in initial and state in shown and not only}  # fmt: skip
    nodes = [
        *(Node(mark, NodeKind.START, "start") for mark in marks),
        *(Node(own, NodeKind.STATE, plain_line(state), tuple(inside[own])) for state, own in shown.items()),
        *(Node(end, NodeKind.STATE, plain_line(state)) for state, end in ends.items() if only and end in touched),
        *(
            Node(identity, NodeKind.GROUP, _group_name(states, machine.states), tuple(inside.get(identity, ())))
            for states, identity in groups.items()
        ),
    ]
    starts = [Edge(mark, dest, ()) for mark, dest in marks.items()]
    drawn = [Edge(source, dest, tuple(texts)) for (source, dest), texts in edges.items()]
    title = f"{display_name(machine.name)}: {plain_line(subject) or 'control states'}"
    if level is Level.DETAIL:
        title += ", in detail"
    description = _description(machine, len(rows), initial, level, subject)
    return Graph(title, description, level, tuple(nodes), tuple(starts + drawn), machine.name, only,
                 DETAIL_WIDTH if level is Level.DETAIL else LABEL_WIDTH,
                 naming=not whole and level is Level.OVERVIEW)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of an overview. row: the first of several that are alternatives of one another, or alike."""

    row: RowText
    text: str


def overview_lines(rows: Iterable[RowText], most: int = 5) -> list[tuple[str, list[Line]]]:
    """Rows by trigger, each trigger once, alternatives of one row together; at most `most` lines in all."""
    left = most
    result: list[tuple[str, list[Line]]] = []
    grouped: dict[str, list[Line]] = {}
    for line in _all_lines(rows):
        grouped.setdefault(line.row.trigger, []).append(line)
    for trigger, lines in grouped.items():
        shown = lines[:left]
        left -= len(shown)
        if shown:
            result.append((trigger, shown))
    return result


def more_than_shown(rows: Iterable[RowText], most: int = 5) -> str:
    """The words for the lines that `overview_lines` leaves out: "and 2 more", or nothing."""
    hidden = len(_all_lines(rows)) - most
    return f"and {hidden} more" if hidden > 0 else ""


def _all_lines(rows: Iterable[RowText]) -> list[Line]:
    alike: dict[tuple[str, str, Mark], list[RowText]] = {}
    for row in rows:
        alike.setdefault((row.trigger, row.name or row.label, row.mark), []).append(row)
    lines = []
    for (_, name, _), entries in alike.items():
        labels = {entry.label for entry in entries}
        first = entries[0]
        text = first.label if len(labels) == 1 else f"{name} [{len(labels)} alternatives]"
        notes = dict.fromkeys(entry.note for entry in entries if entry.note)
        lines.append(Line(first, f"{text} ({', '.join(notes)})" if notes else text))
    return lines


def _description(
    machine: ResolvedMachine, rows: int, initial: Collection[str], level: Level, subject: str
) -> str:
    meaning = f" ({plain_line(machine.meaning)})" if machine.meaning else ""
    states = ", ".join(plain_line(state) for state in machine.states)
    starts = " or ".join(plain_line(state) for state in machine.states if state in initial)
    start = f" It starts in {starts}." if starts else ""
    reading = " “Otherwise”: no earlier row of the same trigger and states applies." if level is Level.DETAIL else ""
    reading += " Numbers: the order of the decision. Letters: what several rows share." if reading and subject else ""
    about = f" Shown: {plain_line(subject)}." if subject else ""
    return (
        f"State diagram of {display_name(machine.name)}{meaning}: "
        f"{len(machine.states)} states ({states}) and {rows} rows.{about}{start}{reading}"
    )


def _group_name(states: tuple[str, ...], all_states: tuple[str, ...]) -> str:
    missing = [plain_line(state) for state in all_states if state not in states]
    if not missing:
        return "any state"
    if len(missing) <= EXCEPTIONS and len(missing) < len(states):
        return f"any state but {_joined(missing, 'and')}"
    return _joined([plain_line(state) for state in states], "or")


def _joined(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


__all__ = [
    "Edge", "Graph", "Level", "Line", "Node", "NodeKind", "RowText", "TableRow", "machine_diagram", "marked",
    "more_than_shown", "overview_lines", "state_diagram", "table_of",
]  # fmt: skip
