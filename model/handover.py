"""The DSMIPv6 handover as one system: UE, home agent, access networks, IKEv2, lifetimes and the two
directions of travel, for one scenario and one reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

from model.access_network import OLD_LINK_ENDED, access, old_network
from model.addresses import ATTACKER_ADDRESS, HOME_ADDRESS, NO_ADDRESS, NOWHERE, Family, Prefix
from model.attacker import INJECTED_ANSWERS, INJECTED_UPDATES, attacker
from model.budgets import UNLIMITED, at_start, unlimited
from model.discrete_time import TICK, clock
from model.home_agent import ACCEPTS_AGAIN, REFUSES
from model.home_agent_answers import (
    refusal,
    refusing,
    revocation_repeats_left,
    revocations_left,
    revoking,
)
from model.home_agent_answers import time_left as time_left_at_home_agent
from model.home_agent_outages import HOME_AGENT_RESTARTED, outages
from model.home_agent_revocation import REVOCATION_OVERDUE, REVOKES, home_agent
from model.language.binding import Binding
from model.language.domains import Sizes, Value
from model.language.expressions import Assignment, Expression, variable
from model.language.flattening import compose
from model.language.machines import Alter, Machine, Trigger, event, receipt
from model.language.messages import Channel, MessageType
from model.language.recomposition import Kept
from model.language.replication import replicated
from model.language.resizing import resized
from model.language.symmetry import Interchangeable, Thing
from model.language.systems import System
from model.lifetimes import lifetimes
from model.messages import (
    BindingError,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    TunnelledData,
    directions,
)
from model.readings import Reading
from model.scenarios import Network, Scenario
from model.security_association import security_association
from model.ue_detach import DETACH, GIVES_ASSOCIATION_UP
from model.ue_revocation import ue
from model.ue_variables import (
    UeState,
    data_left,
    interval,
    prefix_discovery_due,
    refreshes_left,
    retry_in,
    time_left,
    udp_refused,
)
from model.ue_while_registered import PREFIX_DISCOVERY, REFRESH, USER_DATA

MACHINES = (ue, home_agent, access, security_association, lifetimes, outages, attacker)
TABLES = (*MACHINES, clock)  # every table there is; the clock takes the place of `lifetimes` where it runs
Change = Callable[[Mapping[str, Machine]], None]
Settings = Mapping[str, Mapping[str, tuple[str, ...]]]

# Both ends of a security association exist, or neither does.
association_at_both_ends_or_neither = variable("ue.security_association") == variable(
    "home_agent.security_association"
)


def handover(scenario: Scenario, reading: Reading, change: Change | None = None) -> System:
    """The system to check, with as many UEs as the scenario has. `change` (a mutant's) edits copies of
    the machines before they are composed.

    Raises ModelError if the machines, after a change, make no sense.
    """
    alone = handover_of_one(scenario, reading, change)
    return alone if scenario.ue.count == 1 else replicated(alone, scenario.ue.count)[0]


def handover_of_one(
    scenario: Scenario, reading: Reading, change: Change | None = None, settings: Settings | None = None,
    kept: Kept | None = None,
) -> System:  # fmt: skip
    """The same with one UE, whatever the scenario says: what properties are written about. settings: ambiguities
    that the system settles where it starts (see `Binding`). kept: of systems that differ in their change only."""
    return compose(
        scenario.name, machines_of(scenario, change), channels(scenario), binding(scenario, reading, settings),
        association_at_both_ends_or_neither, alike_networks(scenario), kept,
    )  # fmt: skip


def at_width(
    system: System, bits: int, scenario: Scenario, reading: Reading, change: Change | None = None
) -> System:  # fmt: skip
    """The system of one UE that `handover_of_one` gave, with sequence numbers of so many bits."""
    wide = scenario.at_width(bits)
    return resized(
        system, machines_of(scenario, change), channels(wide), binding(scenario, reading), binding(wide, reading)
    )


def machines_of(scenario: Scenario, change: Change | None = None) -> list[Machine]:
    """The tables of one UE's system, without what the scenario has no use for."""
    machines = {machine.name: machine.copy() for machine in MACHINES}
    if change is not None:
        change(machines)
    leave_out_what_is_missing(machines, scenario)
    return list(machines.values())


def leave_out_what_is_missing(machines: dict[str, Machine], scenario: Scenario) -> None:
    """Take out the machines, and the rows about messages, that the scenario has no use for."""
    if not scenario.attacker.exists:
        del machines[attacker.name]
    if not scenario.bounds.home_agent_restarts:
        del machines[outages.name]
        _lose(machines, event(HOME_AGENT_RESTARTED))
    if scenario.clock.runs:
        machines[lifetimes.name] = clock.copy()
    else:
        _lose(machines, event(TICK))
        _forget(machines, time_left, retry_in, interval, time_left_at_home_agent)
    if not scenario.environment.dual_radio:
        _lose(machines, event(OLD_LINK_ENDED))
        _forget(machines, old_network)
    if not scenario.bounds.refreshes:
        _lose(machines, REFRESH)
        _forget(machines, refreshes_left)
    if not scenario.ue.data_packets:
        _lose(machines, receipt(TunnelledData), receipt(BindingError), USER_DATA)
        _forget(machines, data_left)
    if not scenario.bounds.revocations:
        _lose(machines, REVOKES, REVOCATION_OVERDUE)
        _lose_message(machines, BindingRevocationIndication)
        _lose_message(machines, BindingRevocationAcknowledgement)
        _forget(machines, revoking, revocation_repeats_left, revocations_left)
    if scenario.home_agent.refuses == "no":
        _lose(machines, REFUSES, ACCEPTS_AGAIN)
        _forget(machines, refusal, refusing)
    if not scenario.home_agent.prefix_deprecated:
        _lose(machines, PREFIX_DISCOVERY)
        _forget(machines, prefix_discovery_due)
    if not scenario.ue.may_detach:
        _lose(machines, DETACH, GIVES_ASSOCIATION_UP)
        _lose_state(machines[ue.name], UeState.DETACHING)
    if not scenario.ue.forces_udp:
        _forget(machines, udp_refused)


def _lose(machines: Mapping[str, Machine], *triggers: Trigger) -> None:
    for machine in machines.values():
        machine.decisions[:] = [entry for entry in machine.decisions if entry.trigger not in triggers]


def _lose_message(machines: Mapping[str, Machine], message: MessageType) -> None:
    """Take out a message that nobody sends: its receipt, and what befalls it in flight."""
    _lose(machines, receipt(message))
    for machine in machines.values():
        machine.decisions[:] = [
            replace(entry, cases=tuple(
                replace(item, then=tuple(
                    effect for effect in item.then
                    if not (isinstance(effect, Alter) and effect.message == message.name)))
                for item in entry.cases))
            for entry in machine.decisions
        ]  # fmt: skip


def _lose_state(machine: Machine, state: Enum) -> None:
    """Take out a control state that nothing leads to."""
    name = str(state.value)
    machine.states = tuple(entry for entry in machine.states if entry != name)
    machine.decisions[:] = [
        replace(entry, states=tuple(source for source in entry.states if source != name))
        for entry in machine.decisions
        if entry.states != (name,)
    ]
    machine.invariants[:] = [entry for entry in machine.invariants if name not in str(entry.condition)]


def _forget(machines: Mapping[str, Machine], *variables: Expression) -> None:
    """Take variables out of the tables: their declarations and what is assigned to them."""
    for variable_ in variables:
        name = str(variable_.payload)
        machine = machines[name.partition(".")[0]]
        del machine.variables[name]
        machine.decisions[:] = [
            replace(entry, cases=tuple(
                replace(item, then=tuple(
                    effect for effect in item.then
                    if not (isinstance(effect, Assignment) and effect.variable == name)))
                for item in entry.cases))
            for entry in machine.decisions
        ]  # fmt: skip


def channels(scenario: Scenario) -> list[Channel]:
    """The directions of travel, and what the attacker injects."""
    both = directions(data=scenario.ue.data_packets > 0, revocations=scenario.bounds.revocations > 0)
    return [*both, INJECTED_UPDATES, INJECTED_ANSWERS] if scenario.attacker.exists else both


def binding(scenario: Scenario, reading: Reading, settings: Settings | None = None) -> Binding:
    """What the scenario, the reading and what is settled at the start fill in."""
    bounds, reading = scenario.bounds, reading.completed(scenario.choices)
    sizes = Sizes(
        widths={"sequence_number": bounds.sequence_number_bits},
        bounds={
            "capacity": bounds.messages_in_flight,
            "movements": bounds.movements,
            "remappings": bounds.nat_remappings,
            "duplications": bounds.duplications,
            "retransmissions": at_start(bounds.retransmissions),
            "association_ends": bounds.security_association_ends,
            "association_failures": bounds.security_association_failures,
            "expiries": at_start(bounds.lifetime_ends),
            "ticks": scenario.clock.ticks,
            "lifetime_asked": scenario.clock.lifetime_asked,
            "longest_interval": scenario.clock.longest_interval,
            "restarts": bounds.home_agent_restarts,
            "revocations": bounds.revocations,
            "refreshes": at_start(bounds.refreshes),
            "data_packets": scenario.ue.data_packets,
            "forgeries": scenario.attacker.forgeries,
            "interceptions": scenario.attacker.interceptions,
            "injected": 1,
        },
        members={"network": (NOWHERE, *(entry.name for entry in scenario.networks)), "address": addresses(scenario)},
    )
    return Binding(
        sizes, parameters(scenario), tables(scenario), reading.choices, reading.actor_choices, settings or {}
    )


def parameters(scenario: Scenario) -> dict[str, Value]:
    """Scenario settings as the machines name them; "either" starts with both values."""
    bounds, faults = scenario.bounds, scenario.channel
    return {
        "movements": bounds.movements,
        "remappings": bounds.nat_remappings,
        "duplications": bounds.duplications,
        "retransmissions": at_start(bounds.retransmissions),
        "association_ends": bounds.security_association_ends,
        "association_failures": bounds.security_association_failures,
        "expiries": at_start(bounds.lifetime_ends),
        unlimited("retransmissions"): bounds.retransmissions == UNLIMITED,
        unlimited("expiries"): bounds.lifetime_ends == UNLIMITED,
        "losses_in_a_row_are_limited": scenario.updates_at_most is None,
        "updates_that_may_follow": scenario.updates_that_may_follow,
        # so that numbers wrap in every run: the first update has the highest number, the second has 0
        "first_sequence_number": (1 << bounds.sequence_number_bits) - 2,
        "restarts": bounds.home_agent_restarts,
        "revocations": bounds.revocations,
        "may_revoke": bounds.revocations > 0,
        "refreshes": at_start(bounds.refreshes),
        unlimited("refreshes"): bounds.refreshes == UNLIMITED,
        "data_packets": scenario.ue.data_packets,
        "loss": faults.loss,
        "duplication": faults.duplication,
        "reordering": faults.reordering,
        "dual_radio": scenario.environment.dual_radio,
        "coverage_loss": scenario.environment.coverage_loss,
        "anti_replay": scenario.security.anti_replay,
        "association_at_home": scenario.security.association_at_home,
        "wants_ipv4_home_address": scenario.ue.wants_ipv4_home_address,
        "ipv4_wish_may_end": scenario.ue.ipv4_wish_may_end,
        "wants_association_to_survive": scenario.ue.wants_association_to_survive,
        "safe_to_stay_home": scenario.ue.safe_to_stay_home,
        "key_management_supported": scenario.home_agent.key_management,
        "ipv4_pool": scenario.home_agent.ipv4_pool,
        "duplicate_address_detection": scenario.home_agent.duplicate_address_detection,
        "duplicate_home_address": scenario.home_agent.duplicate_home_address,
        "home_agent_demands_udp": scenario.home_agent.demands_udp,
        "ticks": scenario.clock.ticks,
        "discrete_time": scenario.clock.runs,
        "lifetime_asked": scenario.clock.lifetime_asked,
        "lifetime_granted_at_most": scenario.clock.lifetime_granted_at_most,
        "longest_interval": scenario.clock.longest_interval,
        "back_off": scenario.clock.longest_interval > 1,
        "invalid_entry_ticks": scenario.clock.invalid_entry_ticks,
        "home_agent_refuses": scenario.home_agent.refuses != "no",
        "refusal": "129" if scenario.home_agent.refuses == "no" else scenario.home_agent.refuses,
        "home_prefix_deprecated": scenario.home_agent.prefix_deprecated,
        "ue_forces_udp": scenario.ue.forces_udp,
        "nat_traversal_off": scenario.home_agent.nat_traversal == "off",
        "nat_traversal_for_ike_peers": scenario.home_agent.nat_traversal == "ike-peer-only",
        "no_packet_outlives_an_invalid_entry": scenario.timing.no_packet_outlives_an_invalid_entry,
        "no_packet_outlives_a_lifetime": scenario.timing.no_packet_outlives_a_lifetime,
        "acknowledged_entry_ends_first": scenario.timing.acknowledged_entry_ends_first,
        "retransmission_outlasts_round_trip": scenario.timing.retransmission_outlasts_round_trip,
        **attacker_parameters(scenario),
    }


def attacker_parameters(scenario: Scenario) -> dict[str, Value]:
    """What the attacker can do, and the channels' faults when he sends."""
    settings = scenario.attacker
    return {
        "forgeries": settings.forgeries,
        "interceptions": settings.interceptions,
        "attacker_subscribes": settings.subscriber,
        "attacker_copies": settings.interception == "copy",
        "attacker_holds_back": settings.interception == "hold-back",
        "attacker_rewrites_ipv4": settings.interception in ("rewrite-ipv4", "rewrite"),
        "attacker_rewrites_ipv6": settings.interception in ("rewrite-ipv6", "rewrite"),
        "always": True,
        "never": False,
    }


def address_on(network: Network) -> str:
    """The address that the UE configures there; on the home link it is the home address."""
    return HOME_ADDRESS if network.home else f"address-{network.name}"


def translated_address(network: Network, mapping: str = "mapped") -> str:
    """What the home agent sees for it."""
    return f"{mapping}-{network.name}" if network.translation else address_on(network)


def addresses_of(scenario: Scenario, network: Network) -> list[str]:
    """Every address that belongs to the network, outside ones included."""
    found = [address_on(network)]
    if network.translation:
        found.append(translated_address(network))
        if scenario.bounds.nat_remappings:
            found.append(translated_address(network, "remapped"))
    return found


def alike_networks(scenario: Scenario) -> list[Interchangeable]:
    """Foreign networks of one kind: which of them the UE visits makes no difference but in names."""
    kinds: dict[tuple[str, bool], list[Network]] = {}
    for entry in scenario.networks:
        if not entry.home:
            kinds.setdefault((entry.family, entry.translation), []).append(entry)
    return [
        Interchangeable(
            f"networks {', '.join(entry.name for entry in alike)}",
            tuple(
                Thing(entry.name, members=(
                    ("network", entry.name),
                    *(("address", address) for address in addresses_of(scenario, entry)),
                ))
                for entry in alike
            ),
            presumed=True,
        )
        for alike in kinds.values()
        if len(alike) > 1
    ]  # fmt: skip


def addresses(scenario: Scenario) -> tuple[str, ...]:
    given = [address for network in scenario.networks for address in addresses_of(scenario, network)]
    return (NO_ADDRESS, *given, *((ATTACKER_ADDRESS,) if scenario.attacker.exists else ()))


def tables(scenario: Scenario) -> dict[str, dict[Value, Value]]:
    """The lookup tables of `model/addresses.py` for the scenario's networks."""
    networks = scenario.networks
    remapped = "remapped" if scenario.bounds.nat_remappings else "mapped"
    nowhere: dict[str, Value] = {
        "address_of": NO_ADDRESS, "family_of": Family.IPV4.value, "prefix_of": Prefix.FOREIGN.value,
        "is_translated": False, "translated_address_of": NO_ADDRESS, "remapped_address_of": NO_ADDRESS,
    }  # fmt: skip
    result: dict[str, dict[Value, Value]] = {name: {NOWHERE: value} for name, value in nowhere.items()}
    family_of_address: dict[Value, Value] = {NO_ADDRESS: Family.IPV6.value}
    network_of_address: dict[Value, Value] = dict.fromkeys(addresses(scenario), NOWHERE)
    for entry in networks:
        family = (Family.IPV6 if entry.family == "ipv6" else Family.IPV4).value
        result["address_of"][entry.name] = address_on(entry)
        result["family_of"][entry.name] = family
        result["prefix_of"][entry.name] = (Prefix.HOME if entry.home else Prefix.FOREIGN).value
        result["is_translated"][entry.name] = entry.translation
        result["translated_address_of"][entry.name] = translated_address(entry)
        result["remapped_address_of"][entry.name] = translated_address(entry, remapped)
        for name in (address_on(entry), translated_address(entry), translated_address(entry, remapped)):
            family_of_address[name] = family
        network_of_address[translated_address(entry)] = entry.name
        network_of_address[translated_address(entry, remapped)] = entry.name
    if scenario.attacker.exists:
        family_of_address[ATTACKER_ADDRESS] = Family.IPV4.value
    is_attackers: dict[Value, Value] = {name: name == ATTACKER_ADDRESS for name in addresses(scenario)}
    return {
        **result, "family_of_address": family_of_address, "network_of_address": network_of_address,
        "is_attackers": is_attackers,
    }  # fmt: skip
