"""Proofs and bounded searches that a solver, a limit or Ctrl-C cuts short: nothing is said to hold."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic

import pytest
import z3

from checker.search import Exploration, Limits
from checker.symbolic import bounded, proving
from checker.symbolic.bounded import BoundedSearch, SolverGaveUp, ask
from checker.symbolic.certificates import CertificateRefused, check_certificate, read_certificate
from checker.symbolic.proving import Prover
from checker.symbolic.second_solver import SecondSolver, second_solver
from model.language.errors import ModelError
from model.language.observations import observe_states
from tests.symbolic.stop_and_wait import last, number, stop_and_wait
from tests.symbolic.test_proving import proof_of_stop_and_wait, questions, wide


class Silent:
    """A second solver that answers no question, or the same to each."""

    name = "silent"

    def __init__(self, answer: bool | None) -> None:
        self.answer = answer

    def define(self, text: str) -> None:
        pass

    def can_hold(self, conditions: Sequence[str]) -> bool | None:
        return self.answer


def proof_with(solver: SecondSolver, monkeypatch: pytest.MonkeyPatch) -> Exploration:
    monkeypatch.setattr(proving, "second_solver", lambda name, seconds: solver)
    system = stop_and_wait(4)
    return Prover(stop_and_wait(3)).explore(
        system, [entry for entries in questions(system).values() for entry in entries], Limits()
    )


def test_what_the_second_solver_does_not_confirm_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    found = proof_with(Silent(None), monkeypatch)
    assert not found.proved and not found.complete
    assert found.stopped is not None and found.stopped.startswith("the proof is not confirmed: silent does not know")


@pytest.mark.parametrize("answer, words", [(None, "does not know"), (True, "says that it is wrong")])
def test_a_certificate_that_the_solver_does_not_confirm_is_refused(answer: bool | None, words: str) -> None:
    certificate = read_certificate(proof_of_stop_and_wait()[1], "some.smt2")
    with pytest.raises(CertificateRefused, match=f"silent {words}: the invariant is true at the start"):
        check_certificate(certificate, wide(), questions(wide()), Silent(answer))


def test_a_second_solver_out_of_time_does_not_know() -> None:
    solver = second_solver("bitwuzla", 0.001)
    solver.define("(set-logic QF_BV)(declare-const a (_ BitVec 64))(declare-const b (_ BitVec 64))")
    assert solver.can_hold(["(= (bvmul a b) #xfffffffffffffc5f)", "(bvugt a #x0000000000000001)",
                            "(bvult a #x00000000ffffffff)", "(bvugt b #x0000000000000001)"]) is None  # fmt: skip


@pytest.mark.parametrize("name, what", [("bitwuzla", "bitwuzla"), ("cvc5", r"'dsmip\[proof\]'")])
def test_a_second_solver_that_is_missing_is_named_with_what_to_do(
    name: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModelError, match=f"the solver {name} is not installed: pip install {what}"):
        second_solver(name)


class Answering:
    """A Z3 solver that says "unknown", for this reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def check(self, *assumptions: z3.BoolRef) -> z3.CheckSatResult:
        return z3.unknown

    def reason_unknown(self) -> str:
        return self.reason


@pytest.mark.parametrize("reason, error", [
    ("timeout", SolverGaveUp), ("canceled", SolverGaveUp), ("interrupted from keyboard", KeyboardInterrupt),
])  # fmt: skip
def test_unknown_is_neither_yes_nor_no(reason: str, error: type[BaseException]) -> None:
    with pytest.raises(error):
        ask(Answering(reason))  # type: ignore[arg-type]


def test_what_is_canceled_before_the_time_is_up_was_interrupted() -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(Answering("canceled"), until=inf)  # type: ignore[arg-type]
    with pytest.raises(SolverGaveUp):
        ask(Answering("canceled"), until=monotonic() - 1.0)  # type: ignore[arg-type]


def failing_after(questions: int, error: BaseException) -> Callable[..., bool]:
    """A solver's answers, until the error comes."""
    asked = 0

    def answer(solver: z3.Solver, *assumptions: z3.BoolRef, until: float = 0.0) -> bool:
        nonlocal asked
        asked += 1
        if asked > questions:
            raise error
        return ask(solver, *assumptions, until=until)

    return answer


ENDS = [(KeyboardInterrupt(), "interrupted"), (SolverGaveUp("unknown"), "the solver gave up (unknown)")]


@pytest.mark.parametrize("error, words", ENDS, ids=["Ctrl-C", "unknown"])
@pytest.mark.parametrize("questions_answered", [0, 1, 5, 20])
def test_a_proof_cut_short_at_any_question_proves_nothing(
    error: BaseException, words: str, questions_answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.symbolic.induction.ask", failing_after(questions_answered, error))
    system = wide()
    seen = [entry for entries in questions(system).values() for entry in entries]
    found = Prover(stop_and_wait(3)).explore(system, seen, Limits())
    assert not found.proved and not found.complete
    assert found.stopped is not None and words in found.stopped


@pytest.mark.parametrize("error, words", ENDS, ids=["Ctrl-C", "unknown"])
@pytest.mark.parametrize("questions_answered", [0, 3, 9])
def test_a_bounded_search_cut_short_keeps_what_it_found_and_shows_nothing_else(
    error: BaseException, words: str, questions_answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "ask", failing_after(questions_answered, error))
    system = wide()
    never = observe_states("never", last.is_ahead_of(number), system)
    search = BoundedSearch(system, [observe_states("at once", number == number, system), never], Limits(steps=9))
    stopped = search.run(None)
    assert stopped is not None and stopped.startswith(words)
    found = search.result(stopped)
    assert not found.complete and not found.proved and "never" not in found.sightings
    assert ("at once" in found.sightings) == (questions_answered > 1)
