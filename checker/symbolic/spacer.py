"""Spacer, the engine for fixed points in Z3, asked for an invariant. What it says is believed of nothing: an
invariant is checked here by queries of our own, a counterexample is for others to find and to replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread
from time import monotonic

import z3

from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.certificates import WrittenLemma
from checker.symbolic.encoding import Encoding
from checker.symbolic.term_text import NoText, in_words, names_in, smt_text
from model.language.observations import Observation
from model.language.systems import System

PLAIN = ("xform.inline_eager", "xform.inline_linear", "xform.slice")  # switched off: the answer speaks of states
BEAT = 0.05  # seconds between two looks for Ctrl-C
GRACE = 5.0  # seconds in which an interrupted engine has to end


class RunClaimed(Exception):
    """Spacer says that some run shows it. It gives none."""


def lemmas(
    system: System, observation: Observation, *, seconds: float | None = None, rlimit: int = 0
) -> tuple[tuple[str, WrittenLemma], ...]:
    """The invariant as lemmas of a certificate, with their words. Raises as `invariant` does."""
    encoding = Encoding(system)
    parts = invariant(system, observation, encoding, seconds=seconds, rlimit=rlimit)
    try:
        return tuple(
            (in_words(part, encoding.components), WrittenLemma(names_in(part), smt_text(part))) for part in parts
        )
    except NoText as error:
        raise SolverGaveUp(f"Spacer: {error}") from None


@dataclass
class _Answer:
    """What the engine's thread leaves behind. parts: of the invariant."""

    result: z3.CheckSatResult | None = None
    parts: Sequence[z3.BoolRef] = ()
    error: str | None = None


def violations(encoding: Encoding, observation: Observation) -> list[z3.BoolRef]:
    """Conditions of states in which it is seen, or a value leaves its domain, or a reply is lost."""
    found = [encoding.encoder.every([move.guard, fault]) for move in encoding.moves for fault in move.faults]
    found += [seen for move in encoding.moves if (seen := encoding.sightings(observation, move)) is not None]
    if observation.in_states is not None:
        found.append(encoding.condition(observation.in_states))
    return [part for part in found if not z3.is_false(part)]


def invariant(
    system: System, observation: Observation, encoding: Encoding, *, seconds: float | None = None, rlimit: int = 0
) -> list[z3.BoolRef]:
    """Conditions, over the constants of `encoding` (of the same system), that are true at the start, kept by every
    move, and exclude the observation: found by Spacer, checked by separate queries.

    Raises RunClaimed; SolverGaveUp if it does not answer in time, or what it answers is wrong; KeyboardInterrupt.
    """
    started = monotonic()
    own = Encoding(system)  # the thread's: a context serves one thread
    answer = _Answer()
    thread = Thread(target=_solve, args=(own, violations(own, observation), seconds, rlimit, answer), daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(BEAT)
            if seconds is not None and monotonic() - started > seconds + GRACE:
                raise SolverGaveUp("Spacer: timeout")
    except BaseException:
        own.context.interrupt()
        thread.join(GRACE)
        raise
    if answer.error is not None or answer.result is None:
        raise SolverGaveUp(f"Spacer: {answer.error or 'it did not answer'}")
    if answer.result == z3.sat:
        raise RunClaimed("Spacer says that a run shows it")
    if answer.result == z3.unknown:
        raise SolverGaveUp("Spacer: unknown")
    parts = [part.translate(encoding.context) for part in answer.parts]
    check(encoding, parts, violations(encoding, observation))
    return parts


def check(encoding: Encoding, parts: Sequence[z3.BoolRef], bad: Sequence[z3.BoolRef]) -> None:
    """Whether the conditions are an invariant that excludes all of `bad`. Raises SolverGaveUp if not."""
    encoder = encoding.encoder
    together = encoder.every(parts)
    first = z3.SolverFor("QF_BV", ctx=encoding.context)
    first.add(encoding.is_initial(), z3.Not(together))
    if ask(first):
        raise SolverGaveUp("Spacer: its invariant is not true at the start")
    solver = z3.SolverFor("QF_BV", ctx=encoding.context)
    solver.add(*encoding.well_formed(), together)
    for move in encoding.moves:
        pairs = [(encoding.constant(name), term) for name, term in move.effects.items()]
        solver.push()
        after = z3.substitute(together, *pairs)
        assert isinstance(after, z3.BoolRef)
        solver.add(move.guard, z3.Not(after))
        if ask(solver):
            raise SolverGaveUp(f'Spacer: its invariant is not kept by "{move.action.name}"')
        solver.pop()
    solver.add(encoder.some(bad))
    if ask(solver):
        raise SolverGaveUp("Spacer: its invariant does not exclude it")


def _solve(
    encoding: Encoding, bad: Sequence[z3.BoolRef], seconds: float | None, rlimit: int, answer: _Answer
) -> None:
    try:
        answer.result, answer.parts = _asked(encoding, bad, seconds, rlimit)
    except z3.Z3Exception as error:
        text = error.value.decode() if isinstance(error.value, bytes) else str(error.value)
        answer.error = "timeout" if text == "canceled" else text


def _asked(
    encoding: Encoding, bad: Sequence[z3.BoolRef], seconds: float | None, rlimit: int
) -> tuple[z3.CheckSatResult, list[z3.BoolRef]]:
    context = encoding.context
    engine = z3.Fixedpoint(ctx=context)
    engine.set("engine", "spacer")
    for option in PLAIN:
        engine.set(option, False)
    if seconds is not None:
        engine.set("timeout", max(1, int(seconds * MILLISECONDS)))
    if rlimit:
        engine.set("rlimit", rlimit)
    state = [encoding.constants[name] for name in encoding.components.names]
    reached = z3.Function("reached", *(term.sort() for term in state), z3.BoolSort(context))
    seen = z3.Function("seen", z3.BoolSort(context))
    engine.register_relation(reached, seen)
    engine.declare_var(*state)
    engine.rule(reached(*state), [encoding.is_initial()])
    for move in encoding.moves:
        after = [move.effects.get(name, term) for name, term in encoding.constants.items()]
        engine.rule(reached(*after), [reached(*state), move.guard])
    engine.rule(seen(), [reached(*state), encoding.encoder.some(bad)])
    result = engine.query(seen())
    if result != z3.unsat:
        return result, []
    found = z3.substitute_vars(engine.get_cover_delta(-1, reached), *state)
    return result, [part for part in found.children() if isinstance(part, z3.BoolRef)] if z3.is_and(found) else [found]
