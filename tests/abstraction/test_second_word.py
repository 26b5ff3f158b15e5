"""What bounds lifted show has a second word: sets of messages are closed again with the compiled engine, which is
told of a message that is in no set and sees no more than the first exploration did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.abstraction.lifted_bounds import lift_bounds
from checker.abstraction.message_sets import MessageSets, explore_with_sets
from checker.abstraction.sets_again import explore_again
from checker.search import Limits
from model.handover import binding, handover_of_one
from model.language.errors import ModelError
from model.language.hiding import hiding
from model.language.observations import Observation, observe_states
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.kinds import observations
from properties.registry import property_called
from tests.agreement.random_systems import systems
from tests.symbolic.stop_and_wait import last, number, stop_and_wait

MANY = Limits(states=100_000)


def sets_of_stop_and_wait() -> tuple[System, list[Observation], MessageSets]:
    system = stop_and_wait(3)
    asked = [observe_states("accepted before sent", last.is_ahead_of(number), system)]
    wider, wanted = hiding(system, asked, [], flights=True)
    return wider, wanted, explore_with_sets(wider, wanted, MANY)


def test_the_compiled_engine_closes_the_sets_again() -> None:
    system, wanted, sets = sets_of_stop_and_wait()
    again = explore_again(system, wanted, sets, MANY)
    assert (again.seen, again.unknown, again.stopped) == (sets.seen, False, None)


def test_sets_in_which_a_message_is_missing_are_found_out() -> None:
    system, wanted, sets = sets_of_stop_and_wait()
    for channel, messages in sets.sent.items():
        assert len(messages) == 8
        fewer = replace(sets, sent={**sets.sent, channel: messages[1:]})
        assert explore_again(system, wanted, fewer, MANY).unknown


@settings(max_examples=5, suppress_health_check=list(HealthCheck), deadline=None,
          phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
@given(systems())
def test_sets_of_random_systems_are_closed_and_show_what_the_system_shows(
    drawn: tuple[System, list[Observation]],
) -> None:
    system, asked = drawn
    try:
        found = plain_search.explore(system, asked, Limits(states=300))
        wider, wanted = hiding(system, asked, [], flights=True)
        sets = explore_with_sets(wider, wanted, MANY)
        again = explore_again(wider, wanted, sets, MANY)
    except ModelError:
        return
    if not sets.stopped and not again.stopped:
        assert not again.unknown
        assert set(found.sightings) <= again.seen <= sets.seen


@pytest.mark.slow
def test_what_holds_without_bounds_has_a_second_word() -> None:
    scenario, entry = load("minimal").at_width(16), reading("literal")
    system, filled = handover_of_one(scenario, entry), binding(scenario, entry)
    asked = property_called("BIND-7")
    seen = [found for found in observations(asked, system, filled) if found.name == asked.violation_name]
    found = lift_bounds(system, seen, Limits(seconds=120.0), solver="bitwuzla")
    assert found.left(asked.violation_name) == ()
    assert str(found.again(asked.violation_name)).startswith("message sets explored again, ")
    assert lift_bounds(system, seen, Limits(seconds=120.0)).again(asked.violation_name) is None
