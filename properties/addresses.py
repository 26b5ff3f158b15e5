"""Properties of addresses and of the format of updates and acknowledgements."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import NO_ADDRESS, Family, family_of_address
from model.language.expressions import after
from model.messages import (
    Encapsulation,
    InnerSource,
    Lifetime,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_variables import Link
from properties.kinds import step_property
from properties.terms import (
    receives_update,
    sends_acknowledgement,
    sends_update,
    update_is_protected,
)

address = after(ue.address)
on_ipv6 = family_of_address(address) == Family.IPV6

ADDRESS_PROPERTIES = (
    step_property(
        "ADDR-1", "on IPv6 access source, and Alternate Care-of Address if present, are the current address",
        whenever=sends_update & on_ipv6,
        then=(sent_update.source == address)
        & sent_update.alternate_care_of_address.is_one_of(NO_ADDRESS, address),
        requirements=["UE-F2F-02", "UE-F2F-03", "REF-A3"], clause="5.2.2.3", ambiguities=["AMB-29"],
    ),
    step_property(
        "ADDR-2", "every update carries the IPv6 home address, in the option or as inner source",
        whenever=sends_update,
        then=sent_update.home_address_option | (sent_update.inner_source == InnerSource.HOME_ADDRESS),
        requirements=["UE-F2F-04", "REF-A3", "REF-A12", "REF-C5"], clause="5.2.2.3", ambiguities=["AMB-18"],
    ),
    step_property(
        "ADDR-3", "on IPv4-only access: tunnelled in UDP, IPv4 Care-of Address option, F and T clear",
        whenever=sends_update & ~on_ipv6,
        then=(sent_update.encapsulation == Encapsulation.UDP)
        & (sent_update.ipv4_care_of_address == address)
        & ~sent_update.forces_udp & ~sent_update.tlv_header,
        requirements=["UE-H2F-05", "UE-H2F-06", "UE-F2F-07", "UE-F2F-08", "REF-C5"], clause="5.2.2.3",
    ),
    step_property(
        "ADDR-4", "on IPv6 access no update is sent before home link detection on this attachment",
        whenever=sends_update & on_ipv6, then=after(ue.detected_link) != Link.UNKNOWN,
        requirements=["UE-H2F-01", "UE-F2F-01"], clause="5.2.2.2",
    ),
    step_property(
        "ADDR-5", "an invalid Alternate Care-of Address never changes the binding",
        whenever=receives_update & update_is_protected & (update.encapsulation == Encapsulation.IPV6)
        & (update.alternate_care_of_address != NO_ADDRESS)
        & (update.alternate_care_of_address != update.source),
        then=after(ha.care_of_address) == ha.care_of_address,
        requirements=["HA-F2F-03", "HA-F2F-04", "REF-E1"], clause="5.2.3.2", ambiguities=["AMB-03"],
        actor="home_agent",
    ),
    step_property(
        "ADDR-6", "from a link that was found to be home no binding is asked for",
        whenever=sends_update & (after(ue.detected_link) == Link.HOME),
        then=sent_update.lifetime == Lifetime.ZERO,
        requirements=["UE-F2H-01", "REF-A12"], clause="5.2.2.4",
    ),
    step_property(
        "ADDR-7a", "every acknowledgement carries the home address in a routing header",
        whenever=sends_acknowledgement, then=sent_acknowledgement.routing_header,
        requirements=["HA-F2F-10"], clause="5.2.3.2", ambiguities=["AMB-19"], actor="home_agent",
    ),
    step_property(
        "ADDR-7b", "a routing header is present exactly if the update's inner source was not the home address",
        whenever=sends_acknowledgement,
        then=(receives_update
              & (sent_acknowledgement.routing_header == (update.inner_source != InnerSource.HOME_ADDRESS)))
        | (~receives_update
           & (sent_acknowledgement.routing_header == (ha.pending_inner_source != InnerSource.HOME_ADDRESS))),
        requirements=["HA-F2F-10", "REF-B12"], clause="5.2.3.2", ambiguities=["AMB-18", "AMB-19"], actor="home_agent",
    ),
    step_property(
        "ADDR-8", "K is set in the update if the UE wants its association to survive",
        whenever=sends_update & ue.wants_association_to_survive, then=sent_update.key_management,
        requirements=["UE-H2F-07", "UE-F2F-09", "REF-A4"], clause="5.2.2.3",
    ),
)  # fmt: skip
