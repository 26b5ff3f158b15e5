"""Proofs by k-induction, and certificates of them that a second solver checks; a tampered one is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

import pytest

from checker.search import Limits
from checker.symbolic.atoms import Atom, Relation, Vocabulary
from checker.symbolic.bounded import SolverGaveUp
from checker.symbolic.certificates import (
    INDUCTION,
    CertificateRefused,
    Induction,
    Seen,
    certificate_text,
    check_certificate,
    read_certificate,
)
from checker.symbolic.encoding import Encoding
from checker.symbolic.induction import InductiveSearch
from checker.symbolic.k_induction import KInduction, SeenInRun
from checker.symbolic.lemmas import Lemma, Literal
from checker.symbolic.proving import Prover
from checker.symbolic.second_solver import SOLVERS, second_solver
from model.language.binding import Binding
from model.language.domains import Modular, Sizes
from model.language.expressions import variable
from model.language.flattening import compose
from model.language.machines import Machine, timer
from model.language.observations import Observation, observe_states
from model.language.systems import System

place = variable("walker.place")


class WalkerState(Enum):
    WALKING = "walking"


ROWS = ((0, 1), (1, 2), (2, 0), (10, 11), (11, 12), (20, 20), (20, 21))


def walker(width: int = 16, rows: Iterable[tuple[int, int]] = ROWS) -> System:
    """Goes round 0, 1, 2. From 10 there is a way to 11 and 12, on which nobody ever is; 20 leads back to 20."""
    machine = Machine("walker", WalkerState, WalkerState.WALKING)
    own = machine.variable("place", Modular("number"), initial=0)
    for here, there in rows:
        machine.transition(f"from {here} to {there}", trigger=timer(f"to {there} from {here}"),
                           source=WalkerState.WALKING, when=own == here, then=[own.becomes(there)])  # fmt: skip
    return compose("walker", [machine], [], Binding(Sizes(widths={"number": width}, bounds={}), {}))


def is_at(number: int, system: System) -> Observation:
    return observe_states(f"at {number}", place == number, system)


def question(number: int, *, simple_path: bool = False) -> KInduction:
    system = walker()
    encoding = Encoding(system)
    condition = is_at(number, system).in_states
    assert condition is not None
    return KInduction(encoding, [encoding.condition(condition)], {}, simple_path=simple_path)


def test_the_smallest_number_of_states_is_found() -> None:
    found = [question(number).prove(5) for number in (10, 11, 12)]
    assert [depth and depth.k for depth in found] == [1, 2, 3]


def test_what_takes_more_states_than_allowed_is_not_proved() -> None:
    assert question(12).prove(2) is None


def test_a_loop_is_no_obstacle_only_where_paths_are_simple() -> None:
    assert question(21).prove(6) is None
    depth = question(21, simple_path=True).prove(6)
    assert depth is not None and depth.k == 2


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("simple_path", [False, True])
def test_what_a_run_shows_is_never_proved(number: int, simple_path: bool) -> None:
    with pytest.raises(SeenInRun, match=f"a run of {number} steps"):
        question(number, simple_path=simple_path).prove(5)


def test_without_time_nothing_is_proved() -> None:
    with pytest.raises(SolverGaveUp, match="timeout"):
        KInduction(Encoding(walker()), [], {}, deadline=0.0).prove(2)


# certificates


def places(*numbers: int) -> Seen:
    return {f"never at {number}": [is_at(number, walker())] for number in numbers}


NEVER_AT_10 = Lemma((Literal(Atom(Relation.IS, "walker.place", 10), True),))


def certificate(number: int, k: int, *, lemmas: tuple[Lemma, ...] = (), simple_path: bool = False) -> str:
    return certificate_text({}, walker(), places(number), Vocabulary(walker()), lemmas, Induction(k, simple_path))


def check(text: str, number: int, solver: str = "bitwuzla") -> int:
    return check_certificate(read_certificate(text, "some.smt2"), walker(), places(number), second_solver(solver))


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_second_solver_confirms_k_queries_from_the_start_and_one_of_a_step(solver: str) -> None:
    pytest.importorskip(solver, reason=f"{solver} is not installed")
    assert check(certificate(12, 3), 12, solver) == 3 + 1
    assert check(certificate(21, 2, simple_path=True), 21, solver) == 2 + 1
    assert check(certificate(12, 2, lemmas=(NEVER_AT_10,)), 12, solver) == 2 + 1


@pytest.mark.parametrize("number, k, simple_path", [(12, 3, False), (21, 2, True)])
def test_a_lowered_k_is_refused(number: int, k: int, simple_path: bool) -> None:
    text = certificate(number, k, simple_path=simple_path)
    lowered = text.replace(f"{INDUCTION}{k}", f"{INDUCTION}{k - 1}")
    assert lowered != text
    with pytest.raises(CertificateRefused, match=f"{k - 1} states of which it is true lead to none"):
        check(lowered, number)


def test_a_certificate_that_has_lost_its_k_is_refused() -> None:
    text = certificate(12, 3)
    with pytest.raises(CertificateRefused, match=r"keeps the invariant|the invariant excludes"):
        check(text.replace(f"{INDUCTION}3\n", ""), 12)


def test_a_certificate_that_needs_simple_paths_is_refused_without() -> None:
    with pytest.raises(CertificateRefused, match="lead to none of which it is not"):
        check(certificate(21, 2, simple_path=True).replace(", simple path", ""), 21)


def test_a_weakened_invariant_is_refused() -> None:
    text = certificate(12, 2, lemmas=(NEVER_AT_10,))
    weak = re.sub(r"(\(define-fun lemma\.0 .* Bool ).*\)", r"\1true)", text)
    assert weak != text
    with pytest.raises(CertificateRefused, match="2 states of which it is true lead to none"):
        check(weak, 12)
    with pytest.raises(CertificateRefused, match="2 states of which it is true lead to none"):
        check(certificate(12, 2), 12)


def test_a_lemma_that_is_false_somewhere_is_refused() -> None:
    wrong = Lemma((Literal(Atom(Relation.IS, "walker.place", 1), True),))
    with pytest.raises(CertificateRefused, match="what is claimed is true after 1 steps"):
        check(certificate(12, 3, lemmas=(wrong,)), 12)


def test_another_property_than_the_one_proved_is_refused() -> None:
    with pytest.raises(CertificateRefused, match="is not what the installed model says"):
        check(certificate(12, 3), 2)
    with pytest.raises(CertificateRefused, match="what is claimed is true after 2 steps"):
        check(certificate(2, 3), 2)


@pytest.mark.parametrize("depth", ["0", "51", "x", "2, simple paths", "100"])
def test_a_k_that_is_none_is_refused(depth: str) -> None:
    with pytest.raises(CertificateRefused, match="k must be a number from 1 to 50"):
        check(certificate(12, 3).replace(f"{INDUCTION}3", INDUCTION + depth), 12)


def test_what_lemmas_do_not_prove_is_proved_from_more_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InductiveSearch, "learn", lambda search, codes, term: False)
    seen = places(10, 12, 21)
    asked = [entry for entries in seen.values() for entry in entries]
    prover = Prover(walker(5), k=3, steps=4)
    found = prover.explore(walker(), asked, Limits())
    assert found.proved == {"at 10", "at 12"} and not found.complete
    assert found.stopped is not None and "induction from up to 3 states does not prove it" in found.stopped
    assert any("k = 3; bitwuzla confirms it" in note for note in found.notes)
    assert prover.proof is not None
    del seen["never at 21"]
    written = prover.proof.certificate({}, seen)
    assert check_certificate(read_certificate(written, "some.smt2"), walker(), seen, second_solver("bitwuzla")) == 4
    assert Prover(walker(5), k=3, simple_path=True).explore(walker(), asked, Limits()).complete
