"""Checks of every machine's table at the system's widths: rows disjoint, cases complete, values inside
their domains, no dead rows, no states out of reach. Z3 is loaded only when the checks run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from model.language.domains import BOOLEAN, Domain, Enumeration, Integer, Modular
from model.language.errors import ModelError
from model.language.expressions import (
    Expression,
    Operator,
    conjuncts,
)
from model.language.machines import Event, Trigger, TriggerKind
from model.language.rewriting import nodes_of
from model.language.systems import ResolvedMachine, ResolvedRow, System
from model.language.type_checking import Scope, domain_of, scope_of_action

Plain = TypeVar("Plain", int, str)
Severity = Literal["error", "warning"]
Kind = Literal["overlap", "gap", "out of range", "dead row", "unreachable state", "contradiction", "undecided"]

Z3_EFFORT = 20_000_000  # Z3's deterministic resource limit of one question; a hard one needs some 100,000


@dataclass(frozen=True)
class TableProblem:
    """Something wrong with a table. values: (variable or field, value) of one case that shows it."""

    kind: Kind
    severity: Severity
    machine: str
    rows: tuple[str, ...]
    trigger: str
    state: str
    values: tuple[tuple[str, str], ...]
    message: str

    def __str__(self) -> str:
        return self.message


def check_tables(system: System, effort: int = Z3_EFFORT) -> list[TableProblem]:
    """Every problem of every table, machine by machine. Never cached: see `table_cache`."""
    from model.language.table_queries import table_problems

    problems: list[TableProblem] = []
    for machine in system.machines:
        found, dead = table_problems(system, machine, effort)
        problems += found
        problems += states_out_of_reach(system, machine, dead)
    return problems


def require_sound_tables(system: System) -> None:
    """Raise ModelError with every error found in the tables; warnings pass. Uses the cache."""
    from model.language.table_cache import checked_tables

    errors = [problem.message for problem in checked_tables(system) if problem.severity == "error"]
    if errors:
        raise ModelError("\n".join(errors))


def triggers_of(machine: ResolvedMachine) -> dict[Trigger, list[ResolvedRow]]:
    """The rows of each trigger, in the order written."""
    groups: dict[Trigger, list[ResolvedRow]] = {}
    for row in machine.rows:
        groups.setdefault(row.trigger, []).append(row)
    return groups


def must_be_complete(trigger: Trigger, machine: ResolvedMachine) -> bool:
    """Whether the machine has to say what happens in every case: messages, and events nobody can refuse."""
    match trigger.kind:
        case TriggerKind.RECEIPT:
            return machine.role != "environment"  # which takes what it wants, and leaves the rest alone
        case TriggerKind.EVENT:
            event = trigger.event
            return event is not None and event.emitter != machine.name and event.unrefusable
        case _:
            return False


def field_domains(system: System, trigger: Trigger) -> dict[str, dict[str, Domain]] | None:
    """The fields that rows of a trigger may use, by scope; None for an event that never happens."""
    if trigger.kind is TriggerKind.RECEIPT:
        for channel in system.channels:
            for message in channel.messages:
                if message.name == trigger.name:
                    return {"received": {name: entry.domain for name, entry in message.fields.items()}}
    if trigger.event is not None:
        domains = _event_domains(system, trigger.event)
        return None if domains is None else {"event": domains}
    return {}


def _event_domains(system: System, event: Event) -> dict[str, Domain] | None:
    """The event's fields with their domains filled in from what the emitter's actions compute."""
    actions = [action for action in system.actions if action.trigger == f"event {event.name}"]
    if not actions:
        return None
    scopes = [scope_of_action(system, action) for action in actions]
    return {
        name: _filled_in(declared, [(a.event[name], scope) for a, scope in zip(actions, scopes, strict=True)], system)
        for name, declared in event.fields.items()
    }


def _filled_in(declared: Domain, computed: list[tuple[Expression, Scope]], system: System) -> Domain:
    """`declared` with the scenario's sizes: as elsewhere in the system, or as wide as the computed values."""
    known = [variable.domain for variable in system.variables]
    messages = [message for channel in system.channels for message in channel.messages]
    known += [entry.domain for message in messages for entry in message.fields.values()]
    match declared:
        case Integer(low, str()):
            bounds = [_bounds(expression, scope) for expression, scope in computed]
            return Integer(min([low, *(bound[0] for bound in bounds)]), max([low, *(bound[1] for bound in bounds)]))
        case Modular(width, 0):
            for domain in known:
                if isinstance(domain, Modular) and domain.width == width:
                    return domain
            largest = max(value for value in _constants(computed, int))
            return Modular(width, max(1, largest.bit_length()))
        case Enumeration(name, ()):
            for domain in known:
                if isinstance(domain, Enumeration) and domain.name == name:
                    return domain
            return Enumeration(name, tuple(dict.fromkeys(_constants(computed, str))))
        case _:
            return declared


def _constants(computed: list[tuple[Expression, Scope]], kind: type[Plain]) -> list[Plain]:
    """Constants of one type in the expressions. With no variable of the domain there is nothing else."""
    nodes = [node for expression, _ in computed for node in nodes_of(expression, Operator.CONSTANT)]
    return [node.payload for node in nodes if isinstance(node.payload, kind) and not isinstance(node.payload, bool)]


def _bounds(expression: Expression, scope: Scope) -> tuple[int, int]:
    """The lowest and highest integer an expression can be."""
    operands = expression.operands
    match expression.operator:
        case Operator.CONSTANT if type(expression.payload) is int:
            return expression.payload, expression.payload
        case Operator.IF:
            then, other = _bounds(operands[1], scope), _bounds(operands[2], scope)
            return min(then[0], other[0]), max(then[1], other[1])
        case Operator.ADD:
            left, right = _bounds(operands[0], scope), _bounds(operands[1], scope)
            return left[0] + right[0], left[1] + right[1]
        case Operator.SUBTRACT:
            left, right = _bounds(operands[0], scope), _bounds(operands[1], scope)
            return left[0] - right[1], left[1] - right[0]
        case _:
            domain = domain_of(expression, scope)
            if not isinstance(domain, Integer):
                raise ModelError(f'"{expression}" is not an integer')
            return domain.low, domain.top


def compatible(row: ResolvedRow, other: ResolvedRow) -> bool:
    """Whether one way to settle the open ambiguities can have both rows."""
    return all(other.alternative.get(name, value) == value for name, value in row.alternative.items())


def evidently_disjoint(row: ResolvedRow, other: ResolvedRow) -> bool:
    """One guard demands the negation of what the other demands, as in an ordered decision."""
    return _excludes(row.guard, other.guard) or _excludes(other.guard, row.guard)


def _excludes(guard: Expression, other: Expression) -> bool:
    demanded = set(conjuncts(other))
    return any(
        demanded.issuperset(conjuncts(part.operands[0]))
        for part in conjuncts(guard)
        if part.operator is Operator.NOT
    )


def open_alternatives(machine: ResolvedMachine) -> Mapping[str, Domain]:
    """The ambiguities left open in a table, each with the alternatives its rows name."""
    seen: dict[str, dict[str, None]] = {}
    for row in machine.rows:
        for name, value in row.alternative.items():
            seen.setdefault(name, {})[value] = None
    return {name: Enumeration(name, tuple(values)) for name, values in seen.items()}


def states_out_of_reach(
    system: System, machine: ResolvedMachine, dead: frozenset[int] = frozenset()
) -> list[TableProblem]:
    """Warnings for control states to which no rows, but the dead ones, lead from the initial states."""
    name = f"{machine.name}.state"
    reached = {str(value) for value in system.variables[system.variable_index[name]].initial}
    arrows = [
        (set(row.states), target)
        for index, row in enumerate(machine.rows)
        if index not in dead
        for target in _targets(row, name, machine.states)
    ]
    grown = True
    while grown:
        new = {target for sources, target in arrows if sources & reached} - reached
        reached |= new
        grown = bool(new)
    return [
        TableProblem(
            "unreachable state", "warning", machine.name, (), "", state, (),
            f'machine "{machine.name}": no rows lead from an initial state to state "{state}"',
        )
        for state in machine.states
        if state not in reached
    ]  # fmt: skip


def _targets(row: ResolvedRow, name: str, states: tuple[str, ...]) -> tuple[str, ...]:
    if row.dest is not None:
        return (row.dest,)
    if name not in row.assignments:
        return ()
    value = row.assignments[name]
    return (str(value.payload),) if value.operator is Operator.CONSTANT else states


def integer_results(
    row: ResolvedRow, system: System, event: Mapping[str, Domain]
) -> list[tuple[str, Expression, Integer]]:
    """What the row computes for a domain of integers: (what it is, expression, domain)."""
    results = [(name, value, system.domain(name)) for name, value in row.assignments.items()]
    for sending in row.sends:
        for name, value in sending.fields.items():
            results.append((f"{sending.message.name}.{name}", value, sending.message.fields[name].domain))
    results += [(f"{row.trigger.name}.{name}", value, event.get(name, BOOLEAN)) for name, value in row.emits.items()]
    return [(name, value, domain) for name, value, domain in results if isinstance(domain, Integer)]
