"""The recorded verdicts at 16 bits are those of the tool, and docs/proofs.md is made from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.engine import ExplicitSearch
from checker.search import Limits, ProgressReport
from checker.symbolic.induction import InductiveSearch, Invariant
from checker.symbolic.proving import Prover
from dsmip import induction_table
from dsmip.proof_records import explored, recorded
from dsmip.proof_table import page
from model.language.observations import observe_states
from model.language.systems import System
from tests.symbolic.stop_and_wait import last, number, stop_and_wait

SAMPLE = {("minimal", "intended")}
RECORDED = [
    pytest.param(name, reading, marks=[] if (name, reading) in SAMPLE else pytest.mark.slow)
    for name, readings in recorded().items() for reading, found in readings.items() if found["states"] is not None
]  # fmt: skip


@pytest.mark.parametrize("scenario, reading", RECORDED)
def test_what_is_recorded_is_found_again_at_16_bits(scenario: str, reading: str) -> None:
    record, found = recorded()[scenario][reading], explored(scenario, reading)
    for figure in ("states", "stopped", "bounds", "properties"):
        assert found[figure] == record[figure]


def test_what_was_not_explored_to_the_end_is_never_said_to_hold() -> None:
    for readings in recorded().values():
        for found in readings.values():
            if found["states"] is None:
                assert not any(text.startswith("holds") for text in found["properties"].values())


def test_the_page_is_made_from_the_record() -> None:
    path = Path(__file__).parents[2] / "docs" / "proofs.md"
    assert path.read_text(encoding="utf-8") == page(recorded()), "run `python scripts/record_proofs.py --page`"


def test_the_page_on_induction_is_made_from_the_record() -> None:
    path = Path(__file__).parents[2] / "docs" / "induction.md"
    expected = induction_table.page(recorded())
    assert path.read_text(encoding="utf-8") == expected, "run `python scripts/record_proofs.py --page`"


def test_induction_proves_nothing_that_exploration_found_violated() -> None:
    proved = [
        (name, reading, identifier, found["properties"][identifier])
        for name, readings in recorded().items() for reading, found in readings.items()
        for identifier in (found["induction"] or {"lemmas": ()})["lemmas"]
    ]  # fmt: skip
    assert proved
    assert not [entry for entry in proved if not entry[-1].startswith(("holds", "unknown"))]


def test_exploration_settles_what_a_gagged_induction_leaves_open() -> None:
    """Stop and wait goes on for ever, yet has few states with numbers of 8 bits."""
    system = stop_and_wait(8)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    alone = Prover(stop_and_wait(3), rlimit=1).explore(system, [never], Limits())
    both = Prover(stop_and_wait(3), rlimit=1, settles=True).explore(system, [never], Limits())
    assert not alone.complete and both.complete
    assert not both.proved and both.states is not None and both.engine != "induction"
    assert any("solver gave up" in note for note in both.notes)


def test_an_exploration_cut_short_settles_nothing() -> None:
    system = stop_and_wait(8)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    found = Prover(stop_and_wait(3), settles=True).explore(system, [never], Limits(seconds=0.0))
    assert not found.complete and not found.proved and found.stopped


def test_an_interrupted_induction_ends_with_that_word_and_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(search: InductiveSearch) -> Invariant:
        raise KeyboardInterrupt

    monkeypatch.setattr(InductiveSearch, "run", interrupted)
    system = stop_and_wait(8)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    found = Prover(stop_and_wait(3), settles=True).explore(system, [never], Limits())
    assert (found.stopped, found.complete, found.proved) == ("interrupted", False, frozenset())


def test_what_learns_and_settles_on_one_system_explores_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    explored: list[System] = []
    run = ExplicitSearch.run

    def counted(search: ExplicitSearch, progress: ProgressReport | None = None) -> str | None:
        explored.append(search.system)
        return run(search, progress)

    monkeypatch.setattr(ExplicitSearch, "run", counted)
    system = stop_and_wait(3)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    found = Prover(settles=True).explore(system, [never], Limits())
    assert found.complete and found.proved == {never.name} and found.states and len(explored) == 1


def test_lemmas_are_not_learned_from_numbers_too_wide_to_sample() -> None:
    system = stop_and_wait(9)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    alone = Prover().explore(system, [never], Limits())
    assert not alone.complete and alone.stopped is not None and "numbers of 8 bits at most" in alone.stopped
    assert Prover(settles=True).explore(system, [never], Limits()).complete
