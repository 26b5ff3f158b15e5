"""A search that uses symmetry says what a search of all states says: verdicts, exact figures, lengths."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from math import comb
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from checker import plain_search
from checker.checking import without_symmetry
from checker.checkpoint import CheckpointError
from checker.explicit import engine
from checker.explicit.checkpointing import Checkpointing
from checker.explicit.representatives import parts_along, symmetry_for
from checker.explicit.symmetry_code import part_images
from checker.search import Exploration, Limits
from checker.symmetry import usable_symmetry
from checker.trace import replay
from examples import dining_philosophers, two_phase_commit
from model.language.errors import ModelError
from model.language.expressions import in_flight, sends, variable
from model.language.interpretation import Interpretation, State
from model.language.messages import flying, sent
from model.language.observations import Observation, observe_states, observe_steps
from model.language.replication import observed_in_all, replicated
from model.language.symmetry import Interchangeable, Thing
from model.language.systems import System
from tests.agreement.symmetric_systems import post_office, systems_of_copies, systems_with_twins
from tests.toys import toy_system

FEW = Limits(states=400)
SETTINGS = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
Explore = Callable[..., Exploration]
Drawn = tuple[System, list[Observation]]


def figures(found: Exploration) -> dict[str, object]:
    return {
        "complete": found.complete, "states": found.states, "transitions": found.transitions,
        "depth": found.depth, "levels": found.levels, "fired": dict(found.fired), "largest": dict(found.largest),
        "overflowed": found.overflowed,
        "sightings": {name: len(entry.path) for name, entry in found.sightings.items()},
    }  # fmt: skip


def assert_same_answers(system: System, observations: list[Observation]) -> None:
    """Both searches with symmetry against the plain search of all states, where that is neither too long nor fails."""
    try:
        all_states = plain_search.explore(without_symmetry(system), observations, FEW)
    except ModelError:
        for explore in (plain_search.explore, engine.explore):
            with pytest.raises(ModelError):
                explore(system, observations, Limits())
        return
    if not all_states.complete:
        return
    for explore in (plain_search.explore, engine.explore):
        found = explore(system, observations, Limits())
        assert figures(found) == figures(all_states)
        for name, sighting in found.sightings.items():
            replay(system, name, sighting.initial, sighting.path)


@pytest.mark.broad
@settings(SETTINGS, max_examples=25)
@given(strategies.one_of(systems_with_twins(), systems_of_copies()))
def test_searches_with_symmetry_find_what_a_search_of_all_states_finds(drawn: Drawn) -> None:
    assert_same_answers(*drawn)


@pytest.mark.slow
@settings(SETTINGS, max_examples=500, derandomize=False)
@given(strategies.one_of(systems_with_twins(), systems_of_copies()))
def test_searches_with_symmetry_find_the_same_on_hundreds_of_systems(drawn: Drawn) -> None:
    assert_same_answers(*drawn)


@pytest.fixture(params=["plain", "explicit"])
def explore(request: pytest.FixtureRequest) -> Explore:
    return {"plain": plain_search.explore, "explicit": engine.explore}[request.param]


def assert_reduced(system: System, observations: list[Observation], explore: Explore, representatives: int) -> None:
    """The same answers from so many representatives, or from more where the search says why."""
    symmetry, notes = usable_symmetry(system, observations)
    assert symmetry is not None and not notes
    full, found = explore(without_symmetry(system), observations, Limits()), explore(system, observations, Limits())
    assert figures(found) == figures(full)
    if found.notes and explore is engine.explore:
        assert all(note.endswith("of the exchanges fit the parts of a state") or "not all exchanges" in note
                   for note in found.notes)  # fmt: skip
    else:
        assert (full.reductions, found.reductions) == ((), (symmetry.text(representatives),))


def resource_managers(count: int) -> System:
    alike = tuple(
        Thing(f"resource {n}", (f"resource_{n}.state", f"resource_{n}.prepared_sent", f"manager.heard_of_{n}"))
        for n in range(count)
    )
    system = two_phase_commit.system(count)
    return replace(system, symmetries=(Interchangeable(f"{count} resource managers", alike),))


def multisets(kinds: int, count: int) -> int:
    return comb(kinds + count - 1, count)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("options", [
    {"copies": 1}, {"reorders": True}, {"lanes": False, "reorders": True}, {"capacity": 1, "places": 3},
])  # fmt: skip
def test_messages_are_renamed_and_put_in_order_again(options: dict[str, int]) -> None:
    system = post_office(**options)  # type: ignore[arg-type]
    place, mark = variable("post.place"), variable("post.mark")
    letter, parcel = system.channels[0].messages
    observations = [
        observe_states("two places", in_flight("line", flying(letter).place != place)
                       & in_flight("line", flying(parcel).place == place), system),
        observe_steps("a white parcel goes", sends("Parcel") & (sent(parcel).mark == "white"), system),
        observe_states("marked", mark != "white", system),
    ]  # fmt: skip
    states = reachable(system)
    symmetry, _ = usable_symmetry(system, observations)
    assert symmetry is not None
    orbits = {min(symmetry.orbit(state)) for state in states}
    assert_reduced(system, observations, engine.explore, len(orbits))
    found = engine.explore(system, observations, Limits())
    assert found.states == len(states) and len(found.sightings) >= 2
    for name, sighting in found.sightings.items():
        replay(system, name, sighting.initial, sighting.path)


@pytest.mark.parametrize("options", [{}, {"reorders": True}, {"capacity": 3, "copies": 1}, {"places": 3}])
def test_many_messages_are_renamed_as_well(options: dict[str, int]) -> None:
    system = post_office(**options)  # type: ignore[arg-type]
    full, found = engine.explore(without_symmetry(system), [], Limits()), engine.explore(system, [], Limits())
    assert figures(found) == figures(full) and found.reductions


def test_a_queue_whose_messages_change_lanes_tells_lanes_apart() -> None:
    """Whoever was in an earlier lane is ahead in the new one."""
    with pytest.raises(ModelError, match='"post: stamp: stamps" puts messages on line into another lane'):
        post_office(lanes=False)


@pytest.mark.parametrize("count, states", [(3, 288), (4, 1568)])
def test_resource_managers_are_interchangeable(explore: Explore, count: int, states: int) -> None:
    """Of each there is a multiset of what single managers do: as long as nothing is decided each is working
    (1), has given up (1), is prepared and heard of or not (2); after Abort the aborted ones have three pasts
    more; after Commit all are heard of, each prepared or committed."""
    system = resource_managers(count)
    observations = two_phase_commit.observations(system)
    assert explore(system, observations, Limits()).states == states
    undecided, aborted, committed = multisets(4, count), multisets(6, count), multisets(2, count)
    assert_reduced(system, observations, explore, undecided + aborted + committed)


@pytest.mark.parametrize("philosophers", [2, 3, 5])
def test_a_table_can_be_turned(explore: Explore, philosophers: int) -> None:
    """Only turned: mirrored, the left fork would become the right one."""
    system = dining_philosophers.system(philosophers)
    seats = tuple(Thing(f"seat {n}", (f"table.fork_{n}", f"philosopher_{n}.state")) for n in range(philosophers))
    system = replace(system, symmetries=(Interchangeable("seats", seats, cyclic=True),))
    deadlock = dining_philosophers.observations(system)[:1]
    orbits = set()
    for state in reachable(system):
        doing = [state.values[system.variable_index[thing.variables[1]]] for thing in seats]
        orbits.add(min(tuple(doing[turn:] + doing[:turn]) for turn in range(philosophers)))
    assert_reduced(system, deadlock, explore, len(orbits))
    both = dining_philosophers.observations(system)
    found = explore(system, both, Limits())
    if philosophers > 2:
        assert not found.reductions and len(found.notes) == 1
        if explore is plain_search.explore:
            assert found.notes[0] == 'symmetry of seats not used: "neighbours eat at the same time" tells them apart'


def reachable(system: System) -> set[State]:
    interpretation = Interpretation(system)
    found = set(interpretation.initial_states())
    waiting = list(found)
    for state in waiting:
        for step in interpretation.steps(state):
            if step.state not in found:
                found.add(step.state)
                waiting.append(step.state)
    return found


@pytest.mark.parametrize("count, options", [
    (2, {"width": 2, "capacity": 1}), (2, {"width": 1, "capacity": 2, "reordering": True}),
])  # fmt: skip
def test_copies_of_a_toy(count: int, options: dict[str, int]) -> None:
    alone = toy_system(**options)
    states = engine.explore(alone, [], Limits()).states
    system, _ = replicated(alone, count)
    assert_reduced(system, [], engine.explore, multisets(states, count))


@pytest.mark.broad
def test_of_three_copies_the_explicit_search_exchanges_what_its_parts_allow() -> None:
    """Two in one part of a state, one in the other; the plain search exchanges all three."""
    alone = toy_system(width=1, capacity=1)
    states = engine.explore(alone, [], Limits()).states
    system, _ = replicated(alone, 3)
    full, found = engine.explore(without_symmetry(system), [], Limits()), engine.explore(system, [], Limits())
    assert figures(found) == figures(full) and full.states == states**3
    assert found.reductions[0].endswith(f"({states * multisets(states, 2):,} representatives)")
    assert found.notes == ("symmetry of the 3 copies: not all exchanges fit the parts of a state",)
    [all_three] = plain_search.explore(system, [], Limits()).reductions
    assert all_three.endswith(f"({multisets(states, 3):,} representatives)")


def test_what_is_shared_does_not_keep_two_copies_from_being_the_parts() -> None:
    alone = toy_system(width=2, capacity=1)
    number = alone.variables[alone.variable_index["sender.number"]]
    alone = replace(alone, variables=tuple(
        replace(entry, shared=True) if entry is number else entry for entry in alone.variables
    ))  # fmt: skip
    system, _ = replicated(alone, 2)
    parts = parts_along(system)
    assert parts.common == {"sender.number"}
    assert {int("_2" in name.partition(".")[0]) == part for name, part in parts.part_of.items()} == {True}
    symmetry, _ = usable_symmetry(system, [])
    assert symmetry is not None
    assert part_images(system, parts, symmetry.elements[1]) == (1, 0)
    full, found = engine.explore(without_symmetry(system), [], Limits()), engine.explore(system, [], Limits())
    assert figures(found) == figures(full) and found.reductions


def test_a_symmetric_search_that_is_stopped_is_not_complete_and_counts_what_it_found() -> None:
    system, _ = replicated(toy_system(width=1, capacity=1), 2)
    full = engine.explore(without_symmetry(system), [], Limits())
    stopped = engine.explore(system, [], Limits(states=100))
    assert not stopped.complete and stopped.stopped is not None
    assert 100 < stopped.states < full.states
    assert sum(stopped.levels) == stopped.states
    assert stopped.levels[:-1] == full.levels[: len(stopped.levels) - 1]


def test_optimised_code_and_growth_change_nothing_in_a_symmetric_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.Optimisation, "ended", True)  # so that the search waits for it
    monkeypatch.setattr(engine, "FIRST_BATCH", 1000)
    alone = toy_system(width=1, capacity=1)
    system, _ = replicated(alone, 2)
    symmetry, parts, _ = symmetry_for(system, [])
    results = []
    for start, slots in ((0, 2**4), (5_000, 2**15), (engine.MOST_STATES, 2**8)):
        with closing(engine.ExplicitSearch(
            system, [], Limits(), optimise_from=start, first_slots=slots, symmetry=symmetry, parts=parts
        )) as search:  # fmt: skip
            results.append((figures(search.result(search.run())), search.tables.count))
    assert results[0] == results[1] == results[2]


def test_a_symmetric_search_is_taken_up_from_a_checkpoint(tmp_path: Path) -> None:
    system = post_office(copies=1)
    whole = engine.explore(system, [], Limits())
    for limit in (Limits(states=50), Limits(states=500), Limits()):
        found = engine.explore(system, [], limit, None, Checkpointing(tmp_path, lambda words: None))
        assert found.complete == (limit.states is None)
    assert (figures(found), found.reductions) == (figures(whole), whole.reductions)
    with pytest.raises(CheckpointError, match="compiled search"):
        engine.explore(without_symmetry(system), [], Limits(), None, Checkpointing(tmp_path, lambda words: None))


@pytest.mark.parametrize("memory", [100, 2**16, 2**18])
def test_a_symmetric_search_keeps_to_its_memory(memory: int) -> None:
    system = post_office(capacity=3, copies=1, places=3)
    found = engine.explore(system, [], Limits(memory=memory))
    assert not found.complete and found.stopped is not None and found.stopped.startswith("memory limit")


def test_what_tells_copies_apart_is_seen_without_symmetry(explore: Explore) -> None:
    alone = toy_system(width=1, capacity=1, loss=False, duplication=False)
    system, _ = replicated(alone, 2)
    waits = Observation("waits", variable("sender.state") == "waiting")
    one = Observation("only the second", variable("sender_2.state") == "waiting")
    both = explore(system, [observed_in_all(waits, alone, 2)], Limits(states=50))
    assert both.reductions
    found = explore(system, [one], Limits(states=50))
    assert not found.reductions
    assert found.notes == ('symmetry of the 2 copies not used: "only the second" tells them apart',)
    assert found.sightings["only the second"].path[0][0].startswith("[2]")
