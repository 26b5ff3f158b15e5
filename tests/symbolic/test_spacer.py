"""Spacer's word counts for nothing until an invariant is checked by other queries and by the second solver."""

from __future__ import annotations

import _thread
from collections.abc import Sequence
from threading import Event

import pytest
import z3

from checker.search import Limits
from checker.symbolic import spacer
from checker.symbolic.bounded import SolverGaveUp
from checker.symbolic.certificates import check_certificate, read_certificate
from checker.symbolic.components import Components
from checker.symbolic.encoding import Encoding
from checker.symbolic.proving import Prover
from checker.symbolic.second_solver import SOLVERS, second_solver
from checker.symbolic.spacer import RunClaimed
from checker.trace import replay
from model.language.observations import observe_states
from tests.symbolic.stop_and_wait import last, number, stop_and_wait
from tests.symbolic.test_k_induction import is_at, places, walker

Parts = tuple[z3.CheckSatResult, list[z3.BoolRef]]


def asked(name: int) -> tuple[tuple[str, object], ...]:
    system = walker()
    return spacer.lemmas(system, is_at(name, system), seconds=60.0)


def test_it_finds_an_invariant_at_16_bits() -> None:
    for name in (10, 12, 21):
        assert asked(name)


def test_a_run_that_it_claims_is_no_violation_until_another_finds_and_replays_it() -> None:
    with pytest.raises(RunClaimed):
        asked(2)
    system = walker()
    unaware = walker(5, rows=[(0, 1)])  # what is learned from never comes to 2
    alone = Prover(unaware, spacer="not proved").explore(system, [is_at(2, system)], Limits())
    assert not alone.sightings and not alone.proved and not alone.complete
    assert alone.stopped is not None and "Spacer says that a run shows it, which is shown by none" in alone.stopped
    both = Prover(unaware, spacer="not proved", steps=4).explore(system, [is_at(2, system)], Limits())
    found = both.sightings["at 2"]
    assert len(replay(system, "at 2", found.initial, found.path)) == 2


@pytest.mark.parametrize("solver", SOLVERS)
def test_its_lemmas_stand_in_a_certificate(solver: str) -> None:
    pytest.importorskip(solver, reason=f"{solver} is not installed")
    system, seen = walker(), places(12, 21)
    prover = Prover(walker(9), spacer="not proved", solver=solver)
    found = prover.explore(system, [entry for entries in seen.values() for entry in entries], Limits())
    assert found.complete and found.proved == {"at 12", "at 21"}
    assert any("from Spacer" in note and f"{solver} confirms it" in note for note in found.notes)
    assert prover.proof is not None
    text = prover.proof.certificate({}, seen)
    assert check_certificate(read_certificate(text, "some.smt2"), system, seen, second_solver(solver))


def test_serial_numbers_that_go_on_for_ever() -> None:
    system = stop_and_wait(3)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    assert spacer.lemmas(system, never, seconds=120.0)


def answering(result: z3.CheckSatResult, conditions: Sequence[str]) -> object:
    """An engine with this answer; conditions: of its invariant, in SMT-LIB."""

    def answer(encoding: Encoding, bad: Sequence[z3.BoolRef], seconds: float | None, rlimit: int) -> Parts:
        names = dict(encoding.constants)
        parts = [z3.parse_smt2_string(f"(assert {text})", decls=names, ctx=encoding.context)[0] for text in conditions]
        return result, parts

    return answer


@pytest.mark.parametrize("conditions, reason", [
    (["(= walker.place #x0001)"], "not true at the start"),
    (["(= walker.place #x0000)"], 'not kept by "walker: from 0 to 1"|not kept by'),
    (["true"], "does not exclude it"),
])  # fmt: skip
def test_an_invariant_that_is_none_is_not_believed(
    conditions: Sequence[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacer, "_asked", answering(z3.unsat, conditions))
    with pytest.raises(SolverGaveUp, match=reason):
        asked(12)
    found = Prover(walker(9), spacer="not proved").explore(walker(), [is_at(12, walker())], Limits())
    assert not found.proved and not found.complete and found.stopped and "Spacer: its invariant" in found.stopped


@pytest.mark.parametrize("result, words", [
    (z3.sat, "Spacer says that a run shows it, which is shown by none"), (z3.unknown, "Spacer: unknown"),
])  # fmt: skip
def test_what_it_does_not_prove_is_unknown(
    result: z3.CheckSatResult, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacer, "_asked", answering(result, []))
    found = Prover(walker(9), spacer="not proved").explore(walker(), [is_at(12, walker())], Limits())
    assert not found.proved and not found.sightings and not found.complete
    assert found.stopped is not None and words in found.stopped


def test_out_of_time_is_unknown() -> None:
    system = stop_and_wait(16)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    with pytest.raises(SolverGaveUp, match="Spacer: "):
        spacer.lemmas(system, never, seconds=0.01)


def test_ctrl_c_ends_it_and_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()

    def interrupting(encoding: Encoding, bad: Sequence[z3.BoolRef], seconds: float | None, rlimit: int) -> Parts:
        _thread.interrupt_main()
        ended.wait(1.0)
        return z3.unsat, [z3.BoolVal(True, encoding.context)]

    monkeypatch.setattr(spacer, "_asked", interrupting)
    found = Prover(walker(9), spacer="not proved").explore(walker(), [is_at(12, walker())], Limits())
    assert (found.stopped or "").endswith("interrupted") and not found.proved and not found.complete


def test_kinds_of_messages_have_names() -> None:
    components = Components(stop_and_wait(3))
    assert components.kind_in_words("up[1].kind", 1) == "up[1] is Data"
    assert components.kind_in_words("down[1].kind", 1, positive=False) == "down[1] is not Answer"
    assert components.kind_in_words("up[1].kind", 0, positive=False) == "up[1] is taken"
