"""Properties of the exchange of updates and answers: the numbers they bear, what must be taken though it comes
late, what may not be left undone."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import ROUTER_ADVERTISEMENT
from model.addresses import Prefix
from model.home_agent_answers import ENTRY_STATES
from model.language.expressions import Expression, after, if_then_else, occurs, parameter
from model.language.machines import chosen
from model.messages import (
    ACCEPTING,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    Protection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_messages import awaits_answer, may_register_abroad
from model.ue_variables import WAITING, Link, ListEntry, UeState
from properties.kinds import step_property
from properties.terms import (
    ha_state,
    receives_acknowledgement,
    receives_update,
    sends_acknowledgement,
    sends_update,
    ue_state,
)

OUT_OF_WINDOW = Status.SEQUENCE_NUMBER_OUT_OF_WINDOW
to_be_trusted = (
    receives_acknowledgement
    & (acknowledgement.protection == Protection.CURRENT)
    & ue.association
    & ~(acknowledgement.repeated & parameter("anti_replay"))
    & chosen("AMB-06", bare_ipv4=True, udp=acknowledgement.encapsulation != Encapsulation.IPV4)
)
accepts_the_newest_update = (
    to_be_trusted & acknowledgement.status.is_one_of(*ACCEPTING)
    & (acknowledgement.sequence_number == ue.sequence_number)
)  # fmt: skip
ahead = acknowledgement.sequence_number.is_ahead_of(ue.sequence_number)
adopted = chosen(
    "AMB-21", ignore=ue.sequence_number, adopt_number=acknowledgement.sequence_number,
    adopt_if_ahead=if_then_else(ahead, acknowledgement.sequence_number, ue.sequence_number),
)  # fmt: skip
follows_it = if_then_else(
    ue_state.is_one_of(*WAITING),
    sends_update & (sent_update.sequence_number == adopted + 1),
    after(ue.sequence_number) == adopted,
)


def _if_it_was(before: UeState, then: UeState) -> Expression:
    return (ue_state == before).implies(after(ue_state) == then)


EXCHANGE_PROPERTIES = (
    step_property(
        "BIND-27", "an answer bears the number of the update that it answers, or with 135 that of the entry",
        whenever=sends_acknowledgement,
        then=sent_acknowledgement.sequence_number == if_then_else(
            receives_update & (sent_acknowledgement.status != OUT_OF_WINDOW),
            update.sequence_number, ha.sequence_number),
        requirements=["REF-B9", "REF-B2"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "BIND-28", "135 answers only an update that is not newer than the entry",
        whenever=sends_acknowledgement & (sent_acknowledgement.status == OUT_OF_WINDOW),
        then=receives_update & ha_state.is_one_of(*ENTRY_STATES)
        & ~update.sequence_number.is_ahead_of(ha.sequence_number),
        requirements=["REF-B2"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "BIND-29", "a 135 is heeded: the next update bears the number that follows the one in it",
        whenever=to_be_trusted & (acknowledgement.status == OUT_OF_WINDOW) & awaits_answer
        & (ue_state != UeState.ABANDONED) & chosen("AMB-21", ignore=False, adopt_number=True, adopt_if_ahead=True),
        then=follows_it,
        requirements=["REF-A7", "REF-G4"], clause="5.1.2.4", ambiguities=["AMB-21"],
    ),
    step_property(
        "BIND-30", "the number in the list is that of the update just sent",
        whenever=sends_update, then=after(ue.sequence_number) == sent_update.sequence_number,
        requirements=["REF-A1", "REF-A5"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-31", "but for the answer to a 135, every update bears the number that follows the last one",
        whenever=sends_update & ~(receives_acknowledgement & (acknowledgement.status == OUT_OF_WINDOW)),
        then=sent_update.sequence_number == ue.sequence_number + 1,
        requirements=["REF-A5"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-32", "the acceptance of the newest registration is taken, also on the way and after giving up",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.PENDING),
        then=(after(ue.list_entry) == ListEntry.VALID)
        & _if_it_was(UeState.REGISTERING, UeState.REGISTERED)
        & ((ue.care_of_address == ue.address) & (ue_state == UeState.ABANDONED)).implies(
            after(ue_state) == UeState.REGISTERED),
        requirements=["REF-A8", "UE-H2F-03"], clause="5.1.2.4", ambiguities=["AMB-06"],
    ),
    step_property(
        "BIND-61", "the acceptance of the newest registration is taken over the link left behind as over any other",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.PENDING)
        & (acknowledgement.network != access_network.network),
        then=after(ue.list_entry) == ListEntry.VALID,
        requirements=["REF-A15"], clause="5.2.1", needs="dual radio",
    ),
    step_property(
        "BIND-33", "the acceptance of the newest removal is taken, also on the way and after giving up",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.REMOVING),
        then=(after(ue.list_entry) == ListEntry.NONE)
        & _if_it_was(UeState.DEREGISTERING, UeState.AT_HOME) & _if_it_was(UeState.DETACHING, UeState.DETACHED),
        requirements=["REF-A12", "REF-A13", "UE-F2H-01"], clause="5.2.2.4", ambiguities=["AMB-06"],
    ),
    step_property(
        "ADDR-9", "a router advertisement ends home link detection: the link is home if and only if its prefix is",
        whenever=occurs("access", "event router advertisement") & (ue_state == UeState.DETECTING_HOME_LINK),
        then=(after(ue_state) != UeState.DETECTING_HOME_LINK) & (after(ue.detected_link) != Link.UNKNOWN)
        & ((after(ue.detected_link) == Link.HOME) == (ROUTER_ADVERTISEMENT.view.prefix == Prefix.HOME)),
        requirements=["REF-A11", "GEN-03", "UE-F2F-01", "UE-F2H-01"], clause="5.1.2.3",
    ),
    step_property(
        "ADDR-10", "a UE that finds itself at home and has nothing in its list asks for nothing",
        whenever=occurs("access", "event router advertisement") & (after(ue.detected_link) == Link.HOME)
        & (ue.list_entry == ListEntry.NONE),
        then=(after(ue_state) == UeState.AT_HOME) & ~sends_update,
        requirements=["REF-A11", "UE-F2H-01"], clause="5.2.2.4",
    ),
    step_property(
        "NAT-9", "a renewal that is due, as a keepalive or before the lifetime ends, sends an update or sets up an SA",
        whenever=occurs("ue", "timer refresh"),
        then=if_then_else(
            may_register_abroad(ue.address), sends_update, after(ue_state) == UeState.ESTABLISHING_SA),
        requirements=["REF-C13", "REF-A2"], clause="5.1.2.4", needs="renewal of bindings",
    ),
    step_property(
        "V4-8", "a UE that wants an IPv4 home address has its request answered by every acceptance",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.PENDING) & ue.wants_ipv4_home_address,
        then=acknowledgement.ipv4_address_acknowledgement != Ipv4AddressAcknowledgement.ABSENT,
        requirements=["HA-F2F-09", "REF-C2", "UE-F2F-06", "UE-H2F-04"], clause="5.2.3.2",
        needs="wish for an IPv4 home address",
    ),
)  # fmt: skip
