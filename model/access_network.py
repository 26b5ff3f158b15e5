"""Where the UE is attached: movement, address configuration, router advertisements, the NAT.
Movement is possible at any moment and says nothing to the home agent."""

from __future__ import annotations

from enum import Enum

from model.addresses import (
    ADDRESS,
    FAMILY,
    NETWORK,
    NOWHERE,
    PREFIX,
    Family,
    address_of,
    family_of,
    is_translated,
    prefix_of,
)
from model.language.domains import BOOLEAN, Integer
from model.language.expressions import if_then_else, parameter, variable
from model.language.machines import Event, Machine, event


class AccessState(Enum):
    ATTACHED = "attached"
    OUT_OF_COVERAGE = "out of coverage"


MOVEMENT = Event("movement", "access", {"to": NETWORK}, unrefusable=True)
COVERAGE_LOST = Event("loss of coverage", "access", {})
ADDRESS_CONFIGURED = Event("address configured", "access", {"address": ADDRESS, "family": FAMILY})
ROUTER_ADVERTISEMENT = Event("router advertisement", "access", {"prefix": PREFIX})
NAT_REMAPPED = Event("NAT remapping", "access", {})

access = Machine(
    "access", AccessState, AccessState.ATTACHED, role="environment",
    meaning="the access network to which the UE is attached, and its translator",
)  # fmt: skip
network = access.variable("network", NETWORK, initial="home", meaning="where the UE is")
configured = access.variable("configured", BOOLEAN, initial=True, meaning="the UE has its address there")
movements_left = access.variable(
    "movements_left", Integer(0, "movements"), initial=parameter("movements"), meaning="budget of movements"
)
old_network = access.variable(
    "old_network", NETWORK, initial=NOWHERE, meaning="where a UE with two radios still receives for a while"
)
remapped = access.variable("remapped", BOOLEAN, meaning="the NAT has replaced its first mapping")
remappings_left = access.variable(
    "remappings_left", Integer(0, "remappings"), initial=parameter("remappings"), meaning="budget of NAT remappings"
)
access.variable(
    "duplications_left", Integer(0, "duplications"), initial=parameter("duplications"),
    meaning="budget of packets that the network may duplicate",
)  # fmt: skip

disturbs = variable("home_agent.undisturbed").becomes(False)  # a ghost, for the properties only

access.transition(
    "the UE moves to another access network",
    trigger=event(MOVEMENT), source=list(AccessState), dest=AccessState.ATTACHED,
    when=(movements_left > 0) & (MOVEMENT.view.to != NOWHERE) & (MOVEMENT.view.to != network),
    then=[network.becomes(MOVEMENT.view.to), configured.becomes(False), movements_left.becomes(movements_left - 1),
          old_network.becomes(if_then_else(configured, network, NOWHERE))],
    clause="5.2.1", requirements=["GEN-01", "GEN-06"],
)  # fmt: skip
OLD_LINK_ENDED = Event("end of the old link", "access", {})
access.transition(
    "the link left behind is given up",
    trigger=event(OLD_LINK_ENDED), source=AccessState.ATTACHED, when=old_network != NOWHERE,
    then=[old_network.becomes(NOWHERE)],
    clause="5.2.1", requirements=["REF-A15"], note="until then answers to the old care-of address arrive",
)  # fmt: skip
access.transition(
    "the UE leaves coverage",
    trigger=event(COVERAGE_LOST), source=AccessState.ATTACHED, dest=AccessState.OUT_OF_COVERAGE,
    when=(movements_left > 0) & parameter("coverage_loss"),
    then=[network.becomes(NOWHERE), configured.becomes(False)],
    clause="5.2.1", requirements=["GEN-01"],
)  # fmt: skip
access.transition(
    "the access network gives an address",
    trigger=event(ADDRESS_CONFIGURED), source=AccessState.ATTACHED, when=~configured,
    then=[configured.becomes(True)],
    emits={"address": address_of(network), "family": family_of(network)},
    clause="5.2.2.1", requirements=["UE-GEN-01"],
)  # fmt: skip
access.transition(
    "the link's router advertises its prefix",
    trigger=event(ROUTER_ADVERTISEMENT), source=AccessState.ATTACHED,
    when=configured & (family_of(network) == Family.IPV6),
    emits={"prefix": prefix_of(network)},
    clause="5.1.2.3", requirements=["REF-A11"],
)  # fmt: skip
access.transition(
    "the NAT replaces its mapping",
    trigger=event(NAT_REMAPPED), source=AccessState.ATTACHED,
    when=(remappings_left > 0) & is_translated(network) & ~remapped,
    then=[remapped.becomes(True), remappings_left.becomes(remappings_left - 1), disturbs],
    clause="5.2.3.2", requirements=["REF-G9"],
    note="or forgets it, and makes another when the UE next sends; the UE learns nothing of it",
)  # fmt: skip
access.invariant("an address is configured only where the UE is attached", configured.implies(network != NOWHERE))
access.invariant("attached means on some network", (access.state == AccessState.ATTACHED) == (network != NOWHERE))
