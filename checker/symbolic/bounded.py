"""Bounded model checking: the runs of 0, 1, 2 ... steps as one growing formula, and in each new step a
look for every observation not yet matched; so what is found first is found by a shortest run.
Finds, and never proves, unless no run goes on; positions in its runs are those of the interpretation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from time import monotonic

import z3

from checker.search import INTERRUPTED, Exploration, Limits, Progress, ProgressReport, Sighting
from checker.symbolic.encoding import Encoding, Move
from model.language.channel_contents import Flight
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import System

STEPS = 30  # how far a search goes when nobody says
MILLISECONDS = 1000


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> Exploration:
    """Look for every observation in runs of ever more steps, until all are found or a limit is passed.

    `limits.seconds` and `limits.steps` count. Raises ModelError if a value leaves its domain.
    """
    search = BoundedSearch(system, observations, limits)
    stopped = search.run(progress)
    return search.result(stopped)


class SolverGaveUp(Exception):
    """Z3 said "unknown"; the text says why."""


def ask(solver: z3.Solver, *assumptions: z3.BoolRef, until: float = 0.0) -> bool:
    """Whether the formula can be satisfied. Raises SolverGaveUp, or KeyboardInterrupt after Ctrl-C.

    until: when the time is up that the solver was given, by `monotonic`. Z3 says "canceled" then, and of Ctrl-C
    alike: before that time it is the latter.
    """
    try:
        answer = solver.check(*assumptions)
    except z3.Z3Exception as error:
        if "canceled" in str(error) and monotonic() < until:
            raise KeyboardInterrupt from None
        raise SolverGaveUp(f"Z3: {error}") from None
    if answer == z3.unknown:
        reason = solver.reason_unknown()
        if "interrupted" in reason or ("canceled" in reason and monotonic() < until):
            raise KeyboardInterrupt
        raise SolverGaveUp(reason)
    return answer == z3.sat


@dataclass
class Unrolling:
    """The states of a run as constants, one set a step, and which move each step takes."""

    encoding: Encoding
    states: list[dict[str, z3.ExprRef]] = field(default_factory=list)
    choices: list[z3.BitVecRef] = field(default_factory=list)

    def __post_init__(self) -> None:
        encoding = self.encoding
        self.width = max(1, len(encoding.moves).bit_length())
        self.states.append(self._constants(0))
        self._writers: dict[str, list[tuple[z3.ExprRef, list[int]]]] = {}
        for number, move in enumerate(encoding.moves):
            for name, term in move.effects.items():
                entries = self._writers.setdefault(name, [])
                same = next((moves for other, moves in entries if other.eq(term)), None)
                if same is None:
                    entries.append((term, [number]))
                else:
                    same.append(number)

    def _constants(self, step: int) -> dict[str, z3.ExprRef]:
        return {
            name: self.encoding.named(component, f"{name}@{step}")
            for name, component in self.encoding.components.by_name.items()
        }

    def at(self, step: int, term: z3.BoolRef) -> z3.BoolRef:
        """A condition on states, of the state after `step` steps."""
        pairs = [(self.encoding.constant(name), term) for name, term in self.states[step].items()]
        result = z3.substitute(term, *pairs)
        assert isinstance(result, z3.BoolRef)
        return result

    def takes(self, step: int, number: int) -> z3.BoolRef:
        return self.choices[step] == z3.BitVecVal(number, self.width, self.encoding.context)

    def extend(self) -> list[z3.BoolRef]:
        """One more step; what has to hold of it."""
        step, encoding = len(self.choices), self.encoding
        self.choices.append(z3.BitVec(f"move@{step}", self.width, encoding.context))
        self.states.append(self._constants(step + 1))
        pairs = [(encoding.constant(name), term) for name, term in self.states[step].items()]
        taken = [self.takes(step, number) for number in range(len(encoding.moves))]
        parts: list[z3.BoolRef] = [encoding.encoder.some(taken)]
        for chosen, move in zip(taken, encoding.moves, strict=True):
            parts.append(z3.Implies(chosen, self.at(step, move.guard)))
        for name, new in self.states[step + 1].items():
            value = self.states[step][name]
            for term, numbers in self._writers.get(name, []):
                condition = encoding.encoder.some(taken[number] for number in numbers)
                value = z3.If(condition, z3.substitute(term, *pairs), value)
            parts.append(new == value)
        return parts


class BoundedSearch:
    """One search. rlimit: effort allowed for each query, the same on every machine (0: no limit)."""

    def __init__(self, system: System, observations: Sequence[Observation], limits: Limits, *, rlimit: int = 0) -> None:
        self.started = monotonic()
        self.system, self.limits = system, limits
        self.steps = STEPS if limits.steps is None else limits.steps
        self.encoding = Encoding(system)
        self.unrolling = Unrolling(self.encoding)
        self.solver = z3.SolverFor("QF_BV", ctx=self.encoding.context)
        self.solver.set("random_seed", 0)
        self.rlimit = rlimit
        if rlimit:
            self.solver.set("rlimit", rlimit)
        self.waiting = {entry.name: entry for entry in observations if not entry.impossible}
        self.in_steps: dict[str, list[tuple[Move, z3.BoolRef]]] = {}
        self.matched: dict[str, z3.BoolRef] = {}
        for entry in self.waiting.values():
            found = [
                (move, condition) for move in self.encoding.moves
                if (condition := self.encoding.sightings(entry, move)) is not None
            ]  # fmt: skip
            self.in_steps[entry.name] = found
            parts = [condition for _, condition in found]
            if entry.in_states is not None:
                parts.append(self.encoding.condition(entry.in_states))
            self.matched[entry.name] = self.encoding.encoder.some(parts)
        self.fault = [
            z3.And(move.guard, move.fault) for move in self.encoding.moves if move.fault is not None
        ]
        self.sightings: dict[str, Sighting] = {}
        self.depth = -1
        self.questions = 0

    def run(self, progress: ProgressReport | None) -> str | None:
        """None if every run was looked at to its end, else why the search stopped."""
        try:
            self.solver.add(self.unrolling.at(0, self.encoding.is_initial()))
            while True:
                if not self._ask():
                    return None
                self._look()
                self.depth += 1
                if progress is not None:
                    words = f"runs of {self.depth} steps, {len(self.sightings)} found, {len(self.waiting)} left"
                    progress(Progress(0, 0, self.depth, len(self.waiting), monotonic() - self.started, words=words))
                if not self.waiting:
                    return f"everything looked for was found within {self.depth} steps"
                if self.depth >= self.steps:
                    return f"no run of up to {self.depth} steps shows it; longer ones were not looked at"
                self.solver.add(*self.unrolling.extend())
        except SolverGaveUp as error:
            return self._gave_up(str(error))
        except KeyboardInterrupt:
            return INTERRUPTED

    def _gave_up(self, reason: str) -> str:
        limit = self.limits.seconds
        if limit is not None and monotonic() - self.started >= 0.9 * limit:
            return f"time limit of {limit:g} s reached, every run of up to {max(self.depth, 0)} steps looked at"
        return f"the solver gave up ({reason}), every run of up to {max(self.depth, 0)} steps looked at"

    def _ask(self, *assumptions: z3.BoolRef) -> bool:
        until = inf
        if self.limits.seconds is not None:
            left = self.limits.seconds - (monotonic() - self.started)
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        return ask(self.solver, *assumptions, until=0.0 if self.rlimit else until)

    def _look(self) -> None:
        """Every observation in the newest state, and in the steps that leave it."""
        step = len(self.unrolling.choices)
        if self.fault:
            model = self._asked_of([self.unrolling.at(step, self.encoding.encoder.some(self.fault))])
            if model is not None:
                self._raise_fault(model, step)
        wanted = {name: z3.Bool(f"{name}@{step}", self.encoding.context) for name in self.waiting}
        for name, label in wanted.items():
            self.solver.add(z3.Implies(label, self.unrolling.at(step, self.matched[name])))
        while wanted and (model := self._asked_of(list(wanted.values()))) is not None:
            for name in list(wanted):
                if self._is_true(model, step, self.matched[name]):
                    self._sighted(name, model, step)
                    del wanted[name]

    def _asked_of(self, labels: Sequence[z3.BoolRef]) -> z3.ModelRef | None:
        """A run in which one of these is true. The question is gone afterwards."""
        self.questions += 1
        label = z3.Bool(f"question@{self.questions}", self.encoding.context)
        self.solver.add(z3.Implies(label, self.encoding.encoder.some(labels)))
        found = self.solver.model() if self._ask(label) else None
        self.solver.add(z3.Not(label))
        return found

    def _is_true(self, model: z3.ModelRef, step: int, condition: z3.BoolRef) -> bool:
        return z3.is_true(model.eval(self.unrolling.at(step, condition), model_completion=True))

    def _sighted(self, name: str, model: z3.ModelRef, step: int) -> None:
        entry, last = self.waiting.pop(name), None
        here = entry.in_states is not None and self._is_true(model, step, self.encoding.condition(entry.in_states))
        if not here:
            last = next(move for move, condition in self.in_steps[name] if self._is_true(model, step, condition))
        self.sightings[name] = self._run_in_model(model, step, last)

    def _run_in_model(self, model: z3.ModelRef, steps: int, last: Move | None) -> Sighting:
        encoding = self.encoding
        codes = [encoding.state_in(model, self.unrolling.states[step]) for step in range(steps + 1)]
        moves = [encoding.moves[encoding.code_in(model, choice)] for choice in self.unrolling.choices[:steps]]
        if last is not None:
            moves.append(last)
        path = [
            (move.action.name, position_of(encoding, move, before)) for move, before in zip(moves, codes, strict=False)
        ]
        return Sighting(encoding.state(codes[0]), tuple(path))

    def _raise_fault(self, model: z3.ModelRef, step: int) -> None:
        """Raise the error that the interpretation has for the step that takes a value out of its domain."""
        codes = self.encoding.state_in(model, self.unrolling.states[step])
        state, interpretation = self.encoding.state(codes), Interpretation(self.system)
        for _ in interpretation.steps(state):
            pass
        raise ModelError(f"a field of a message gets a value outside its domain after {step} steps")

    def result(self, stopped: str | None) -> Exploration:
        return Exploration(
            "bmc", stopped is None, stopped, None, None, max(self.depth, 0), monotonic() - self.started, 0,
            self.sightings, {}, {channel.name: channel.capacity for channel in self.system.channels}, frozenset(),
        )  # fmt: skip


def position_of(encoding: Encoding, move: Move, codes: Mapping[str, int]) -> int | None:
    """Where the interpretation finds the message that a move takes."""
    if move.slot is None:
        return None
    channel = encoding.system.channels[encoding.system.channel_index[str(move.action.channel)]]
    flight = encoding.components.flight(channel, encoding.components.slots[channel.name][move.slot], codes)
    assert isinstance(flight, Flight)
    state: State = encoding.state(codes)
    contents = state.channels[encoding.system.channel_index[channel.name]]
    return contents.index(flight)


__all__ = ["BoundedSearch", "SolverGaveUp", "Unrolling", "ask", "explore", "position_of"]
