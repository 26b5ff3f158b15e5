"""What tshark reads in a capture is what was put into it, field for field."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import fields, replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest

from generators.packets.captures import pcap_of
from generators.packets.encoding import encode
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingUpdate,
    Message,
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
    UnknownOption,
)
from generators.packets.packet import Ipv4Header, SignallingPacket, Tunnel
from tests.packets.test_strict_reading import ANSWER, HEADER, OVER_NAT, UPDATE

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

UPDATE_FLAGS = {
    "acknowledge": "bu.a_flag", "home_registration": "bu.h_flag", "link_local_compatible": "bu.l_flag",
    "key_management": "bu.k_flag", "map_registration": "bu.m_flag", "mobile_router": "nemo.bu.r_flag",
    "proxy_registration": "bu.p_flag", "forces_udp": "bu.f_flag", "tlv_header": "bu.t_flag",
}  # fmt: skip
ANSWER_FLAGS = {"key_management": "ba.k_flag", "mobile_router": "nemo.ba.r_flag", "proxy_registration": "ba.p_flag",
                "tlv_header": "ba.t_flag"}  # fmt: skip


def layers_of(packets: list[SignallingPacket], folder: Path) -> list[dict[str, Any]]:
    """What tshark finds in each packet: all its fields by name, each with all its values."""
    file = folder / "capture.pcap"
    file.write_bytes(pcap_of((float(number), encode(packet)) for number, packet in enumerate(packets)))
    done = subprocess.run(
        [str(TSHARK), "-r", file, "-T", "json", "--no-duplicate-keys", "-d", "udp.port==4191,ip"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return [flattened(entry["_source"]["layers"]) for entry in json.loads(done.stdout)]


def flattened(tree: Any, found: dict[str, list[str]] | None = None) -> dict[str, Any]:
    found = {} if found is None else found
    for name, value in tree.items():
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict):
                flattened(entry, found)
            else:
                found.setdefault(name, []).append(str(entry))
    return found


def message(content: Message) -> SignallingPacket:
    return SignallingPacket(HEADER, content)


def number(text: str) -> int:
    words = {"True": 1, "False": 0}
    return words[text] if text in words else int(text, 0)


def test_a_binding_update_with_each_flag(tmp_path: Path) -> None:
    names = [field.name for field in fields(BindingUpdate) if field.name in UPDATE_FLAGS]
    none = BindingUpdate(0xABCD, 480, **dict.fromkeys(names, False))
    updates = [replace(none, **{name: True}) for name in names]
    for name, seen in zip(names, layers_of([message(entry) for entry in updates], tmp_path), strict=True):
        assert number(seen["mip6.bu.seqnr"][0]) == 0xABCD
        assert number(seen["mip6.bu.lifetime"][0]) * (1 if number(seen["mip6.bu.lifetime"][0]) == 480 else 4) == 480
        is_set = {flag: number(seen[f"mip6.{short}"][0]) for flag, short in UPDATE_FLAGS.items()}
        assert is_set == {flag: int(flag == name) for flag in UPDATE_FLAGS}


def test_an_acknowledgement_with_each_flag_and_status(tmp_path: Path) -> None:
    answers = [BindingAcknowledgement(status, 0x1234, 262_140) for status in (0, 1, *range(128, 145), 174)]
    answers += [BindingAcknowledgement(0, 0x1234, 262_140, **{name: True}) for name in ANSWER_FLAGS]
    for answer, seen in zip(answers, layers_of([message(entry) for entry in answers], tmp_path), strict=True):
        assert number(seen["mip6.ba.status"][0]) == answer.status
        assert number(seen["mip6.ba.seqnr"][0]) == 0x1234
        assert number(seen["mip6.ba.lifetime"][0]) in (0xFFFF, 262_140)
        assert {flag: number(seen[f"mip6.{short}"][0]) for flag, short in ANSWER_FLAGS.items()} == {
            flag: int(getattr(answer, flag)) for flag in ANSWER_FLAGS
        }


def test_error_and_refresh_request(tmp_path: Path) -> None:
    error, request = layers_of(
        [message(BindingError(1, IPv6Address("2001:db8::7"))), message(BindingRefreshRequest())], tmp_path
    )
    assert error["mip6.be.status"] == ["1"]
    assert error["mip6.be.haddr"] == ["2001:db8::7"]
    assert request["mip6.mhtype"] == ["0"]


OPTIONS: list[tuple[Option, dict[str, str]]] = [
    (BindingRefreshAdvice(400), {"mip6.bra.interval": "100"}),
    (AlternateCareOfAddress(IPv6Address("2001:db8:2::7")), {"mip6.acoa.acoa": "2001:db8:2::7"}),
    (NonceIndices(258, 772), {"mip6.ni.hni": "258", "mip6.ni.cni": "772"}),
    (BindingAuthorizationData(bytes(range(12))), {"mip6.bad.auth": "00:01:02:03:04:05:06:07:08:09:0a:0b"}),
    (MobileNetworkPrefix(48, IPv6Address("2001:db8:9::")),
     {"mip6.nemo.mnp.pfl": "48", "mip6.nemo.mnp.mnp": "2001:db8:9::"}),
    (Ipv4HomeAddress(IPv4Address("192.0.2.200"), 24, True),
     {"mip6.ipv4ha.ha": "192.0.2.200", "mip6.ipv4ha.preflen": "24", "mip6.ipv4ha.p_flag": "1"}),
    (Ipv4AddressAcknowledgement(132, IPv4Address("192.0.2.200"), 24),
     {"mip6.ipv4aa.sts": "132"}),
    (NatDetection(True, 110), {"mip6.natd.f_flag": "1", "mip6.natd.refresh_t": "110"}),
    (Ipv4CareOfAddress(IPv4Address("10.4.0.100")), {"mip6.ipv4coa.addr": "10.4.0.100"}),
    (UnknownOption(200, b"\1\2"), {}),
]  # fmt: skip


def test_each_option_field_for_field(tmp_path: Path) -> None:
    packets = [message(BindingUpdate(1, 4, options=(option,))) for option, _ in OPTIONS]
    for (option, expected), seen in zip(OPTIONS, layers_of(packets, tmp_path), strict=True):
        for name, value in expected.items():
            shown = seen.get(name, [f"tshark shows no {name}: {sorted(key for key in seen if 'mip6' in key)}"])[0]
            assert (number(shown) == number(value)) if value.isdigit() else shown == value, (option, name)


def test_home_address_routing_header_and_tunnel(tmp_path: Path) -> None:
    bare = replace(OVER_NAT, tunnel=Tunnel(Ipv4Header(IPv4Address("192.0.2.104"), IPv4Address("192.0.2.1")), None))
    update, answer, nat, ip_in_ip = layers_of([UPDATE, ANSWER, OVER_NAT, bare], tmp_path)
    assert "2001:db8::7" in update["ipv6.opt.mipv6.home_address"]
    assert "2001:db8::7" in answer["ipv6.routing.mipv6.home_address"]
    assert nat["ip.src"] == ["198.51.100.5"]
    assert (nat["udp.srcport"], nat["udp.dstport"]) == (["40005"], ["4191"])
    assert nat["mip6.bu.seqnr"] == ["7"]
    assert ip_in_ip["ip.proto"] == ["41"]
    assert nat["udp.checksum.status"] in (["1"], ["2"])


def test_tshark_finds_nothing_malformed(tmp_path: Path) -> None:
    seen = layers_of([UPDATE, ANSWER, OVER_NAT], tmp_path)
    assert not [name for entry in seen for name in entry if name.startswith("_ws.malformed")]
