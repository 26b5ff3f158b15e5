"""A search on two processors finds what one processor finds, in the same order, and ends as clearly."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings

from checker.explicit import engine
from checker.search import Exploration, Limits, Progress
from model.language.errors import ModelError
from model.language.expressions import in_flight, sends, variable
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System
from tests.agreement.test_engines_agree import counters, figures
from tests.explicit.test_parts import sound_systems
from tests.toys import toy_system

ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example,
           HealthCheck.function_scoped_fixture]  # fmt: skip


@pytest.fixture(autouse=True)
def two_processors_pay_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MANY_STATES", 0)
    monkeypatch.setattr(engine, "MANY_WAITING", 0)
    monkeypatch.setattr(engine, "processors", lambda: 2)


def observed(system: System) -> list[Observation]:
    return [
        observe_states("out of tries", variable("sender.tries") == 0, system),
        observe_states("both full", in_flight("up") & in_flight("down"), system),
        observe_steps("acknowledges", sends("Acknowledgement"), system),
    ]


def explored(
    system: System, observations: Sequence[Observation], shared: bool, limits: Limits = Limits()  # noqa: B008
) -> tuple[Exploration, list[tuple[int, int]]]:
    """What was found, and of every state its key and its predecessor, in the order found."""
    with closing(engine.ExplicitSearch(system, observations, limits)) as search:
        if not shared:
            search.share_from = engine.MOST_STATES
        found = search.result(search.run())
        assert (search.two_processors is not None) == (shared and limits.states is None and found.states > 0)
        order = [(search.tables.key(index), search.tables.parent(index)) for index in range(found.states)]
    return found, order


def test_states_are_found_in_the_same_order_with_the_same_predecessors() -> None:
    system = toy_system(reordering=True)
    (alone, order), (shared, shared_order) = (explored(system, observed(system), two) for two in (False, True))
    assert (alone.states, alone.transitions, alone.depth) == (103_691, 522_537, 94)
    assert figures(shared) == figures(alone)
    assert shared.sightings == alone.sightings
    assert shared_order == order


@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(sound_systems())
def test_random_systems_are_explored_alike(drawn: tuple[System, list[Observation]]) -> None:
    system, observations = drawn
    limits = Limits(memory=2**20)
    (alone, order), (shared, shared_order) = (explored(system, observations, two, limits) for two in (False, True))
    assert shared.complete == alone.complete
    if alone.complete:
        assert figures(shared) == figures(alone)
        assert shared.sightings == alone.sightings
        assert shared_order == order


def test_growing_tables_and_code_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.Optimisation, "ended", True)
    monkeypatch.setattr(engine, "SECONDS_PER_BATCH", 0.001)
    system = toy_system(reordering=True)
    for slots in (2**4, 2**20):
        with closing(engine.ExplicitSearch(system, [], Limits(), first_slots=slots, optimise_from=100)) as search:
            found = search.result(search.run())
        assert (found.states, found.transitions, found.depth) == (103_691, 522_537, 94)


@pytest.mark.parametrize("limits, reason", [
    (Limits(memory=2**20), "memory limit of 1 MiB reached at depth"),
    (Limits(seconds=0.0), "time limit of 0 s reached at depth"),
    (Limits(states=500), "limit of 500 states reached at depth"),
])  # fmt: skip
def test_limits_end_the_search_in_words(limits: Limits, reason: str) -> None:
    found, _ = explored(toy_system(width=6, capacity=3, reordering=True), [], True, limits)
    assert not found.complete
    assert found.stopped is not None and found.stopped.startswith(reason)


def test_a_memory_limit_ends_the_search_at_the_same_state_every_time() -> None:
    system, limits = toy_system(width=6, capacity=3, reordering=True), Limits(memory=2**21)
    orders = [explored(system, [], True, limits)[1] for _ in range(3)]
    assert orders[0] == orders[1] == orders[2]


def test_an_interrupted_search_reports_what_it_has_and_the_second_thread_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "SECONDS_BETWEEN_REPORTS", 0.0)
    system = toy_system(width=6, capacity=3, reordering=True)
    with closing(engine.ExplicitSearch(system, [], Limits())) as search:
        assert search.run(interrupt) == "interrupted"
        assert search.two_processors is not None
        thread = search.two_processors._thread
        assert search.result("interrupted").states > 0
    assert not thread.is_alive()


def test_where_no_thread_can_be_started_the_search_goes_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(engine, "TwoProcessors", refuse)
    found = engine.explore(toy_system(width=1, capacity=1), [], Limits())
    assert found.complete and found.states > 0


def test_a_value_outside_its_domain_is_an_error() -> None:
    with pytest.raises(ModelError, match=r'"m0.count" becomes 12, outside its domain'):
        engine.explore(counters([0], high=11, machines=1, step=12), [], Limits())
