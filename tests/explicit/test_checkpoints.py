"""A search taken up from a checkpoint ends as if it had never stopped; what is damaged is refused."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import checkpoint
from checker.checkpoint import CheckpointError
from checker.explicit import engine
from checker.explicit.checkpointing import Checkpointing
from checker.search import Exploration, Limits, Progress
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import toy_observations
from tests.sampling import drawn
from tests.toys import toy_system

SYSTEM = toy_system()
OBSERVATIONS = toy_observations(SYSTEM)
ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def everything(found: Exploration) -> Exploration:
    """An answer without what depends on the clock and on the growth of tables."""
    return replace(found, seconds=0.0, memory=0)


def explored(
    folder: Path, limits: Limits = Limits(), said: list[str] | None = None,  # noqa: B008
    progress: Callable[[Progress], None] | None = None, system: System = SYSTEM,
    observations: list[Observation] = OBSERVATIONS, between: float = 1000.0,
) -> Exploration:  # fmt: skip
    kept = Checkpointing(folder, (said if said is not None else []).append, between)
    return engine.explore(system, observations, limits, progress, kept)


def stopped_at(folder: Path, *states: int) -> None:
    """A checkpoint with one segment for each of these limits."""
    for limit in states:
        assert not explored(folder, Limits(states=limit)).complete


def refusal(folder: Path, **options: Any) -> str:
    with pytest.raises(CheckpointError) as caught:
        explored(folder, **options)
    assert "\n" not in str(caught.value) and str(folder) in str(caught.value)
    return str(caught.value)


def manifest(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / checkpoint.MANIFEST).read_text())
    return dict(document["content"])


def test_a_search_taken_up_several_times_ends_as_one_that_never_stopped(tmp_path: Path) -> None:
    undisturbed = engine.explore(SYSTEM, OBSERVATIONS, Limits())
    stopped_at(tmp_path, 1, 10, 300, 700, 9_000)
    assert len(manifest(tmp_path)["segments"]) == 5
    said: list[str] = []
    figures: list[Progress] = []
    found = explored(tmp_path, said=said, progress=figures.append)
    assert everything(found) == everything(undisturbed)
    assert found.complete and found.states == 24_291
    assert len(said) == 1 and "taken up from the checkpoint" in said[0] and "9,0" in said[0]
    assert all(entry.resumed > 9_000 for entry in figures)


def test_a_finished_search_is_there_at_once(tmp_path: Path) -> None:
    first = explored(tmp_path)
    assert manifest(tmp_path)["details"]["complete"]
    before = (tmp_path / checkpoint.MANIFEST).read_bytes()
    said: list[str] = []
    assert everything(explored(tmp_path, said=said)) == everything(first)
    assert "complete" in said[0]
    assert (tmp_path / checkpoint.MANIFEST).read_bytes() == before


def test_saving_between_batches_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FIRST_BATCH", 20)
    monkeypatch.setattr(engine, "SECONDS_PER_BATCH", 1e9)  # four times as many states each time
    monkeypatch.setattr("checker.explicit.checkpointing.LARGEST_SHARE", 1e9)
    found = explored(tmp_path, between=0.0)
    assert everything(found) == everything(engine.explore(SYSTEM, OBSERVATIONS, Limits()))
    assert len(manifest(tmp_path)["segments"]) > 4


@settings(max_examples=drawn(4), deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(systems(), st.lists(st.integers(1, 300), min_size=1, max_size=2, unique=True).map(sorted))
def test_random_systems_stopped_anywhere_give_the_same_answer(
    drawn: tuple[System, list[Observation]], limits: list[int]
) -> None:
    system, observations = drawn
    with TemporaryDirectory() as name:
        for limit in limits:
            explored(Path(name), Limits(states=limit), system=system, observations=observations)
        found = explored(Path(name), Limits(states=400), system=system, observations=observations)
    straight = engine.explore(system, observations, Limits(states=400))
    if straight.complete:
        assert everything(found) == everything(straight)
    assert found.complete == straight.complete


# damage


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(bytes(content))


def shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 8)


def swapped(path: Path) -> None:
    shutil.copy(path.with_name("segment-000001.bin"), path)


@pytest.mark.parametrize("harm", [flipped, shortened, swapped, Path.unlink])
@pytest.mark.parametrize("name", ["segment-000002.bin", checkpoint.MANIFEST])
def test_a_damaged_checkpoint_is_refused_and_left_alone(
    harm: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    stopped_at(tmp_path, 100, 5_000)
    harm(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    words = refusal(tmp_path)
    assert name in words and "delete the folder to start over" in words
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The manifest with a change and a right digest, as a faulty dsmip would write it."""
    content = manifest(folder)
    change(content)
    text = json.dumps({"sha256": checkpoint._digest_of(content), "content": content})
    (folder / checkpoint.MANIFEST).write_text(text)


@pytest.mark.parametrize(("change", "words"), [
    (lambda content: content["segments"].pop(0), "every segment in order"),
    (lambda content: content["segments"].pop(), "every state"),
    (lambda content: content["segments"].reverse(), "every segment in order"),
    (lambda content: content["details"]["numbers"].pop("fired"), "figures are damaged"),
    (lambda content: content["details"]["numbers"]["fired"].pop(), "figures are damaged"),
    (lambda content: content["details"]["registers"].pop("NEXT"), "figures are damaged"),
    (lambda content: content["details"]["registers"].update(NEXT=2**40), "figures are damaged"),
    (lambda content: content["identity"].update(format="0"), "format"),
    (lambda content: content["identity"].update(dsmip="0.0.1"), "written by dsmip 0.0.1"),
    (lambda content: content["identity"].pop("compiled search"), "compiled search"),
])  # fmt: skip
def test_a_manifest_that_contradicts_itself_is_refused(
    change: Callable[[dict[str, Any]], None], words: str, tmp_path: Path
) -> None:
    stopped_at(tmp_path, 100, 5_000)
    rewritten(tmp_path, change)
    assert words in refusal(tmp_path)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    stopped_at(tmp_path, 100)
    other = toy_system(width=2)
    assert "another model" in refusal(tmp_path, system=other, observations=[])
    assert "other properties" in refusal(tmp_path, observations=OBSERVATIONS[:2])
    assert "another compiled search" in refusal(tmp_path, observations=[
        replace(entry, in_states=OBSERVATIONS[0].in_states) for entry in OBSERVATIONS
    ])  # fmt: skip


def test_a_folder_is_used_by_one_process_at_a_time(tmp_path: Path) -> None:
    held = checkpoint.Checkpoint(tmp_path, {})
    assert "another dsmip is using it" in refusal(tmp_path)
    held.close()
    assert explored(tmp_path).complete


def test_what_was_begun_and_not_finished_does_no_harm(tmp_path: Path) -> None:
    stopped_at(tmp_path, 100)
    (tmp_path / "segment-000002.bin").write_bytes(b"half")
    (tmp_path / "checkpoint.json.new").write_text("{")
    assert explored(tmp_path).states == 24_291
    assert explored(tmp_path).states == 24_291


def test_a_first_checkpoint_that_was_not_finished_is_none(tmp_path: Path) -> None:
    (tmp_path / "segment-000001.bin").write_bytes(b"half")
    assert explored(tmp_path).states == 24_291
    assert explored(tmp_path).states == 24_291


# limits and a full disk


def test_too_little_memory_for_a_checkpoint_is_a_limit_and_keeps_it(tmp_path: Path) -> None:
    stopped_at(tmp_path, 20_000)
    before = (tmp_path / checkpoint.MANIFEST).read_bytes()
    found = explored(tmp_path, Limits(memory=100_000))
    assert not found.complete and found.states == 0
    assert found.stopped is not None and "do not fit" in found.stopped
    assert (tmp_path / checkpoint.MANIFEST).read_bytes() == before
    assert explored(tmp_path).states == 24_291


def test_a_full_disk_ends_neither_the_search_nor_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_at(tmp_path, 100)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    said: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_space)
        found = explored(tmp_path, said=said)
    assert found.complete and found.states == 24_291
    assert "No space left on device; the one of 1" in said[1] and said[1].endswith(" states stays")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert explored(tmp_path).states == 24_291


def no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("x")
    assert "name another folder" in refusal(tmp_path / "notes")
