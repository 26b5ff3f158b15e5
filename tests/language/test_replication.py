"""Copies of a system: they act independently of each other, but for what they share."""

from __future__ import annotations

from enum import Enum
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from checker import plain_search
from checker.explicit import engine
from checker.search import Limits
from checker.trace import replay
from model.execution.replay import confirm
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Integer, Sizes
from model.language.errors import ModelError
from model.language.expressions import after, in_at_most_one_copy, in_some_copy, variable
from model.language.flattening import compose
from model.language.machines import Machine, case, decision
from model.language.observations import Observation, observe_states
from model.language.replication import observed_in_all, replicated
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.sampling import drawn

FEW = settings(
    max_examples=drawn(12), deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


class Guest(Enum):
    OUTSIDE = "outside"
    INSIDE = "inside"


def hotel(*, looks: bool = True, initially_free: object = True) -> System:
    """Guests and a room: a guest goes in if the room is free, and may leave and come back twice."""
    guest = Machine("guest", Guest, Guest.OUTSIDE)
    free = guest.variable("free", BOOLEAN, initial=initially_free, shared=True)  # type: ignore[arg-type]
    stays = guest.variable("stays", Integer(0, 2), initial=0)
    guest.on(decision("enter"), in_states=Guest.OUTSIDE).decide(
        case("goes in", when=(stays < 2) & (free if looks else True), dest=Guest.INSIDE,
             then=[free.becomes(False), stays.becomes(stays + 1)]),
    )  # fmt: skip
    guest.on(decision("leave"), in_states=Guest.INSIDE).decide(
        case("goes out", dest=Guest.OUTSIDE, then=[free.becomes(True)])
    )
    return compose("hotel", [guest], [], Binding(Sizes()))


INSIDE = variable("guest.state") == Guest.INSIDE
TOGETHER = observe_states("two inside", ~in_at_most_one_copy(INSIDE), hotel())
WRONGLY_FREE = observe_states("free but used", variable("guest.free") & in_some_copy(INSIDE), hotel())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_is_shared_keeps_copies_apart(count: int) -> None:
    alone = hotel()
    system, copies = replicated(alone, count)
    seen = [observed_in_all(entry, alone, count) for entry in (TOGETHER, WRONGLY_FREE)]
    if count == 1:
        seen = [Observation("never", in_states=~variable("guest_1.free") & variable("guest_1.free"))]
    found = engine.explore(system, seen, Limits())
    assert found.complete and not found.sightings
    # nobody inside: 0 to 2 stays each; or one of them inside, with 1 or 2 stays
    assert found.states == 3**count + count * 2 * 3 ** (count - 1)
    assert copies.count == count


def test_a_careless_guest_is_found_and_the_run_replays() -> None:
    alone = hotel(looks=False)
    system, _ = replicated(alone, 2)
    found = engine.explore(system, [observed_in_all(TOGETHER, alone, 2)], Limits())
    sighting = found.sightings["two inside"]
    trace = replay(system, "two inside", sighting.initial, sighting.path)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    assert sorted(name for name, _ in trace.path) == ["[1] guest: enter: goes in", "[2] guest: enter: goes in"]


def test_one_copy_keeps_its_names() -> None:
    observation = observed_in_all(WRONGLY_FREE, hotel(), 1)
    assert str(observation.in_states) == "guest.free and (guest.state = inside)"


def test_what_cannot_be_copied_is_refused() -> None:
    with pytest.raises(ModelError, match=r'shared variable "guest.free" needs exactly one initial value'):
        replicated(hotel(initially_free=[True, False]), 2)
    with pytest.raises(ModelError, match="at least 1"):
        replicated(hotel(), 0)
    with pytest.raises(ModelError, match="after a step"):
        after(in_some_copy(INSIDE))
    with pytest.raises(ModelError, match="only states"):
        in_some_copy(after(INSIDE))


@FEW
@given(systems())
def test_copies_that_share_nothing_multiply(drawn: tuple[System, list[Observation]]) -> None:
    """Every random system: the product of its states, twice its transitions for each state of the other."""
    alone, observations = drawn
    try:
        one = plain_search.explore(alone, observations, Limits(states=300))
    except ModelError:
        return
    if not one.complete or one.states > 60:
        return
    system, copies = replicated(alone, 2)
    seen = [observed_in_all(entry, alone, 2) for entry in observations]
    two = engine.explore(system, seen, Limits())
    assert two.states == one.states**2
    assert two.transitions == 2 * one.transitions * one.states
    assert two.depth == 2 * one.depth
    for (action, fired), number in product(one.fired.items(), range(2)):
        assert two.fired[copies.actions[action][number]] == fired * one.states
    assert set(two.sightings) == set(one.sightings)
    for name, sighting in two.sightings.items():
        assert len(sighting.path) == len(one.sightings[name].path)
