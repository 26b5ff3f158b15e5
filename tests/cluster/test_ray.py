"""The same search on ray: equal counts, and a worker that dies is noticed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from checker.cluster import engine as cluster
from checker.cluster.engine import explore
from checker.cluster.on_ray import OnRay
from checker.explicit import engine
from checker.search import Limits, Progress
from model.language.errors import ModelError
from tests.agreement.test_engines_agree import assert_sightings_are_real, toy_observations
from tests.cluster.test_distributed_search import TOY, TOY_COUNTS, assert_same

ray = pytest.importorskip("ray", reason='ray is not installed: pip install "dsmip[cluster]"')
pytestmark = pytest.mark.filterwarnings("default")  # ray's own


@pytest.fixture(scope="module")
def here() -> Iterator[None]:
    """One ray for all tests: its start takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield
        ray.shutdown()


def test_a_cluster_that_cannot_be_reached_is_one_clear_line() -> None:
    with pytest.raises(ModelError, match=r'--cluster "127.0.0.1:1": no ray cluster can be reached there') as caught:
        explore(TOY, [], Limits(), launch=partial(OnRay, "127.0.0.1:1"), workers=2)
    assert "\n" not in str(caught.value)


@pytest.mark.broad
def test_more_workers_than_processors_are_refused(here: None) -> None:
    with pytest.raises(ModelError, match="it has 2 processors; give --workers 2 or fewer"):
        explore(TOY, [], Limits(), launch=partial(OnRay, "local"), workers=3)


@pytest.mark.broad
def test_actors_agree_with_the_explicit_engine(here: None) -> None:
    observations = toy_observations(TOY)
    found = explore(TOY, observations, Limits(), launch=partial(OnRay, "local"), workers=2)
    assert (found.states, found.transitions, found.depth) == TOY_COUNTS
    assert_same(found, engine.explore(TOY, observations, Limits()))
    assert_sightings_are_real(TOY, observations, found)


@pytest.mark.broad
def test_a_lost_actor_is_noticed(here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[OnRay] = []

    def launch(*arguments: Any) -> OnRay:
        started.append(OnRay("local", *arguments))
        return started[0]

    def kill(progress: Progress) -> None:
        if progress.states > 20_000:
            os.kill(started[0].process_ids[1], signal.SIGKILL)

    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_REPORTS", 0.0)
    found = explore(TOY, toy_observations(TOY), Limits(), kill, launch=launch, workers=2)
    assert not found.complete and not found.sightings
    assert found.stopped is not None and "was lost with the states it owned (ray: " in found.stopped
