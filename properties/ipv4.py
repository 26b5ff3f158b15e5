"""Properties of NAT traversal and of the IPv4 home address."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import NO_ADDRESS, is_translated
from model.language.expressions import after, in_at_most_one_copy, in_some_copy, parameter
from model.language.machines import chosen
from model.messages import (
    Encapsulation,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    NatDetection,
    live_mapping,
    sent_acknowledgement,
    update,
)
from properties.kinds import invariant, step_property
from properties.terms import (
    accepts_registration,
    behind_nat,
    bound,
    quiescent,
    receives_update,
    registered,
    sends_acknowledgement,
)

answers_update = receives_update & sends_acknowledgement
tells_of_a_nat = chosen(
    "AMB-20",
    nat_found=sent_acknowledgement.nat_detection == NatDetection.F_SET,
    udp_demanded=sent_acknowledgement.nat_detection == NatDetection.F_CLEAR,
)
asked_for_any = (receives_update & (update.ipv4_home_address == Ipv4HomeAddressOption.UNSPECIFIED)) | (
    ~receives_update & (ha.pending_ipv4_home_address == Ipv4HomeAddressOption.UNSPECIFIED)
)

IPV4_PROPERTIES = (
    step_property(
        "NAT-1", "the acknowledgement tells of a NAT exactly if option and outer source differ",
        whenever=answers_update & (update.encapsulation == Encapsulation.UDP)
        & (update.ipv4_care_of_address != NO_ADDRESS),
        then=tells_of_a_nat == (update.ipv4_care_of_address != update.source),
        requirements=["HA-F2F-05", "HA-F2F-06", "REF-C7", "REF-C9"], clause="5.2.3.2", ambiguities=["AMB-20"],
        actor="home_agent",
    ),
    step_property(
        "NAT-2", "nothing tells of a NAT when none is on the path and UDP is not demanded",
        whenever=answers_update & ~is_translated(update.network) & ~parameter("home_agent_demands_udp"),
        then=sent_acknowledgement.nat_detection == NatDetection.ABSENT,
        requirements=["HA-F2F-06", "REF-C7"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "NAT-3", "behind a NAT the acknowledgement goes in UDP to the translated address",
        whenever=answers_update & is_translated(update.network) & (update.encapsulation == Encapsulation.UDP),
        then=(sent_acknowledgement.encapsulation == Encapsulation.UDP)
        & (sent_acknowledgement.destination == update.source),
        requirements=["HA-F2F-07", "REF-C6"], clause="5.2.3.2", actor="home_agent",
    ),
    invariant(
        "NAT-4", "behind a NAT, registered, all quiet: the binding's care-of address is the live mapping",
        whenever=registered & quiescent & behind_nat,
        then=bound & (ha.care_of_address == live_mapping(access_network.network))
        & (ha.tunnel == Encapsulation.UDP),
        requirements=["HA-F2F-07", "REF-C7"], clause="5.2.3.2",
    ),
    invariant(
        "NAT-8", "registered, all quiet: UE and home agent agree on how data is tunnelled",
        whenever=registered & quiescent, then=ue.tunnel == ha.tunnel,
        requirements=["HA-F2F-06", "HA-F2F-07", "REF-C8", "REF-C9"], clause="5.2.3.2", ambiguities=["AMB-20"],
    ),
    step_property(
        "V4-1", "an acceptance answers a request for an IPv4 home address, with an address or a failure",
        whenever=accepts_registration & asked_for_any,
        then=sent_acknowledgement.ipv4_address_acknowledgement != Ipv4AddressAcknowledgement.ABSENT,
        requirements=["HA-F2F-09", "REF-C2"], clause="5.2.3.2", actor="home_agent",
    ),
    invariant(
        "V4-2", "an IPv4 home address belongs to at most one UE",
        whenever=in_some_copy(ha.ipv4_home_address_bound), then=in_at_most_one_copy(ha.ipv4_home_address_bound),
        requirements=["HA-F2F-08", "HA-F2F-09", "REF-C12"], clause="5.2.3.2", actor="home_agent", least_ues=2,
    ),
    invariant(
        "V4-3", "the IPv4 home address is free exactly if there is one and no binding holds it",
        then=(ha.ipv4_home_address_free == (parameter("ipv4_pool") & ~in_some_copy(ha.ipv4_home_address_bound)))
        & ha.ipv4_home_address_bound.implies(parameter("ipv4_pool")),
        requirements=["HA-F2F-08", "HA-F2F-09", "REF-C12"], clause="5.2.3.2", actor="home_agent",
    ),
    invariant(
        "V4-4", "registered, all quiet: UE and home agent agree on the IPv4 home address",
        whenever=registered & quiescent & (ue.has_ipv4_home_address | ha.ipv4_home_address_bound),
        then=ue.has_ipv4_home_address & ha.ipv4_home_address_bound,
        requirements=["UE-H2F-04", "UE-F2F-05", "HA-F2F-08", "REF-C14"], clause="5.2.3.2",
        ambiguities=["AMB-12", "AMB-17", "AMB-30"],
    ),
    step_property(
        "V4-5", "an IPv4 home address that is assigned moves along with the care-of address",
        whenever=receives_update & accepts_registration & ha.ipv4_home_address_bound
        & (update.ipv4_home_address == Ipv4HomeAddressOption.ASSIGNED),
        then=after(ha.ipv4_home_address_bound)
        & (sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED),
        requirements=["UE-H2F-04", "UE-F2F-05", "HA-F2F-08", "REF-C11"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "V4-6", "the end of a binding ends its IPv4 binding",
        whenever=ha.ipv4_home_address_bound & bound & ~after(bound),
        then=~after(ha.ipv4_home_address_bound) & after(ha.ipv4_home_address_free),
        requirements=["HA-F2H-01", "REF-C12"], clause="5.2.3.3", ambiguities=["AMB-15"], actor="home_agent",
    ),
    invariant(
        "V4-7", "registered, all quiet: the UE does not believe in an IPv4 home address that its update dropped",
        whenever=registered & quiescent & ue.has_ipv4_home_address & ~ue.wants_ipv4_home_address,
        then=ha.ipv4_home_address_bound,
        requirements=["UE-F2F-05", "REF-C12"], clause="5.2.2.3", ambiguities=["AMB-17"],
    ),
)  # fmt: skip
