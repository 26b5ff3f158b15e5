"""The questions that table checks put to Z3, by assumption, to one solver a trigger (one a machine was
six times slower). Message and event fields are free, local invariants are assumed; a question that Z3
gives up is an error."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

import z3

from model.language.domains import Domain, Value, describe
from model.language.expressions import Expression, Operator, field_of, post_order
from model.language.machines import Trigger
from model.language.systems import ResolvedMachine, ResolvedRow, System
from model.language.table_checks import (
    Kind,
    Severity,
    TableProblem,
    compatible,
    evidently_disjoint,
    field_domains,
    integer_results,
    must_be_complete,
    open_alternatives,
    triggers_of,
)
from model.language.type_checking import Scope
from model.language.z3_terms import Constant, Encoder, Terms


@dataclass(frozen=True)
class EncodedRow:
    """applies: state, alternatives and guard. fires: that, and the event has the fields the row emits."""

    index: int
    row: ResolvedRow
    applies: z3.BoolRef
    fires: z3.BoolRef


class Undecided(Exception):
    """Z3 gave up; the text is its reason."""


def table_problems(
    system: System, machine: ResolvedMachine, effort: int, triggers: Collection[str] | None = None
) -> tuple[list[TableProblem], frozenset[int]]:
    """The problems of one table, and the positions of the rows that can never fire. triggers: keys of those to
    look at; None: all."""
    queries = _Queries(system, machine, effort)
    queries.check_invariants()
    for trigger, rows in triggers_of(machine).items():
        if triggers is None or trigger.key in triggers:
            queries.check(trigger, rows)
    return queries.problems, frozenset(queries.dead)


class _Queries:
    def __init__(self, system: System, machine: ResolvedMachine, effort: int) -> None:
        self.system = system
        self.machine = machine
        self.effort = effort
        self.problems: list[TableProblem] = []
        self.dead: set[int] = set()
        self.encoder = Encoder(system)
        plain = self.encoder.terms(Scope(system, {}))
        self.state = self.encoder.variable(f"{machine.name}.state")
        self.alternatives = {
            name: (self.encoder.constant(f"alternative of {name}", domain), domain)
            for name, domain in open_alternatives(machine).items()
        }
        self.invariants = [plain.truth(invariant.condition) for invariant in machine.invariants]
        self._start_anew()

    def _start_anew(self) -> None:
        """A solver that knows the invariants only."""
        self.solver = self._new_solver()
        self.solver.add(*self.invariants)
        self.bounded = 0  # constants whose ranges the solver knows
        self.literals: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}  # terms kept: their ids stay theirs

    def _new_solver(self) -> z3.Solver:
        solver = z3.SolverFor("QF_FD", ctx=self.encoder.context)
        solver.set("rlimit", self.effort)
        return solver

    # the checks

    def check_invariants(self) -> None:
        """Invariants that contradict each other would let every other check pass."""
        names = ", ".join(f'"{invariant.name}"' for invariant in self.machine.invariants)
        where = f'machine "{self.machine.name}"'
        try:
            if self.invariants and not self._possible(self.encoder.truth_value(True)):
                text = f"{where}: no state satisfies its local invariants ({names}); correct them"
                self._add("contradiction", (), "", "", (), text)
        except Undecided as reason:
            text = f"{where}: Z3 could not decide whether a state satisfies the local invariants {names} ({reason})"
            self._add("undecided", (), "", "", (), f"{text}; simplify them")

    def check(self, trigger: Trigger, rows: list[ResolvedRow]) -> None:
        fields = field_domains(self.system, trigger)
        if fields is None:
            self._report_dead(rows, f'event "{trigger.name}" never happens')
            return
        self._start_anew()
        terms = self.encoder.terms(Scope(self.system, fields), trigger.key)
        encoded = [self._encoded(row, terms) for row in rows]
        for what, question in (
            ("whether rows can fire", self._dead_rows),
            ("whether rows overlap", self._overlaps),
            ("whether a case is missing", self._gaps),
            ("whether values stay in range", self._out_of_range),
        ):
            try:
                question(trigger, encoded, terms)
            except Undecided as reason:
                text = f'machine "{self.machine.name}": Z3 could not decide {what} on {trigger.key} ({reason})'
                self._add("undecided", (), trigger.key, "", (), f"{text}; simplify the guards")

    def _encoded(self, row: ResolvedRow, terms: Terms) -> EncodedRow:
        parts = [self.encoder.some(self._in_state(state) for state in row.states)]
        for name, value in row.alternative.items():
            constant, domain = self.alternatives[name]
            parts.append(constant == self.encoder.value_term(value, domain))
        applies = self.encoder.every([*parts, terms.truth(row.guard)])
        emitted = [
            terms.equal(field_of("event", name), value, terms.scope.fields["event"][name])
            for name, value in row.emits.items()
        ]
        index = next(index for index, own in enumerate(self.machine.rows) if own is row)
        return EncodedRow(index, row, applies, self.encoder.every([applies, *emitted]))

    def _dead_rows(self, trigger: Trigger, rows: list[EncodedRow], terms: Terms) -> None:
        dead = [entry for entry in rows if not self._possible(entry.applies)]
        self.dead.update(entry.index for entry in dead)
        self._report_dead([entry.row for entry in dead], "its guard is false in every state")

    def _overlaps(self, trigger: Trigger, rows: list[EncodedRow], terms: Terms) -> None:
        """One question for all pairs left; each answer takes its pairs out of the next."""
        pairs = [
            (first, second)
            for first, second in combinations([entry for entry in rows if entry.index not in self.dead], 2)
            if set(first.row.states) & set(second.row.states)
            and compatible(first.row, second.row)
            and not evidently_disjoint(first.row, second.row)
        ]
        overlapping: list[tuple[EncodedRow, EncodedRow]] = []
        while pairs:
            model = self._model(
                self.encoder.some(self.encoder.every([first.fires, second.fires]) for first, second in pairs)
            )
            if model is None:
                break
            found = next(
                (first, second)
                for first, second in pairs
                if z3.is_true(model.eval(first.fires, model_completion=True))
                and z3.is_true(model.eval(second.fires, model_completion=True))
            )
            overlapping.append(found)
            pairs.remove(found)
        for pair in sorted(overlapping, key=lambda pair: (pair[0].index, pair[1].index)):
            self._report_overlap(trigger, pair, terms)

    def _report_overlap(self, trigger: Trigger, pair: tuple[EncodedRow, EncodedRow], terms: Terms) -> None:
        both = self.encoder.every([pair[0].fires, pair[1].fires])
        mentioned = [entry.row.guard for entry in pair]
        mentioned += [value for entry in pair for value in entry.row.emits.values()]
        state, values = self._shown(both, mentioned, terms)
        titles = [entry.row.title for entry in pair]
        self._add(
            "overlap", tuple(titles), trigger.key, state, values,
            f'machine "{self.machine.name}": rows "{titles[0]}" and "{titles[1]}" overlap on {trigger.key} '
            f'in state "{state}"{_when(values)}; make the guards disjoint',
        )  # fmt: skip

    def _gaps(self, trigger: Trigger, rows: list[EncodedRow], terms: Terms) -> None:
        if not must_be_complete(trigger, self.machine):
            return
        missing = self.encoder.every(z3.Not(entry.applies) for entry in rows)
        for state in self.machine.states:
            here = self.encoder.every([self._in_state(state), missing])
            if not self._possible(here):
                continue
            applicable = [entry.row for entry in rows if state in entry.row.states]
            _, values = self._shown(here, [row.guard for row in applicable], terms)
            self._add(
                "gap", tuple(row.title for row in applicable), trigger.key, state, values,
                f'machine "{self.machine.name}": no row says what happens on {trigger.key} in state '
                f'"{state}"{_when(values)}; add a row, or discard the trigger with a reason',
            )  # fmt: skip

    def _out_of_range(self, trigger: Trigger, rows: list[EncodedRow], terms: Terms) -> None:
        fields = terms.scope.fields.get("event", {})
        for entry in rows:
            if entry.index in self.dead:
                continue
            for name, value, domain in integer_results(entry.row, self.system, fields):
                outside = terms.outside(value, domain)
                if outside is None:
                    continue
                wrong = self.encoder.every([entry.applies, outside])
                if not self._possible(wrong):
                    continue
                state, values = self._shown(wrong, [entry.row.guard, value], terms)
                self._add(
                    "out of range", (entry.row.title,), trigger.key, state, values,
                    f'machine "{self.machine.name}": row "{entry.row.title}" on {trigger.key} takes '
                    f'"{self._short(name)}" ({value}) outside {describe(domain)} in state "{state}"'
                    f"{_when(values)}; narrow the guard or widen the domain",
                )  # fmt: skip

    # reports

    def _add(
        self, kind: Kind, rows: tuple[str, ...], trigger: str, state: str,
        values: tuple[tuple[str, str], ...], message: str,
    ) -> None:  # fmt: skip
        severity: Severity = "warning" if kind == "dead row" else "error"
        self.problems.append(TableProblem(kind, severity, self.machine.name, rows, trigger, state, values, message))

    def _report_dead(self, rows: list[ResolvedRow], reason: str) -> None:
        for row in rows:
            self._add(
                "dead row", (row.title,), row.trigger.key, "", (),
                f'machine "{self.machine.name}": row "{row.title}" on {row.trigger.key} can never fire: {reason}',
            )  # fmt: skip

    def _short(self, name: str) -> str:
        return name.removeprefix(f"{self.machine.name}.")

    def _shown(
        self, case: z3.BoolRef, mentioned: list[Expression], terms: Terms
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The state, and the values that matter, of the first instance of `case` (lowest codes; fields
        before variables), without what the rest implies."""
        state = Constant(self.state, self.system.domain(f"{self.machine.name}.state"))
        named = {"": state}
        named |= {name: Constant(term, domain) for name, (term, domain) in self.alternatives.items()}
        named |= self._named_leaves(mentioned, terms, state)
        chosen: dict[str, tuple[Value, z3.BoolRef]] = {}
        for name, constant in named.items():
            value = self._lowest(constant, [case, *(equation for _, equation in chosen.values())])
            chosen[name] = (value, constant.term == self.encoder.value_term(value, constant.domain))
        opposite = self._new_solver()
        opposite.add(*self.encoder.ranges(), z3.Not(case))
        needed = dict(chosen)
        for name in reversed(chosen):
            fewer = [equation for other, (_, equation) in needed.items() if other != name]
            if name and opposite.check(*fewer) == z3.unsat:
                del needed[name]
        values = tuple((name, _text(value)) for name, (value, _) in needed.items() if name)
        return str(chosen[""][0]), values

    def _named_leaves(self, mentioned: list[Expression], terms: Terms, state: Constant) -> dict[str, Constant]:
        nodes = dict.fromkeys(
            node for expression in mentioned for node in post_order(expression) if node in terms.leaves
        )
        fields = [node for node in nodes if node.operator is Operator.FIELD]
        others = [node for node in nodes if node.operator is not Operator.FIELD]
        names = {node: self._short(str(node)) for node in others}
        taken = {self._short(name) for name in self.system.variable_index}
        for node in fields:
            assert isinstance(node.payload, tuple)
            bare = str(node.payload[1])
            names[node] = str(node) if bare in taken else bare
        return {
            names[node]: terms.leaves[node]
            for node in [*fields, *others]
            if terms.leaves[node].term is not state.term
        }

    # questions

    def _in_state(self, state: str) -> z3.BoolRef:
        domain: Domain = self.system.domain(f"{self.machine.name}.state")
        return self.state == self.encoder.value_term(state, domain)

    def _possible(self, condition: z3.BoolRef) -> bool:
        return self._model(condition) is not None

    def _model(self, *conditions: z3.BoolRef) -> z3.ModelRef | None:
        """A model of the conditions under ranges and invariants; None if there is none."""
        self.solver.add(*self.encoder.ranges(after=self.bounded))
        self.bounded = len(self.encoder.constants)
        literals = [self._literal(condition) for condition in conditions]
        answer = self.solver.check(*literals)
        if answer == z3.sat:
            return self.solver.model()
        if answer == z3.unsat:
            return None
        reason = self.solver.reason_unknown()
        if "keyboard" in reason:
            raise KeyboardInterrupt
        raise Undecided(reason)

    def _lowest(self, constant: Constant, conditions: list[z3.BoolRef]) -> Value:
        """The value with the lowest code that a constant has under conditions that can be met."""
        domain = constant.domain
        low, high = 0, domain.size - 1
        while low < high:
            middle = (low + high) // 2
            if isinstance(constant.term, z3.BitVecRef):
                bound = z3.ULE(constant.term, middle)
            else:
                bound = constant.term == self.encoder.truth_value(False)
            model = self._model(*conditions, bound)
            if model is None:
                low = middle + 1
            else:
                high = domain.encode(self.encoder.value_in(model, constant))
        return domain.decode(low)

    def _literal(self, condition: z3.BoolRef) -> z3.BoolRef:
        """A truth value that stands for a condition as an assumption."""
        known = self.literals.get(condition.get_id())
        if known is None:
            literal = z3.Bool(f"question {len(self.literals)}", self.encoder.context)
            self.solver.add(z3.Implies(literal, condition))
            known = self.literals[condition.get_id()] = (condition, literal)
        return known[1]


def _when(values: tuple[tuple[str, str], ...]) -> str:
    return " when " + ", ".join(f"{name} = {value}" for name, value in values) if values else ""


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
