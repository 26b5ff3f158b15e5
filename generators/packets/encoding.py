"""From a signalling packet to bytes, by way of scapy's layers: lengths, pads and checksums are made here."""

from __future__ import annotations

from dataclasses import fields as fields_of_class
from typing import TYPE_CHECKING, Any

from generators.packets.errors import PacketError
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationIndication,
    BindingUpdate,
    Message,
    with_pads,
)
from generators.packets.options import (
    AlternateCareOfAddress,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
    NatDetection,
    Option,
    Pad,
    kind_of,
)
from generators.packets.packet import DataPacket, Ipv4Header, Ipv6Header, SignallingPacket, Tunnel
from generators.packets.units import units_of

if TYPE_CHECKING:
    from scapy.packet import Packet as Layer

NO_NEXT = 59  # next header: nothing follows
LONGEST_MESSAGE = 8 * 256  # bytes: the header's length has 8 bits


def encode(packet: SignallingPacket | DataPacket) -> bytes:
    """The packet as it is on the wire, from its outermost IP header on.

    Raises PacketError for a value that does not fit into its field.
    """
    _require(packet)
    inner = bytes(_inner(packet))
    return inner if packet.tunnel is None else bytes(_outer(packet.tunnel, inner))


def _require(packet: SignallingPacket | DataPacket) -> None:
    """Every number fits into its field: scapy would cut it, or fail with words of its own."""
    limits = {
        "sequence_number": 0xFFFF, "status": 0xFF, "trigger": 0xFF, "header_reserved": 0xFF, "hops": 0xFF,
        "traffic_class": 0xFF, "flow_label": 0xFFFFF, "type_of_service": 0xFF, "identification": 0xFFFF,
        "source": 0xFFFF, "destination": 0xFFFF, "prefix_length": 0xFF, "refresh_seconds": 0xFFFFFFFF, "home": 0xFFFF,
        "care_of": 0xFFFF, "kind": 0xFF,
    }  # fmt: skip
    reserved = {"BindingUpdate": 0x7F, "BindingAcknowledgement": 0x0F, "BindingError": 0xFF,
                "BindingRevocationIndication": 0x1FFF, "BindingRevocationAcknowledgement": 0x1FFF,
                "BindingRefreshRequest": 0xFFFF, "Ipv4HomeAddress": 0x1FF, "Ipv4AddressAcknowledgement": 3,
                "NatDetection": 0x7FFF, "Ipv4CareOfAddress": 0xFFFF, "MobileNetworkPrefix": 0xFF}  # fmt: skip
    parts: list[Any] = [packet.header]
    if isinstance(packet, SignallingPacket):
        parts += [packet.message, *packet.message.options]
    if packet.tunnel is not None:
        parts += [packet.tunnel.header, *([packet.tunnel.ports] if packet.tunnel.ports else [])]
    for part in parts:
        name_of_part = type(part).__name__
        for field in fields_of_class(part):
            value = getattr(part, field.name)
            most = reserved.get(name_of_part) if field.name == "reserved" else limits.get(field.name)
            if name_of_part in ("Ipv4HomeAddress", "Ipv4AddressAcknowledgement") and field.name == "prefix_length":
                most = 32
            if most is not None and type(value) is int and not 0 <= value <= most:
                raise PacketError(name_of_part, None, f"{field.name} is {value}; 0 to {most} are possible")
        if isinstance(part, Pad) and not 1 <= part.length <= 257:
            raise PacketError("Pad", None, f"{part.length} bytes; 1 to 257 are possible")
        if isinstance(part, Ipv4Header) and (len(part.options) % 4 or len(part.options) > 40):
            raise PacketError("IPv4", None, f"{len(part.options)} bytes of options; a multiple of 4, at most 40")


def _message(message: Message) -> Layer:
    from generators.packets import layers

    message = with_pads(message)
    options = [_option(option) for option in message.options]
    length = message.OPTIONS_AT + sum(len(bytes(option)) for option in options)
    if length > LONGEST_MESSAGE:
        raise PacketError(message.NAME, None, f"{length} bytes; at most {LONGEST_MESSAGE} are possible")
    shared: dict[str, Any] = {"res": message.header_reserved, "reserved": message.reserved, "options": options}
    if isinstance(message, BindingUpdate):
        return layers.BindingUpdateLayer(
            seq=message.sequence_number, flags=_update_flags(message), mhtime=units_of(message.lifetime), **shared
        )
    if isinstance(message, BindingAcknowledgement):
        flags = {"K": message.key_management, "R": message.mobile_router, "P": message.proxy_registration,
                 "T": message.tlv_header}  # fmt: skip
        return layers.BindingAcknowledgementLayer(
            status=message.status, flags="".join(letter for letter, is_set in flags.items() if is_set),
            seq=message.sequence_number, mhtime=units_of(message.lifetime), **shared,
        )  # fmt: skip
    if isinstance(message, BindingError):
        return layers.BindingErrorLayer(status=message.status, hoa=str(message.home_address), **shared)
    if isinstance(message, BindingRefreshRequest):
        return layers.BindingRefreshRequestLayer(**shared)
    flags = {"P": message.proxy_binding, "V": message.ipv4_binding_only, "G": message.all_bindings}
    reason = message.trigger if isinstance(message, BindingRevocationIndication) else message.status
    return layers.BindingRevocationLayer(
        kind=message.KIND, reason=reason, seq=message.sequence_number,
        flags="".join(letter for letter, is_set in flags.items() if is_set), **shared,
    )  # fmt: skip


def _update_flags(message: BindingUpdate) -> str:
    flags = {
        "A": message.acknowledge, "H": message.home_registration, "L": message.link_local_compatible,
        "K": message.key_management, "M": message.map_registration, "R": message.mobile_router,
        "P": message.proxy_registration, "F": message.forces_udp, "T": message.tlv_header,
    }  # fmt: skip
    return "".join(letter for letter, is_set in flags.items() if is_set)


def _option(option: Option) -> Layer:
    from scapy.layers.inet6 import MIP6OptAltCoA, Pad1

    from generators.packets import layers

    match option:
        case Pad(1):
            return Pad1()
        case AlternateCareOfAddress(address):
            return MIP6OptAltCoA(acoa=str(address))
        case Ipv4HomeAddress(address, length, wanted, reserved):
            return layers.OptionIpv4HomeAddress(
                address=str(address), plen=length, P=int(wanted), reserved=reserved
            )
        case Ipv4AddressAcknowledgement(status, address, length, reserved):
            return layers.OptionIpv4AddressAcknowledgement(
                status=status, address=str(address), plen=length, reserved=reserved
            )
        case NatDetection(forces_udp, refresh, reserved):
            return layers.OptionNatDetection(F=int(forces_udp), refresh=refresh, reserved=reserved)
        case Ipv4CareOfAddress(address, reserved):
            return layers.OptionIpv4CareOfAddress(address=str(address), reserved=reserved)
        case _:
            payload = option.payload()
            if len(payload) > 255:
                raise PacketError("mobility option", None, f"{len(payload)} bytes; at most 255 are possible")
            return layers.OptionAsItIs(otype=kind_of(option), olen=len(payload), odata=payload)


def _inner(packet: SignallingPacket | DataPacket) -> Layer:
    from scapy.layers.inet6 import HAO, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting

    layers = _ip(packet.header)
    if isinstance(packet, DataPacket):
        layers.nh = NO_NEXT
        return layers
    if packet.routing_address is not None:
        layers = layers / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[str(packet.routing_address)])
    if packet.home_address is not None:
        layers = layers / IPv6ExtHdrDestOpt(options=[HAO(hoa=str(packet.home_address))])
    return layers / _message(packet.message)


def _ip(header: Ipv4Header | Ipv6Header) -> Layer:
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.packet import Raw

    if isinstance(header, Ipv6Header):
        return IPv6(
            src=str(header.source), dst=str(header.destination), hlim=header.hops, tc=header.traffic_class,
            fl=header.flow_label,
        )  # fmt: skip
    options = [Raw(header.options)] if header.options else []
    return IP(
        src=str(header.source), dst=str(header.destination), ttl=header.hops, tos=header.type_of_service,
        id=header.identification, flags="DF" if header.do_not_fragment else 0, options=options,
        ihl=5 + len(header.options) // 4,
    )  # fmt: skip


def _outer(tunnel: Tunnel, inner: bytes) -> Layer:
    from scapy.layers.inet import UDP
    from scapy.packet import Raw

    outer = _ip(tunnel.header)
    if tunnel.ports is None:
        if isinstance(tunnel.header, Ipv4Header):
            outer.proto = 41
        else:
            outer.nh = 41
        return outer / Raw(inner)
    ports = UDP(sport=tunnel.ports.source, dport=tunnel.ports.destination)
    if not tunnel.ports.checksum:
        ports.chksum = 0
    return outer / ports / Raw(inner)
