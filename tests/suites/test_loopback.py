"""The reference home agent as a real program over UDP on loopback, right and wrong."""

from __future__ import annotations

import pytest

from generators.suites.building import build_suite
from generators.suites.cases import Suite
from generators.suites.running import Result, Verdict, run_suite
from generators.suites.sessions import session_for
from model.readings import reading
from model.scenarios import load


def results_of(suite: Suite, mutant: str | None = None, most: int | None = None) -> list[Result]:
    session = session_for("loopback", suite.role, mutant)
    try:
        return list(run_suite(suite, session, suite.cases[:most]))
    finally:
        session.closed()


def test_right_home_agent_passes_over_the_wire(small_suite: Suite) -> None:
    results = results_of(small_suite)
    assert [str(result) for result in results if result.verdict is not Verdict.PASS] == []


@pytest.mark.parametrize("mutant", ["ha-any-number", "ha-keeps-binding"])
def test_wrong_home_agent_fails_over_the_wire(small_suite: Suite, mutant: str) -> None:
    failed = [result for result in results_of(small_suite, mutant) if result.verdict is Verdict.FAIL]
    assert any({"HA-F2F-01", "HA-F2H-01"} & set(result.requirements) for result in failed)


@pytest.fixture(scope="module")
def ue_suite() -> Suite:
    return build_suite([load("minimal")], reading("intended"), "ue", ["rows"])


@pytest.mark.slow
def test_right_ue_passes_over_the_wire(ue_suite: Suite) -> None:
    results = results_of(ue_suite)
    assert [str(result) for result in results if result.verdict is not Verdict.PASS] == []


@pytest.mark.slow
def test_ue_that_does_not_retransmit_fails_over_the_wire(ue_suite: Suite) -> None:
    failed = [result for result in results_of(ue_suite, "ue-no-retransmission") if result.verdict is Verdict.FAIL]
    assert any("REF-A6" in result.requirements for result in failed)
