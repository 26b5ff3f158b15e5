"""What an attacker must not achieve, in scenarios that have one."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import ATTACKER_ADDRESS
from model.language.expressions import after
from model.messages import Encapsulation, Protection, acknowledgement, update
from properties.kinds import step_property, witness
from properties.terms import bound, quiescent, receives_acknowledgement, receives_update, registered

KEYLESS = "forged packets without keys"
SUBSCRIBER = "attacker with a subscription"
REWRITES_IPV4 = "attacker who rewrites IPv4 headers"
REWRITES_IPV6 = "attacker who rewrites IPv6 headers"

cache_unchanged = (
    (after(ha.home_agent.state) == ha.home_agent.state)
    & (after(ha.care_of_address) == ha.care_of_address)
    & (after(ha.sequence_number) == ha.sequence_number)
    & (after(ha.tunnel) == ha.tunnel)
    & (after(ha.ipv4_home_address_bound) == ha.ipv4_home_address_bound)
)
list_unchanged = (
    (after(ue.ue.state) == ue.ue.state)
    & (after(ue.list_entry) == ue.list_entry)
    & (after(ue.care_of_address) == ue.care_of_address)
    & (after(ue.sequence_number) == ue.sequence_number)
    & (after(ue.tunnel) == ue.tunnel)
)
diverted = after(ha.care_of_address) == ATTACKER_ADDRESS

ATTACK_PROPERTIES = (
    step_property(
        "ATT-1", "without keys nothing changes a binding, at the home agent or at the UE",
        whenever=(receives_update & (update.protection == Protection.NONE))
        | (receives_acknowledgement & (acknowledgement.protection == Protection.NONE)),
        then=cache_unchanged & list_unchanged,
        requirements=["HA-F2F-01", "REF-A7", "REF-D1"], clause="5.2.3.2", needs=KEYLESS,
    ),
    step_property(
        "ATT-2", "a subscriber cannot change another's binding",
        whenever=(receives_update & (update.protection == Protection.OTHER))
        | (receives_acknowledgement & (acknowledgement.protection == Protection.OTHER)),
        then=cache_unchanged & list_unchanged,
        requirements=["HA-F2F-01", "REF-B5", "REF-D1"], clause="5.2.3.2", needs=SUBSCRIBER,
    ),
    step_property(
        "ATT-3", "a copy of an update that was processed, or is older than one that was, changes nothing",
        whenever=receives_update & update.repeated & ~update.sequence_number.is_ahead_of(ha.newest_processed),
        then=cache_unchanged,
        requirements=["HA-F2F-01", "REF-B2", "REF-D1"], clause="5.2.3.2", ambiguities=["AMB-22", "AMB-26"],
        needs="attacker who copies updates",
    ),
    step_property(
        "ATT-4", "whoever rewrites the outer IPv4 header of an update does not get the UE's traffic",
        whenever=receives_update & (update.encapsulation == Encapsulation.UDP) & (update.source == ATTACKER_ADDRESS),
        then=~diverted,
        requirements=["HA-F2F-06", "HA-F2F-07", "REF-C7", "REF-C17"], clause="5.2.3.2", actor="home_agent",
        needs=REWRITES_IPV4,
    ),
    step_property(
        "ATT-5", "whoever rewrites the IPv6 header of an update does not get the UE's traffic",
        whenever=receives_update & (update.encapsulation == Encapsulation.IPV6)
        & (update.source == ATTACKER_ADDRESS) & (update.protection != Protection.NONE),
        then=~diverted,
        requirements=["UE-F2F-03", "HA-F2F-03", "HA-F2F-04", "REF-A3", "REF-B4", "REF-E1"], clause="5.2.3.2",
        ambiguities=["AMB-03", "AMB-29"], actor="home_agent", needs=REWRITES_IPV6,
    ),
    witness(
        "W-DIVERTED", "registered, all quiet, and the home agent tunnels to the attacker",
        state=registered & quiescent & bound & (ha.care_of_address == ATTACKER_ADDRESS),
        requirements=["REF-C17"], clause="5.2.3.2", needs=REWRITES_IPV4,
    ),
)  # fmt: skip
