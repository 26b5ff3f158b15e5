"""What must be possible: each handover, each status, and the situations other properties speak of."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import Family, family_of_address, is_translated, remapped_address_of, translated_address_of
from model.home_agent_outages import restarts_left
from model.language.expressions import after, occurs, parameter, receives
from model.messages import (
    ACCEPTING,
    BindingError,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    NatDetection,
    Protection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
)
from model.ue_messages import awaits_answer
from model.ue_variables import Link, ListEntry, UeState
from properties.kinds import Property, witness
from properties.terms import (
    at_home,
    bound,
    quiescent,
    receives_acknowledgement,
    receives_update,
    registered,
    sends_acknowledgement,
    sends_update,
    ue_state,
)

STATUS_REQUIREMENTS = {
    Status.ACCEPTED: "HA-F2F-02",
    Status.REASON_UNSPECIFIED: "HA-F2F-03",
    Status.PREFIX_DISCOVERY_NECESSARY: "REF-A8",
    Status.PROHIBITED: "REF-B6",
    Status.INSUFFICIENT_RESOURCES: "REF-B6",
    Status.NO_HOME_REGISTRATION: "REF-B6",
    Status.NOT_HOME_SUBNET: "REF-B6",
    Status.TYPE_CHANGE: "REF-B3",
    Status.CANNOT_FORCE_UDP: "REF-C3",
    Status.INVALID_CARE_OF_ADDRESS: "REF-E2",
    Status.NOT_HOME_AGENT: "REF-B11",
    Status.DUPLICATE_ADDRESS: "REF-B7",
    Status.SEQUENCE_NUMBER_OUT_OF_WINDOW: "REF-B2",
}
REFUSES = "home agent that refuses"
STATUS_NEEDS = {
    Status.PREFIX_DISCOVERY_NECESSARY: "deprecated home prefix",
    Status.PROHIBITED: REFUSES,
    Status.INSUFFICIENT_RESOURCES: REFUSES,
    Status.NO_HOME_REGISTRATION: REFUSES,
    Status.NOT_HOME_SUBNET: REFUSES,
    Status.TYPE_CHANGE: REFUSES,
    Status.CANNOT_FORCE_UDP: "UE that forces UDP",
    Status.INVALID_CARE_OF_ADDRESS: "status 174",
}


def _status_witness(status: Status) -> Property:
    return witness(
        f"W-STATUS-{status.value.split()[0]}", f"an acknowledgement with status {status.value} is sent",
        step=sends_acknowledgement & (sent_acknowledgement.status == status),
        requirements=[STATUS_REQUIREMENTS[status]], clause="5.2.3", needs=STATUS_NEEDS.get(status, ""),
    )  # fmt: skip


WITNESSES = (
    witness(
        "W-H2F", "a handover from home to a foreign link ends registered",
        step=receives_acknowledgement & ~registered & (after(ue.list_entry) == ListEntry.VALID)
        & (ue.previous_link == Link.HOME),
        requirements=["GEN-06", "UE-H2F-03"], clause="5.2.2.2",
    ),
    witness(
        "W-F2F", "a handover between foreign links ends registered",
        step=receives_acknowledgement & ~registered & (after(ue.list_entry) == ListEntry.VALID)
        & (ue.previous_link == Link.FOREIGN),
        requirements=["GEN-06", "UE-F2F-02"], clause="5.2.2.3",
    ),
    witness(
        "W-F2H", "a return to the home link ends with the binding removed",
        step=receives_acknowledgement & (ue.list_entry == ListEntry.REMOVING)
        & (after(ue.list_entry) == ListEntry.NONE),
        requirements=["GEN-06", "UE-F2H-01"], clause="5.2.2.4",
    ),
    witness("W-REGISTERED", "registered, all quiet", state=registered & quiescent,
            requirements=["GEN-01"], clause="5.2.1"),
    witness("W-HOME", "at home after a registration, all quiet",
            state=at_home & quiescent & (ue.previous_link == Link.FOREIGN),
            requirements=["UE-F2H-01"], clause="5.2.2.4"),
    *(_status_witness(status) for status in Status),
    witness(
        "W-NAT", "a NAT is found and told",
        step=sends_acknowledgement & (sent_acknowledgement.nat_detection != NatDetection.ABSENT),
        requirements=["HA-F2F-06"], clause="5.2.3.2",
    ),
    witness(
        "W-IPV4", "an update in UDP is accepted",
        step=receives_update & sends_acknowledgement & (after(ha.tunnel) != Encapsulation.IPV6),
        requirements=["HA-F2F-05"], clause="5.2.3.2",
    ),
    witness("W-K-GRANTED", "K is granted",
            step=receives_acknowledgement & after(ue.key_management_granted) & ~ue.key_management_granted,
            requirements=["HA-F2F-11"], clause="5.2.3.2"),
    witness(
        "W-K-REFUSED", "K was asked and is not granted",
        step=receives_acknowledgement & (after(ue.list_entry) == ListEntry.VALID) & awaits_answer
        & ue.wants_association_to_survive & ~acknowledgement.key_management,
        requirements=["HA-F2F-11"], clause="5.2.3.2",
    ),
    witness(
        "W-V4-ASSIGNED", "an IPv4 home address is assigned",
        step=sends_acknowledgement
        & (sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED),
        requirements=["HA-F2F-09"], clause="5.2.3.2",
    ),
    witness(
        "W-V4-REFUSED", "an IPv4 home address is refused",
        step=sends_acknowledgement & sent_acknowledgement.ipv4_address_acknowledgement.is_one_of(
            Ipv4AddressAcknowledgement.NOT_THE_HOME_ADDRESS, Ipv4AddressAcknowledgement.NO_ADDRESS_AVAILABLE),
        requirements=["HA-F2F-09"], clause="5.2.3.2",
    ),
    witness("W-RENEWED", "a binding is renewed before it ends, to the same care-of address",
            step=receives_update & bound & after(bound) & (ue_state == UeState.REGISTERING)
            & occurs("home_agent") & (ha.care_of_address == after(ha.care_of_address))
            & (ha.sequence_number != after(ha.sequence_number)),
            requirements=["REF-A2"], clause="5.1.2.4", needs="renewal of bindings"),
    witness(
        "W-DETACH", "a detach from abroad ends with the binding removed",
        step=receives_acknowledgement & (ue_state == UeState.DETACHING) & (after(ue_state) == UeState.DETACHED),
        requirements=["REF-F4"], clause="5.1.2.4", needs="detach from abroad",
    ),
    witness(
        "W-OLD-LINK", "an acknowledgement reaches the UE over the link that it is leaving",
        step=receives_acknowledgement & (acknowledgement.network != access_network.network)
        & (acknowledgement.protection == Protection.CURRENT),
        requirements=["REF-A15"], clause="5.2.1", needs="dual radio",
    ),
    witness(
        "W-NAT-REPAIRED", "a keepalive brings the NAT's new mapping to the home agent",
        step=receives_update & bound & access_network.remapped & is_translated(access_network.network)
        & (ha.care_of_address == translated_address_of(access_network.network))
        & (after(ha.care_of_address) == remapped_address_of(access_network.network)),
        requirements=["REF-C13", "REF-G9"], clause="5.2.3.2",
        needs="renewal behind a NAT that replaces its mapping",
    ),
    witness(
        "W-IPV4-REGISTERED", "registered from an IPv4-only access without NAT, all quiet",
        state=registered & quiescent & (family_of_address(ue.care_of_address) == Family.IPV4)
        & ~is_translated(access_network.network),
        requirements=["UE-H2F-05", "REF-C6"], clause="5.2.2.3", needs="mixture of schools",
    ),
    witness(
        "W-BINDING-ERROR", "a Binding Error makes the UE send an update",
        step=receives(BindingError.name) & sends_update,
        requirements=["REF-A14"], clause="5.1.2.4", needs="user data",
    ),
    witness(
        "W-RESTART", "after a restart of the home agent the UE is registered again, all quiet",
        state=registered & bound & quiescent & (restarts_left < parameter("restarts")),
        requirements=["REF-G3", "REF-A6"], clause="5.2.1", needs="restart of the home agent",
    ),
    witness("W-RETRANSMISSION", "an update is repeated",
            step=occurs("ue", "timer retransmission") & sends_update,
            requirements=["REF-A5"], clause="5.2.2.3"),
    witness("W-DUPLICATE", "a copy made by the network reaches the UE",
            step=receives_acknowledgement & acknowledgement.repeated,
            requirements=["REF-D1"], clause="5.2.1"),
    witness(
        "W-LATE", "an acknowledgement comes too late: it answers an update that is no longer the newest",
        step=receives_acknowledgement & (acknowledgement.protection == Protection.CURRENT) & ue.association
        & acknowledgement.status.is_one_of(*ACCEPTING)
        & (acknowledgement.sequence_number != ue.sequence_number),
        requirements=["REF-A7"], clause="5.1.2.4",
    ),
    witness(
        "W-SA-REUSE", "an association made elsewhere is used again after a movement",
        step=sends_update & (sent_update.protection == Protection.CURRENT)
        & (after(ue.association_address) != after(ue.address)),
        requirements=["GEN-05", "UE-F2H-02", "UE-H2F-07"], clause="5.2.2.4",
    ),
)  # fmt: skip
