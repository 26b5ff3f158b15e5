"""An adapter of a user's that raises, hangs or returns nonsense, and data that are no suite: one clear word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from dsmip.suite_command import read_suite, run_on
from generators.adapters import adapter_process
from generators.suites.building import build_suite
from generators.suites.cases import Suite, TestCase, as_data
from generators.suites.own_adapter import own_session
from generators.suites.running import Session, Verdict, run_case, run_suite
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = "tests.suites.spoilt_adapters"
ENDED = "the adapter's process ended with exit code 0 in receives"


@contextmanager
def session_with(name: str) -> Iterator[Session]:
    session = own_session(f"{ADAPTERS}:{name}")
    try:
        yield session
    finally:
        session.closed()


def case_with_a_message(suite: Suite) -> TestCase:
    return next(one for one in suite.cases if one.steps[0].stimulus.name == "BindingUpdate")


@pytest.mark.parametrize("name, words", [
    ("fails", r"fails in receives: KeyError: 'binding' \(spoilt_adapters.py, line \d+\)"),
    ("nonsense", r"receives\(\) returns 'nonsense'"), ("no_fields", r"a list of \(message name, fields\) is due"),
    ("many", "babbles: .* more than 1000 answers"), ("without_end", "babbles: .* more than 1000"),
    ("long", r"babbles: receives returns 10,\d+,\d+ bytes"), ("no_state", r"state\(\) returns 7"),
    ("leaves", "fails in reset: SystemExit: 4"), ("ends", ENDED), ("killed", "was ended by signal 9 in receives"),
])  # fmt: skip
def test_whatever_an_adapter_does_is_one_verdict(small_suite: Suite, name: str, words: str) -> None:
    with session_with(name) as session:
        result = run_case(small_suite, case_with_a_message(small_suite), session)
    assert result.verdict is Verdict.ERROR
    assert re.search(words, result.reason), result.reason


@pytest.mark.parametrize("name", ["hangs", "stopped"])
def test_adapter_that_hangs_is_one_verdict_in_bounded_time(
    small_suite: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    note = tmp_path / "note"
    monkeypatch.setenv("NOTE", str(note))
    monkeypatch.setattr(adapter_process, "SECONDS_TO_CLOSE", 1.0 if name == "stopped" else 30.0)
    case = case_with_a_message(small_suite)
    with session_with(name) as session:
        monkeypatch.setenv("DSMIP_SECONDS", "1")
        began = monotonic()
        result = run_case(small_suite, case, session)
    assert monotonic() - began < 20
    assert result.verdict is Verdict.ERROR
    assert "receives of the adapter does not return within 1 s" in result.reason, result.reason
    assert name == "stopped" or note.read_text() == "closed\n"  # all the same


def test_adapter_that_takes_ever_more_memory_is_ended(
    small_suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter_process, "_most_memory", lambda: 1 << 29)
    with session_with("grows") as session:
        result = run_case(small_suite, case_with_a_message(small_suite), session)
    assert result.verdict is Verdict.ERROR
    assert "receives of the adapter takes more than 512 MiB of memory" in result.reason, result.reason


def test_next_test_gets_another_system(
    small_suite: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ONCE", str(tmp_path / "once"))
    with session_with("ends") as session:
        results = list(run_suite(small_suite, session))
    assert [ENDED in result.reason for result in results if result.verdict is not Verdict.PASS] == [True]
    assert len(results) == len(small_suite.cases)


def test_nothing_that_an_adapter_starts_stays_behind(
    small_suite: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    with session_with("leaves_somebody_behind") as session:
        result = run_case(small_suite, case_with_a_message(small_suite), session)
    assert "ended with exit code 3" in result.reason
    left = Path("/proc", (tmp_path / "note").read_text(), "stat")
    until = monotonic() + 10
    while left.exists() and left.read_text().split()[2] != "Z":  # nobody may be there to take note of its end
        assert monotonic() < until


def test_what_it_cannot_do_is_inconclusive_and_what_it_prints_is_not_ours(
    small_suite: Suite, capfd: pytest.CaptureFixture[str]
) -> None:
    with session_with("cannot") as session:
        result = run_case(small_suite, case_with_a_message(small_suite), session)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "no such button")
    with session_with("prints") as session:
        run_case(small_suite, case_with_a_message(small_suite), session)
    told = capfd.readouterr()
    assert (told.out, told.err.count("talks")) == ("", 2)


def change(data: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """A copy of the data with one place changed."""
    found: dict[str, Any] = json.loads(json.dumps(data))
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return found


@pytest.mark.parametrize("path, value, words", [
    (("role",), "dancer", 'is "dancer"'), (("cases",), [], "no tests"), (("cases",), 5, "no suite"),
    (("cases", 0, "setup"), "nothing", 'the set-up "nothing"'), (("setups",), [], "no object"),
    (("cases", 0, "steps", 0, "stimulus", "name"), "Dance", 'no message "Dance"'),
    (("cases", 0, "steps", 0, "permitted"), [], "nothing is permitted"), (("cases", 0, "steps"), [], "no steps"),
    (("setups", "minimal-intended", "reading"), "nonsense", "unknown reading"),
    (("setups", "minimal-intended"), {"role": "home_agent"}, "lacks choices, preferences"),
    (("setups", "minimal-intended", "scenario"), {}, "is missing"),
])  # fmt: skip
def test_data_that_are_no_suite_are_told_in_a_line(
    small_suite: Suite, tmp_path: Path, path: tuple[Any, ...], value: Any, words: str
) -> None:
    data = as_data(small_suite)
    data["cases"] = [case for case in data["cases"] if case["steps"][0]["stimulus"]["kind"] == "receives"]
    file = tmp_path / "suite.json"
    file.write_text(json.dumps(change(data, *path, to=value)))
    with pytest.raises(ModelError, match=words) as found:
        read_suite(file)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("adapter, words", [
    ("no.module:X", "ModuleNotFoundError"), ("json:nothing", "AttributeError"), ("json:__name__", "cannot be called"),
    ("elsewhere", "known: in-process"), ("json:", 'it is no "package.module:factory"'),
    (f"{ADAPTERS}:no_reset", r"what it makes has no method reset; every test begins with reset\(initial\)"),
])  # fmt: skip
def test_adapter_that_cannot_be_had_is_bad_use(small_suite: Suite, tmp_path: Path, adapter: str, words: str) -> None:
    file = tmp_path / "suite.json"
    file.write_text(json.dumps(as_data(small_suite)))
    with pytest.raises(ModelError, match=words) as found:
        run_on(file, adapter, None, [], as_json=False)
    assert "\n" not in str(found.value)


def test_adapter_that_ends_its_process_is_never_a_success(tmp_path: Path, small_suite: Suite) -> None:
    """Neither where it is read (bad use) nor where it runs (a verdict)."""
    (tmp_path / "suite.json").write_text(json.dumps(as_data(small_suite)))
    command = [Path(sys.executable).with_name("dsmip"), "suite", "run", "suite.json", "--adapter", f"{ADAPTERS}:ends"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for more, code, words in (({}, 1, ENDED), ({"WHEN_READ": "ends"}, 2, "exit code 0 in reading the adapter")):
        done = subprocess.run(command, cwd=tmp_path, env={**environment, **more}, capture_output=True, text=True,
                              timeout=120)  # fmt: skip
        assert done.returncode == code and words in done.stdout + done.stderr, done


@pytest.mark.slow
def test_suite_with_revocations_by_the_network() -> None:
    suite = build_suite([load("network-detach")], reading("intended"), "home_agent", ["rows"])
    assert {"row revocation acknowledged", "row revocation repeated", "row nobody answers the revocation"} <= set(
        suite.goals
    )
    session = own_session("generators.adapters.reference:home_agent")
    try:
        assert {run_case(suite, case, session).verdict for case in suite.cases} == {Verdict.PASS}
    finally:
        session.closed()


def test_an_adapter_lies_beside_where_the_command_is_given(tmp_path: Path, small_suite: Suite) -> None:
    (tmp_path / "adapter_of_mine.py").write_text("def make(setup):\n    raise SystemExit(setup['role'])\n")
    (tmp_path / "suite.json").write_text(json.dumps(as_data(small_suite)))
    program = Path(sys.executable).with_name("dsmip")
    command = [program, "suite", "run", "suite.json", "--adapter", "adapter_of_mine:make"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "SystemExit: home_agent" in done.stdout, done
