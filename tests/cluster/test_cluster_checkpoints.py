"""A distributed search taken up from its checkpoint, by new workers, ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.checkpoint import CheckpointError
from checker.cluster import engine as cluster
from checker.cluster.checkpointing import ClusterCheckpointing
from checker.cluster.engine import explore
from checker.cluster.exchange import SameProcess
from checker.cluster.processes import Processes
from checker.explicit import engine
from checker.search import Exploration, Limits, Progress
from tests.agreement.test_engines_agree import assert_sightings_are_real, toy_observations
from tests.cluster.test_distributed_search import assert_same
from tests.toys import toy_system

TOY = toy_system()
OBSERVATIONS = toy_observations(TOY)


def explored(
    folder: Path, limits: Limits = Limits(), *, launch: Any = SameProcess, workers: int = 3,  # noqa: B008
    said: list[str] | None = None, progress: Callable[[Progress], None] | None = None, between: float = 1000.0,
) -> Exploration:  # fmt: skip
    kept = ClusterCheckpointing(folder, (said if said is not None else []).append, between)
    return explore(TOY, OBSERVATIONS, limits, progress, launch=launch, workers=workers, checkpointing=kept)


def stopped_at(folder: Path, *states: int) -> None:
    for limit in states:
        assert not explored(folder, Limits(states=limit)).complete


def undisturbed() -> Exploration:
    return engine.explore(TOY, OBSERVATIONS, Limits())


def test_taken_up_several_times_it_ends_as_one_that_never_stopped(tmp_path: Path) -> None:
    stopped_at(tmp_path, 1, 500, 9_000)
    said: list[str] = []
    found = explored(tmp_path, said=said)
    assert_same(found, undisturbed())
    assert_sightings_are_real(TOY, OBSERVATIONS, found)
    assert len(said) == 1 and "taken up from the checkpoint" in said[0]
    said.clear()
    assert_same(explored(tmp_path, said=said), undisturbed())
    assert said[0].endswith("complete")


@pytest.mark.broad
def test_saving_at_every_step_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cluster.checkpointing.LARGEST_SHARE", 20.0)
    said: list[str] = []
    assert_same(explored(tmp_path, between=0.0, said=said), undisturbed())
    assert said == []


@pytest.mark.broad
def test_after_the_loss_of_a_worker_all_go_on_from_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Processes] = []

    def launch(*arguments: Any) -> Processes:
        started.append(Processes(*arguments))
        return started[-1]

    def kill(progress: Progress) -> None:
        if len(started) == 1 and progress.states > 5_000:
            os.kill(started[0].process_ids[1], signal.SIGKILL)

    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_REPORTS", 0.0)
    said: list[str] = []
    found = explored(tmp_path, launch=launch, workers=2, progress=kill, between=0.01, said=said)
    assert len(started) == 2
    assert "worker 2 was lost" in said[0] and said[0].endswith("all workers start anew")
    assert "taken up from the checkpoint" in said[1]
    assert_same(found, undisturbed())


@pytest.mark.broad
def test_workers_that_are_lost_again_and_again_end_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Processes] = []

    def launch(*arguments: Any) -> Processes:
        started.append(Processes(*arguments))
        return started[-1]

    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_REPORTS", 0.0)
    stopped_at(tmp_path, 500)
    found = explored(tmp_path, launch=launch, progress=lambda _: os.kill(started[-1].process_ids[0], signal.SIGKILL))
    assert not found.complete and len(started) == 1 + cluster.MOST_LOSSES
    assert found.stopped is not None and "worker 1 was lost" in found.stopped


def shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 8)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(bytes(content))


@pytest.mark.broad
@pytest.mark.parametrize("launch", [SameProcess, Processes])
@pytest.mark.parametrize("harm", [flipped, shortened, Path.unlink])
def test_a_damaged_segment_of_one_worker_is_refused(harm: Callable[[Path], None], launch: Any, tmp_path: Path) -> None:
    stopped_at(tmp_path, 500, 5_000)
    harm(tmp_path / "worker-2" / "segment-000002.bin")
    with pytest.raises(CheckpointError, match=r"worker-2: segment-000002.bin .* nothing was taken from it"):
        explored(tmp_path, launch=launch)


@pytest.mark.broad
def test_another_number_of_workers_and_another_engine_are_refused(tmp_path: Path) -> None:
    stopped_at(tmp_path, 500)
    with pytest.raises(CheckpointError, match="another number of workers"):
        explored(tmp_path, workers=2)
    from checker.explicit.checkpointing import Checkpointing

    with pytest.raises(CheckpointError, match="another compiled search"):
        engine.explore(TOY, OBSERVATIONS, Limits(), checkpointing=Checkpointing(tmp_path, print))


@pytest.mark.broad
def test_a_full_disk_ends_neither_the_search_nor_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    stopped_at(tmp_path, 500)
    said: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_space)
        assert_same(explored(tmp_path, said=said), undisturbed())
    assert "No space left on device; the one of" in said[1] and said[1].endswith("states stays")
    assert_same(explored(tmp_path), undisturbed())


@pytest.mark.broad
def test_too_little_memory_for_a_checkpoint_is_a_limit_and_keeps_it(tmp_path: Path) -> None:
    stopped_at(tmp_path, 15_000)
    found = explored(tmp_path, Limits(memory=100_000))
    assert not found.complete
    assert found.stopped is not None and "do not fit the memory allowed" in found.stopped
    assert_same(explored(tmp_path), undisturbed())
