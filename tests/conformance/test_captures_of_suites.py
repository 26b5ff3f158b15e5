"""Captures of suites: the side under test is explained in each; with one packet disturbed a rule is named or a reason
is known; a wrong system under test is found in its capture."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from dsmip.suite_command import capture_suite
from generators.conformance.flows import contents_of
from generators.conformance.judging import Judgement, Outcome, View, judge
from generators.packets.captures import parse_capture, pcap_of, read_capture
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.messages import BindingUpdate
from generators.packets.wire_form import WireForm
from generators.suites.building import build_suite
from generators.suites.cases import Suite, as_data
from generators.suites.compiled_rows import Values
from generators.suites.recording import form_of_test, recorded
from generators.suites.running import Verdict
from generators.suites.sessions import session_for
from generators.suites.subjects import subject
from model.messages import BindingAcknowledgement, BindingError, BindingRevocationIndication
from model.readings import reading
from model.scenarios import load
from properties.catalogue import requirement
from tests.conformance.disturbances import Timed, disturbances
from tests.conformance.plain_explanation import shown
from tests.conformance.plain_side import PlainSide
from tests.conformance.test_disturbed_captures import BEYOND, read
from tests.packets.test_tshark import TSHARK, expected, layers_of, mobility_fields

UNDER_TEST = [("home_agent", "minimal"), ("ue", "minimal")]
MORE = [("home_agent", "nat"), ("home_agent", "address-detection"), ("home_agent", "detach"),
        ("home_agent", "network-detach"), ("ue", "detach")]

FROM_HOME_AGENT = (BindingAcknowledgement.name, BindingError.name, BindingRevocationIndication.name)


@cache
def suite_of(role: str, scenario: str) -> Suite:
    return build_suite([load(scenario)], reading("intended"), role, ("rows", "answers", "requirements"), [])


@cache
def captures_of(role: str, scenario: str, mutant: str | None = None) -> list[tuple[Verdict, list[tuple[float, bytes]]]]:
    session = session_for("in-process", role, mutant)
    return [(result.verdict, packets) for result, packets in recorded(suite_of(role, scenario), session)]


def judged(packets: Sequence[tuple[float, bytes]], role: str) -> Judgement:
    contents = contents_of(parse_capture(pcap_of(packets), "suite"))
    return judge(contents, View(role), [reading("intended")], search=False, sides=(role,))


def assert_all_explained(role: str, scenario: str) -> None:
    tests = captures_of(role, scenario)
    assert len(tests) > 20
    for verdict, packets in tests:
        assert verdict is Verdict.PASS
        judgement = judged(packets, role)
        assert all(flow.outcome is Outcome.EXPLAINED for flow in judgement.flows), judgement.flows


@pytest.mark.parametrize("role, scenario", [
    ("home_agent", "minimal"), *(pytest.param(*one, marks=pytest.mark.slow) for one in [UNDER_TEST[1], *MORE])
])  # fmt: skip
def test_the_capture_of_each_test_is_explained(role: str, scenario: str) -> None:
    assert_all_explained(role, scenario)


def disturbed(role: str, scenario: str) -> Iterator[tuple[str, int, tuple[Timed, ...]]]:
    suite = suite_of(role, scenario)
    for number, (_, packets) in enumerate(captures_of(role, scenario)):
        plan = form_of_test(suite.setup(suite.cases[number]), number).plan
        for one in disturbances(list(read(packets)), plan):
            yield one.kind, one.place, one.packets


def check(role: str, kind: str, packets: Sequence[Timed]) -> bool:
    """Whether the disturbed capture is found wrong; then a rule is named."""
    judgement = judged([(time, encode(packet)) for time, packet in packets], role)
    wrong = [side for flow in judgement.flows for side in flow.sides if side.outcome is not Outcome.EXPLAINED]
    for side in wrong:
        assert side.outcome is Outcome.UNEXPLAINED, (kind, side)
        assert side.side == role and side.packet and side.requirement and requirement(side.requirement), (kind, side)
    return bool(wrong)


def test_a_sample_of_disturbed_captures_of_a_suite() -> None:
    found = [(kind, check("home_agent", kind, packets))
             for kind, _, packets in list(disturbed("home_agent", "minimal"))[::97]]  # fmt: skip
    assert 0.2 < sum(wrong for _, wrong in found) / len(found) < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("role, scenario", UNDER_TEST)
def test_every_disturbed_capture_of_a_suite(role: str, scenario: str) -> None:
    own = {"home_agent": ("status", "destination", "no routing header"), "ue": ("T", "F")}[role]
    for kind, place, packets in disturbed(role, scenario):
        if check(role, kind, packets) or not kind.startswith(own):
            continue
        sent_by_role = (role == "ue") == isinstance(packets[place - 1][1].message, BindingUpdate)
        assert not sent_by_role or kind in BEYOND or ends_what_was_before(kind, place, packets), (kind, packets)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["detach", "network-detach"])
def test_what_a_plain_tracker_of_the_home_agent_explains_is_explained(scenario: str) -> None:
    """And what is explained beyond that is of a kind for which there is a reason."""
    suite = suite_of("home_agent", scenario)
    entry = subject(load(scenario), reading("intended"), "home_agent")
    plain = PlainSide(entry)
    wrong_ones = looked_at = 0
    for number, (_, recorded_packets) in enumerate(captures_of("home_agent", scenario)):
        case, packets = suite.cases[number], list(read(recorded_packets))
        form = form_of_test(suite.setup(case), number)
        start = entry.actor.start(dict(case.initial))
        assert plain_of(plain, start, packets, form), case.purpose
        some = list(disturbances(packets, form.plan))[number % 13 :: 13]
        for one in some if scenario != "network-detach" else some[::2]:
            if one.kind == "F":
                continue  # the scenario's home agent does not know it; the tool's answers it
            explained = plain_of(plain, start, one.packets, form)
            wrong = check("home_agent", one.kind, one.packets)
            assert not (explained and wrong), (case.identifier, one.kind, one.place)
            known = one.kind in BEYOND or ends_what_was_before(one.kind, one.place, one.packets)
            assert explained or wrong or known, (case.identifier, one.kind, one.place)
            looked_at += 1
            wrong_ones += wrong
    assert looked_at > 100 and 0.2 < wrong_ones / looked_at < 0.9


def plain_of(plain: PlainSide, start: Values, packets: Sequence[Timed], form: WireForm) -> bool:
    """Whether the plain tracker explains the packets to the end."""
    told = []
    for time, packet in packets:
        try:
            name, fields = form.fields(packet)
        except PacketError:
            return False
        told.append((time, name in FROM_HOME_AGENT, shown(name, fields)))
    return plain.explained(start, told) == len(told)


def ends_what_was_before(kind: str, place: int, packets: Sequence[Timed]) -> bool:
    """The first update removes a binding, which may be from before the capture: it is accepted."""
    first = packets[0][1].message
    return kind == "status 0" and place == 2 and isinstance(first, BindingUpdate) and first.lifetime == 0


@pytest.mark.parametrize("mutant, rule", [("ha-any-number", "HA-F2F-01"), ("ha-lifetime-zero", "REF-B8")])
def test_a_wrong_home_agent_is_found_in_its_capture(mutant: str, rule: str) -> None:
    failed = [packets for verdict, packets in captures_of("home_agent", "minimal", mutant) if verdict is Verdict.FAIL]
    named = [side.requirement for packets in failed for flow in judged(packets, "home_agent").flows
             for side in flow.sides if side.outcome is Outcome.UNEXPLAINED]  # fmt: skip
    assert failed and rule in named


@pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")
def test_tshark_reads_the_capture_of_a_suite_as_it_was_meant(tmp_path: Path) -> None:
    packets = [packet for _, found in captures_of("home_agent", "minimal") for _, packet in read(found)]
    assert len(packets) > 40
    for packet, seen in zip(packets, layers_of(packets, tmp_path), strict=True):
        assert mobility_fields(seen) == expected(packet.message)


def test_the_command_writes_all_tests_into_one_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = tmp_path / "ha.json", tmp_path / "ha.pcap"
    file.write_text(json.dumps(as_data(suite_of("home_agent", "minimal"))))
    capture_suite(file, target, None, [])
    tests = captures_of("home_agent", "minimal")
    packets = [data for _, found in tests for _, data in found]
    assert [entry.data for entry in read_capture(target)] == packets
    assert f"{len(packets)} packets of" in "".join(capsys.readouterr())
    flows = contents_of(read_capture(target)).flows
    assert len(flows) == sum(any(isinstance(packet.message, BindingUpdate) for _, packet in read(found))
                             for _, found in tests)  # fmt: skip


def test_nothing_is_written_on_bad_use(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("dsmip")
    done = subprocess.run([program, "suite", "capture", "none.json", "-o", "x.pcapng"], cwd=tmp_path,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "must end in .pcap" in done.stderr
