"""An adapter of a user's that raises, hangs or returns nonsense, and data that are no suite: one clear word."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dsmip.suite_command import read_suite, run_on
from generators.adapters.reference import home_agent
from generators.suites import own_adapter
from generators.suites.building import build_suite
from generators.suites.cases import Suite, as_data
from generators.suites.own_adapter import own_session
from generators.suites.running import Verdict, run_case
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load


class Spoilt:
    """The reference home agent, but for one method. closed: how often it was."""

    def __init__(self, setup: dict[str, Any], name: str, method: Callable[..., Any]) -> None:
        self._right = home_agent(setup)
        self.closed = 0
        setattr(self, name, method)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def close(self) -> None:
        self.closed += 1


def fails(*arguments: Any) -> Any:
    raise KeyError("binding")


@pytest.mark.parametrize("name, method, words", [
    ("receives", fails, r"fails in receives: KeyError: 'binding' \(test_own_adapters.py, line \d+\)"),
    ("receives", lambda *given: "nonsense", r"receives\(\) returns 'nonsense'"),
    ("receives", lambda *given: [("BindingAcknowledgement", 5)], r"a list of \(message name, fields\) is due"),
    ("receives", lambda *given: [("BindingAcknowledgement", {})] * 100_000, "babbles: .* more than 1000 answers"),
    ("receives", lambda *given: (("BindingAcknowledgement", {}) for _ in count()), "babbles: .* more than 1000"),
    ("state", lambda: 7, r"state\(\) returns 7"),
    ("reset", lambda *given: sys.exit(4), "fails in reset: SystemExit: 4"),
])  # fmt: skip
def test_whatever_an_adapter_does_is_one_verdict(
    small_suite: Suite, name: str, method: Callable[..., Any], words: str
) -> None:
    made: list[Spoilt] = []
    session = own_session(lambda setup: noted(made, Spoilt(setup, name, method)))
    case = next(one for one in small_suite.cases if one.messages)
    result = run_case(small_suite, case, session)
    assert result.verdict is Verdict.ERROR
    assert re.search(words, result.reason), result.reason
    session.closed()
    assert [system.closed for system in made] == [1]


def test_adapter_that_hangs_is_one_verdict_and_is_closed_all_the_same(
    small_suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Spoilt] = []
    released = threading.Event()
    session = own_session(lambda setup: noted(made, Spoilt(setup, "receives", lambda *given: released.wait())))
    case = next(one for one in small_suite.cases if one.messages)
    session.opened(small_suite.setups[case.setup])  # made in its own time: only what follows has little
    monkeypatch.setattr(own_adapter, "SECONDS_FOR_A_CALL", 1.0)
    result = run_case(small_suite, case, session)
    assert result.verdict is Verdict.ERROR
    assert "receives of the adapter does not return within 1 s" in result.reason, result.reason
    monkeypatch.setattr(own_adapter, "SECONDS_FOR_A_CALL", 30.0)
    session.closed()
    released.set()
    assert [system.closed for system in made] == [1]


def noted(made: list[Spoilt], system: Spoilt) -> Spoilt:
    made.append(system)
    return system


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
    ("elsewhere", "known: in-process"),
])  # fmt: skip
def test_adapter_that_cannot_be_had_is_bad_use(small_suite: Suite, tmp_path: Path, adapter: str, words: str) -> None:
    file = tmp_path / "suite.json"
    file.write_text(json.dumps(as_data(small_suite)))
    with pytest.raises(ModelError, match=words):
        run_on(file, adapter, None, [], as_json=False)


@pytest.mark.slow
def test_suite_with_revocations_by_the_network() -> None:
    suite = build_suite([load("network-detach")], reading("intended"), "home_agent", ["rows"])
    assert {"row revocation acknowledged", "row revocation repeated", "row nobody answers the revocation"} <= set(
        suite.goals
    )
    session = own_session(home_agent)
    assert {run_case(suite, case, session).verdict for case in suite.cases} == {Verdict.PASS}


def test_an_adapter_lies_beside_where_the_command_is_given(tmp_path: Path, small_suite: Suite) -> None:
    (tmp_path / "adapter_of_mine.py").write_text("def make(setup):\n    raise SystemExit(setup['role'])\n")
    (tmp_path / "suite.json").write_text(json.dumps(as_data(small_suite)))
    program = Path(sys.executable).with_name("dsmip")
    command = [program, "suite", "run", "suite.json", "--adapter", "adapter_of_mine:make"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "SystemExit: home_agent" in done.stdout, done
