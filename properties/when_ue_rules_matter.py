"""When the rules of Mobile IPv6 for a mobile node matter that clause 5.2 leans on."""

from __future__ import annotations

from model import access_network
from model import ue_variables as ue
from model.addresses import HOME_ADDRESS
from model.language.expressions import after, occurs, parameter, receives
from model.messages import (
    ACCEPTING,
    BindingError,
    Encapsulation,
    InnerSource,
    Lifetime,
    Status,
    acknowledgement,
    sent_update,
)
from model.ue_messages import may_register_abroad
from model.ue_variables import Link, ListEntry, UeState
from properties.exchanges import accepts_the_newest_update
from properties.situations import (
    ACKNOWLEDGED_AS_REGISTRATION,
    ASSOCIATION_FITS,
    DEREGISTERS,
    FOUND_AT_HOME,
    FROM_HOME,
    K_SET,
    ON_IPV4_ONLY,
    ON_IPV6,
    OVERDUE,
    PROTECTED_ANSWER,
    REGISTERING,
    REGISTERS,
    REGISTRATION_FOLLOWS,
    STATE_AND_LIST_STAY,
    WANTS_ASSOCIATION_TO_SURVIVE,
    local_address,
)
from properties.terms import registered, sends_update, ue_state
from properties.when_it_matters import matters, said

NEXT_NUMBER = said(
    "it is sent again under the next number",
    sends_update & (sent_update.sequence_number == ue.sequence_number + 1),
)

MOBILE_NODE = (
    matters(
        "REF-A1",
        when=[said("the lifetime of the list entry ends while the UE is registered",
                   occurs("lifetimes", "event binding lifetime ends at the UE") & registered)],
        then=said("the entry is no longer valid", after(ue.list_entry) != ListEntry.VALID),
    ),
    matters(
        "REF-A2",
        when=[said("a binding is to be renewed before its lifetime ends",
                   occurs("ue", "timer refresh") & (ue.tunnel != Encapsulation.UDP)
                   & may_register_abroad(ue.address))],
        then=said("the UE sends a registration", sends_update & (sent_update.lifetime == Lifetime.POSITIVE)),
    ),
    matters(
        "REF-A3", when=[ON_IPV6, FROM_HOME, REGISTERS],
        then=said("it has the home address option, and the new address as Alternate Care-of Address",
                  sent_update.home_address_option & (sent_update.alternate_care_of_address == local_address)),
    ),
    matters("REF-A4", when=[FROM_HOME, ON_IPV4_ONLY, WANTS_ASSOCIATION_TO_SURVIVE, REGISTERS], then=K_SET),
    matters("REF-A5", when=[REGISTERING, OVERDUE, said("it is repeated", sends_update)],
            then=said("its number is the one after the last",
                      (sent_update.sequence_number == ue.sequence_number + 1)
                      & (after(ue.sequence_number) == sent_update.sequence_number))),
    matters(
        "REF-A6",
        when=[said("there are clocks", parameter("discrete_time")), REGISTERING, OVERDUE,
              said("the UE has repeated it before", ue.interval > 1),
              said("its repetitions are not used up", ue.retransmissions_left > 0)],
        then=[NEXT_NUMBER,
              said("the next repetition is further off than this one was", after(ue.retry_in) == ue.interval)],
    ),
    matters(
        "REF-A7",
        when=[REGISTERING,
              said("a protected acceptance arrives that bears the number of an older update",
                   PROTECTED_ANSWER & acknowledgement.status.is_one_of(*ACCEPTING)
                   & (acknowledgement.sequence_number != ue.sequence_number))],
        then=STATE_AND_LIST_STAY,
    ),
    matters(
        "REF-A8",
        when=[said("there are clocks", parameter("discrete_time")), ACKNOWLEDGED_AS_REGISTRATION,
              said("less lifetime is granted than was asked",
                   acknowledgement.granted_ticks < parameter("lifetime_asked"))],
        then=[said("the entry is valid, for a shorter time",
                   (after(ue.list_entry) == ListEntry.VALID) & (after(ue.time_left) < ue.time_left)),
              said("no repetition is due any more",
                   (after(ue.retry_in) == 0) & (after(ue_state) == UeState.REGISTERED))],
    ),
    matters(
        "REF-A9",
        when=[REGISTERING,
              said("a protected answer to it has status 128 or more, other than 130, 135 and 144",
                   PROTECTED_ANSWER & (acknowledgement.sequence_number == ue.sequence_number)
                   & ~acknowledgement.status.is_one_of(
                       *ACCEPTING, Status.INSUFFICIENT_RESOURCES, Status.SEQUENCE_NUMBER_OUT_OF_WINDOW,
                       Status.CANNOT_FORCE_UDP))],
        then=said("the entry counts as refused, and nothing more is sent",
                  (after(ue.list_entry) == ListEntry.REFUSED) & (after(ue_state) == UeState.ABANDONED) & ~sends_update),
    ),
    matters(
        "REF-A10",
        when=[ACKNOWLEDGED_AS_REGISTRATION, said("it has K", acknowledgement.key_management),
              said("the UE's association was made for another address", ue.association_address != ue.care_of_address)],
        then=said("the association is moved to the new care-of address",
                  (after(ue.association_address) == ue.care_of_address) & after(ue.key_management_granted)),
    ),
    matters(
        "REF-A11", when=[FOUND_AT_HOME],
        then=said("the UE is at home, or on its way to be: the link counts as home",
                  after(ue.detected_link) == Link.HOME),
    ),
    matters(
        "REF-A12", when=[FOUND_AT_HOME, ASSOCIATION_FITS, DEREGISTERS],
        then=[said("its source is the home address, and so is the care-of address",
                   (sent_update.source == HOME_ADDRESS) & (sent_update.inner_source == InnerSource.HOME_ADDRESS)
                   & (after(ue.care_of_address) == HOME_ADDRESS)),
              said("it has no home address option", ~sent_update.home_address_option)],
    ),
    matters(
        "REF-A13",
        when=[said("the UE waits for the answer to a de-registration", ue_state == UeState.DEREGISTERING), OVERDUE,
              said("its repetitions are not used up", ue.retransmissions_left > 0)],
        then=[NEXT_NUMBER, said("the lifetime in it is zero", sent_update.lifetime == Lifetime.ZERO)],
    ),
    matters(
        "REF-A14",
        when=[said("a Binding Error reaches a UE that is registered",
                   occurs("ue") & receives(BindingError.name) & registered),
              said("its security association can be used", may_register_abroad(ue.address))],
        then=REGISTRATION_FOLLOWS,
    ),
    matters(
        "REF-A15",
        when=[said("an acceptance arrives over the link that the UE has left",
                   accepts_the_newest_update & (acknowledgement.network != access_network.network)
                   & (ue.list_entry == ListEntry.PENDING))],
        then=said("it is taken: the entry is valid", after(ue.list_entry) == ListEntry.VALID),
    ),
)  # fmt: skip
