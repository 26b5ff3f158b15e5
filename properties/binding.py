"""Properties of the binding: who believes in it, what may change it."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.home_agent_answers import BindingState
from model.language.expressions import after, occurs, parameter, sends
from model.language.machines import chosen
from model.messages import (
    ACCEPTING,
    BindingError,
    Lifetime,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_messages import awaits_answer
from model.ue_variables import ListEntry, UeState
from properties.kinds import invariant, step_property
from properties.terms import (
    accepts_registration,
    at_home,
    bound,
    care_of_address_seen,
    entry_address_is_real,
    ha_state,
    quiescent,
    receives_acknowledgement,
    receives_update,
    registered,
    sends_acknowledgement,
    sends_update,
    ue_state,
    unbound_after,
)

starts_detection = (
    receives_update
    & (update.lifetime == Lifetime.POSITIVE)
    & (after(ha_state) == BindingState.DETECTING_DUPLICATES)
    & (after(ha.sequence_number) != ha.sequence_number)
)
entry_unchanged = (
    (after(bound) == bound)
    & (after(ha.care_of_address) == ha.care_of_address)
    & (after(ha.ipv4_home_address_bound) == ha.ipv4_home_address_bound)
    & (after(ha.tunnel) == ha.tunnel)
)

BINDING_PROPERTIES = (
    invariant(
        "BIND-1", "the UE at home, all quiet: no binding is left but one marked invalid",
        whenever=at_home & quiescent, then=~bound,
        requirements=["UE-F2H-01", "HA-F2H-01", "REF-B11"], clause="5.2.2.4",
        ambiguities=["AMB-10", "AMB-26", "AMB-11"],
    ),
    invariant(
        "BIND-3", "the UE registered, all quiet: the home agent has a binding with its care-of address",
        whenever=registered & quiescent, then=bound & (ha.care_of_address == care_of_address_seen),
        requirements=["GEN-01", "HA-F2F-02", "HA-F2F-04", "HA-F2F-05", "HA-F2F-07"], clause="5.2.3.2",
        ambiguities=["AMB-21"],
    ),
    invariant(
        "BIND-4", "the care-of address of a binding is one that the UE really had, as seen from the home agent",
        whenever=bound, then=entry_address_is_real,
        requirements=["HA-F2F-03", "HA-F2F-04", "HA-F2F-05", "REF-B4"], clause="5.2.3.2",
        ambiguities=["AMB-03", "AMB-07"], actor="home_agent",
    ),
    step_property(
        "BIND-5", "while a binding lives its sequence number only moves forward",
        whenever=receives_update & bound & after(bound) & (after(ha.sequence_number) != ha.sequence_number),
        then=after(ha.sequence_number).is_ahead_of(ha.sequence_number),
        requirements=["HA-F2F-01", "REF-B2"], clause="5.2.3.2",
    ),
    step_property(
        "BIND-6", "a late or duplicated update never brings an older care-of address or a removed binding back",
        whenever=receives_update & (accepts_registration | starts_detection),
        then=update.sequence_number.is_ahead_of(ha.newest_processed),
        requirements=["HA-F2F-01", "HA-F2H-01", "REF-B2", "REF-B11", "REF-G1"], clause="5.2.3.3",
        ambiguities=["AMB-22", "AMB-26", "AMB-21"], actor="home_agent",
    ),
    step_property(
        "BIND-7", "the UE takes an acknowledgement only for the update it has outstanding, 135 while some update is",
        whenever=receives_acknowledgement
        & ((after(ue.list_entry) != ue.list_entry) | (after(ue.sequence_number) != ue.sequence_number)),
        then=awaits_answer
        & ((acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
           | (acknowledgement.sequence_number == ue.sequence_number)),
        requirements=["REF-A7"], clause="5.1.2.4", ambiguities=["AMB-21"],
    ),
    step_property(
        "BIND-8", "an accepted removal creates nothing and leaves nothing but an entry marked invalid",
        whenever=receives_update & (update.lifetime == Lifetime.ZERO) & sends_acknowledgement
        & (sent_acknowledgement.status.is_one_of(*ACCEPTING)),
        then=unbound_after & ~after(ha.ipv4_home_address_bound),
        requirements=["HA-F2H-01", "REF-B11", "REF-C12"], clause="5.2.3.3",
    ),
    step_property(
        "BIND-9", "status 0 with lifetime 0 is sent only when no binding is left, or only one marked invalid",
        whenever=sends_acknowledgement & (sent_acknowledgement.status.is_one_of(*ACCEPTING))
        & (sent_acknowledgement.lifetime == Lifetime.ZERO),
        then=unbound_after,
        requirements=["HA-F2H-01", "HA-F2H-02"], clause="5.2.3.3",
    ),
    step_property(
        "BIND-10", "a rejected update leaves the binding unchanged but for the stored sequence number",
        whenever=receives_update & sends_acknowledgement & ~sent_acknowledgement.status.is_one_of(*ACCEPTING),
        then=entry_unchanged | ~(bound | after(bound)),
        requirements=["HA-F2F-01", "REF-B4", "REF-B6"], clause="5.2.3.2",
    ),
    step_property(
        "BIND-11", "a status of 128 or more never makes the list entry valid",
        whenever=receives_acknowledgement & ~acknowledgement.status.is_one_of(*ACCEPTING),
        then=(after(ue.list_entry) != ListEntry.VALID) | (ue.list_entry == ListEntry.VALID),
        requirements=["REF-A9"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-14", "the end of a binding's lifetime frees its IPv4 home address",
        whenever=occurs("home_agent", "event binding lifetime ends at the home agent") & ha.ipv4_home_address_bound,
        then=after(ha.ipv4_home_address_free) & ~after(ha.ipv4_home_address_bound),
        requirements=["REF-C12"], clause="5.1.3", actor="home_agent",
    ),
    step_property(
        "BIND-18", "a refusal for want of resources does not end the attempt while repetitions are left",
        whenever=receives_acknowledgement & (acknowledgement.status == Status.INSUFFICIENT_RESOURCES)
        & (ue_state == UeState.REGISTERING) & (ue.retransmissions_left > 0),
        then=after(ue_state) == UeState.REGISTERING,
        requirements=["REF-A9"], clause="5.1.2.4", needs="home agent that refuses",
    ),
    step_property(
        "BIND-19", "after status 1 no binding is renewed before the home prefixes are learned",
        whenever=occurs("ue", "timer refresh"), then=~ue.prefix_discovery_due,
        requirements=["REF-A8"], clause="5.1.2.4", needs="deprecated home prefix",
    ),
    step_property(
        "BIND-20", "once UDP is not forced, F is clear",
        whenever=sends_update & after(ue.udp_refused), then=~sent_update.forces_udp,
        requirements=["REF-C3"], clause="5.2.2.2", needs="UE that forces UDP",
    ),
    invariant(
        "BIND-21", "after an acknowledged detach, all quiet: no binding is left but one marked invalid",
        whenever=(ue_state == UeState.DETACHED) & (ue.list_entry == ListEntry.NONE) & quiescent,
        then=~bound,
        requirements=["REF-A13", "REF-F4", "HA-F2H-01"], clause="5.1.2.4", needs="detach from abroad",
    ),
    step_property(
        "BIND-13a", "the lifetime granted is at most the one asked for",
        whenever=receives_update & accepts_registration,
        then=(sent_acknowledgement.granted_ticks <= update.asked_ticks) & (sent_acknowledgement.granted_ticks > 0),
        requirements=["REF-B8"], clause="5.1.3", actor="home_agent", needs="clock",
    ),
    invariant(
        "BIND-13b", "an acknowledged list entry ends no later than the binding",
        whenever=(ue.list_entry == ListEntry.VALID) & (ue.time_left > 0),
        then=bound & (ue.time_left <= ha.time_left),
        requirements=["REF-A1", "REF-A8", "REF-B8"], clause="5.1.2.4", needs="clock",
    ),
    step_property(
        "BIND-22", "each interval between repetitions is twice the one before, up to the longest",
        whenever=occurs("ue", "timer retransmission") & sends_update,
        then=(ue.retry_in == 0) & (after(ue.retry_in) == ue.interval)
        & ((after(ue.interval) == ue.interval + ue.interval) | (after(ue.interval) == parameter("longest_interval"))),
        requirements=["REF-A6"], clause="5.1.2.4", needs="clock",
    ),
    step_property(
        "BIND-17", "a Binding Error is sent only if there is no binding",
        whenever=sends(BindingError.name), then=~bound,
        requirements=["REF-A14", "REF-B13"], clause="5.2.1", actor="home_agent", needs="user data",
    ),
    step_property(
        "BIND-16", "a handover starts with a valid registration: a binding and a security association",
        whenever=occurs("access", "event movement")
        & chosen("AMB-01", every_handover=True, from_registered=registered & ha.undisturbed),
        then=bound & ue.association & ha.association,
        requirements=["GEN-02", "GEN-05"], clause="5.2.1", ambiguities=["AMB-01"],
    ),
)  # fmt: skip
