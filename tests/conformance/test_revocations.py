"""A network that detaches a UE: the indication, its repetition and the answer in a capture."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address

import pytest

from generators.conformance.flows import contents_of
from generators.conformance.judging import Judgement, Outcome, View, judge
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.encoding import encode
from generators.packets.messages import BindingRevocationAcknowledgement, BindingRevocationIndication
from generators.packets.packet import Ipv6Header, SignallingPacket
from generators.packets.trace_capture import captured
from generators.packets.wire_form import form_for
from model.readings import reading
from model.scenarios import load
from tests.conformance.field_captures import ABROAD, ELSEWHERE, HOME, HOME_AGENT, ROUND_TRIP, Timed, answer, update
from tests.packets.test_every_scenario import random_run

REGISTERED = ROUND_TRIP[0:2]


def indication(time: float, to: IPv6Address = ABROAD) -> Timed:
    return time, SignallingPacket(Ipv6Header(HOME_AGENT, to), BindingRevocationIndication(1, 1), routing_address=HOME)


def reply(time: float, number: int = 1, status: int = 0) -> Timed:
    answered = BindingRevocationAcknowledgement(status, number)
    return time, SignallingPacket(Ipv6Header(ABROAD, HOME_AGENT), answered, HOME)


def judged(*packets: Timed, at: str = "home_agent", sides: Sequence[str] = ("ue", "home_agent")) -> Judgement:
    data = pcap_of([(time, encode(packet)) for time, packet in packets])
    contents = contents_of(parse_capture(data, "test"))
    return judge(contents, View(at), [reading("intended")], search=False, sides=sides)


def broken(judgement: Judgement) -> list[tuple[str, int | None, str | None]]:
    assert judgement.exit_code == 1 and len(judgement.flows) == 1
    return [(side.side, side.packet, side.requirement) for side in judgement.flows[0].sides
            if side.outcome is not Outcome.EXPLAINED]  # fmt: skip


AGAIN = (update(30, 9, ELSEWHERE), answer(30.1, 9, ELSEWHERE))


@pytest.mark.parametrize("at", ["home_agent", "ue", "both"])
@pytest.mark.parametrize("packets", [
    (indication(10), reply(10.1), *AGAIN), (indication(10), indication(11), reply(11.1), *AGAIN),
    (indication(10), indication(11), *AGAIN), (indication(10), indication(11), reply(11.05), reply(11.1, status=128)),
], ids=["answered", "repeated", "unanswered", "answered twice"])  # fmt: skip
def test_a_revocation_is_explained(packets: tuple[Timed, ...], at: str) -> None:
    assert judged(*REGISTERED, *packets, at=at).exit_code == 0


def test_a_revocation_sent_elsewhere_than_to_the_binding_breaks_the_home_agents_rule() -> None:
    assert broken(judged(*REGISTERED, indication(10, to=ELSEWHERE), *AGAIN)) == [("home_agent", 3, "REF-F6")]


def test_an_answer_to_no_revocation_breaks_the_ues_rule() -> None:
    assert broken(judged(*REGISTERED, reply(10))) == [("ue", 3, "REF-F6")]
    assert broken(judged(*REGISTERED, indication(10), reply(10.1, number=2))) == [("ue", 4, "REF-F6")]


def test_a_registered_ue_that_denies_its_binding_breaks_the_ues_rule() -> None:
    assert broken(judged(*REGISTERED, indication(10), reply(10.1, status=128), at="ue")) == [("ue", 4, "REF-F6")]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["network-detach", pytest.param("revocation-overtaken", marks=pytest.mark.slow)])
def test_a_run_with_a_revocation_is_explained_at_each_place(name: str) -> None:
    form = form_for(load(name))
    for end in ("home_agent", "ue"):
        packets = [(time, data) for time, data in captured(random_run(name, "intended"), form, end)]
        contents = contents_of(parse_capture(pcap_of(packets), name))
        for place in (end, "both"):
            assert judge(contents, View(place), [reading("intended")], search=False).exit_code == 0
