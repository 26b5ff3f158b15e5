"""What happens in the end: responses under stated fairness, over channels that lose packets but are fair.
"The UE has moved on" ends what was owed to it where it was; a UE that is refused, or gets no association, gives up."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import configured, network
from model.addresses import Family, family_of, is_translated
from model.language.expressions import if_then_else
from model.messages import Encapsulation, Protection, Status, acknowledgement, live_mapping
from model.ue_messages import awaits_answer
from model.ue_variables import Link, UeState
from properties.fairness import LOSSY_BUT_FAIR
from properties.kinds import response
from properties.terms import behind_nat, bound, receives_acknowledgement, registered, ue_state

on_the_move = ~configured
abandoned = ue_state == UeState.ABANDONED
on_home_link = configured & (network == "home")
encapsulation_understood = if_then_else(
    family_of(network) == Family.IPV6,
    ha.tunnel == Encapsulation.IPV6,
    if_then_else(is_translated(network), ha.tunnel == Encapsulation.UDP, ha.tunnel != Encapsulation.IPV6),
) & ((ue_state != UeState.REGISTERED) | (ha.tunnel == ue.tunnel))
seen_address = if_then_else(is_translated(network), live_mapping(network), ue.address)
reachable = (on_home_link & ~bound) | (
    configured & bound & (ha.care_of_address == seen_address) & encapsulation_understood
)
"""At home without a valid binding; or the binding leads to where the UE is, in an encapsulation it understands there
and, once it believes to be registered, expects."""

UNLIMITED_LIFETIMES = "lifetime that ends as often as it likes"
FOR_EVER = "retransmission without a limit"
SCHOOLS_FOR_EVER = "mixture of schools, retransmission without a limit"

LIVENESS_PROPERTIES = (
    response(
        "LIVE-1", "on stable access registering ends, in registered or abandoned",
        whenever=ue_state == UeState.REGISTERING,
        eventually=ue_state.is_one_of(UeState.REGISTERED, UeState.ABANDONED) | on_the_move,
        fairness=LOSSY_BUT_FAIR, requirements=["UE-H2F-03", "REF-A6", "REF-A8"], clause="5.1.2.4",
        ambiguities=["AMB-02", "AMB-21"], needs=FOR_EVER,
    ),
    response(
        "LIVE-2", "after the last movement the UE is reachable again, or has given up",
        whenever=~reachable, eventually=reachable | abandoned | (ue_state == UeState.DETACHED),
        fairness=LOSSY_BUT_FAIR, requirements=["GEN-01", "GEN-03", "REF-A6"], clause="5.2.1",
        ambiguities=["AMB-10", "AMB-11", "AMB-13", "AMB-21"], needs=FOR_EVER,
    ),
    response(
        "LIVE-3", "a status 135 received while an update is outstanding leads to registered, at home or abandoned",
        whenever_step=receives_acknowledgement & (acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
        & (acknowledgement.protection == Protection.CURRENT) & ue.association & awaits_answer,
        eventually=ue_state.is_one_of(UeState.REGISTERED, UeState.AT_HOME, UeState.ABANDONED) | on_the_move,
        fairness=LOSSY_BUT_FAIR, requirements=["REF-A7", "REF-B2"], clause="5.1.2.4", ambiguities=["AMB-21"],
        needs=FOR_EVER,
    ),
    # Rests on its own group, "end of an IKEv2 exchange": it shows that nothing keeps that end from being possible.
    response(
        "LIVE-4", "the set-up of a security association ends, one way or the other",
        whenever=ue_state == UeState.ESTABLISHING_SA, eventually=ue_state != UeState.ESTABLISHING_SA,
        fairness=LOSSY_BUT_FAIR, requirements=["GEN-03", "REF-D2"], clause="5.1.2.2", needs=FOR_EVER,
    ),
    response(
        "LIVE-5", "a de-registration ends although its acknowledgement is lost",
        whenever=ue_state.is_one_of(UeState.DEREGISTERING, UeState.DETACHING),
        eventually=ue_state.is_one_of(UeState.AT_HOME, UeState.DETACHED, UeState.ABANDONED) | on_the_move,
        fairness=LOSSY_BUT_FAIR, requirements=["UE-F2H-01", "REF-A13", "REF-G2"], clause="5.2.2.4",
        ambiguities=["AMB-09", "AMB-11", "AMB-28"], needs=FOR_EVER,
    ),
    response(
        "BIND-2", "once the UE has found that it is at home its binding goes or is marked invalid",
        whenever=(ue.detected_link == Link.HOME) & on_home_link & bound,
        eventually=~bound | ~on_home_link | abandoned,
        fairness=LOSSY_BUT_FAIR, requirements=["UE-F2H-01", "HA-F2H-01", "REF-B11"], clause="5.2.2.4",
        ambiguities=["AMB-10", "AMB-11", "AMB-32"], needs=FOR_EVER,
    ),
    response(
        "BIND-15", "the UE does not believe for ever in a binding that the home agent does not have",
        whenever=registered & ~bound, eventually=bound | ~registered,
        fairness=LOSSY_BUT_FAIR, requirements=["REF-A1", "REF-B7", "REF-B8"], clause="5.1.2.4",
        needs=UNLIMITED_LIFETIMES,
    ),
    response(
        "NAT-5", "a NAT mapping that was replaced is found and the binding repaired",
        whenever=registered & behind_nat & bound & (ha.care_of_address != live_mapping(access_network.network)),
        eventually=(ha.care_of_address == live_mapping(access_network.network)) | on_the_move | abandoned,
        fairness=LOSSY_BUT_FAIR, requirements=["REF-C7", "REF-C13"], clause="5.2.3.2", needs=FOR_EVER,
    ),
    response(
        "NAT-6", "UE and home agent of different schools reach each other over IPv4: registered, with the same tunnel",
        whenever=configured & (family_of(network) == Family.IPV4) & (ue_state == UeState.REGISTERING),
        eventually=(registered & bound & (ha.tunnel == ue.tunnel)) | on_the_move | abandoned,
        fairness=LOSSY_BUT_FAIR, requirements=["HA-F2F-05", "HA-F2F-06", "REF-C6", "REF-C8", "REF-C9"],
        clause="5.2.3.2", ambiguities=["AMB-06", "AMB-20"], needs=SCHOOLS_FOR_EVER,
    ),
)  # fmt: skip
