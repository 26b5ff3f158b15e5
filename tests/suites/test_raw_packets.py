"""Raw IPv6 on a veth pair between two network namespaces: whole suites of both roles, a wrong home agent, a daemon
that knows nothing of tests, and UE with home agent as two programs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from dsmip.reference_command import reference
from generators.adapters.daemon import DaemonAdapter
from generators.adapters.namespaces import HARDWARE, LINK, NamespaceAdapter
from generators.adapters.network_namespaces import Namespaces, why_impossible
from generators.adapters.raw_link import RawLink, hardware_address, packet_socket, refusal
from generators.adapters.security_oracle import CommandHook
from generators.adapters.wire_protocol import Capability, SystemDown
from generators.adapters.wire_system import WireSystem
from generators.packets.decoding import decode
from generators.packets.packet import SignallingPacket
from generators.suites.building import build_suite
from generators.suites.cases import Suite
from generators.suites.running import Result, Verdict, run_case, run_suite
from generators.suites.sessions import in_namespaces, session_for
from generators.suites.subjects import subject
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load

pytestmark = pytest.mark.skipif(bool(why_impossible()), reason=why_impossible() or "possible")

DSMIP = str(Path(sys.executable).with_name("dsmip"))
REFERENCE = [DSMIP, "reference", "ha", "minimal", "--link", LINK, "--peer", HARDWARE["ue"]]
SETUP = subject(load("minimal"), reading("intended"), "home_agent").setup
UPDATE = {"source": "address-foreign-a", "home_address_option": True, "protection": "current",
          "alternate_care_of_address": "address-foreign-a"}  # fmt: skip


def results_of(suite: Suite, mutant: str | None = None) -> list[Result]:
    session = session_for("namespaces", suite.role, mutant)
    try:
        return list(run_suite(suite, session))
    finally:
        session.closed()


def test_right_home_agent_passes_and_its_packets_are_what_the_standards_say(small_suite: Suite) -> None:
    adapter = NamespaceAdapter()
    tap: socket.socket | None = None
    session = in_namespaces(adapter)
    try:
        session.opened(small_suite.setup(small_suite.cases[0]))
        tap = adapter.namespaces.socket("ha", lambda: packet_socket(LINK))
        results = list(run_suite(small_suite, session, small_suite.cases[::3]))
        seen = [decode(packet) for packet in RawLink(LINK, hardware_address(HARDWARE["ue"]), tap).received()]
    finally:
        session.closed()
        if tap is not None:
            tap.close()
    assert {result.verdict for result in results} == {Verdict.PASS}
    signalling = [packet for packet in seen if isinstance(packet, SignallingPacket)]
    assert len(signalling) > 8 and all(packet.tunnel is None for packet in signalling)
    assert any(packet.home_address is not None for packet in signalling)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ["ha-any-number", "ha-lifetime-zero"])
def test_wrong_home_agent_fails_over_raw_packets(small_suite: Suite, mutant: str) -> None:
    failed = [result for result in results_of(small_suite, mutant) if result.verdict is Verdict.FAIL]
    assert failed and all(result.requirements for result in failed)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [None, "ue-no-home-address"])
def test_ue_over_raw_packets(mutant: str | None) -> None:
    suite = build_suite([load("minimal")], reading("intended"), "ue", ["rows"])
    failed = [result for result in results_of(suite, mutant) if result.verdict is not Verdict.PASS]
    assert bool(failed) == bool(mutant)
    assert not mutant or any("UE-F2F-04" in result.requirements for result in failed)


def test_the_suite_moves_between_raw_ipv6_and_the_nat() -> None:
    """IPv4 without translation goes the direct way as well."""
    adapter = NamespaceAdapter()
    setup = subject(load("nat"), reading("intended"), "home_agent").setup
    try:
        system = WireSystem(adapter, setup, adapter.plan(setup))
        system.reset({"security_association": True})
        in_udp = {"encapsulation": "in UDP", "inner_source": "home address", "protection": "current"}
        places = [("address-ipv4-only", "address-ipv4-only"), ("mapped-ipv4-nat", "address-ipv4-nat")]
        for number, (source, care_of) in enumerate(places, start=1):
            update = {**in_udp, "source": source, "ipv4_care_of_address": care_of, "sequence_number": number}
            ((_, fields),) = system.receives("BindingUpdate", update)
            assert (fields["status"], fields["destination"]) == ("0 accepted", source)
            assert system.state()["nat_found"] is (source != care_of)
        ((_, fields),) = system.receives("BindingUpdate", {
            "source": "home-address", "home_address_option": False, "lifetime": "zero", "protection": "current",
            "inner_source": "home address", "sequence_number": 3})  # fmt: skip
        assert (fields["status"], fields["encapsulation"], fields["routing_header"]) == ("0 accepted", "IPv6", False)
    finally:
        adapter.stop()


# a daemon of somebody else's

@pytest.fixture
def hook(tmp_path: Path) -> Iterator[tuple[CommandHook, Path]]:
    """One that writes down what it is asked for."""
    note, program = tmp_path / "note", tmp_path / "hook"
    program.write_text(f'#!/bin/sh\necho "$@" >> {note}\n')
    program.chmod(0o755)
    yield CommandHook([str(program)]), note


def daemon_run(adapter: DaemonAdapter, suite: Suite, most: int) -> list[Result]:
    session = in_namespaces(adapter)
    try:
        return [run_case(suite, case, session) for case in
                [one for one in suite.cases if one.messages and dict(one.initial).get("security_association")][:most]]
    finally:
        session.closed()


@pytest.mark.slow
def test_daemon_that_knows_nothing_of_tests_is_judged_by_its_packets(
    small_suite: Suite, hook: tuple[CommandHook, Path]
) -> None:
    command, note = hook
    results = daemon_run(DaemonAdapter(REFERENCE, command, kernel=False, seconds_to_start=6.0), small_suite, 3)
    assert results and {result.verdict for result in results} <= {Verdict.PASS, Verdict.INCONCLUSIVE}
    assert any(result.verdict is Verdict.PASS for result in results)
    assert note.read_text().splitlines()[0] == "established 2001:db8::1 2001:db8:0:1::100"
    wrong = [*REFERENCE, "--mutant", "ha-lifetime-zero"]
    results = daemon_run(DaemonAdapter(wrong, command, kernel=False, seconds_to_start=6.0), small_suite, 3)
    assert any(result.verdict is Verdict.FAIL and result.requirements for result in results)


def test_host_where_nobody_takes_the_mobility_header_is_down(hook: tuple[CommandHook, Path]) -> None:
    adapter = DaemonAdapter(["sleep", "60"], seconds_to_start=0.1)
    assert Capability.EVENTS not in adapter.capabilities
    try:
        system = WireSystem(adapter, SETUP, adapter.plan(SETUP))
        system.reset({})
        process = adapter.process_id
        adapter.capabilities = frozenset({Capability.ORACLE})
        adapter.act = lambda kind, name, fields: None  # type: ignore[method-assign]
        with pytest.raises(SystemDown, match=r"no such header|no such option"):
            system.receives("BindingUpdate", {**UPDATE, "sequence_number": 1})
    finally:
        adapter.stop()
    assert process is not None and not Path(f"/proc/{process}").exists()
    assert not list(Path("/var/run/netns").glob(f"dsmip{os.getpid()}-*"))


def test_daemon_that_ends_is_down() -> None:
    adapter = DaemonAdapter(["false"], seconds_to_start=0.3)
    try:
        system = WireSystem(adapter, SETUP, adapter.plan(SETUP))
        with pytest.raises(SystemDown, match="exit code 1"):
            system.reset({})
    finally:
        adapter.stop()


@pytest.mark.slow
def test_reference_ue_and_home_agent_register_with_each_other_over_raw_ipv6() -> None:
    spaces = Namespaces(f"dsmipt{os.getpid()}", ("ue", "ha"))
    agent: subprocess.Popen[str] | None = None
    try:
        spaces.make()
        spaces.join(("ue", LINK, HARDWARE["ue"]), ("ha", LINK, HARDWARE["ha"]))
        agent = subprocess.Popen([*spaces.inside("ha"), *REFERENCE, "--real-time"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)  # fmt: skip
        sleep(5)
        words = "go foreign-a\nwait 1\nstate\ngo home\nwait 1\nstate\nquit\n"
        ue = [DSMIP, "reference", "ue", "minimal", "--real-time", "--link", LINK, "--peer", HARDWARE["ha"]]
        done = subprocess.run([*spaces.inside("ue"), *ue], input=words, capture_output=True, text=True, timeout=60,
                              check=False)  # fmt: skip
        said, _ = agent.communicate("state\nquit\n", timeout=20)
        assert "received BindingAcknowledgement (status 0 accepted" in done.stdout, done.stdout + done.stderr + said
        assert "state registered, address address-foreign-a" in done.stdout
        assert "state at home" in done.stdout
        assert "received BindingUpdate (sequence number 0, lifetime zero, source home-address" in said
        assert "state bound" not in said
    finally:
        if agent is not None:
            agent.kill()
            agent.wait()
        spaces.remove()


@pytest.mark.parametrize("interface, peer, said", [
    ("nowhere", HARDWARE["ue"], '--link "nowhere"'), ("lo", "12", "no hardware address"), ("lo", None, "belong"),
])  # fmt: skip
def test_interface_that_is_not_there_is_one_line(interface: str, peer: str | None, said: str) -> None:
    with pytest.raises(ModelError, match=said) as found:
        reference("ha", link=interface, peer=peer)
    assert "\n" not in str(found.value)


def test_refusals_are_read_from_icmpv6() -> None:
    header = bytes([0x60, 0, 0, 0, 0, 8, 58, 64]) + bytes(32)
    assert refusal(header + bytes([4, 1]) + bytes(6)) == "no such header"
    assert refusal(header + bytes([4, 0]) + bytes(6)) == refusal(header + bytes([128, 0]) + bytes(6)) == ""
