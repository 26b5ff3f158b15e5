"""A home agent of somebody else's on UDP of loopback: its faults are found by its packets alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generators.adapters.sockets import udp_socket
from generators.adapters.udp_daemon import UdpDaemonAdapter
from generators.adapters.wire_system import WireSystem
from generators.suites.building import build_suite
from generators.suites.cases import Suite, TestCase
from generators.suites.running import Session, Verdict, run_suite
from model.readings import reading
from model.scenarios import load

PROGRAM = Path(__file__).with_name("udp_home_agent.py")


@pytest.fixture(scope="module")
def suite() -> Suite:
    return build_suite([load("nat")], reading("intended"), "home_agent", ("answers",))


@contextmanager
def session_with(fault: str) -> Iterator[Session]:
    with udp_socket("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
    adapter = UdpDaemonAdapter([sys.executable, str(PROGRAM), str(port), fault], port)
    try:
        yield Session(lambda setup: WireSystem(adapter, setup), adapter.stop)
    finally:
        adapter.stop()


def told_in_udp(suite: Suite) -> list[TestCase]:
    """Cases that consist of protected updates in UDP; at most five."""
    def fits(case: TestCase) -> bool:
        fields = [dict(step.stimulus.fields) for step in case.steps]
        return dict(case.initial).get("security_association", True) is True and all(
            one.get("encapsulation") == "in UDP" and one.get("protection") == "current" and not one.get("repeated")
            and one.get("inner_source") == "home address" for one in fields
        )  # fmt: skip

    return [case for case in suite.cases if fits(case)][:5]


@pytest.mark.parametrize("fault, requirement", [
    ("", None), pytest.param("nat", "HA-F2F-06", marks=pytest.mark.slow),
])  # fmt: skip
def test_faults_are_found_by_packets_alone(suite: Suite, fault: str, requirement: str | None) -> None:
    cases = told_in_udp(suite)
    assert len(cases) >= 3
    with session_with(fault) as session:
        results = list(run_suite(suite, session, cases))
    failed = [result for result in results if result.verdict in (Verdict.FAIL, Verdict.ERROR)]
    if requirement is None:
        assert {result.verdict for result in results} == {Verdict.PASS}, [str(result) for result in failed]
    else:
        assert any(requirement in result.requirements for result in failed), [str(result) for result in results]


@pytest.mark.slow
def test_one_that_ends_is_down_and_what_needs_more_than_packets_is_inconclusive(suite: Suite) -> None:
    with session_with("ends") as session:
        results = list(run_suite(suite, session))
    assert "the system is down: it ended with exit code 0" in {
        result.reason for result in results if result.verdict is Verdict.ERROR}  # fmt: skip
    reasons = {result.reason for result in results if result.verdict is Verdict.INCONCLUSIVE}
    assert "a message without UDP cannot be brought to it" in reasons
