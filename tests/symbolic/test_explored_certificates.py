"""Certificates of complete explorations are explored again from their text; an altered one is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.plain_search import explore
from checker.search import Limits
from checker.symbolic.certificates import INVARIANT, CertificateRefused, Seen, check_certificate, read_certificate
from checker.symbolic.explored_certificates import check_explored, explored_again, explored_text
from checker.symbolic.second_exploration import StateSet
from checker.symbolic.second_solver import SecondSolver, second_solver
from checker.symbolic.text_evaluation import Batch, TermReader
from model.language.errors import ModelError
from model.language.observations import observe_states
from tests.symbolic.stop_and_wait import last, number, stop_and_wait

SYSTEM = stop_and_wait(4)
EXCLUDED: Seen = {
    "accepted before sent": [observe_states("accepted before sent", last.is_ahead_of(number), SYSTEM)],
}
SHOWN: Seen = {"one": [observe_states("one", number == 1, SYSTEM)]}


@cache
def certificate() -> str:
    return explored_text({"about": "stop and wait"}, SYSTEM, EXCLUDED, counted())


@cache
def counted() -> int:
    return explored_again(SYSTEM, EXCLUDED, second_solver("bitwuzla")).states


def check(text: str, *, seen: Seen = EXCLUDED, seconds: float | None = None) -> int:
    found = read_certificate(text, "some.smt2")
    assert found.explored is not None
    return check_explored(found, SYSTEM, seen, second_solver("bitwuzla"), seconds).states


def test_what_was_explored_is_explored_again() -> None:
    plain = explore(SYSTEM, [entry for entries in EXCLUDED.values() for entry in entries], Limits())
    assert plain.complete and not plain.sightings
    assert check(certificate()) == counted() == plain.states


def line_with(start: str) -> str:
    return next(line for line in certificate().splitlines() if line.startswith(start))


def count_line() -> str:
    return f"; explored: {counted()} states"


ALTERATIONS: dict[str, Callable[[str], str]] = {
    "one state fewer": lambda text: text.replace(count_line(), f"; explored: {counted() - 1} states"),
    "no states": lambda text: text.replace(count_line(), "; explored: 0 states"),
    "a word for a number": lambda text: text.replace(count_line(), "; explored: all states"),
    "twice said": lambda text: text.replace(count_line(), f"{count_line()}\n{count_line()}"),
    "a lemma besides": lambda text: text + "(define-fun lemma.0 () Bool true)\n",
    "an assertion besides": lambda text: text + "(assert false)\n",
    "a start less": lambda text: text.replace("(define-fun start () Bool ", "(define-fun start () Bool (and false "),
    "a guard that is never true": lambda text: text.replace(
        line_with("(define-fun move.0.guard"), "(define-fun move.0.guard () Bool false)"),
    "a move without effect": lambda text: text.replace(line_with("(define-fun |move.0.next") + "\n", ""),
    "a property that excludes nothing": lambda text: text.replace(
        line_with("(define-fun seen.0"), "(define-fun seen.0 () Bool false)"),
    "no property": lambda text: text.replace(line_with("(define-fun seen.0") + "\n", ""),
    "another fingerprint": lambda text: text.replace(line_with("; system "), "; system 0"),
    "induction instead": lambda text: text.replace(count_line(), "; induction: k = 1, explored"),
}  # fmt: skip


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_an_altered_certificate_is_refused(alteration: Callable[[str], str]) -> None:
    altered = alteration(certificate())
    assert altered != certificate()
    with pytest.raises(CertificateRefused):
        check(altered)


def test_without_its_count_it_is_a_certificate_of_lemmas_that_exclude_too_little() -> None:
    found = read_certificate(certificate().replace(count_line() + "\n", ""), "some.smt2")
    assert found.explored is None
    with pytest.raises(CertificateRefused, match="says that it is wrong"):
        check_certificate(found, SYSTEM, EXCLUDED, second_solver("bitwuzla"))


def test_a_certificate_of_what_is_false_is_refused() -> None:
    text = explored_text({"about": "stop and wait"}, SYSTEM, SHOWN, counted())
    with pytest.raises(CertificateRefused, match="a state was reached that violates one"):
        check(text, seen=SHOWN)


def test_a_certificate_that_is_not_explored_to_the_end_is_refused() -> None:
    with pytest.raises(CertificateRefused, match="not explored to the end"):
        check(certificate(), seconds=0.0)


def test_other_initial_states_are_refused_by_the_second_solver() -> None:
    class Doubting:
        name = "doubting"

        def define(self, text: str) -> None:
            pass

        def can_hold(self, conditions: list[str]) -> bool | None:
            return None

    found = read_certificate(certificate(), "some.smt2")
    doubting: SecondSolver = Doubting()  # type: ignore[assignment]
    with pytest.raises(CertificateRefused, match="doubting does not confirm that there are no other initial states"):
        check_explored(found, SYSTEM, EXCLUDED, doubting)


def test_without_the_second_solver_nothing_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bitwuzla", None)
    with pytest.raises(ModelError, match="bitwuzla is not installed"):
        check(certificate())


def test_an_interruption_is_passed_on() -> None:
    def interrupt(states: int) -> None:
        raise KeyboardInterrupt

    found = read_certificate(certificate(), "some.smt2")
    with pytest.raises(KeyboardInterrupt):
        check_explored(found, SYSTEM, EXCLUDED, second_solver("bitwuzla"), report=interrupt)


def test_the_invariant_line_stays_the_last() -> None:
    assert certificate().endswith(f"{count_line()}\n{INVARIANT}\n")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=300), max_size=8))
def test_a_state_set_keeps_each_state_once(batches: list[list[int]]) -> None:
    """Rows that differ in one byte only, and rows that are alike within a batch and across batches."""
    kept = StateSet(8)
    expected: dict[int, None] = {}
    for batch in batches:
        rows = np.zeros((len(batch), 8), dtype=np.uint8)
        rows[:, 3] = batch
        rows[:, 7] = 1
        kept.add(rows)
        expected.update(dict.fromkeys(batch))
    assert sorted(kept.rows(0, kept.count)[:, 3]) == sorted(expected)
    assert kept.count == len(expected)


def test_a_state_set_grows() -> None:
    kept = StateSet(8)
    rows = np.arange(50_000, dtype=np.uint64)[:, None].view(np.uint8)
    for start in range(0, 50_000, 7_000):
        kept.add(rows[max(0, start - 1000) : start + 7_000])
    assert kept.count == 50_000 and (kept.rows(0, 50_000).copy().view(np.uint64)[:, 0] == np.arange(50_000)).all()


@given(st.integers(0, 15), st.integers(0, 15))
def test_arithmetic_wraps_as_bit_vectors_do(one: int, other: int) -> None:
    reader = TermReader({"a": 4, "b": 4})
    batch = Batch({"a": np.array([one], dtype=np.uint8), "b": np.array([other], dtype=np.uint8)}, 1)

    def value(text: str) -> int:
        return int(batch.values(reader.read(text), batch.all)[0])

    signed = [number - 16 if number > 7 else number for number in (one, other)]
    assert value("(bvadd |a| |b|)") == (one + other) % 16
    assert value("(bvsub |a| |b|)") == (one - other) % 16
    assert value("(bvult |a| |b|)") == (one < other)
    assert value("(bvslt |a| |b|)") == (signed[0] < signed[1])
    assert value("(ite (= |a| |b|) #b0001 #b0000)") == (one == other)
    assert value("((_ extract 1 0) ((_ zero_extend 3) |a|))") == one % 4
    assert bool(len(batch.where(reader.read("(or (and (bvult |a| #b0100) (= |b| #b0001)) (not (= |a| |b|)))")))) == (
        (one < 4 and other == 1) or one != other
    )


@pytest.mark.parametrize("text", ["(and |a|", "|a|)", "(bvmul |a| |a|)", "|c|", "", "|a| |b|"])
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        TermReader({"a": 4, "b": 4}).read(text)
