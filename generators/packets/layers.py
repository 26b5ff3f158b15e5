"""Scapy layers for DSMIPv6: the Mobility Header messages with all their flags, and the options of RFC 5555,
which scapy does not have. Importing this registers them; then scapy also finds IP in UDP port 4191."""

from __future__ import annotations

from typing import Any, ClassVar

from scapy.fields import (
    BitField,
    ByteField,
    FlagsField,
    IntField,
    IP6Field,
    IPField,
    ShortField,
    StrLenField,
    XShortField,
)
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (
    IPv6,
    MIP6OptUnknown,
    _MIP6OptAlign,
    _MobilityHeader,
    _OptionsField,
    _PhantomAutoPadField,
    moboptcls,
)
from scapy.packet import Packet, bind_layers

from generators.packets.packet import DSMIPV6_PORT

UPDATE_FLAGS = "TFPRMKLHA"  # from the least significant of nine bits
ACKNOWLEDGEMENT_FLAGS = "TPRK"  # of four bits
REVOCATION_FLAGS = "GVP"  # of three bits


class OptionIpv4HomeAddress(_MIP6OptAlign):
    name = "IPv4 Home Address option (RFC 5555)"
    fields_desc: ClassVar[Any] = (
        ByteField("otype", 29), ByteField("olen", 6), BitField("plen", 32, 6), BitField("P", 0, 1),
        BitField("reserved", 0, 9), IPField("address", "0.0.0.0"),
    )  # fmt: skip
    x, y = 4, 0


class OptionIpv4AddressAcknowledgement(_MIP6OptAlign):
    name = "IPv4 Address Acknowledgement option (RFC 5555)"
    fields_desc: ClassVar[Any] = (
        ByteField("otype", 30), ByteField("olen", 6), ByteField("status", 0), BitField("plen", 32, 6),
        BitField("reserved", 0, 2), IPField("address", "0.0.0.0"),
    )  # fmt: skip
    x, y = 4, 0


class OptionNatDetection(_MIP6OptAlign):
    name = "NAT Detection option (RFC 5555)"
    fields_desc: ClassVar[Any] = (
        ByteField("otype", 31), ByteField("olen", 6), BitField("F", 0, 1), BitField("reserved", 0, 15),
        IntField("refresh", 0),
    )  # fmt: skip
    x, y = 4, 0


class OptionIpv4CareOfAddress(_MIP6OptAlign):
    name = "IPv4 Care-of Address option (RFC 5555)"
    fields_desc: ClassVar[Any] = (
        ByteField("otype", 32), ByteField("olen", 6), ShortField("reserved", 0), IPField("address", "0.0.0.0"),
    )  # fmt: skip
    x, y = 4, 0


class OptionAsItIs(_MIP6OptAlign):
    name = "Mobility option, not interpreted"
    fields_desc: ClassVar[Any] = (
        ByteField("otype", 0), ByteField("olen", 0), StrLenField("odata", b"", length_from=lambda option: option.olen),
    )  # fmt: skip
    x, y = 0, 0


RFC5555_OPTIONS = {
    29: OptionIpv4HomeAddress, 30: OptionIpv4AddressAcknowledgement, 31: OptionNatDetection,
    32: OptionIpv4CareOfAddress,
}  # fmt: skip


def _header(kind: int) -> tuple[Any, ...]:
    return (
        ByteField("nh", 59), ByteField("len", None), ByteField("mhtype", kind), ByteField("res", 0),
        XShortField("cksum", None),
    )  # fmt: skip


def _options(start: int, before: int) -> tuple[Any, ...]:
    """Options that start at byte `start`. `before`: of these, bytes not counted by the first 8."""

    def length(message: Any) -> int:
        return int(8 * message.len - before)

    options: Any = _OptionsField
    return (_PhantomAutoPadField("autopad", 0), options("options", [], MIP6OptUnknown, start, length_from=length))


class BindingUpdateLayer(_MobilityHeader):
    name = "Binding Update"
    fields_desc: ClassVar[Any] = (
        *_header(5), ShortField("seq", 0), FlagsField("flags", 0, 9, UPDATE_FLAGS), BitField("reserved", 0, 7),
        ShortField("mhtime", 0), *_options(12, 4),
    )  # fmt: skip


class BindingAcknowledgementLayer(_MobilityHeader):
    name = "Binding Acknowledgement"
    fields_desc: ClassVar[Any] = (
        *_header(6), ByteField("status", 0), FlagsField("flags", 0, 4, ACKNOWLEDGEMENT_FLAGS),
        BitField("reserved", 0, 4), ShortField("seq", 0), ShortField("mhtime", 0), *_options(12, 4),
    )  # fmt: skip


class BindingErrorLayer(_MobilityHeader):
    name = "Binding Error"
    fields_desc: ClassVar[Any] = (*_header(7), ByteField("status", 1), ByteField("reserved", 0), IP6Field("hoa", "::"),
                   *_options(24, 16))  # fmt: skip


class BindingRefreshRequestLayer(_MobilityHeader):
    name = "Binding Refresh Request"
    fields_desc: ClassVar[Any] = (*_header(0), ShortField("reserved", 0), *_options(8, 0))


class BindingRevocationLayer(_MobilityHeader):
    name = "Binding Revocation (RFC 5846)"
    fields_desc: ClassVar[Any] = (
        *_header(16), ByteField("kind", 1), ByteField("reason", 0), ShortField("seq", 0),
        FlagsField("flags", 0, 3, REVOCATION_FLAGS), BitField("reserved", 0, 13), *_options(12, 4),
    )  # fmt: skip


def _inside(data: bytes) -> type[Packet]:
    return IP if data and data[0] >> 4 == 4 else IPv6


class InUdp(Packet):
    """What a DSMIPv6 UDP datagram holds: an IPv6 or IPv4 packet, told apart by its version."""

    name = "DSMIPv6 in UDP"

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        return _inside(payload)


moboptcls.update(RFC5555_OPTIONS)
bind_layers(UDP, InUdp, dport=DSMIPV6_PORT)
bind_layers(UDP, InUdp, sport=DSMIPV6_PORT)
