"""A machine's table as a graph of control states, independent of how it is drawn.
Rows that keep the state stand inside its node; rows that leave many states alike start from one
node that stands for all of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from diagrams.errors import DiagramError
from diagrams.labels import display_name, plain_line
from model.language.errors import nearest
from model.language.expressions import TRUE, Expression, Operator, all_of, constant, negation, text_of
from model.language.machines import TriggerKind
from model.language.systems import ResolvedMachine, ResolvedRow, Sending, System

MANY_STATES = 4
EXCEPTIONS = 3


class Level(Enum):
    """How much a diagram says: row labels only, or triggers, guards, effects and clauses too."""

    OVERVIEW = "overview"
    DETAIL = "detail"


class NodeKind(Enum):
    STATE = "state"
    START = "start"  # the mark from which arrows lead to the initial states
    GROUP = "group"  # stands for several states


@dataclass(frozen=True)
class RowText:
    """A row in words. guard: empty if there is none; "otherwise" for what earlier rows exclude."""

    label: str
    trigger: str
    guard: str
    effects: tuple[str, ...]
    clause: str
    discards: bool


@dataclass(frozen=True)
class Node:
    """id: made up here, safe in every format. rows: those that keep the state."""

    id: str
    kind: NodeKind
    name: str
    rows: tuple[RowText, ...] = ()

    @property
    def summary(self) -> str:
        """How many rows keep the state and how many discard what comes."""
        discarding = sum(row.discards for row in self.rows)
        staying = len(self.rows) - discarding
        parts = [f"{staying} {'row stays' if staying == 1 else 'rows stay'}"] if staying else []
        parts += [f"{discarding} {'discards' if discarding == 1 else 'discard'}"] if discarding else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Edge:
    """source, dest: node ids. One edge a pair of nodes."""

    source: str
    dest: str
    rows: tuple[RowText, ...]


@dataclass(frozen=True)
class Graph:
    title: str
    description: str
    level: Level
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, identity: str) -> Node:
        return next(node for node in self.nodes if node.id == identity)


def machine_diagram(system: System, name: str, level: Level = Level.OVERVIEW) -> Graph:
    """The state diagram of one machine of a system. Raises DiagramError for an unknown name."""
    names = [machine.name for machine in system.machines]
    if name not in names:
        raise DiagramError(f'no machine "{plain_line(name)}" in this system: {nearest(name, names)}')
    variable = f"{name}.state"
    initial = [str(value) for entry in system.variables if entry.name == variable for value in entry.initial]
    ghosts = [entry.name for entry in system.variables if entry.ghost]
    return state_diagram(system.machine(name), initial=initial, level=level, hidden=ghosts)


def state_diagram(
    machine: ResolvedMachine, *, initial: Collection[str] = (), level: Level = Level.OVERVIEW,
    hidden: Collection[str] = (),
) -> Graph:  # fmt: skip
    """The state diagram of a machine's table.

    initial: the states to mark as initial. hidden: variables whose assignments are not shown.
    """
    ids = {state: f"s{index}" for index, state in enumerate(machine.states)}
    inside: dict[str, list[RowText]] = {identity: [] for identity in ids.values()}
    groups: dict[tuple[str, ...], str] = {}
    edges: dict[tuple[str, str], list[RowText]] = {}

    def group(states: tuple[str, ...]) -> str:
        return groups.setdefault(states, f"g{len(groups)}")

    for row, guard in zip(machine.rows, _own_guards(machine.rows), strict=True):
        text = _row_text(row, guard, hidden)
        states = tuple(state for state in machine.states if state in row.states)
        many = len(states) >= MANY_STATES or (len(states) == len(machine.states) and len(states) > 2)
        if row.dest is None or states == (row.dest,):
            if many and level is Level.DETAIL:
                inside.setdefault(group(states), []).append(text)
            else:
                for state in states:
                    inside[ids[state]].append(text)
        elif many:
            edges.setdefault((group(states), ids[row.dest]), []).append(text)
        else:
            for state in states:
                if state == row.dest:
                    inside[ids[state]].append(text)
                else:
                    edges.setdefault((ids[state], ids[row.dest]), []).append(text)

    marks = {f"i{index}": ids[state] for index, state in enumerate(machine.states) if state in initial}
    nodes = [
        *(Node(mark, NodeKind.START, "start") for mark in marks),
        *(Node(own, NodeKind.STATE, plain_line(state), tuple(inside[own])) for state, own in ids.items()),
        *(
            Node(identity, NodeKind.GROUP, _group_name(states, machine.states), tuple(inside.get(identity, ())))
            for states, identity in groups.items()
        ),
    ]
    starts = [Edge(mark, dest, ()) for mark, dest in marks.items()]
    drawn = [Edge(source, dest, tuple(rows)) for (source, dest), rows in edges.items()]
    title = f"{display_name(machine.name)}: control states"
    if level is Level.DETAIL:
        title += ", in detail"
    return Graph(title, _description(machine, initial, level), level, tuple(nodes), tuple(starts + drawn))


def overview_lines(rows: Iterable[RowText], most: int = 5) -> list[tuple[str, list[str]]]:
    """Rows as (trigger, labels), each trigger once; at most `most` labels in all, then ("", ["3 more"])."""
    grouped: dict[str, dict[str, None]] = {}
    for row in rows:
        grouped.setdefault(row.trigger, {})[row.label] = None
    left, hidden = most, 0
    result: list[tuple[str, list[str]]] = []
    for trigger, labels in grouped.items():
        shown = list(labels)[: max(left, 0)]
        hidden += len(labels) - len(shown)
        left -= len(shown)
        if shown:
            result.append((trigger, shown))
    if hidden:
        result.append(("", [f"and {hidden} more"]))
    return result


def _description(machine: ResolvedMachine, initial: Collection[str], level: Level) -> str:
    meaning = f" ({plain_line(machine.meaning)})" if machine.meaning else ""
    states = ", ".join(plain_line(state) for state in machine.states)
    starts = " or ".join(plain_line(state) for state in machine.states if state in initial)
    start = f" It starts in {starts}." if starts else ""
    reading = " “Otherwise”: no earlier row of the same trigger and states applies." if level is Level.DETAIL else ""
    return (
        f"State diagram of {display_name(machine.name)}{meaning}: "
        f"{len(machine.states)} states ({states}) and {len(machine.rows)} rows.{start}{reading}"
    )


def _group_name(states: tuple[str, ...], all_states: tuple[str, ...]) -> str:
    missing = [plain_line(state) for state in all_states if state not in states]
    if not missing:
        return "any state"
    if len(missing) <= EXCEPTIONS:
        return f"any state but {_joined(missing, 'and')}"
    return _joined([plain_line(state) for state in states], "or")


def _joined(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


# rows in words


def _own_guards(rows: Sequence[ResolvedRow]) -> list[tuple[bool, Expression]]:
    """For each row: whether it comes after others of its decision, and its guard without their negations."""
    excluded: dict[tuple[str, tuple[str, ...]], set[Expression]] = {}
    result = []
    for row in rows:
        key = (row.trigger.key, row.states)
        later = key in excluded
        above = excluded.setdefault(key, set())
        conditions = _conjuncts(row.guard)
        own = [condition for condition in conditions if condition not in above]
        result.append((later and len(own) < len(conditions), all_of(own)))
        above.update(_denied(all_of(own)))
    return result


def _denied(condition: Expression) -> set[Expression]:
    """What holds when `condition` does not, in the forms in which guards may contain it."""
    denied = {negation(condition)}
    if condition.operator is Operator.OR:
        denied.update(part for operand in condition.operands for part in _conjuncts(negation(operand)))
    return denied


def _conjuncts(expression: Expression) -> tuple[Expression, ...]:
    if expression is TRUE:
        return ()
    return expression.operands if expression.operator is Operator.AND else (expression,)


def _row_text(row: ResolvedRow, guard: tuple[bool, Expression], hidden: Collection[str]) -> RowText:
    later, own = guard
    condition = "" if own is TRUE else _words(text_of(own), row.machine)
    if later:
        condition = f"otherwise, {condition}" if condition else "otherwise"
    assigned = {name: text_of(value) for name, value in row.assignments.items() if name not in hidden}
    effects = [f"{_words(name, row.machine)} := {_words(value, row.machine)}" for name, value in assigned.items()]
    effects += [_sending_text(sending, row.machine) for sending in row.sends]
    effects += [
        f"{alter.message} in flight on {alter.channel} with {_words(text_of(alter.when), row.machine)}: "
        + ", ".join(f"{n} := {_words(text_of(v), row.machine)}" for n, v in alter.fields.items())
        for alter in row.alters
    ]
    return RowText(
        plain_line(row.title), trigger_text(row), condition, tuple(plain_line(effect) for effect in effects),
        plain_line(row.clause), row.discards,
    )  # fmt: skip


def trigger_text(row: ResolvedRow) -> str:
    """ "BindingUpdate received", "timer retransmission", "movement", "decision to give up"."""
    name = plain_line(row.trigger.name)
    match row.trigger.kind:
        case TriggerKind.RECEIPT:
            return f"{name} received"
        case TriggerKind.TIMER:
            return f"timer {name}"
        case TriggerKind.DECISION:
            return f"decision: {name}"
        case TriggerKind.EVENT:
            return f"event {name}"


def _sending_text(sending: Sending, machine: str) -> str:
    fields = [
        _words(name if value is TRUE else f"{name} = {text_of(value)}", machine)
        for name, value in sending.fields.items()
        if value is not constant(sending.message.fields[name].default)
    ]
    return f"send {sending.message.name}" + (f" ({', '.join(fields)})" if fields else "")


def _words(text: str, machine: str) -> str:
    """Names without the prefix of the own machine; "_" as a space."""
    without = re.sub(rf"(?<![\w.]){re.escape(machine)}\.", "", text)
    return plain_line(without.replace("_", " "))
