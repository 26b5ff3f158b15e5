from __future__ import annotations

import pytest

from checker.trace import replay
from checker.widening import replay_at
from model.execution import confirm
from model.language.interpretation import Interpretation
from tests.execution.parcels import parcel_system
from tests.execution.test_trace_files import random_trace
from tests.toys import toy_system


@pytest.mark.parametrize("seed", range(20))
def test_trace_at_3_bits_replays_at_16(seed: int) -> None:
    wide_system = toy_system(width=16, reordering=True)
    trace = random_trace(toy_system(width=3, reordering=True), seed, 8)
    wide = replay_at(wide_system, trace)
    assert wide is not None and wide.system is wide_system
    assert [name for name, _ in wide.path] == [name for name, _ in trace.path]
    confirm(wide_system, wide.initial, wide.path, [step.state for step in wide.steps])


def test_trace_that_needs_the_small_width_is_not_replayed() -> None:
    small, wide = parcel_system(width=2), parcel_system(width=16)
    initial = Interpretation(small).initial_states()[0]
    once: list[tuple[str, int | None]] = [("clerk: shift: sends", None), ("way: Parcel is lost", 0)]
    last = ("road: road moves (to north): towards north; clerk: notices", None)
    trace = replay(small, "wraps", initial, [*once * 4, last])
    assert replay_at(wide, trace) is None


def test_another_model_is_not_replayed() -> None:
    assert replay_at(parcel_system(), random_trace(toy_system(), 1, 3)) is None


def test_message_is_found_at_another_position() -> None:
    """At 2 bits number 4 is 0 and sorts before 3; at 16 bits it sorts behind."""
    small, wide_system = toy_system(width=2, reordering=True), toy_system(width=16, reordering=True)
    initial = Interpretation(small).initial_states()[0]
    send: list[tuple[str, int | None]] = [("sender: send: sends", None)]
    arrives: list[tuple[str, int | None]] = [
        ("receiver: receives Data: new", 0), ("sender: receives Acknowledgement: accepted", 0),
    ]  # fmt: skip
    path = [*(send + arrives) * 2, *send, ("sender: repeat: repeats", None), *arrives, *send]
    trace = replay(small, "wraps", initial, [*path, ("receiver: receives Data: new", 0)])
    wide = replay_at(wide_system, trace)
    assert wide is not None and wide.path == [*path, ("receiver: receives Data: new", 1)]
    assert wide.steps[-1].taken is not None and wide.steps[-1].taken.fields["number"] == 4
