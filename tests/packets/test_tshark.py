"""What tshark reads in a capture is what was put into it, field for field."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from generators.packets.captures import pcap_of
from generators.packets.encoding import encode
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
    Message,
    with_pads,
)
from generators.packets.options import (
    AlternateCareOfAddress,
    BindingAuthorizationData,
    BindingRefreshAdvice,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
    MobileNetworkPrefix,
    NatDetection,
    NonceIndices,
    Option,
    Pad,
    UnknownOption,
    alignment_of,
    size_of,
)
from generators.packets.packet import Ipv4Header, SignallingPacket, Tunnel
from tests.packets.test_strict_reading import ANSWER, HEADER, OVER_IPV6, OVER_NAT, UPDATE

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

UPDATE_FLAGS = {
    "acknowledge": "bu.a_flag", "home_registration": "bu.h_flag", "link_local_compatible": "bu.l_flag",
    "key_management": "bu.k_flag", "map_registration": "bu.m_flag", "mobile_router": "nemo.bu.r_flag",
    "proxy_registration": "bu.p_flag", "forces_udp": "bu.f_flag", "tlv_header": "bu.t_flag",
}  # fmt: skip
ANSWER_FLAGS = {"key_management": "ba.k_flag", "mobile_router": "nemo.ba.r_flag", "proxy_registration": "ba.p_flag",
                "tlv_header": "ba.t_flag"}  # fmt: skip
NOT_OURS = ("mip6.bu.b_flag", "mip6.ba.b_flag")  # RFC 6602, in bits reserved here
Seen = dict[str, list[str]]


def layers_of(packets: list[SignallingPacket], folder: Path) -> list[Seen]:
    """What tshark finds in each packet: all its fields by name, each with all its values."""
    file = folder / "capture.pcap"
    file.write_bytes(pcap_of((float(number), encode(packet)) for number, packet in enumerate(packets)))
    done = subprocess.run(
        [str(TSHARK), "-r", file, "-T", "json", "--no-duplicate-keys", "-d", "udp.port==4191,ip",
         "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return [flattened(entry["_source"]["layers"]) for entry in json.loads(done.stdout)]


def flattened(tree: Any, found: Seen | None = None) -> Seen:
    found = {} if found is None else found
    for name, value in tree.items():
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict):
                flattened(entry, found)
            else:
                found.setdefault(name, []).append(str(entry))
    return found


def mobility_fields(seen: Seen) -> Seen:
    """Every field of the Mobility Header but its checksum and the options as raw bytes; JSON has values of one name
    in no order."""
    return {name: sorted(values) for name, values in seen.items()
            if name.startswith("mip6.") and not name.startswith("mip6.options.")
            and name not in ("mip6.csum", "mip6.ie_not_dissected", *NOT_OURS)}  # fmt: skip


def expected(message: Message) -> Seen:
    """The same as it should be, from the message alone."""
    fields: Seen = {"mip6.proto": ["59"], "mip6.mhtype": [str(message.TYPE)],
                    "mip6.reserved": [f"0x{message.header_reserved:02x}"]}  # fmt: skip
    if isinstance(message, BindingUpdate):
        fields |= {f"mip6.{short}": [str(int(getattr(message, flag)))] for flag, short in UPDATE_FLAGS.items()}
        fields |= {"mip6.bu.seqnr": [str(message.sequence_number)], "mip6.bu.lifetime": [str(message.lifetime // 4)]}
    elif isinstance(message, BindingAcknowledgement):
        fields |= {f"mip6.{short}": [str(int(getattr(message, flag)))] for flag, short in ANSWER_FLAGS.items()}
        fields |= {"mip6.ba.seqnr": [str(message.sequence_number)], "mip6.ba.lifetime": [str(message.lifetime // 4)],
                   "mip6.ba.status": [str(message.status)]}  # fmt: skip
    elif isinstance(message, BindingError):
        fields |= {"mip6.be.status": [str(message.status)], "mip6.be.haddr": [str(message.home_address)]}
    elif isinstance(message, BindingRevocationIndication | BindingRevocationAcknowledgement):
        asks = isinstance(message, BindingRevocationIndication)
        flags = (message.proxy_binding, message.ipv4_binding_only, message.all_bindings)
        fields |= {f"mip6.bri_{'i' if asks else 'a'}{letter}": [str(int(is_set))]
                   for letter, is_set in zip("pvg", flags, strict=True)}  # fmt: skip
        fields |= {"mip6.bri_br.type": ["1" if asks else "2"], "mip6.bri_seqnr": [str(message.sequence_number)],
                   "mip6.bri_res": [f"0x{message.reserved:04x}"]}  # fmt: skip
        fields |= {"mip6.bri_r.trigger": [str(message.trigger)]} if isinstance(
            message, BindingRevocationIndication) else {"mip6.bri_status": [str(message.status)]}  # fmt: skip
    else:
        fields["mip6.binding_refresh_request"] = ["00:00"]
    position = message.OPTIONS_AT
    for option in with_pads(message).options:
        for name, value in option_fields(option).items():
            fields.setdefault(f"mip6.{name}", []).append(value)
        step, rest = alignment_of(option)
        assert position % step == rest % step
        position += size_of(option)
    assert position % 8 == 0
    fields["mip6.hlen"] = [str(position // 8 - 1)]
    return {name: sorted(values) for name, values in fields.items()}


def option_fields(option: Option) -> dict[str, str]:
    found = {} if option == Pad(1) else {"mobility_opt.len": str(size_of(option) - 2)}
    match option:
        case Pad(length) if length > 2:
            found |= {"padn": colons(option.payload())}
        case BindingRefreshAdvice(seconds):
            found |= {"bra.interval": str(seconds // 4)}
        case AlternateCareOfAddress(address):
            found |= {"acoa.acoa": str(address)}
        case NonceIndices(home, care_of):
            found |= {"ni.hni": str(home), "ni.cni": str(care_of)}
        case BindingAuthorizationData(authenticator):
            found |= {"bad.auth": colons(authenticator)}
        case MobileNetworkPrefix(length, prefix):
            found |= {"nemo.mnp.pfl": str(length), "nemo.mnp.mnp": str(prefix)}
        case Ipv4HomeAddress(address, length, wanted):
            found |= {"ipv4ha.ha": str(address), "ipv4ha.preflen": str(length), "ipv4ha.p_flag": str(int(wanted))}
        case Ipv4AddressAcknowledgement(status, address, length):
            found |= {"ipv4aa.sts": str(status), "ipv4ha.ha": str(address), "ipv4ha.preflen": str(length)}
        case NatDetection(forces_udp, refresh, reserved):
            found |= {"natd.f_flag": str(int(forces_udp)), "natd.refresh_t": str(refresh),
                      "natd.reserved": str(reserved)}  # fmt: skip
        case Ipv4CareOfAddress(address, reserved):
            found |= {"ipv4coa.addr": str(address), "ipv4coa.reserved": str(reserved)}
        case UnknownOption(kind, _):
            found |= {"mobility_opt": str(kind)}
    return found


def colons(data: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in data)


def assert_read_as_meant(messages: list[Message], folder: Path) -> None:
    for message, seen in zip(messages, layers_of([SignallingPacket(HEADER, one) for one in messages], folder),
                             strict=True):  # fmt: skip
        found, wanted = mobility_fields(seen), expected(message)
        if any(isinstance(option, UnknownOption) for option in message.options):
            # of an option that it does not know, tshark 4.0 shows another byte as the length
            del found["mip6.mobility_opt.len"], wanted["mip6.mobility_opt.len"]
        assert found == wanted, message
        assert not [name for name in seen if name.startswith("_ws.malformed")], message


def test_each_flag_alone_and_missing_alone_with_each_status(tmp_path: Path) -> None:
    messages: list[Message] = []
    for plain, flags in ((BindingUpdate(0xABCD, 480), UPDATE_FLAGS), (BindingAcknowledgement(0, 1, 4), ANSWER_FLAGS)):
        for name in flags:
            for value in (True, False):
                others = dict.fromkeys(flags, not value)
                messages.append(replace(plain, **{**others, name: value}))  # type: ignore[type-var]
    messages += [BindingAcknowledgement(status, 0x1234, 262_140) for status in range(256)]
    messages += [BindingUpdate(number, lifetime) for number in (0, 0xFFFF) for lifetime in (0, 4, 262_140)]
    assert_read_as_meant(messages, tmp_path)


def test_error_and_refresh_request(tmp_path: Path) -> None:
    home = IPv6Address("2001:db8::7")
    assert_read_as_meant([
        BindingError(1, home), BindingError(2), BindingError(1, home, options=(UnknownOption(200, b"12"),)),
        BindingRefreshRequest(), BindingRefreshRequest(options=(Pad(8),)), BindingRefreshRequest(header_reserved=255),
    ], tmp_path)  # fmt: skip


def test_revocations_with_each_flag_trigger_and_status(tmp_path: Path) -> None:
    messages: list[Message] = []
    for flags in product((False, True), repeat=3):
        messages += [BindingRevocationIndication(1, 7, *flags), BindingRevocationAcknowledgement(128, 0xFFFF, *flags)]
    messages += [BindingRevocationIndication(trigger, 0) for trigger in range(256)]
    messages += [BindingRevocationAcknowledgement(status, 0) for status in range(256)]
    assert_read_as_meant(messages, tmp_path)


OPTIONS: list[Option] = [
    BindingRefreshAdvice(400), BindingRefreshAdvice(262_140),
    AlternateCareOfAddress(IPv6Address("2001:db8:2::7")),
    NonceIndices(258, 772),
    BindingAuthorizationData(bytes(range(12))),
    MobileNetworkPrefix(48, IPv6Address("2001:db8:9::")),
    Ipv4HomeAddress(IPv4Address("192.0.2.200"), 24, True), Ipv4HomeAddress(IPv4Address(0)),
    Ipv4AddressAcknowledgement(132, IPv4Address("192.0.2.200"), 24), Ipv4AddressAcknowledgement(0, IPv4Address(9), 0),
    NatDetection(True, 110), NatDetection(False, 0xFFFFFFFF, 0x5555),
    Ipv4CareOfAddress(IPv4Address("10.4.0.100")), Ipv4CareOfAddress(IPv4Address("10.4.0.101"), 0xAAAA),
    UnknownOption(200, b"\1\2"),
]  # fmt: skip


def test_each_option_alone_and_behind_pads_of_each_length(tmp_path: Path) -> None:
    """Pads of our own, then those that alignment asks for: the option is found where it has to stand."""
    before: list[tuple[Option, ...]] = [(), *((Pad(length),) for length in range(1, 10)), (Pad(1), Pad(1), Pad(3))]
    assert_read_as_meant([
        BindingUpdate(1, 4, options=(*pads, option)) for option in OPTIONS for pads in before
    ], tmp_path)  # fmt: skip


def test_each_pair_of_options(tmp_path: Path) -> None:
    answers = [BindingAcknowledgement(0, 1, 4, options=pair) for pair in product(OPTIONS, repeat=2)]
    assert_read_as_meant(list(answers), tmp_path)


def test_home_address_routing_header_and_tunnels(tmp_path: Path) -> None:
    bare = replace(OVER_NAT, tunnel=Tunnel(Ipv4Header(IPv4Address("192.0.2.104"), IPv4Address("192.0.2.1")), None))
    packets = [UPDATE, ANSWER, OVER_NAT, bare, OVER_IPV6]
    found = layers_of(packets, tmp_path)
    for packet, seen in zip(packets, found, strict=True):
        assert mobility_fields(seen) == expected(packet.message)
        assert not [name for name in seen if name.startswith("_ws.malformed")]
    update, answer, nat, ip_in_ip, over_ipv6 = found
    assert (update["ipv6.opt.mipv6.home_address"], update["ipv6.opt.type"]) == (["2001:db8::7"], ["0x01", "0xc9"])
    assert answer["ipv6.routing.mipv6.home_address"] == ["2001:db8::7"]
    assert (answer["ipv6.routing.type"], answer["ipv6.routing.segleft"]) == (["2"], ["1"])
    assert (nat["ip.src"], nat["ip.dst"], nat["ip.proto"]) == (["198.51.100.5"], ["192.0.2.1"], ["17"])
    for tunnelled in (nat, over_ipv6):
        assert (tunnelled["udp.srcport"], tunnelled["udp.dstport"]) == (["40005"], ["4191"])
        assert tunnelled["udp.checksum.status"] == ["1"]
    assert (nat["ip.checksum.status"], ip_in_ip["ip.checksum.status"]) == (["1"], ["1"])
    assert (ip_in_ip["ip.proto"], ip_in_ip["ip.src"]) == (["41"], ["192.0.2.104"])
    assert over_ipv6["ipv6.src"] == ["2001:db8:4::5", "2001:db8:2::7"]
