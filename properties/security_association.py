"""Properties of the security association between UE and home agent."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import Family, family_of_address
from model.language.expressions import after, occurs, parameter
from model.messages import ACCEPTING, Lifetime, Protection, sent_acknowledgement, sent_update, update
from model.ue_variables import Link, ListEntry
from properties.kinds import step_property
from properties.terms import (
    ha_state,
    receives_update,
    sends_acknowledgement,
    sends_update,
    update_is_protected,
)

gives_association_up = occurs("ue", "decides give up the security association")

SECURITY_ASSOCIATION_PROPERTIES = (
    step_property(
        "SA-1", "no Binding Update is sent without a security association",
        whenever=sends_update, then=sent_update.protection == Protection.CURRENT,
        requirements=["GEN-03", "UE-H2F-02", "UE-H2F-03", "REF-D1", "REF-D2"], clause="5.2.2.2",
        ambiguities=["AMB-02", "AMB-13", "AMB-32", "AMB-11"],
    ),
    step_property(
        "SA-2", "no binding is created, changed or removed by a message that the UE's association did not protect",
        whenever=receives_update
        & ((after(ha_state) != ha_state) | (after(ha.care_of_address) != ha.care_of_address)
           | (after(ha.ipv4_home_address_bound) != ha.ipv4_home_address_bound)
           | (after(ha.sequence_number) != ha.sequence_number)),
        then=update_is_protected,
        requirements=["HA-F2F-01", "REF-B5", "REF-D1"], clause="5.2.3.2",
    ),
    step_property(
        "SA-3", "an acknowledgement has K only if the update had it and the home agent supports it",
        whenever=sends_acknowledgement & sent_acknowledgement.key_management,
        then=parameter("key_management_supported")
        & ((receives_update & update.key_management) | (~receives_update & ha.pending_key_management)),
        requirements=["HA-F2F-11", "REF-B10"], clause="5.2.3.2",
    ),
    step_property(
        "SA-4", "granting K moves the association's peer address to the care-of address that is stored",
        whenever=sends_acknowledgement & sent_acknowledgement.key_management
        & (sent_acknowledgement.status.is_one_of(*ACCEPTING)) & (sent_acknowledgement.lifetime == Lifetime.POSITIVE),
        then=after(ha.peer_address) == after(ha.care_of_address),
        requirements=["HA-F2F-11", "REF-B10"], clause="5.2.3.2",
    ),
    step_property(
        "SA-5", "an association made for another address is used after a move only if the last acknowledgement had K",
        whenever=sends_update & (sent_update.protection == Protection.CURRENT)
        & (after(ue.association_address) != after(ue.address)),
        then=after(ue.key_management_granted),
        requirements=["UE-H2F-07", "UE-F2F-09", "REF-A10", "REF-D4"], clause="5.2.2.3",
        ambiguities=["AMB-02", "AMB-08", "AMB-32"],
    ),
    step_property(
        "SA-6", "the UE does not decide to give up its association while a de-registration is outstanding",
        whenever=gives_association_up,
        then=ue.list_entry != ListEntry.REMOVING,
        requirements=["UE-F2H-02", "REF-D6"], clause="5.2.2.4", ambiguities=["AMB-11"],
    ),
    step_property(
        "SA-7", "the UE gives up its association only where it is safe to assume that it stays at home",
        whenever=gives_association_up, then=ue.safe_to_stay_home,
        requirements=["UE-F2H-02", "UE-F2H-03"], clause="5.2.2.4", modality="should",
    ),
    step_property(
        "SA-8", "on IPv6 access, set-up of an association follows a home link detection that said foreign",
        whenever=occurs("security_association", "event security association established")
        & (family_of_address(ue.address) == Family.IPV6),
        then=ue.detected_link == Link.FOREIGN,
        requirements=["UE-H2F-01", "UE-H2F-02", "UE-F2F-01"], clause="5.2.2.2", ambiguities=["AMB-32"],
    ),
)  # fmt: skip
