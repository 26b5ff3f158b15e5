"""A system under test that is killed, ends, hangs, babbles or sends garbage: one clear verdict, in bounded time,
and the next test starts clean."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from time import monotonic

import pytest

from generators.adapters import loopback
from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.wire_protocol import SystemDown
from generators.suites.cases import Suite
from generators.suites.running import Verdict, run_suite
from generators.suites.sessions import over_the_wire


def misbehaving(mode: str, note: Path) -> LoopbackAdapter:
    return LoopbackAdapter(
        "home_agent", command=[sys.executable, "-m", "tests.suites.misbehaving_home_agent", mode, str(note)]
    )


@pytest.mark.parametrize(
    ("mode", "verdict", "words"),
    [
        ("killed", Verdict.ERROR, "it was ended by signal 9"),
        pytest.param("ends", Verdict.ERROR, "it ended with exit code 7", marks=pytest.mark.slow),
        ("hung", Verdict.ERROR, "it does not answer within"),
        pytest.param("babbling", Verdict.ERROR, "it babbles: more than 16 packets", marks=pytest.mark.slow),
        ("garbage", Verdict.FAIL, "no packet of the protocol: IPv6"),
        pytest.param("talkative", Verdict.ERROR, "it babbles on its control channel", marks=pytest.mark.slow),
    ],
)
def test_one_verdict_and_the_next_test_starts_clean(
    small_suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, verdict: Verdict, words: str
) -> None:
    if mode == "hung":
        monkeypatch.setattr(loopback, "SECONDS_TO_ANSWER", 5.0)
    cases = [case for case in small_suite.cases if case.messages][:3]
    adapter = misbehaving(mode, tmp_path / "note")
    began = monotonic()
    try:
        results = list(run_suite(small_suite, over_the_wire(adapter), cases))
    finally:
        adapter.stop()
    assert monotonic() - began < 60
    wrong = [result for result in results if result.verdict is not Verdict.PASS]
    assert [result.verdict for result in wrong] == [verdict], [str(result) for result in results]
    assert words in wrong[0].reason
    assert len(results) == len(cases)
    assert adapter.process_id is None


def test_system_that_never_comes_up_is_one_verdict_for_all_that_is_left(small_suite: Suite) -> None:
    adapter = LoopbackAdapter("home_agent", command=[sys.executable, "-c", "raise SystemExit(3)"])
    results = list(run_suite(small_suite, over_the_wire(adapter)))
    assert [result.verdict for result in results] == [Verdict.ERROR] * 4
    assert "in 3 tests in a row" in results[-1].reason
    assert "exit code 3" in results[0].reason


@pytest.mark.slow
def test_system_killed_from_outside_is_noticed_and_replaced(small_suite: Suite) -> None:
    adapter = LoopbackAdapter("home_agent")
    setup = small_suite.setup(small_suite.cases[0])
    try:
        adapter.start(setup)
        first = adapter.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        with pytest.raises(SystemDown, match="signal 9"):
            adapter.observe()
        adapter.stop()
        adapter.start(setup)
        assert adapter.process_id not in (None, first)
        assert adapter.observe()["state"] == "no binding"
    finally:
        adapter.stop()
