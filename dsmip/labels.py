"""How messages and variables are written in charts: the fields that tell a story, in few words."""

from __future__ import annotations

from diagrams.chart import Place, Way
from model.language.domains import Value
from model.language.replication import copied_variable
from model.language.systems import System

SHORT_NAMES: dict[str, str | None] = {
    "BindingUpdate": "BU",
    "BindingAcknowledgement": "BA",
    "BindingError": "BE",
    "BindingRevocationIndication": "BRI",
    "BindingRevocationAcknowledgement": "BRA",
    "TunnelledData": "data",
    "sequence_number": "#",
    "lifetime": "lifetime",
    "status": "",
    "source": "from",
    "destination": "to",
    "encapsulation": "",
    "key_management": "K",
    "alternate_care_of_address": None,
    "ipv4_care_of_address": None,
    "inner_source": None,
    "home_address_option": None,
    "ipv4_home_address": "IPv4 home address",
    "ipv4_address_acknowledgement": "IPv4 home address",
    "nat_detection": "NAT detection",
    "routing_header": "routing header",
    "protection": "SA",
    "repeated": "copy",
    "network": None,
}

HIDDEN = (
    "access.movements_left", "access.duplications_left", "access.remappings_left", "access.configured",
    "security_association.ends_left", "security_association.failures_left", "lifetimes.expiries_left",
    "ue.data_left", "outages.restarts_left", "attacker.forgeries_left", "attacker.interceptions_left",
    "home_agent.revocations_left",
    "ue.retransmissions_left", "ue.interval", "lifetimes.ticks_left",
    "ue.sequence_number", "ue.previous_link", "home_agent.newest_processed",
)  # fmt: skip


def hidden_in(system: System) -> tuple[str, ...]:
    """The hidden variables by the names they have in `system`, which may have several UEs."""
    copies = len(system.channels)  # at least as many as there are UEs
    names = [*HIDDEN, *(copied_variable(name, number) for name in HIDDEN for number in range(copies))]
    return tuple(name for name in names if name in system.variable_index)


def way_in(system: System) -> Way:
    """What a message of a UE passes: its access network, and the NAT (or prefix translator) where there is one."""
    places = {}
    for machine in system.machines:
        base, _, number = machine.name.partition("_")
        if base == "access":
            suffix = f"_{number}" if number else ""
            places[machine.name] = Place(f"access network {number}".rstrip(), f"ue{suffix}")
    return Way(places, "NAT", rewrites_an_address, ("NAT remapping",))


def rewrites_an_address(before: Value, after: Value) -> bool:
    """Whether an address changes as at a translator: one of the two is the outside one of a mapping."""
    return any(str(value).startswith(("mapped-", "remapped-")) for value in (before, after))
