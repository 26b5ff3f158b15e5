from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from checker.itf import TraceFileError, load, replayed, save
from checker.trace import Trace, replay
from model.execution import confirm
from model.language.interpretation import Interpretation
from model.language.systems import System
from tests.execution.parcels import parcel_system
from tests.toys import toy_system


def random_trace(system: System, seed: int, length: int = 15) -> Trace:
    random, interpretation = Random(seed), Interpretation(system)
    initial = state = random.choice(interpretation.initial_states())
    path: list[tuple[str, int | None]] = []
    for _ in range(length):
        steps = list(interpretation.steps(state))
        if not steps:
            break
        step = random.choice(steps)
        path.append((step.action.name, step.position))
        state = step.state
    return replay(system, "TOY-1", initial, path)


@pytest.mark.parametrize("seed", range(8))
def test_saved_trace_is_the_same_when_loaded(tmp_path: Path, seed: int) -> None:
    system = parcel_system()
    trace = random_trace(system, seed)
    save(trace, tmp_path / "t.itf.json", {"scenario": {"moves": 2}, "reading": "literal"})
    stored = load(tmp_path / "t.itf.json")
    again = replayed(stored, system)
    assert list(stored.path) == trace.path
    assert (again.initial, [step.state for step in again.steps]) == (trace.initial, [s.state for s in trace.steps])
    assert stored.meta["scenario"] == {"moves": 2} and stored.meta["property"] == "TOY-1"
    assert stored.meta["fingerprint"] == system.fingerprint
    confirm(system, again.initial, again.path, [step.state for step in again.steps])
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.itf.json"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "t.itf.json"
    system = toy_system()
    initial = Interpretation(system).initial_states()[0]
    save(replay(system, "TOY-1", initial, [("sender: send: sends", None), ("up: Data is lost", 0)]), path, {})
    return path


def test_file_follows_the_format(file: Path) -> None:
    document = json.loads(file.read_text())
    assert document["vars"][-3:] == ["up", "down", "action"]
    assert all(set(document["vars"]) <= set(state) for state in document["states"])
    assert [state["#meta"]["index"] for state in document["states"]] == [0, 1, 2]
    assert [state["action"] for state in document["states"]] == ["init", "sender: send: sends", "up: Data is lost"]
    assert document["states"][1]["up"] == [{"message": "Data", "number": 1, "side": "left", "copied": False}]
    assert document["states"][2]["#meta"]["taken"]["fields"]["number"] == 1


def test_integers_written_by_other_tools_are_accepted(file: Path) -> None:
    document = json.loads(file.read_text())
    for state in document["states"]:
        state["sender.number"] = {"#bigint": str(state["sender.number"])}
        if state["#meta"].get("position") is not None:
            state["#meta"]["position"] = {"#bigint": "0"}
    file.write_text(json.dumps(document))
    assert len(replayed(load(file), toy_system())) == 2


def test_failed_save_leaves_the_old_file(file: Path) -> None:
    old = file.read_text()
    trace = replayed(load(file), toy_system())
    with pytest.raises(TypeError):
        save(trace, file, {"scenario": object()})  # type: ignore[dict-item]
    assert file.read_text() == old and list(file.parent.iterdir()) == [file]


def without(*keys: Any) -> Any:
    def change(document: Any) -> None:
        inner = document
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]

    return change


def with_value(value: Any, *keys: Any) -> Any:
    def change(document: Any) -> None:
        inner = document
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("states"), 'no list "states"; not a trace in the Informal Trace Format'),
        (without("#meta"), "written by another tool; only traces saved by dsmip"),
        (with_value("apalache", "#meta", "tool"), 'written by "apalache"'),
        (with_value(7, "#meta", "version"), "format version 7; this program reads version 1"),
        (without("#meta", "version"), "format version None"),
        (with_value([], "states"), '"states" is empty'),
        (with_value(3, "states", 1), "state 1 is not a record"),
        (without("states", 2, "up"), 'state 2 has no "up"'),
        (without("states", 1, "#meta"), 'state 1 has no "#meta"'),
        (without("states", 1, "#meta", "position"), 'state 1, "#meta" has no "position"'),
        (with_value("0", "states", 2, "#meta", "position"), 'state 2: "position" is not a number'),
        (with_value(5, "states", 2, "#meta", "action"), 'state 2: "action" is not a name'),
    ],
)
def test_damaged_or_foreign_file_is_explained(file: Path, change: Any, said: str) -> None:
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    with pytest.raises(TraceFileError) as error:
        load(file)
    assert str(error.value).startswith(f"{file}: ") and said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"vars": [],\n "states" 3}', "not JSON at line 2, column 11"),
        (b"", "not JSON at line 1, column 1"),
        (b"\xff\xfe", "not text at byte 0"),
        (b"[]", "no record at the top"),
        (b"[" * 100_000, "too deep"),
    ],
)
def test_file_that_is_no_record_is_explained(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.itf.json"
    path.write_bytes(content)
    with pytest.raises(TraceFileError, match=said):
        load(path)


def test_absent_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(TraceFileError, match="cannot be read"):
        load(tmp_path / "none.itf.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_value(9, "states", 0, "sender.number"), "the first state of the trace is not an initial state"),
        (with_value("sender: sleep", "states", 1, "#meta", "action"), 'step 1: unknown action "sender: sleep"'),
        (with_value(5, "states", 2, "sender.number"), 'state 2: "sender.number" is now 1, was 5'),
    ],
)
def test_trace_of_another_model_is_not_replayed(file: Path, change: Any, said: str) -> None:
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    with pytest.raises(TraceFileError, match="the model or the scenario has changed") as error:
        replayed(load(file), toy_system())
    assert said in str(error.value)
    with pytest.raises(TraceFileError, match="belongs to another model"):
        replayed(load(file), parcel_system())
