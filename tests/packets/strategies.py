"""Hypothesis strategies for everything that the packet codec can say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
    with_pads,
)
from generators.packets.options import (
    READERS,
    AlternateCareOfAddress,
    BindingAuthorizationData,
    BindingRefreshAdvice,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
    MobileNetworkPrefix,
    NatDetection,
    NonceIndices,
    Pad,
    UnknownOption,
)
from generators.packets.packet import Ipv4Header, Ipv6Header, SignallingPacket, Tunnel, UdpPorts

ipv6 = st.ip_addresses(v=6)
ipv4 = st.ip_addresses(v=4)
flag = st.booleans()
byte = st.integers(0, 0xFF)
short = st.integers(0, 0xFFFF)
lifetimes = st.integers(0, 0xFFFF).map(lambda units: 4 * units)
unknown_kinds = st.integers(7, 255).filter(lambda kind: kind not in READERS)

options = st.one_of(
    st.builds(Pad, st.integers(1, 257)),
    st.binary(min_size=1, max_size=20).filter(any).map(lambda data: Pad(2 + len(data), data)),
    st.builds(BindingRefreshAdvice, lifetimes),
    st.builds(AlternateCareOfAddress, ipv6),
    st.builds(NonceIndices, short, short),
    st.builds(BindingAuthorizationData, st.binary(min_size=12, max_size=12)),
    st.builds(MobileNetworkPrefix, byte, ipv6, byte),
    st.builds(Ipv4HomeAddress, ipv4, st.integers(1, 32), flag, st.integers(0, 0x1FF)),
    st.builds(Ipv4AddressAcknowledgement, byte, ipv4, st.integers(0, 32), st.integers(0, 3)),
    st.builds(NatDetection, flag, st.integers(0, 0xFFFFFFFF), st.integers(0, 0x7FFF)),
    st.builds(Ipv4CareOfAddress, ipv4, short),
    st.builds(UnknownOption, unknown_kinds, st.binary(max_size=60)),
)  # fmt: skip
some_options = st.lists(options, max_size=5).map(tuple)


def reserved(most: int) -> Any:
    return st.one_of(st.just(0), st.integers(0, most))


messages = st.one_of(
    st.builds(BindingUpdate, short, lifetimes, flag, flag, flag, flag, flag, flag, flag, flag, flag,
              reserved(0x7F), reserved(0xFF), some_options),
    st.builds(BindingAcknowledgement, byte, short, lifetimes, flag, flag, flag, flag, reserved(0x0F), reserved(0xFF),
              some_options),
    st.builds(BindingError, byte, ipv6, reserved(0xFF), reserved(0xFF), some_options),
    st.builds(BindingRefreshRequest, reserved(0xFFFF), reserved(0xFF), some_options),
    st.builds(BindingRevocationIndication, byte, short, flag, flag, flag, reserved(0x1FFF), reserved(0xFF),
              some_options),
    st.builds(BindingRevocationAcknowledgement, byte, short, flag, flag, flag, reserved(0x1FFF), reserved(0xFF),
              some_options),
)  # fmt: skip
ipv6_headers = st.builds(Ipv6Header, ipv6, ipv6, byte, byte, st.integers(0, 0xFFFFF))
ipv4_headers = st.builds(Ipv4Header, ipv4, ipv4, byte, byte, short, flag, st.sampled_from([b"", bytes(4), bytes(40)]))
ports = st.builds(UdpPorts, short, st.just(4191), flag) | st.builds(UdpPorts, st.just(4191), short, flag)
tunnels = st.builds(Tunnel, ipv4_headers, st.none() | ports) | st.builds(
    Tunnel, ipv6_headers, ports.map(lambda found: replace(found, checksum=True))
)
packets = st.builds(
    SignallingPacket, ipv6_headers, messages.map(with_pads), st.none() | ipv6, st.none() | ipv6, st.none() | tunnels
)
