"""Wrong implementations to test against: the shipped tables with one small change each. Every mutant
names the property that tells it from the right model, and a scenario in which it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generators.changes import (
    adding_before,
    adding_effects,
    changing,
    losing_effects,
    losing_row,
    losing_trigger,
    sending,
    together,
)
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import ADDRESS_CONFIGURED
from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, family_of_address
from model.handover import Change
from model.home_agent_answers import BindingState
from model.language.errors import ModelError, nearest
from model.language.expressions import if_then_else, literal
from model.language.machines import send
from model.messages import (
    DOWNLINK,
    BindingError,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Lifetime,
    NatDetection,
    Protection,
    RevocationStatus,
    Status,
    acknowledgement,
    data,
    update,
)
from model.ue_messages import accepted, register
from model.ue_revocation import answer, believes_no_longer
from model.ue_variables import Link, ListEntry, UeState


@dataclass(frozen=True)
class Mutant:
    """One wrong implementation. killed_by: a property that holds in `scenario` under `reading`, and
    no longer with `change`. requirements: what the change disregards."""

    identifier: str
    title: str
    actor: str
    change: Change
    killed_by: str
    scenario: str = "minimal"
    reading: str = "intended"
    requirements: Sequence[str] = ()


REGISTERS = "association established, update sent"
ACCEPTS = "initial registration"

UE_MUTANTS = (
    Mutant(
        "ue-update-without-association", "sends a Binding Update although there is no security association", "ue",
        changing("ue", "foreign link after home, association needed", dest=literal(UeState.REGISTERING),
                 then=[ue.detected_link.becomes(Link.FOREIGN), register(ue.address)]),
        killed_by="SA-1", requirements=["GEN-03", "UE-H2F-02", "UE-H2F-03", "REF-D2"],
    ),
    Mutant(
        "ue-update-before-detection", "sends a Binding Update before home link detection", "ue",
        adding_effects("ue", "IPv6 address configured", register(ADDRESS_CONFIGURED.view.address)),
        killed_by="ADDR-4", requirements=["UE-H2F-01", "UE-F2F-01"],
    ),
    Mutant(
        "ue-no-deregistration", "is silent when it comes back to the home link", "ue",
        changing("ue", "home link, binding to remove", dest=literal(UeState.AT_HOME),
                 then=[ue.detected_link.becomes(Link.HOME), ue.list_entry.becomes(ListEntry.NONE)]),
        killed_by="BIND-1", requirements=["UE-F2H-01", "REF-A12"],
    ),
    Mutant(
        "ue-registers-at-home", "asks for a binding from the home link instead of its removal", "ue",
        sending("ue", "home link, binding to remove", lifetime=Lifetime.POSITIVE),
        killed_by="ADDR-6", requirements=["UE-F2H-01", "REF-A12"],
    ),
    Mutant(
        "ue-association-dropped-early", "gives up its association, once, while it de-registers", "ue",
        changing("ue", "gives up the association while deregistering", when=ue.association & ~ue.association_renewed,
                 then=[ue.association.becomes(False), ue.key_management_granted.becomes(False),
                        ue.association_renewed.becomes(True)]),
        killed_by="SA-6", requirements=["UE-F2H-02", "UE-F2H-03", "REF-D6"],
    ),
    Mutant(
        "ue-association-not-renewed", "uses an association that was not moved along", "ue",
        changing("ue", "another foreign link, update sent", when=ue.association),
        killed_by="SA-5", scenario="key-management", requirements=["UE-F2F-09", "REF-A10", "REF-D4"],
    ),
    Mutant(
        "ue-no-key-management", "wants its association to survive and does not set K", "ue",
        sending("ue", REGISTERS, key_management=False),
        killed_by="ADDR-8", requirements=["UE-H2F-07", "REF-A4"],
    ),
    Mutant(
        "ue-old-alternate", "names the care-of address left behind in the Alternate Care-of Address option", "ue",
        sending("ue", "another foreign link, update sent", alternate_care_of_address=ue.care_of_address),
        killed_by="ADDR-1", scenario="detach", requirements=["UE-F2F-03"],
    ),
    Mutant(
        "ue-no-detection-abroad", "does not look for the home link when it comes from another foreign link", "ue",
        adding_before("ue", "IPv6 address configured", dest=literal(UeState.REGISTERED),
                      when=(ue.list_entry == ListEntry.VALID) & (ADDRESS_CONFIGURED.view.family == Family.IPV6)),
        killed_by="ADDR-14", scenario="prefix-translation", requirements=["UE-F2F-01"],
    ),
    Mutant(
        "ue-asks-for-another", "asks for an IPv4 home address instead of naming the one it holds", "ue",
        sending("ue", "IPv4 care-of address configured, update sent", ipv4_home_address=if_then_else(
            ue.wants_ipv4_home_address, literal(Ipv4HomeAddressOption.UNSPECIFIED), Ipv4HomeAddressOption.ABSENT)),
        killed_by="V4-10", scenario="detach", requirements=["UE-H2F-04", "UE-F2F-05"],
    ),
    Mutant(
        "ue-refused-address-kept", "takes an IPv4 home address that is refused for one that is granted", "ue",
        adding_effects("ue", "registration acknowledged", ue.has_ipv4_home_address.becomes(if_then_else(
            acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ABSENT,
            literal(False), literal(True)))),
        killed_by="BIND-41", scenario="detach", requirements=["REF-C14"],
    ),
    Mutant(
        "ue-removal-from-abroad", "de-registers on the home link from the care-of address left behind", "ue",
        sending("ue", "home link, binding to remove", source=ue.care_of_address),
        killed_by="BIND-55", requirements=["REF-A12"],
    ),
    Mutant(
        "ue-wrong-alternate", "puts its home address into the Alternate Care-of Address option", "ue",
        sending("ue", REGISTERS, alternate_care_of_address=HOME_ADDRESS),
        killed_by="ADDR-1", requirements=["UE-F2F-03", "REF-A3"],
    ),
    Mutant(
        "ue-no-home-address", "omits the home address", "ue",
        sending("ue", REGISTERS, home_address_option=False),
        killed_by="ADDR-2", requirements=["UE-F2F-04", "REF-A3"],
    ),
    Mutant(
        "ue-forces-udp", "sets F although UDP encapsulation is left to the home agent", "ue",
        sending("ue", REGISTERS, forces_udp=True),
        killed_by="ADDR-3", scenario="nat", requirements=["UE-H2F-06", "UE-F2F-08"],
    ),
    Mutant(
        "ue-no-ipv4-care-of-address", "omits the IPv4 Care-of Address option on an IPv4-only access", "ue",
        sending("ue", REGISTERS, ipv4_care_of_address=NO_ADDRESS),
        killed_by="ADDR-3", scenario="nat", requirements=["UE-H2F-05", "UE-F2F-07", "REF-C5"],
    ),
    Mutant(
        "ue-any-number", "takes an acknowledgement whatever update it answers", "ue",
        losing_row("ue", "answers an older update"),
        killed_by="BIND-7", requirements=["REF-A7"],
    ),
    Mutant(
        "ue-refusal-taken-as-acceptance", "takes status 134 as an acceptance", "ue",
        changing("ue", "registration acknowledged",
                 when=accepted | (acknowledgement.status == Status.DUPLICATE_ADDRESS)),
        killed_by="BIND-11", scenario="address-detection", requirements=["REF-A9"],
    ),
    Mutant(
        "ue-no-retransmission", "never repeats an update that nobody answers", "ue",
        losing_trigger("ue", "timer retransmission"),
        killed_by="LIVE-6", requirements=["REF-A5", "REF-A6", "REF-A13"],
    ),
    Mutant(
        "ue-short-of-patience", "gives up when the home agent is short of resources", "ue",
        losing_row("ue", "refused for the moment, asked again later"),
        killed_by="BIND-18", scenario="statuses", requirements=["REF-A9"],
    ),
    Mutant(
        "ue-detach-registers", "asks for a binding when it detaches", "ue",
        sending("ue", "detaches", lifetime=Lifetime.POSITIVE),
        killed_by="BIND-21", scenario="detach", requirements=["REF-A13", "REF-F4"],
    ),
    Mutant(
        "ue-counts-what-it-asked", "counts the lifetime that it asked for, whatever is granted", "ue",
        adding_effects("ue", "registration acknowledged", ue.time_left.becomes(ue.time_left)),
        killed_by="BIND-13b", scenario="lifetimes", requirements=["REF-A8", "REF-A1"],
    ),
    Mutant(
        "ue-no-back-off", "repeats its updates at equal intervals", "ue",
        adding_effects("ue", "registration repeated", ue.retry_in.becomes(1)),
        killed_by="BIND-22", scenario="lifetimes", requirements=["REF-A6"],
    ),
    Mutant(
        "ue-forces-again", "sets F again although the home agent does not force UDP", "ue",
        sending("ue", "UDP is not forced, asked again without F", forces_udp=True),
        killed_by="BIND-20", scenario="statuses", requirements=["REF-C3"],
    ),
    Mutant(
        "ue-keepalive-elsewhere", "keeps its NAT mapping alive with an update that asks for removal", "ue",
        sending("ue", "keeps the NAT mapping alive", lifetime=Lifetime.ZERO),
        killed_by="BIND-3", scenario="nat-expiry", requirements=["REF-C13", "REF-A2"],
    ),
    Mutant(
        "ue-unprotected-answer", "takes an acknowledgement that no association protects", "ue",
        losing_row("ue", "not protected by the association"),
        killed_by="ATT-1", scenario="no-keys", requirements=["REF-A7", "REF-D1"],
    ),
    Mutant(
        "ue-always-udp", "tunnels its data in UDP whatever the acknowledgement says of a NAT", "ue",
        adding_effects("ue", "registration acknowledged", ue.tunnel.becomes(
            if_then_else(family_of_address(ue.care_of_address) == Family.IPV4,
                         literal(Encapsulation.UDP), literal(Encapsulation.IPV6)))),
        killed_by="NAT-8", scenario="nat", requirements=["REF-C8", "REF-C9"],
    ),
    Mutant(
        "ue-revocation-forgets-update", "forgets, when its binding is revoked, that an update is unanswered", "ue",
        changing("ue", "the network ends the binding while an update is unanswered",
                 dest=literal(UeState.DETACHED), then=[believes_no_longer, answer(RevocationStatus.SUCCESS)]),
        killed_by="BIND-24", scenario="network-detach", requirements=["REF-F6"],
    ),
    Mutant(
        "ue-revocation-unanswered", "gives its binding up when it is revoked and does not answer", "ue",
        changing("ue", "the network ends the binding", then=[believes_no_longer]),
        killed_by="BIND-25", scenario="network-detach", requirements=["REF-F6"],
    ),
)  # fmt: skip

HOME_AGENT_MUTANTS = (
    Mutant(
        "ha-any-subscriber", "accepts an update that the association of any subscriber protects", "home_agent",
        changing("home_agent", "not protected by the UE's association",
                 when=update.protection.is_one_of(Protection.NONE, Protection.FORMER)),
        killed_by="ATT-2", scenario="insider", requirements=["HA-F2F-01", "REF-B5", "REF-D1"],
    ),
    Mutant(
        "ha-no-protection", "accepts updates that the UE's association does not protect", "home_agent",
        losing_row("home_agent", "not protected by the UE's association"),
        killed_by="SA-2", scenario="association-loss", requirements=["HA-F2F-01", "REF-B5", "REF-D1"],
    ),
    Mutant(
        "ha-refusal-removes", "removes the binding when it refuses to renew it", "home_agent",
        together(changing("home_agent", "refused out of policy", dest=literal(BindingState.NO_BINDING)),
                 adding_effects("home_agent", "refused out of policy", ha.forget_binding,
                                ha.sequence_number.becomes(0))),
        killed_by="BIND-10", scenario="statuses", requirements=["REF-B4", "REF-B6"],
    ),
    Mutant(
        "ha-grants-nothing", "accepts a registration and grants no time", "home_agent",
        sending("home_agent", ACCEPTS, granted_ticks=0),
        killed_by="BIND-13a", scenario="lifetimes", requirements=["REF-B8"],
    ),
    Mutant(
        "ha-error-while-bound", "answers user data with a Binding Error although there is a binding", "home_agent",
        changing("home_agent", "data carried on", then=[send(BindingError(destination=data.source), on=DOWNLINK)],
                 discards=False),
        killed_by="BIND-17", scenario="ha-restart", requirements=["REF-A14", "REF-B13"],
    ),
    Mutant(
        "ha-any-number", "accepts an update whatever its sequence number", "home_agent",
        losing_row("home_agent", "stale sequence number"),
        killed_by="BIND-5", scenario="no-anti-replay", requirements=["HA-F2F-01", "REF-B2"],
    ),
    Mutant(
        "ha-forgets-removed-entry", "forgets the sequence number together with the binding", "home_agent",
        together(changing("home_agent", "removal", dest=literal(BindingState.NO_BINDING)),
                 adding_effects("home_agent", "removal", ha.sequence_number.becomes(0))),
        killed_by="BIND-6", scenario="no-anti-replay", requirements=["REF-B2", "REF-B11"],
    ),
    Mutant(
        "ha-keeps-binding", "acknowledges a removal and keeps the binding", "home_agent",
        changing("home_agent", "removal", dest=None, then=[
            ha.sequence_number.becomes(update.sequence_number), ha.note_newest,
            ha.reply(Status.ACCEPTED, key_management=ha.grants_key_management)]),
        killed_by="BIND-8", requirements=["HA-F2H-01", "REF-B11"],
    ),
    Mutant(
        "ha-lifetime-zero", "acknowledges a registration with lifetime 0", "home_agent",
        sending("home_agent", ACCEPTS, lifetime=Lifetime.ZERO),
        killed_by="BIND-9", requirements=["HA-F2F-02", "HA-F2H-02"],
    ),
    Mutant(
        "ha-removal-refused", "removes the binding and answers status 133", "home_agent",
        sending("home_agent", "removal", status=Status.NOT_HOME_AGENT),
        killed_by="BIND-10", requirements=["HA-F2H-01", "HA-F2H-02"],
    ),
    Mutant(
        "ha-stale-care-of-address", "does not store the care-of address of a newer update", "home_agent",
        losing_effects("home_agent", "binding updated", ha.care_of_address),
        killed_by="BIND-3", scenario="association-loss", requirements=["HA-F2F-02", "HA-F2F-04", "GEN-01"],
    ),
    Mutant(
        "ha-any-alternate", "binds an Alternate Care-of Address that is not the source", "home_agent",
        changing("home_agent", "care-of address refused", dest=literal(BindingState.BOUND), then=[
            [effect for effect in ha.store_care_of_address if effect != ha.store_care_of_address[0]],
            ha.care_of_address.becomes(
                if_then_else(ha.alternate_differs, update.alternate_care_of_address, update.source)),
            ha.reply(Status.ACCEPTED, lifetime=Lifetime.POSITIVE)]),
        killed_by="ADDR-5", scenario="prefix-translation", requirements=["HA-F2F-03", "HA-F2F-04", "REF-E1"],
    ),
    Mutant(
        "ha-outer-source-believed", "binds an outer source that a NAT may not have made", "home_agent",
        changing("home_agent", "care-of address refused", when=ha.alternate_differs | ha.care_of_address_missing),
        killed_by="ATT-4", scenario="on-path-no-nat", requirements=["REF-C17"],
    ),
    Mutant(
        "ha-grants-unasked", "grants K to an update that did not ask for it", "home_agent",
        sending("home_agent", ACCEPTS, key_management=True),
        killed_by="SA-3", scenario="association-loss", requirements=["HA-F2F-11", "REF-B10"],
    ),
    Mutant(
        "ha-peer-not-moved", "grants K and leaves its association where it was", "home_agent",
        losing_effects("home_agent", "binding updated", ha.peer_address),
        killed_by="SA-4", scenario="association-loss", requirements=["HA-F2F-11", "REF-B10"],
    ),
    Mutant(
        "ha-routing-header-at-home", "answers a removal with a routing header", "home_agent",
        sending("home_agent", "removal", routing_header=True),
        killed_by="ADDR-7b", requirements=["HA-F2F-10", "REF-B12"],
    ),
    Mutant(
        "ha-nat-not-told", "finds a NAT and does not tell the UE", "home_agent",
        sending("home_agent", ACCEPTS, nat_detection=NatDetection.ABSENT),
        killed_by="NAT-1", scenario="nat", requirements=["HA-F2F-06", "REF-C7"],
    ),
    Mutant(
        "ha-nat-ignored", "answers to the IPv4 care-of address behind the NAT", "home_agent",
        sending("home_agent", ACCEPTS,
                destination=if_then_else(ha.in_udp, update.ipv4_care_of_address, update.source)),
        killed_by="NAT-3", scenario="nat", requirements=["HA-F2F-07", "REF-C6"],
    ),
    Mutant(
        "ha-nat-tunnel", "tunnels to a UE behind a NAT without UDP", "home_agent",
        adding_effects("home_agent", ACCEPTS, ha.tunnel.becomes(
            if_then_else(ha.in_udp, literal(Encapsulation.IPV4), literal(Encapsulation.IPV6)))),
        killed_by="NAT-8", scenario="nat", requirements=["HA-F2F-07", "REF-C8"],
    ),
    Mutant(
        "ha-ipv4-request-unanswered", "does not answer the request for an IPv4 home address", "home_agent",
        sending("home_agent", "the home address is unique",
                ipv4_address_acknowledgement=Ipv4AddressAcknowledgement.ABSENT),
        killed_by="V4-1", scenario="address-detection", requirements=["HA-F2F-09", "REF-C2"],
    ),
    Mutant(
        "ha-pool-not-updated", "gives an IPv4 home address that stays free in the pool", "home_agent",
        losing_effects("home_agent", ACCEPTS, ha.ipv4_home_address_free),
        killed_by="V4-3", scenario="ipv4-home-address", requirements=["HA-F2F-09", "REF-C12"],
    ),
    Mutant(
        "ha-ipv4-left-behind", "drops the IPv4 home address when the UE moves", "home_agent",
        adding_effects("home_agent", "binding updated", ha.ipv4_home_address_bound.becomes(False),
                       ha.ipv4_home_address_free.becomes(ha.ipv4_home_address_free | ha.ipv4_home_address_bound)),
        killed_by="V4-5", scenario="ipv4-home-address", requirements=["HA-F2F-08", "REF-C11"],
    ),
    Mutant(
        "ha-ipv4-not-released", "keeps the IPv4 binding when the binding is removed", "home_agent",
        losing_effects("home_agent", "removal", ha.ipv4_home_address_bound, ha.ipv4_home_address_free),
        killed_by="V4-6", scenario="ipv4-home-address", requirements=["HA-F2H-01", "REF-C12"],
    ),
    Mutant(
        "ha-ipv4-not-expired", "keeps the IPv4 binding when the lifetime ends", "home_agent",
        losing_effects("home_agent", "the binding's lifetime ends", ha.ipv4_home_address_bound,
                       ha.ipv4_home_address_free),
        killed_by="BIND-14", scenario="ipv4-home-address", requirements=["REF-C12"],
    ),
    Mutant(
        "ha-renews-revoked", "renews a binding that it is revoking", "home_agent",
        losing_row("home_agent", "refused while the binding is being revoked"),
        killed_by="BIND-26", scenario="network-detach", requirements=["REF-F6"],
    ),
    Mutant(
        "ha-ends-renewed", "ends a binding by an answer to a revocation that is over", "home_agent",
        losing_row("home_agent", "no revocation is outstanding"),
        killed_by="BIND-23", scenario="network-detach", requirements=["REF-F6"],
    ),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*UE_MUTANTS, *HOME_AGENT_MUTANTS)


def mutant(identifier: str) -> Mutant:
    """The mutant with this identifier. Raises ModelError naming the nearest one."""
    for entry in MUTANTS:
        if entry.identifier == identifier:
            return entry
    raise ModelError(f'unknown mutant "{identifier}": {nearest(identifier, [entry.identifier for entry in MUTANTS])}')
