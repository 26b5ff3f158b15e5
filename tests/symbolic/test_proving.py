"""Proofs with 16-bit numbers of what exploration shows with few, and certificates that a second solver checks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache

import pytest

from checker.checking import check_scenario
from checker.search import Exploration, Limits
from checker.symbolic.atoms import Atom, Relation
from checker.symbolic.bounded import SolverGaveUp
from checker.symbolic.certificates import (
    INVARIANT,
    CertificateRefused,
    Seen,
    check_certificate,
    read_certificate,
)
from checker.symbolic.induction import Goal, InductiveSearch
from checker.symbolic.lemmas import Lemma, Literal
from checker.symbolic.proving import Prover
from checker.symbolic.second_solver import SOLVERS, second_solver
from checker.verdict import Holds, Unknown
from model.handover import handover
from model.language.errors import ModelError
from model.language.observations import observe_states
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.symbolic.stop_and_wait import last, number, stop_and_wait


def wide() -> System:
    return stop_and_wait(16)


def questions(system: System) -> Seen:
    names = {
        "accepted before sent": last.is_ahead_of(number),
        "neither the newest nor the one before": ~((last == number) | (last + 1 == number)),
    }
    return {name: [observe_states(name, condition, system)] for name, condition in names.items()}


@cache
def proof_of_stop_and_wait() -> tuple[Exploration, str]:
    system = wide()
    prover = Prover(stop_and_wait(3))
    seen = questions(system)
    found = prover.explore(system, [entry for entries in seen.values() for entry in entries], Limits())
    assert prover.proof is not None
    return found, prover.proof.certificate({"about": "stop and wait"}, seen)


def check(text: str) -> int:
    certificate = read_certificate(text, "some.smt2")
    return check_certificate(certificate, wide(), questions(wide()), second_solver("bitwuzla"))


def test_serial_numbers_of_16_bits_are_proved_from_what_3_bits_show() -> None:
    found, _ = proof_of_stop_and_wait()
    assert found.complete and found.proved == set(questions(wide()))


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_second_solver_confirms_the_certificate(solver: str) -> None:
    pytest.importorskip(solver, reason=f"{solver} is not installed")
    certificate = read_certificate(proof_of_stop_and_wait()[1], "some.smt2")
    asked = check_certificate(certificate, wide(), questions(wide()), second_solver(solver))
    moves = sum("guard ()" in line for line in certificate.system.splitlines())
    assert asked == 1 + moves + 2


def altered(old: str, new: str) -> str:
    text = proof_of_stop_and_wait()[1]
    assert old in text
    return text.replace(old, new, 1)


def test_a_certificate_without_its_lemmas_is_refused() -> None:
    text = proof_of_stop_and_wait()[1]
    with pytest.raises(CertificateRefused, match="says that it is wrong"):
        check(text[: text.index(INVARIANT)] + INVARIANT + "\n")


def test_an_altered_property_is_refused() -> None:
    with pytest.raises(CertificateRefused, match="is not what the installed model says"):
        check(altered("(define-fun seen.0 () Bool ", "(define-fun seen.0 () Bool (and false "))


def test_an_altered_system_is_refused() -> None:
    with pytest.raises(CertificateRefused, match=r"line .* is not what the installed model says"):
        check(altered("(define-fun move.0.guard () Bool ", "(define-fun move.0.guard () Bool (not "))


def test_a_system_of_another_width_is_refused() -> None:
    certificate = read_certificate(proof_of_stop_and_wait()[1], "some.smt2")
    narrow = stop_and_wait(8)
    with pytest.raises(CertificateRefused, match="is not what the installed model says"):
        check_certificate(certificate, narrow, questions(narrow), second_solver("bitwuzla"))


@pytest.mark.parametrize("line, reason", [
    ("(define-fun lemma.90 ((|sender.state| Bool)) Bool false)", "says that it is wrong"),
    ("(define-fun lemma.90 ((|no such thing| Bool)) Bool true)", "which the system does not have"),
    ("(define-fun lemma.90 () Bool |sender.state|)", "has no place in a lemma"),
    ("(define-fun lemma.90 () Bool start)", "has no place in a lemma"),
    ("(define-fun lemma.90 () Bool true) (assert false)", "has no place in a lemma|not a lemma"),
    ("(assert false)", "not a lemma"),
    ("(define-fun start () Bool false)", "not a lemma"),
])  # fmt: skip
def test_what_is_no_lemma_of_the_system_is_refused(line: str, reason: str) -> None:
    with pytest.raises((CertificateRefused, ModelError), match=reason):
        check(proof_of_stop_and_wait()[1] + line + "\n")


def test_a_file_that_is_no_certificate_is_bad_input() -> None:
    with pytest.raises(ModelError, match=r"some.smt2: not a certificate that .* wrote"):
        read_certificate("(set-logic QF_BV)", "some.smt2")


def test_without_the_second_solver_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bitwuzla", None)
    system = stop_and_wait(4)
    seen = [entry for entries in questions(system).values() for entry in entries]
    found = Prover(stop_and_wait(3)).explore(system, seen, Limits())
    assert not found.proved and not found.complete
    assert found.stopped == "the proof is not confirmed: the solver bitwuzla is not installed: pip install bitwuzla"


@pytest.mark.parametrize("limits, effort, reason", [
    (Limits(), 1, "induction: the solver gave up"), (Limits(seconds=0.0), 0, "time limit of 0 s reached"),
])  # fmt: skip
def test_a_proof_that_is_cut_short_proves_nothing(limits: Limits, effort: int, reason: str) -> None:
    system = wide()
    seen = [entry for entries in questions(system).values() for entry in entries]
    found = Prover(stop_and_wait(3), rlimit=effort).explore(system, seen, limits)
    assert not found.proved and found.stopped is not None and reason in found.stopped


def test_a_question_whose_answer_is_yes_at_full_width_only_is_not_proved() -> None:
    system = wide()
    hidden = observe_states("a number that 3 bits cannot show", number == 9, system)
    small = stop_and_wait(3)
    assert "a number" not in str(Prover(small).explore(small, [], Limits()).proved)
    start = Prover(small).explore(system, [observe_states("one", number == 1, system), hidden], Limits())
    assert "one" in start.sightings and "one" not in start.proved


def test_what_was_proved_stays_proved_when_the_next_goal_takes_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    prove = InductiveSearch._prove_together

    def endless(search: InductiveSearch, goals: Sequence[Goal]) -> None:
        if len(goals) > 1 or goals[0].name.startswith("neither"):
            raise SolverGaveUp("timeout")
        prove(search, goals)

    monkeypatch.setattr(InductiveSearch, "_prove_together", endless)
    found = explored_within(600.0)
    assert found.proved == {"accepted before sent"} and not found.complete
    assert found.stopped == "induction: time limit of 600 s reached"


def test_lemmas_that_keep_each_other_stay_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    close = InductiveSearch._close

    def in_the_end(search: InductiveSearch, name: str) -> None:
        close(search, name)
        if name == "2 questions":  # one lemma that is true and proves nothing, and one that is wrong
            for code in (0, 2):
                atom = Atom(Relation.IS, "receiver.last", code)
                search.add(Lemma((Literal(atom, True), Literal(Atom(Relation.IS, "sender.number", code), True))))
            raise SolverGaveUp("timeout")

    monkeypatch.setattr(InductiveSearch, "_close", in_the_end)
    assert explored_within(600.0).proved == {"accepted before sent", "neither the newest nor the one before"}


def explored_within(seconds: float) -> Exploration:
    system = stop_and_wait(4)
    seen = [entry for entries in questions(system).values() for entry in entries]
    return Prover(stop_and_wait(3)).explore(system, seen, Limits(seconds=seconds))


@pytest.mark.slow
def test_what_exploration_shows_of_minimal_is_proved_at_16_bits() -> None:
    scenario, entry = load("minimal"), reading("literal")
    wanted = [property_called(name) for name in ("BIND-8", "BIND-11", "SA-1")]
    prover = Prover(handover(scenario, entry))
    run = check_scenario(scenario.at_width(16), entry, wanted, engine=prover.explore)
    for name in ("BIND-8", "BIND-11"):
        verdict = run.verdict(name)
        assert isinstance(verdict, Holds) and not verdict.vacuous
        assert "sequence numbers of 16 bits" in verdict.evidence.abstractions
        assert verdict.evidence.states is None
    assert run.trace("SA-1") is not None and not isinstance(run.verdict("SA-1"), Holds | Unknown)
