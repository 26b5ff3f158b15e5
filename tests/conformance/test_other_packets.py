"""What else a capture holds: Binding Errors, refresh requests, ICMPv6, ESP, UDP over IPv6; systems that go down."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from generators.conformance.flows import Contents, contents_of
from generators.conformance.judging import Judgement, Outcome, SideVerdict, View, judge
from generators.conformance.other_traffic import Encrypted
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.decoding import checksum, transport_checksum
from generators.packets.encoding import encode
from generators.packets.messages import BindingError, BindingRefreshRequest
from generators.packets.packet import DSMIPV6_PORT, Ipv6Header, SignallingPacket, Tunnel, UdpPorts
from model.readings import reading
from tests.conformance.field_captures import (
    ABROAD,
    ELSEWHERE,
    HOME,
    HOME_AGENT,
    HOME_AGENT_IPV4,
    OUTSIDE,
    ROUND_TRIP,
    Timed,
    altered,
    answer,
    update,
)

WORKED, LATER = ROUND_TRIP[0:2], update(30, 1)
STRANGER = IPv6Address("2001:db8:66::1")


def contents(*packets: Timed | tuple[float, bytes]) -> Contents:
    raw = [(time, packet if isinstance(packet, bytes) else encode(packet)) for time, packet in packets]
    return contents_of(parse_capture(pcap_of(raw), "test.pcap"))


def judged(*packets: Timed | tuple[float, bytes], at: str = "home_agent", restarts: bool = False) -> Judgement:
    return judge(contents(*packets), View(at, restarts), [reading("intended")], search=False)


def sides(judgement: Judgement) -> Sequence[SideVerdict]:
    assert len(judgement.flows) == 1
    return judgement.flows[0].sides


def ipv6(source: IPv6Address, destination: IPv6Address, following: int, content: bytes) -> bytes:
    return struct.pack("!IHBB", 6 << 28, len(content), following, 64) + source.packed + destination.packed + content


def ipv4(source: IPv4Address, destination: IPv4Address, protocol: int, content: bytes) -> bytes:
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0)
    summed = struct.pack("!H", checksum(head + source.packed + destination.packed))
    return head[:10] + summed + source.packed + destination.packed + content


def parameter_problem(
    refused: bytes, pointer: int, code: int = 1, sender: IPv6Address = HOME_AGENT, broken: bool = False
) -> bytes:
    content = struct.pack("!BBHI", 4, code, 0, pointer) + refused
    found = transport_checksum(sender, ABROAD, 58, content) ^ broken
    return ipv6(sender, ABROAD, 58, content[:2] + struct.pack("!H", found) + content[4:])


REFUSED = encode(LATER[1])  # its Destination Options header, at byte 40, announces the Mobility Header


def test_no_such_header_after_it_had_worked_is_one_verdict() -> None:
    judgement = judged(*WORKED, LATER, (30.1, parameter_problem(REFUSED, 40)), update(31, 2))
    assert judgement.exit_code == 1
    (side,) = sides(judgement)
    assert (side.outcome, side.side, side.packet) == (Outcome.DOWN, "home_agent", 4)
    assert side.reason == 'answers "no such header" (ICMPv6 parameter problem) after it had worked'
    assert judgement.contents.counts["ICMPv6 (parameter problem)"] == 1


@pytest.mark.parametrize("packet", [
    parameter_problem(REFUSED, 6),  # of another header
    parameter_problem(REFUSED, 40, code=0),
    parameter_problem(REFUSED, 40, sender=STRANGER),
    parameter_problem(REFUSED, 40, broken=True),
    parameter_problem(REFUSED, 0xFFFFFFFF),
    parameter_problem(REFUSED[:20], 6),
    parameter_problem(encode(replace(LATER[1], home_address=HOME + 1)), 40),  # of another UE
], ids=["header", "code", "sender", "checksum", "pointer", "cut off", "UE"])  # fmt: skip
def test_other_parameter_problems_say_nothing(packet: bytes) -> None:
    assert judged(*WORKED, LATER, (30.1, packet), answer(30.2, 1)).exit_code == 0


def test_no_such_header_before_it_ever_worked_is_no_breakdown() -> None:
    judgement = judged(LATER, (30.1, parameter_problem(REFUSED, 40)), update(31, 2))
    assert all(side.outcome is Outcome.EXPLAINED for side in sides(judgement))


def test_unknown_message_after_it_had_worked_is_the_same() -> None:
    told = SignallingPacket(Ipv6Header(HOME_AGENT, ABROAD), BindingError(2, HOME))
    (side,) = sides(judged(*WORKED, LATER, (30.1, told)))
    assert (side.outcome, side.packet) == (Outcome.DOWN, 4) and "unknown message" in side.reason


@pytest.mark.parametrize("times, down", [
    ((30, 31, 33, 45), True), ((30, 31, 33, 44.9), False), ((30, 31, 60), False), ((30, 31, 33, 37, 45), True),
])  # fmt: skip
def test_four_transmissions_over_15_s(times: Sequence[float], down: bool) -> None:
    judgement = judged(*WORKED, *(update(time, number, ELSEWHERE) for number, time in enumerate(times)))
    assert (sides(judgement)[0].outcome is Outcome.DOWN) == down
    assert judgement.exit_code == int(down)
    if down:
        assert len(sides(judgement)) == 1 and sides(judgement)[0].packet == 3


def test_transmissions_of_two_exchanges_are_not_added_up() -> None:
    lost = [update(time, number, ELSEWHERE if number < 3 else ABROAD)
            for number, time in enumerate((30, 31, 33, 47, 48))]  # fmt: skip
    assert judged(*WORKED, *lost).exit_code == 0
    assert judged(*WORKED, *lost[:3], answer(46, 2, ELSEWHERE), *lost[3:]).exit_code == 0


def error(time: float, home: IPv6Address = HOME) -> Timed:
    return time, SignallingPacket(Ipv6Header(HOME_AGENT, ABROAD), BindingError(1, home))


def test_a_binding_error_although_there_is_a_binding_breaks_a_rule() -> None:
    judgement = judged(*WORKED, error(5))
    agent = sides(judgement)[1]
    assert (agent.outcome, agent.packet, agent.requirement) == (Outcome.UNEXPLAINED, 3, "REF-B13")
    assert judged(*WORKED, error(5), update(6, 3), answer(6.1, 3), at="both").exit_code == 0
    assert judged(*WORKED, error(5), at="home_agent", restarts=True).exit_code == 0


def test_a_binding_error_without_a_binding_is_explained_and_tells_that_there_is_none() -> None:
    lived = 1 + 3600
    assert judged(*WORKED, error(lived + 5), update(lived + 6, 9), answer(lived + 6.1, 9)).exit_code == 0
    assert judged(*ROUND_TRIP, error(41), update(42, 5), answer(42.1, 5)).exit_code == 0
    assert judged(*WORKED, error(5, HOME + 1)).exit_code == 0  # of another UE
    short = (altered(WORKED[0], lifetime=8), altered(WORKED[1], lifetime=8))
    number_used = altered(answer(12.2, 65_534, status=135), sequence_number=65_534)
    late = (update(12, 65_534), number_used)
    assert judged(*short, *late).exit_code == 0  # the binding may live longer than granted
    assert judged(*short, error(11), *late).exit_code == 1  # but it does not


def test_a_stale_number_is_accepted_only_after_a_restart() -> None:
    packets = (*WORKED, update(20, 5), answer(20.1, 5), update(30, 3), answer(30.1, 3))
    assert judged(*packets).exit_code == 1
    judgement = judged(*packets, restarts=True)
    assert sides(judgement)[1].outcome is Outcome.EXPLAINED


def test_refresh_requests_are_counted_and_need_no_explanation() -> None:
    asked = SignallingPacket(Ipv6Header(HOME_AGENT, ABROAD), BindingRefreshRequest(), routing_address=HOME)
    judgement = judged(*WORKED, (9, asked), update(10, 65_535), answer(10.1, 65_535))
    assert judgement.exit_code == 0
    assert judgement.contents.counts["Binding Refresh Request"] == 1


ESP = struct.pack("!II", 0x1234, 7) + bytes(24)


def udp(source: int, destination: int, content: bytes) -> bytes:
    return struct.pack("!HHHH", source, destination, 8 + len(content), 0) + content


def test_encrypted_packets_are_counted_and_named_by_their_ends() -> None:
    found = contents(
        (1, ipv6(ABROAD, HOME_AGENT, 50, ESP)), (2, ipv6(ABROAD, HOME_AGENT, 50, ESP)),
        (3, ipv6(HOME_AGENT, ABROAD, 50, ESP)), (4, ipv4(OUTSIDE, HOME_AGENT_IPV4, 50, ESP)),
        (5, ipv4(OUTSIDE, HOME_AGENT_IPV4, 17, udp(4500, 4500, ESP))),
        (6, ipv4(OUTSIDE, HOME_AGENT_IPV4, 17, udp(4500, 4500, bytes(4) + ESP))),
        (7, ipv6(ABROAD, HOME_AGENT, 17, udp(500, 500, ESP))), (8, ipv6(ABROAD, HOME_AGENT, 6, bytes(20))),
    )  # fmt: skip
    assert found.counts == {"encrypted (ESP)": 4, "encrypted (ESP in UDP)": 1, "IKEv2": 2, "other traffic": 1}
    assert found.encrypted == {
        Encrypted(ABROAD, HOME_AGENT, 0x1234): 2, Encrypted(HOME_AGENT, ABROAD, 0x1234): 1,
        Encrypted(OUTSIDE, HOME_AGENT_IPV4, 0x1234): 2,
    }  # fmt: skip
    assert judge(found, View("home_agent"), [reading("intended")], search=False).exit_code == 3


@pytest.mark.parametrize("kind, name", [
    (1, "destination unreachable"), (3, "time exceeded"), (128, "echo request"), (134, "router advertisement"),
    (144, "home agent address discovery request"), (200, "type 200"),
])  # fmt: skip
def test_icmpv6_is_counted_by_its_type(kind: int, name: str) -> None:
    assert contents((1, ipv6(ABROAD, HOME_AGENT, 58, bytes([kind]) + bytes(7)))).counts == {f"ICMPv6 ({name})": 1}


def test_an_update_in_udp_over_ipv6_breaks_the_rule_about_encapsulation() -> None:
    tunnel = Tunnel(Ipv6Header(ABROAD, HOME_AGENT), UdpPorts(4191, DSMIPV6_PORT))
    time, packet = update(1, 7)
    found = sides(judged((time, replace(packet, tunnel=tunnel))))
    assert (found[0].packet, found[0].requirement) == (1, "UE-F2F-07")
    assert "encapsulation is in UDP, permitted is IPv6" in found[0].reason


def test_each_profile_rule_is_told_apart_from_the_verdict() -> None:
    flags = {"key_management": "K", "mobile_router": "R", "acknowledge": "A", "home_registration": "H"}
    for flag, letter in flags.items():
        without = [altered(one, **({flag: False} if hasattr(one[1].message, flag) else {})) for one in WORKED]
        judgement = judged(*without)
        assert judgement.exit_code == 0
        (words,) = judgement.flows[0].profile
        assert words.startswith(f"{letter} must be set in every update") and words.endswith("not in packet 1")
    assert judged(*WORKED).flows[0].profile == ()
