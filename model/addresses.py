"""Access networks and the addresses they give. Which networks exist is the scenario's business; the
tables here answer what family, prefix and translation each of them has."""

from __future__ import annotations

from enum import Enum

from model.language.domains import Enumeration
from model.language.expressions import Expression, Operand, lookup

NOWHERE = "nowhere"  # the network of a UE out of coverage
NO_ADDRESS = "none"
ATTACKER_ADDRESS = "attacker-address"  # in scenarios with an attacker
HOME_ADDRESS = "home-address"  # the IPv6 home address; on the home link also the interface address

NETWORK = Enumeration("network")  # members: "nowhere" and the scenario's networks
ADDRESS = Enumeration("address")  # members: "none", the home address, what each network gives


class Family(Enum):
    """Address family of an access network; a dual-stack network counts as IPv6 (it is preferred)."""

    IPV6 = "IPv6"
    IPV4 = "IPv4-only"


class Prefix(Enum):
    """What a router advertisement says about the link."""

    HOME = "home prefix"
    FOREIGN = "foreign prefix"


FAMILY = Enumeration.of(Family)
PREFIX = Enumeration.of(Prefix)


def address_of(network: Operand) -> Expression:
    """The address that the UE configures on the network."""
    return lookup("address_of", network)


def family_of(network: Operand) -> Expression:
    return lookup("family_of", network)


def prefix_of(network: Operand) -> Expression:
    return lookup("prefix_of", network)


def is_translated(network: Operand) -> Expression:
    """A translator stands between the network and the home agent (IPv4 NAT or IPv6 prefix translation)."""
    return lookup("is_translated", network)


def translated_address_of(network: Operand) -> Expression:
    """The address that the home agent sees for the UE's address on a translated network."""
    return lookup("translated_address_of", network)


def remapped_address_of(network: Operand) -> Expression:
    """The same after the translator has given the UE another mapping."""
    return lookup("remapped_address_of", network)


def family_of_address(address: Operand) -> Expression:
    return lookup("family_of_address", address)


def network_of_address(address: Operand) -> Expression:
    """Where packets to the address are routed; "nowhere" for a private address seen from outside."""
    return lookup("network_of_address", address)


def is_attackers(address: Operand) -> Expression:
    """Packets to the address reach the attacker."""
    return lookup("is_attackers", address)
