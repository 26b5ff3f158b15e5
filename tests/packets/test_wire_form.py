"""Messages of the model as packets: nothing that can be seen on the wire is lost on the way there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6, MIP6OptAltCoA

from checker.checking import check_scenario
from checker.trace import Packet, Trace
from checker.widening import replay_at
from generators.packets import layers
from generators.packets.address_plan import plan_for
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.packet import SignallingPacket
from generators.packets.trace_capture import captured
from generators.packets.wire_form import WireForm, form_for
from model.handover import handover
from model.messages import BindingAcknowledgement
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.packets.test_strict_reading import OVER_NAT, UPDATE

RUNS = [("nat", "intended"), pytest.param("nat", "literal", marks=pytest.mark.slow),
        pytest.param("prefix-translation", "literal", marks=pytest.mark.slow)]  # fmt: skip
TELLING = ("W-NAT", "W-F2H", "W-H2F", "W-IPV4", "W-STATUS-128", "NAT-3", "V4-1", "BIND-3", "BIND-1", "SA-1")
HIDDEN = ("protection", "repeated", "network")


@cache
def traces(scenario: str, reading_name: str) -> list[Trace]:
    """Runs in which much happens, at 16 bits."""
    loaded = load(scenario)
    wanted = [property_called(name) for name in TELLING if name not in loaded.cannot_occur]
    run = check_scenario(loaded, reading(reading_name), wanted)
    wide = handover(load(scenario).at_width(16), reading(reading_name))
    found = [run.trace(entry.identifier) for entry in wanted]
    return [there for trace in found if trace is not None and (there := replay_at(wide, trace)) is not None]


def messages(trace: Trace) -> Iterator[Packet]:
    for step in trace.steps:
        yield from step.sent
        if step.taken is not None and step.action.machine in ("ue", "home_agent"):
            yield step.taken


@pytest.mark.parametrize("scenario, reading_name", RUNS)
def test_every_message_of_a_run_survives_as_bytes(scenario: str, reading_name: str) -> None:
    form = WireForm(plan_for(load(scenario)))
    count = 0
    for trace in traces(scenario, reading_name):
        for message in messages(trace):
            packet = decode(encode(form.packet(message.message, message.fields)))
            assert isinstance(packet, SignallingPacket)
            seen = {name: value for name, value in message.fields.items() if name not in HIDDEN}
            assert form.fields(packet) == (message.message, seen)
            count += 1
    assert count > 8


def test_a_capture_at_the_home_agent_shows_the_translated_address() -> None:
    form = WireForm(plan_for(load("nat")))
    shown = 0
    for trace in traces("nat", "intended"):
        at_ue, at_home_agent = (
            [decode(entry.data) for entry in parse_capture(pcap_of(captured(trace, form, end)), end)]
            for end in ("ue", "home_agent")
        )
        own, seen = {"10.3.0.100", "192.0.2.102"}, {"198.51.100.3", "192.0.2.102"}
        for here, addresses in ((at_ue, own), (at_home_agent, seen)):
            for packet in here:
                if packet.tunnel is not None:
                    ends = {str(packet.tunnel.header.source), str(packet.tunnel.header.destination)}
                    assert ends & addresses
                    shown += 1
    assert shown > 3


def test_an_address_that_nobody_has_is_named() -> None:
    form = WireForm(plan_for(load("minimal")))
    with pytest.raises(PacketError, match="belongs to nobody"):
        form.fields(UPDATE)


def test_another_home_address_is_named() -> None:
    form = form_for(load("nat"))
    fields = {name: entry.default for name, entry in BindingAcknowledgement.fields.items()}
    over_ipv4 = {"destination": "mapped-ipv4-nat", "encapsulation": "in UDP", "sequence_number": 1}
    for told, place in (({"routing_header": True}, "routing header"), ({"routing_header": False}, "inner header")):
        right = form.packet("BindingAcknowledgement", {**fields, **over_ipv4, **told})
        form.fields(right)
        other = right.header.source + 9
        wrong = replace(right, header=replace(right.header, destination=other),
                        routing_address=other if told["routing_header"] else None)  # fmt: skip
        with pytest.raises(PacketError, match=f"{place}.*is not the home address"):
            form.fields(wrong)


def test_scapy_reads_our_options_and_looks_into_udp() -> None:
    parsed = IP(encode(OVER_NAT))
    assert parsed[layers.InUdp].payload.haslayer(IPv6)
    layer = layers.BindingUpdateLayer(bytes(parsed[IPv6].payload.payload))
    assert layer.seq == 7
    assert [type(option) for option in layer.options if option.otype > 1] == [
        MIP6OptAltCoA, layers.OptionIpv4HomeAddress, layers.OptionIpv4CareOfAddress,
    ]  # fmt: skip
