"""Many workers say what one search says; a worker or a successor that is lost never leads to a complete answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import plain_search
from checker.cluster import engine as cluster
from checker.cluster.engine import explore
from checker.cluster.exchange import Patience, SameProcess
from checker.cluster.partition import Order, Program, Report
from checker.cluster.processes import Processes
from checker.explicit import engine
from checker.search import Exploration, Limits, Progress
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import (
    assert_sightings_are_real,
    counters,
    figures,
    toy_observations,
)
from tests.toys import toy_system

UNLIMITED = Limits()
ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
TOY = toy_system(reordering=True)
TOY_COUNTS = (103_691, 522_537, 94)


def lengths(found: Exploration) -> dict[str, int]:
    return {name: len(sighting.path) for name, sighting in found.sightings.items()}


def assert_same(found: Exploration, other: Exploration) -> None:
    assert found.complete and other.complete
    assert figures(found) == figures(other)
    assert (lengths(found), found.levels) == (lengths(other), other.levels)


@pytest.mark.broad
@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(systems(), st.integers(1, 5))
def test_workers_agree_with_the_plain_search_on_random_systems(
    drawn: tuple[System, list[Observation]], workers: int
) -> None:
    system, observations = drawn
    plain = plain_search.explore(system, observations, Limits(states=400))
    if not plain.complete:
        return
    found = explore(system, observations, UNLIMITED, launch=SameProcess, workers=workers)
    assert_same(found, plain)
    assert_sightings_are_real(system, observations, found)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("launch", "workers"), [(SameProcess, 3), (Processes, 2)])
def test_workers_agree_with_the_explicit_engine_on_a_toy(launch: Any, workers: int) -> None:
    observations = toy_observations(TOY)
    found = explore(TOY, observations, UNLIMITED, launch=launch, workers=workers)
    assert (found.states, found.transitions, found.depth) == TOY_COUNTS
    assert_same(found, engine.explore(TOY, observations, UNLIMITED))
    assert_sightings_are_real(TOY, observations, found)


def test_small_outboxes_and_many_rounds_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cluster.partition.OUTBOX_ROOM", 1)
    monkeypatch.setattr("checker.cluster.partition.FIRST_SLOTS", 16)
    monkeypatch.setattr("checker.cluster.partition.CACHED", 4)
    system = toy_system()
    found = explore(system, toy_observations(system), UNLIMITED, launch=SameProcess, workers=4)
    assert_same(found, engine.explore(system, toy_observations(system), UNLIMITED))


@pytest.mark.broad
def test_going_over_to_optimised_code_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cluster.partition.OPTIMISE_FROM", 100)
    monkeypatch.setattr("checker.cluster.partition.Optimisation.ended", True)  # so that it is waited for
    found = explore(TOY, toy_observations(TOY), UNLIMITED, launch=SameProcess, workers=2)
    assert_same(found, engine.explore(TOY, toy_observations(TOY), UNLIMITED))


def test_the_states_are_shared_out_evenly() -> None:
    owned: list[list[int]] = []

    class Watched(SameProcess):
        def step(self, order: Order, patience: Patience) -> list[Report]:
            reports = super().step(order, patience)
            owned.append([report.states for report in reports])
            return reports

    explore(TOY, [], UNLIMITED, launch=Watched, workers=4)
    assert max(owned[-1]) - min(owned[-1]) < 0.03 * sum(owned[-1])


def test_many_initial_states_and_states_of_several_words() -> None:
    system = counters([-5, -3, 0, 9])
    assert_same(explore(system, [], UNLIMITED, launch=SameProcess, workers=3), engine.explore(system, [], UNLIMITED))


@pytest.mark.broad
@pytest.mark.parametrize("launch", [SameProcess, Processes])
def test_a_value_outside_its_domain_is_an_error(launch: Any) -> None:
    with pytest.raises(ModelError, match=r'"m0.count" becomes 12, outside its domain'):
        explore(counters([0], high=11, machines=1, step=12), [], UNLIMITED, launch=launch, workers=2)


# what is not complete


@pytest.mark.parametrize(("limits", "reason"), [
    (Limits(states=500), "limit of 500 states reached at depth"),
    (Limits(memory=2**20), "memory limit of 1 MiB reached at depth"),
    (Limits(memory=100), "memory limit of"),
    (Limits(seconds=0.0), "time limit of 0 s reached at depth"),
])  # fmt: skip
def test_a_limit_ends_the_search_incomplete_and_says_so(limits: Limits, reason: str) -> None:
    system = toy_system(width=6, capacity=3, reordering=True)
    found = explore(system, toy_observations(system), limits, launch=SameProcess, workers=2)
    assert not found.complete
    assert found.stopped is not None and found.stopped.startswith(reason)
    if limits.memory is not None and limits.memory > 1000:
        assert 0 < found.memory <= limits.memory


class Faulty(SameProcess):
    """An exchange that once, in the middle, does something wrong with the parcels it carries."""

    steps = 0

    def __init__(self, harm: Callable[[list[list[bytes]]], None], program: Program, workers: int, memory: int | None):
        super().__init__(program, workers, memory)
        self.harm = harm
        self.entry = 8 * (program.words + 1)

    def step(self, order: Order, patience: Patience) -> list[Report]:
        self.steps += 1
        if self.steps == 40:
            assert all(len(self._parcels[receiver][sender]) > self.entry
                       for receiver, sender in ((1, 0), (0, 1), (0, 2), (1, 2)))  # fmt: skip
            self.harm(self._parcels)
        return super().step(order, patience)


def loses_a_successor(parcels: list[list[bytes]]) -> None:
    parcels[1][0] = parcels[1][0][:-16]


def loses_a_parcel(parcels: list[list[bytes]]) -> None:
    parcels[0][1] = b""


def delivers_to_the_wrong_owner(parcels: list[list[bytes]]) -> None:
    size = min(len(parcels[0][2]), len(parcels[1][2]))
    first, second = parcels[0][2], parcels[1][2]
    parcels[0][2], parcels[1][2] = second[:size] + first[size:], first[:size] + second[size:]


def delivers_twice(parcels: list[list[bytes]]) -> None:
    parcels[0][1] *= 2


@pytest.mark.parametrize("harm", [loses_a_successor, loses_a_parcel, delivers_to_the_wrong_owner, delivers_twice])
def test_a_successor_that_does_not_arrive_where_it_should_ends_the_search(
    harm: Callable[[list[list[bytes]]], None],
) -> None:
    found = explore(TOY, toy_observations(TOY), UNLIMITED, launch=partial(Faulty, harm), workers=3)
    assert not found.complete and not found.sightings
    assert found.stopped is not None and "not every successor sent to worker" in found.stopped


@pytest.mark.broad
def test_a_worker_killed_in_the_middle_is_noticed_and_the_others_end(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Processes] = []

    def launch(*arguments: Any) -> Processes:
        started.append(Processes(*arguments))
        return started[0]

    def kill(progress: Progress) -> None:
        if progress.states > 20_000:
            os.kill(started[0].process_ids[1], signal.SIGKILL)

    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_REPORTS", 0.0)
    found = explore(TOY, toy_observations(TOY), UNLIMITED, kill, launch=launch, workers=3)
    assert not found.complete and not found.sightings
    assert found.stopped is not None
    assert found.stopped.startswith("worker 2 was lost with the states it owned (killed by signal 9) at depth")
    for process in started[0].process_ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.broad
def test_an_interrupted_search_is_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_REPORTS", 0.0)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job starts with Ctrl-C ignored
    found = explore(TOY, toy_observations(TOY), UNLIMITED, lambda _: os.kill(os.getpid(), signal.SIGINT),
                    launch=Processes, workers=2)  # fmt: skip
    assert (found.complete, found.stopped) == (False, "interrupted")
    assert 0 < found.states < TOY_COUNTS[0]


@pytest.mark.broad
def test_processes_of_this_machine_need_neither_ray_nor_numpy() -> None:
    code = (
        "import sys\nfrom checker.cluster.engine import explore\nfrom checker.cluster.processes import Processes\n"
        "from checker.search import Limits\nfrom tests.toys import toy_system\n"
        "print(explore(toy_system(), [], Limits(), launch=Processes, workers=2).states)\n"
        "print({'ray', 'numpy', 'z3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[:2] == ["24291", "set()"], done.stderr
