"""Real IPv4 addresses of 127.0.0.0/8 for the names of a scenario: every address of the UE, inside and outside
a NAT, is one on which a tester can listen. IPv6 addresses stay those reserved for documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address

from generators.packets.address_plan import Address, AddressPlan, plan_for
from model.scenarios import Scenario

HOME_AGENT = IPv4Address("127.0.0.1")


def loopback_plan(scenario: Scenario, ue_port: int) -> AddressPlan:
    """ue_port: where the UE listens, on each of its addresses."""
    plan = plan_for(scenario)
    of_name: dict[str, Address] = {}
    ports: dict[Address, int] = {}
    for number, (name, address) in enumerate(plan.of_name.items(), start=1):
        if isinstance(address, IPv4Address):
            address = IPv4Address(f"127.0.{number}.100")
            ports[address] = ue_port
        of_name[name] = address
    return replace(plan, home_agent_ipv4=HOME_AGENT, of_name=of_name, ports=ports)


def placed(plan: AddressPlan, home_agent: str, of_name: Mapping[str, str]) -> AddressPlan:
    """The plan with other IPv4 addresses: the home agent's, and those of these names."""
    others: dict[str, Address] = {name: IPv4Address(text) for name, text in of_name.items()}
    return replace(plan, home_agent_ipv4=IPv4Address(home_agent), of_name={**plan.of_name, **others})


def ipv4_addresses(plan: AddressPlan) -> list[str]:
    """All IPv4 addresses of the UE."""
    return [str(address) for address in plan.of_name.values() if isinstance(address, IPv4Address)]
