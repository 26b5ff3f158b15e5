"""Real addresses and ports for the names that a model uses, from the ranges reserved for documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from generators.packets.errors import PacketError
from generators.packets.packet import DSMIPV6_PORT
from model.addresses import ATTACKER_ADDRESS, HOME_ADDRESS
from model.handover import address_on, translated_address
from model.language.errors import nearest
from model.scenarios import Scenario

Address = IPv4Address | IPv6Address
CORRESPONDENT = IPv6Address("2001:db8:c::1")  # with whom the UE speaks through the home agent


@dataclass(frozen=True)
class AddressPlan:
    """Who has which address. of_name: the model's names, one to one. ports: the UE's UDP port as the
    home agent sees it, by address (4191 where nothing translates). also_ipv6: the IPv6 address of a name that
    stands for one of each family."""

    home_agent: IPv6Address
    home_agent_ipv4: IPv4Address
    home_address: IPv6Address
    ipv4_home_address: IPv4Address
    of_name: Mapping[str, Address]
    ports: Mapping[Address, int]
    also_ipv6: Mapping[str, IPv6Address] = field(default_factory=dict)

    def address(self, name: str) -> Address:
        """The address with this name. Raises PacketError."""
        if name not in self.of_name:
            raise PacketError("address plan", None, f'no address "{name}": {nearest(name, self.of_name)}')
        return self.of_name[name]

    def ipv6(self, name: str) -> IPv6Address:
        """The same as an IPv6 address; an IPv4 one is written in its mapped form."""
        found = self.also_ipv6.get(name) or self.address(name)
        return found if isinstance(found, IPv6Address) else IPv6Address(f"::ffff:{found}")

    def ipv4(self, name: str) -> IPv4Address:
        found = self.address(name)
        if not isinstance(found, IPv4Address):
            raise PacketError("address plan", None, f'"{name}" is an IPv6 address; an IPv4 address is needed here')
        return found

    def name(self, address: Address) -> str:
        """The name of an address. Raises PacketError for a stranger."""
        address = _unmapped(address)
        for name, known in (*self.of_name.items(), *self.also_ipv6.items()):
            if _unmapped(known) == address:
                return name
        raise PacketError("address plan", None, f"{address} belongs to nobody in this scenario")

    def port(self, address: Address) -> int:
        return self.ports.get(address, DSMIPV6_PORT)


def _unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it is a mapped one."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def plan_for(scenario: Scenario, ue: int = 0) -> AddressPlan:
    """Addresses for UE number `ue` (from 0) of a scenario, the same in every run."""
    home_address = IPv6Address("2001:db8:0:1::100") + ue
    of_name: dict[str, Address] = {HOME_ADDRESS: home_address}
    ports: dict[Address, int] = {}
    for number, network in enumerate(scenario.networks, start=1):
        if network.home:
            continue
        if network.family == "ipv6":
            seen = {"": f"2001:db8:{number:x}::100", "mapped": f"2001:db8:a{number:02x}::100",
                    "remapped": f"2001:db8:b{number:02x}::100"}  # fmt: skip
            given: dict[str, Address] = {key: IPv6Address(value) + ue for key, value in seen.items()}
        else:
            own = f"10.{number}.0.{100 + ue}" if network.translation else f"192.0.2.{100 + number + 16 * ue}"
            seen = {"": own, "mapped": f"198.51.100.{number}", "remapped": f"203.0.113.{number}"}
            given = {key: IPv4Address(value) for key, value in seen.items()}
        of_name[address_on(network)] = given[""]
        if network.translation:
            for mapping, port in (("mapped", 40_000), ("remapped", 50_000)):
                of_name[translated_address(network, mapping)] = given[mapping]
                ports[given[mapping]] = port + number + 100 * ue
    also_ipv6: dict[str, IPv6Address] = {}
    if scenario.attacker.exists:
        of_name[ATTACKER_ADDRESS] = IPv4Address("192.0.2.66")
        also_ipv6[ATTACKER_ADDRESS] = IPv6Address("2001:db8:bad::66")
    return AddressPlan(
        IPv6Address("2001:db8::1"), IPv4Address("192.0.2.1"), home_address, IPv4Address("192.0.2.200") + ue,
        of_name, ports, also_ipv6,
    )  # fmt: skip
