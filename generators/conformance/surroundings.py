"""What a flow tells of its surroundings: networks and addresses, a NAT, the home agent's features.
Made into a scenario without budgets, so that nothing is unexplained because a bound was too small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from generators.conformance.flows import Address, Flow, Seen
from generators.packets.address_plan import AddressPlan
from generators.packets.options import (
    AlternateCareOfAddress,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
)
from generators.packets.options import NatDetection as NatDetectionOption
from model.addresses import HOME_ADDRESS
from model.messages import Status
from model.scenarios import Scenario, from_data

PLACES = ("home_agent", "ue", "both")
KNOWN = {int(status.value.split()[0]) for status in Status}
REFUSAL = 129  # stands for every refusal out of policy
OF_POLICY = {129, 130, 131, 132, 139}
MOST_NETWORKS = 6


class NothingToSay(Exception):
    """Why no verdict can be given."""


@dataclass(frozen=True)
class Surroundings:
    """hidden_mapping: care-of address -> name of the address that the home agent sees, where a NAT beyond the
    place of capture shows only in the answers."""

    scenario: Scenario
    plan: AddressPlan
    hidden_mapping: dict[str, str]


@dataclass
class _Network:
    own: Address
    outer: list[Address]
    told_of_nat: bool = False


def surroundings_of(
    flow: Flow, place: str, side: str, *, detects_duplicates: bool, restarts: bool = False
) -> Surroundings:
    """Raises NothingToSay where the flow shows what the model does not have."""
    networks = _networks(flow)
    if len(networks) > MOST_NETWORKS:
        raise NothingToSay(f"{len(networks)} care-of addresses; at most {MOST_NETWORKS} are tracked")
    of_name: dict[str, Address] = {HOME_ADDRESS: flow.home_address}
    ports: dict[Address, int] = {}
    hidden: dict[str, str] = {}
    entries: list[dict[str, Any]] = [{"name": "home", "family": "ipv6", "home": True}]
    remapped = False
    for number, network in enumerate(networks, start=1):
        name = f"foreign-{number}"
        mappings = [address for address in network.outer if address != network.own]
        translated = bool(mappings) or (network.told_of_nat and place != "home_agent")
        if len(mappings) > 2:
            raise NothingToSay(f"{len(mappings)} NAT mappings of {network.own}; at most 2 are tracked")
        entries.append({"name": name, "family": "ipv6" if isinstance(network.own, IPv6Address) else "ipv4",
                        "translation": translated})  # fmt: skip
        of_name[f"address-{name}"] = network.own
        for word, address in zip(("mapped", "remapped"), mappings, strict=False):
            of_name[f"{word}-{name}"] = address
            ports[address] = 0
        if translated and not mappings:
            hidden[f"address-{name}"] = f"mapped-{name}"
        remapped |= len(mappings) == 2
    if not networks:
        entries.append({"name": "foreign-1", "family": "ipv6"})
        of_name["address-foreign-1"] = IPv6Address("2001:db8:ffff::1")
    data = _data(flow, side, entries, remapped, detects_duplicates)
    data["bounds"]["home_agent_restarts"] = int(restarts and side == "home_agent")
    if flow.revocations:
        data["bounds"] |= {"revocations": 1, "retransmissions": 1}
        data["channel"] = {"loss": False}  # what is lost is followed apart from the model's channels
    scenario = from_data(data, "what the capture shows")
    tunnel = next((seen.packet.tunnel for seen in flow.seen if seen.packet.tunnel), None)
    home_agent_ipv4 = IPv4Address(0)
    if tunnel is not None and isinstance(tunnel.header.destination, IPv4Address):
        home_agent_ipv4 = tunnel.header.destination
    plan = AddressPlan(flow.home_agent, home_agent_ipv4, flow.home_address, IPv4Address(0), of_name, ports)
    return Surroundings(scenario, plan, hidden)


def _networks(flow: Flow) -> list[_Network]:
    found: dict[Address, _Network] = {}
    for seen in flow.seen:
        if seen.update is None or seen.outer_source == flow.home_address:
            continue
        own = _own_address(seen)
        network = found.setdefault(own, _Network(own, []))
        if seen.outer_source not in network.outer:
            network.outer.append(seen.outer_source)
    for network in list(found.values()):
        if network.own in network.outer:  # not translated there: what else stands in the source is no mapping of it
            for other in network.outer:
                if other != network.own:
                    found.setdefault(other, _Network(other, [other]))
            network.outer = [network.own]
    for seen in flow.seen:
        if seen.acknowledgement is not None and seen.outer_destination in found:
            options = seen.acknowledgement.options
            found[seen.outer_destination].told_of_nat |= any(isinstance(one, NatDetectionOption) for one in options)
    return list(found.values())


def _own_address(seen: Seen) -> Address:
    """The care-of address as the UE knows it."""
    assert seen.update is not None
    wanted = AlternateCareOfAddress if isinstance(seen.outer_source, IPv6Address) else Ipv4CareOfAddress
    return next((one.address for one in seen.update.options if isinstance(one, wanted)), seen.outer_source)


def _data(
    flow: Flow, side: str, networks: Sequence[dict[str, Any]], remapped: bool, detects: bool
) -> dict[str, Any]:
    """A scenario as its file would have it, without what the flow gives no sign of."""
    updates = [seen for seen in flow.seen if seen.update is not None]
    detaches = any(seen.update and not seen.update.lifetime and seen.outer_source != flow.home_address
                   for seen in updates)  # fmt: skip
    speaks_of_ipv4 = any(
        isinstance(one, Ipv4HomeAddress) for seen in updates if seen.update is not None for one in seen.update.options
    )
    answers = [seen.acknowledgement for seen in flow.seen if seen.acknowledgement is not None]
    asked = {seen.update.sequence_number: seen.update.key_management for seen in flow.seen if seen.update is not None}
    statuses = {answer.status for answer in answers}
    refused_key_management = any(
        asked.get(answer.sequence_number, False) and not answer.key_management
        for answer in answers if answer.status < 128
    )  # fmt: skip
    return {
        "name": "captured", "description": "what a capture shows", "networks": list(networks),
        "channel": {"loss": True},
        "bounds": {"movements": 12, "retransmissions": "unlimited", "refreshes": "unlimited",
                   "lifetime_ends": "unlimited" if side == "home_agent" else 0,
                   "nat_remappings": int(remapped), "sequence_number_bits": 16},
        "ue": {"wants_ipv4_home_address": "either" if speaks_of_ipv4 else False,
               "wants_association_to_survive": True, "ipv4_wish_may_end": speaks_of_ipv4, "may_detach": detaches,
               "forces_udp": any(seen.update is not None and seen.update.forces_udp for seen in flow.seen)},
        "home_agent": {
            "key_management": any(answer.key_management for answer in answers) or not refused_key_management,
            "ipv4_pool": any(isinstance(one, Ipv4AddressAcknowledgement) and one.status == 0
                             for answer in answers for one in answer.options),
            "duplicate_address_detection": detects or 134 in statuses, "duplicate_home_address": 134 in statuses,
            "refuses": str(REFUSAL) if any(policy_of(status) == REFUSAL for status in statuses) else "no",
        },
        "security": {"association_at_home": True},
    }  # fmt: skip


def policy_of(status: int) -> int:
    """Status 1 is an acceptance like 0; refusals that are the home agent's own business are one."""
    if status < 128:
        return 0
    return REFUSAL if status in OF_POLICY or status not in KNOWN else status
