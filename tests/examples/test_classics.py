"""The classic models have the numbers of states that others publish, or that a few lines of Python count."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import TypeVar

import pytest

from checker import plain_search
from checker.explicit import engine
from checker.search import Exploration, Limits
from checker.trace import Trace, replay
from examples import alternating_bit, die_hard, dining_philosophers, peterson, two_phase_commit
from model.language.observations import Observation
from model.language.systems import System
from model.language.table_checks import check_tables

ROOT = Path(__file__).resolve().parent.parent.parent
Explore = Callable[..., Exploration]
Node = TypeVar("Node")

both_engines = pytest.mark.parametrize("explore", [plain_search.explore, engine.explore], ids=["plain", "explicit"])


def explored(explore: Explore, system: System, observations: Iterable[Observation]) -> Exploration:
    found = explore(system, list(observations), Limits())
    assert found.complete
    return found


def run_to(system: System, found: Exploration, name: str) -> Trace:
    return replay(system, name, found.sightings[name].initial, found.sightings[name].path)


def reachable(initial: Iterable[Node], successors: Callable[[Node], Iterator[Node]]) -> dict[Node, int]:
    """Distance of every node: the counting by hand that the engines are held against."""
    distance = dict.fromkeys(initial, 0)
    waiting = list(distance)
    for node in waiting:
        for after in successors(node):
            if after not in distance:
                distance[after] = distance[node] + 1
                waiting.append(after)
    return distance


# two-phase commit


@both_engines
@pytest.mark.parametrize("resources, states", [(3, 288), (4, 1568)])
def test_two_phase_commit_has_the_states_of_the_tla_model(explore: Explore, resources: int, states: int) -> None:
    system = two_phase_commit.system(resources)
    found = explored(explore, system, two_phase_commit.observations(system))
    assert found.states == states
    assert set(found.sightings) == {"all have committed"}
    if resources == 3:  # TLC: 1,146 states generated, the initial one included; depth 11, counted from 1
        assert (found.transitions, found.depth) == (1145, 10)


@both_engines
def test_impatient_manager_commits_what_another_aborts(explore: Explore) -> None:
    system = two_phase_commit.system(waits_for_all=False)
    found = explored(explore, system, two_phase_commit.observations(system))
    trace = run_to(system, found, "one has committed and another aborted")
    assert len(trace) == 5  # prepare, hear, commit, read Commit; another gives up at any moment
    assert "manager: commit: commits" in [step.action.name for step in trace.steps]


# Peterson

Places = tuple[int, int, int]  # where left and right are: 0 elsewhere, 1 flagged, 2 waiting, 3 critical; the turn


def petersons_steps(node: Places) -> Iterator[Places]:
    *places, turn = node
    for me in (0, 1):
        here, other = places[me], places[1 - me]
        if here == 2 and other != 0 and turn != me:
            continue
        there = list(places)
        there[me] = (here + 1) % 4
        yield there[0], there[1], 1 - me if here == 1 else turn


@both_engines
def test_peterson_has_the_states_counted_by_hand(explore: Explore) -> None:
    system = peterson.system()
    found = explored(explore, system, peterson.observations(system))
    by_hand = reachable([(0, 0, 0)], petersons_steps)
    assert (found.states, found.depth) == (len(by_hand), max(by_hand.values())) == (20, 6)
    assert found.transitions == sum(len(list(petersons_steps(node))) for node in by_hand)
    assert set(found.sightings) == {"one waits while the other is inside"}


@both_engines
def test_peterson_fails_if_a_process_takes_the_turn_for_itself(explore: Explore) -> None:
    system = peterson.system(gives_turn_away=False)
    found = explored(explore, system, peterson.observations(system))
    assert len(run_to(system, found, "both are in the critical section")) == 6


# die hard


def pourings(node: tuple[int, int]) -> Iterator[tuple[int, int]]:
    big, small = node
    yield from [(5, small), (0, small), (big, 3), (big, 0)]
    into_small, into_big = min(big, 3 - small), min(small, 5 - big)
    yield big - into_small, small + into_small
    yield big + into_big, small - into_big


@both_engines
def test_die_hard_is_solved_in_six_steps(explore: Explore) -> None:
    system = die_hard.system()
    found = explored(explore, system, die_hard.observations(system))
    by_hand = reachable([(0, 0)], pourings)
    assert (found.states, found.depth) == (len(by_hand), max(by_hand.values())) == (16, 7)
    trace = run_to(system, found, "4 gallons in the big jug")
    assert len(trace) == 6
    levels = [dict(zip(system.variable_index, step.state.values, strict=True)) for step in trace.steps]
    assert [level["jugs.big"] for level in levels][-1] == 4
    seen = [(0, 0)] + [(int(level["jugs.big"]), int(level["jugs.small"])) for level in levels]
    assert all(after in pourings(before) for before, after in pairwise(seen))


@both_engines
def test_jugs_of_even_size_never_hold_an_odd_amount(explore: Explore) -> None:
    system = die_hard.system(big=6, small=4)
    assert not explored(explore, system, die_hard.observations(system, goal=3)).sightings


# dining philosophers


def seatings(philosophers: int, *, one_is_left_handed: bool) -> int:
    """In how many ways each can think (0), hold its first fork (1) or eat (2) without a fork in two hands."""
    count = 0
    for doings in product(range(3), repeat=philosophers):
        held = []
        for seat, doing in enumerate(doings):
            forks = [seat, (seat + 1) % philosophers]
            if one_is_left_handed and seat == philosophers - 1:
                forks.reverse()
            held += forks[:doing]
        count += len(held) == len(set(held))
    return count


@both_engines
@pytest.mark.parametrize("philosophers, states", [(3, 14), (4, 34), (5, 82)])  # the Pell-Lucas numbers
def test_philosophers_who_are_all_alike_starve(explore: Explore, philosophers: int, states: int) -> None:
    system = dining_philosophers.system(philosophers)
    found = explored(explore, system, dining_philosophers.observations(system))
    assert found.states == states == seatings(philosophers, one_is_left_handed=False)
    assert set(found.sightings) == {"nobody can do anything"}
    trace = run_to(system, found, "nobody can do anything")
    assert len(trace) == philosophers
    assert sorted(step.action.machine for step in trace.steps) == [f"philosopher_{n}" for n in range(philosophers)]
    assert {step.action.trigger for step in trace.steps} == {"decides hunger"}


@both_engines
@pytest.mark.parametrize("philosophers", [3, 4, 5])
def test_one_left_handed_philosopher_saves_all(explore: Explore, philosophers: int) -> None:
    system = dining_philosophers.system(philosophers, one_is_left_handed=True)
    found = explored(explore, system, dining_philosophers.observations(system))
    assert found.states == seatings(philosophers, one_is_left_handed=True)
    assert not found.sightings


# alternating bit


@both_engines
@pytest.mark.parametrize("options", [{}, {"copies": 0}, {"capacity": 1, "copies": 1}])
def test_one_bit_is_enough_for_queues(explore: Explore, options: dict[str, int]) -> None:
    system = alternating_bit.system(**options)  # type: ignore[arg-type]
    found = explored(explore, system, alternating_bit.observations(system))
    assert set(found.sightings) == {"three items have arrived"}
    assert len(found.sightings["three items have arrived"].path) == 8


@pytest.mark.broad
@both_engines
def test_one_bit_is_not_enough_where_messages_overtake(explore: Explore) -> None:
    system = alternating_bit.system(reorders=True)
    found = explored(explore, system, alternating_bit.observations(system))
    trace = run_to(system, found, "an item is lost, repeated or out of order")
    assert len(trace) == 7
    delivered = [step.changes["receiver.last"][1] for step in trace.steps if "receiver.last" in step.changes]
    assert delivered == [0, 1, 0]


@pytest.mark.broad
def test_both_engines_count_the_same_for_the_alternating_bit() -> None:
    for reorders in (False, True):
        system = alternating_bit.system(reorders=reorders)
        searches = [explored(explore, system, []) for explore in (plain_search.explore, engine.explore)]
        counts = {(found.states, found.transitions, found.depth) for found in searches}
        assert len(counts) == 1


# all of them

SYSTEMS = [two_phase_commit.system(), peterson.system(), die_hard.system(), dining_philosophers.system(),
           alternating_bit.system()]  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS, ids=[system.name for system in SYSTEMS])
def test_tables_of_the_examples_are_sound(system: System) -> None:
    assert check_tables(system) == []


@pytest.mark.parametrize("name, says", [
    ("two_phase_commit", "288 states"), ("peterson", "both are in the critical section: never"),
    ("die_hard", "4 gallons in the big jug: after 6 steps"), ("dining_philosophers", "nobody can do anything: never"),
    ("alternating_bit", "an item is lost, repeated or out of order: never"),
])  # fmt: skip
def test_example_can_be_run(name: str, says: str) -> None:
    done = subprocess.run([sys.executable, "-m", f"examples.{name}"], cwd=ROOT, capture_output=True, text=True,
                          timeout=60)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert says in done.stdout
