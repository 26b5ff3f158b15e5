"""When the rules of other documents matter that clause 5.2 leans on, those of the mobile node left out: one
declaration for each that rows realise."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import (
    ATTACKER_ADDRESS,
    HOME_ADDRESS,
    NO_ADDRESS,
    remapped_address_of,
    translated_address_of,
)
from model.home_agent_answers import BindingState, Refusal
from model.language.expressions import after, occurs, parameter, receives, sends
from model.messages import (
    ACCEPTING,
    BindingError,
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Lifetime,
    NatDetection,
    Protection,
    Status,
    TunnelledData,
    acknowledgement,
    data,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_messages import may_register_abroad
from model.ue_variables import Link, ListEntry, UeState
from properties.ipv4 import asked_for_any
from properties.revocation import answer as revocation_answer
from properties.revocation import takes_answer
from properties.situations import (
    ACCEPTS,
    ACKNOWLEDGED_AS_REGISTRATION,
    ALTERNATE_DIFFERS,
    BOUND,
    FROM_ABROAD,
    FROM_HOME,
    FROM_THE_HOME_LINK,
    IN_UDP_BEHIND_NAT,
    IN_UDP_WITHOUT_NAT,
    IPV4_ADDRESS_CONFIGURED,
    KEEPS_CARE_OF_ADDRESS,
    MARKED_INVALID,
    NO_ASSOCIATION,
    NOT_BOUND,
    OLD_UPDATE_ARRIVES,
    ON_IPV4_ONLY,
    OUT_OF_WINDOW_ANSWERED,
    PROTECTED_ANSWER,
    REGISTERING,
    REGISTERS,
    REGISTRATION_FOLLOWS,
    REMOVAL_ACKNOWLEDGED,
    REMOVAL_ARRIVES,
    SAYS_NOTHING_AND_KEEPS_ALL,
    SETS_ASSOCIATION_UP,
    STATE_AND_LIST_STAY,
    TUNNELLED_IN_UDP,
    UPDATE_ARRIVES,
    advertised,
    alternate_differs,
    answered_with,
    local_address,
)
from properties.terms import (
    bound,
    genuine_update,
    ha_state,
    receives_acknowledgement,
    receives_update,
    sends_acknowledgement,
    sends_update,
    ue_state,
    unbound_after,
)
from properties.when_it_matters import matters, said

refuses = parameter("home_agent_refuses") & ha.refusing
refused = sends_acknowledgement & ~sent_acknowledgement.status.is_one_of(*ACCEPTING)
asks_in_udp_for_f = update.forces_udp & (update.encapsulation == Encapsulation.UDP)

HOME_AGENT = (
    matters("REF-B2", when=[BOUND, OLD_UPDATE_ARRIVES], then=[OUT_OF_WINDOW_ANSWERED, KEEPS_CARE_OF_ADDRESS],
            actor="home_agent"),
    matters(
        "REF-B4", actor="home_agent",
        when=[BOUND, UPDATE_ARRIVES, ALTERNATE_DIFFERS, said("it is refused", refused)],
        then=[KEEPS_CARE_OF_ADDRESS,
              said("its number is kept all the same", after(ha.sequence_number) == update.sequence_number)],
    ),
    matters(
        "REF-B5", actor="home_agent",
        when=[BOUND, said("an update for this home address is under another subscriber's association",
                          receives_update & (update.protection == Protection.OTHER))],
        then=SAYS_NOTHING_AND_KEEPS_ALL,
    ),
    matters(
        "REF-B6", actor="home_agent",
        when=[BOUND, UPDATE_ARRIVES,
              said("the home agent has a ground for refusal",
                   refuses & ha.refusal.is_one_of(Refusal.PROHIBITED, Refusal.RESOURCES)),
              said("its care-of address is in order", ~alternate_differs)],
        then=[said("it is refused on this ground",
                   sends_acknowledgement & sent_acknowledgement.status.is_one_of(
                       Status.PROHIBITED, Status.INSUFFICIENT_RESOURCES)),
              KEEPS_CARE_OF_ADDRESS],
    ),
    matters(
        "REF-B7", actor="home_agent",
        when=[said("the test for duplicates finds the home address in use",
                   occurs("home_agent", "timer a neighbour answers for the home address"))],
        then=[answered_with(Status.DUPLICATE_ADDRESS),
              said("there is no binding", after(ha_state) == BindingState.NO_BINDING)],
    ),
    matters(
        "REF-B8", actor="home_agent",
        when=[said("there are clocks", parameter("discrete_time")), UPDATE_ARRIVES,
              said("it asks for more than the home agent grants",
                   update.asked_ticks > parameter("lifetime_granted_at_most")), ACCEPTS],
        then=said("answer and entry both have what the home agent grants, which is less",
                  (sent_acknowledgement.granted_ticks < update.asked_ticks)
                  & (sent_acknowledgement.granted_ticks > 0)
                  & (after(ha.time_left) == sent_acknowledgement.granted_ticks)),
    ),
    matters(
        "REF-B9", when=[NOT_BOUND, UPDATE_ARRIVES], actor="home_agent",
        then=said("it is answered under its own number",
                  sends_acknowledgement & (sent_acknowledgement.sequence_number == update.sequence_number)),
    ),
    matters(
        "REF-B10", actor="home_agent",
        when=[BOUND, REMOVAL_ARRIVES, said("K is set in it", update.key_management),
              said("the home agent supports K", parameter("key_management_supported")),
              said("it is answered", sends_acknowledgement)],
        then=[said("the answer has K", sent_acknowledgement.key_management),
              said("the peer address of its association is the home address", after(ha.peer_address) == HOME_ADDRESS)],
    ),
    matters("REF-B11", when=[NOT_BOUND, REMOVAL_ARRIVES], actor="home_agent",
            then=[answered_with(Status.NOT_HOME_AGENT),
                  said("its number is kept", after(ha.sequence_number) == update.sequence_number)]),
    matters(
        "REF-B12", actor="home_agent",
        when=[BOUND, REMOVAL_ARRIVES, FROM_THE_HOME_LINK, said("it is answered", sends_acknowledgement)],
        then=[said("the answer goes to the home link, not to the care-of address of the entry",
                   sent_acknowledgement.destination == update.source),
              said("it has no routing header", ~sent_acknowledgement.routing_header)],
    ),
    matters(
        "REF-B13", actor="home_agent",
        when=[BOUND, said("data from the care-of address reaches it",
                          occurs("home_agent") & receives(TunnelledData.name) & (data.source == ha.care_of_address))],
        then=said("it is carried on: no Binding Error goes back", ~sends(BindingError.name)),
    ),
    matters(
        "REF-B14", actor="home_agent",
        when=[NOT_BOUND, UPDATE_ARRIVES,
              said("the home agent does not serve this UE",
                   refuses & ha.refusal.is_one_of(Refusal.NO_HOME_REGISTRATION, Refusal.NOT_HOME_SUBNET)),
              said("its care-of address is in order", ~alternate_differs)],
        then=said("131 or 132 is answered",
                  sends_acknowledgement & sent_acknowledgement.status.is_one_of(
                      Status.NO_HOME_REGISTRATION, Status.NOT_HOME_SUBNET)),
    ),
    matters(
        "REF-B15", reading="literal",
        when=[REGISTERING,
              said("a protected 135 arrives",
                   PROTECTED_ANSWER & (acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW))],
        then=STATE_AND_LIST_STAY,
    ),
)  # fmt: skip

DUAL_STACK = (
    matters(
        "REF-C2", actor="home_agent",
        when=[said("the UE has asked for an IPv4 home address", asked_for_any),
              said("there is none to give", ~ha.ipv4_home_address_free & ~ha.ipv4_home_address_bound), ACCEPTS],
        then=said("status 0 is answered, and 132 beside it for the IPv4 address",
                  (sent_acknowledgement.status == Status.ACCEPTED)
                  & (sent_acknowledgement.ipv4_address_acknowledgement
                     == Ipv4AddressAcknowledgement.NO_ADDRESS_AVAILABLE)),
    ),
    matters(
        "REF-C3", actor="home_agent",
        when=[UPDATE_ARRIVES, said("F is set in it", asks_in_udp_for_f), IN_UDP_WITHOUT_NAT,
              said("nothing else stands against it", ~refuses)],
        then=answered_with(Status.CANNOT_FORCE_UDP),
    ),
    matters(
        "REF-C5", when=[FROM_ABROAD, ON_IPV4_ONLY, REGISTERS],
        then=[TUNNELLED_IN_UDP,
              said("its inner source is the home address, without a home address option",
                   (sent_update.inner_source == InnerSource.HOME_ADDRESS) & ~sent_update.home_address_option)],
    ),
    matters(
        "REF-C6", when=[UPDATE_ARRIVES, IN_UDP_WITHOUT_NAT, ACCEPTS], actor="home_agent",
        then=said("the answer goes in UDP to where it came from",
                  (sent_acknowledgement.encapsulation == Encapsulation.UDP)
                  & (sent_acknowledgement.destination == update.source)),
    ),
    matters(
        "REF-C7", when=[NOT_BOUND, UPDATE_ARRIVES, IN_UDP_BEHIND_NAT, ACCEPTS], actor="home_agent",
        then=[said("the entry tells of a NAT", after(ha.nat_found)),
              said("it has the outer source", after(ha.care_of_address) == update.source)],
    ),
    matters(
        "REF-C8", when=[NOT_BOUND, UPDATE_ARRIVES, IN_UDP_BEHIND_NAT, ACCEPTS], actor="home_agent",
        then=said("data for the UE will be in UDP", after(ha.tunnel) == Encapsulation.UDP),
    ),
    matters(
        "REF-C9",
        when=[ACKNOWLEDGED_AS_REGISTRATION,
              said("the answer has a NAT Detection option", acknowledgement.nat_detection != NatDetection.ABSENT)],
        then=said("the UE tunnels its data in UDP", after(ue.tunnel) == Encapsulation.UDP),
    ),
    matters(
        "REF-C11", actor="home_agent",
        when=[NOT_BOUND, UPDATE_ARRIVES,
              said("it asks for an IPv4 home address too", update.ipv4_home_address
                   == Ipv4HomeAddressOption.UNSPECIFIED),
              said("there is one to give", ha.ipv4_home_address_free), ACCEPTS],
        then=said("both home addresses are bound", after(bound) & after(ha.ipv4_home_address_bound)),
    ),
    matters(
        "REF-C12", actor="home_agent",
        when=[UPDATE_ARRIVES, said("an IPv4 home address is bound", ha.ipv4_home_address_bound),
              said("it has no IPv4 Home Address option", update.ipv4_home_address == Ipv4HomeAddressOption.ABSENT),
              ACCEPTS],
        then=said("the IPv4 address is bound no longer, and free",
                  ~after(ha.ipv4_home_address_bound) & after(ha.ipv4_home_address_free)),
    ),
    matters(
        "REF-C13",
        when=[said("the mapping of the NAT behind which the UE is registered must be kept alive",
                   occurs("ue", "timer refresh") & (ue.tunnel == Encapsulation.UDP) & may_register_abroad(ue.address))],
        then=REGISTRATION_FOLLOWS,
    ),
    matters(
        "REF-C14",
        when=[ACKNOWLEDGED_AS_REGISTRATION,
              said("the IPv4 address that the UE asked for is refused",
                   acknowledgement.ipv4_address_acknowledgement.is_one_of(
                       Ipv4AddressAcknowledgement.NO_ADDRESS_AVAILABLE,
                       Ipv4AddressAcknowledgement.NOT_THE_HOME_ADDRESS))],
        then=[said("the list entry is valid", after(ue.list_entry) == ListEntry.VALID),
              said("the UE has no IPv4 home address", ~after(ue.has_ipv4_home_address))],
    ),
    matters(
        "REF-C17", actor="home_agent",
        when=[UPDATE_ARRIVES,
              said("an attacker on the path has put his address into its outer IPv4 header",
                   (update.source == ATTACKER_ADDRESS) & (update.encapsulation == Encapsulation.UDP)), ACCEPTS],
        then=said("the home agent's tunnel leads to him", after(ha.care_of_address) == ATTACKER_ADDRESS),
    ),
)  # fmt: skip

ASSOCIATIONS = (
    matters(
        "REF-D1",
        when=[REGISTERING,
              said("somebody without keys forges packets",
                   (parameter("forgeries") > 0) & ~parameter("attacker_subscribes")),
              said("an acknowledgement under no association accepts the UE's newest update",
                   receives_acknowledgement & (acknowledgement.protection == Protection.NONE)
                   & acknowledgement.status.is_one_of(*ACCEPTING)
                   & (acknowledgement.sequence_number == ue.sequence_number))],
        then=STATE_AND_LIST_STAY,
    ),
    matters("REF-D2", when=[FROM_HOME, IPV4_ADDRESS_CONFIGURED, NO_ASSOCIATION], then=SETS_ASSOCIATION_UP),
    matters(
        "REF-D4",
        when=[FROM_ABROAD,
              said("K was not granted, and the association holds for the address left behind",
                   ue.association & ~ue.key_management_granted & (ue.association_address != local_address)),
              said("the UE could register from here",
                   IPV4_ADDRESS_CONFIGURED.meaning | (advertised & (after(ue.detected_link) == Link.FOREIGN)))],
        then=[SETS_ASSOCIATION_UP, said("the old one is given up", ~after(ue.association))],
    ),
    matters("REF-D6", when=[REMOVAL_ACKNOWLEDGED],
            then=said("the UE, now at home, keeps its security association",
                      (after(ue_state) == UeState.AT_HOME) & after(ue.association))),
)  # fmt: skip

ALTERNATE_CARE_OF_ADDRESS = (
    matters(
        "REF-E1", actor="home_agent",
        when=[said("a protected registration reaches the home agent whose IPv6 source an attacker has rewritten",
                   receives_update & genuine_update & (update.source == ATTACKER_ADDRESS)
                   & (update.encapsulation == Encapsulation.IPV6) & (update.lifetime == Lifetime.POSITIVE)),
              ALTERNATE_DIFFERS],
        then=[said("it is refused", refused),
              said("the tunnel does not lead to him", after(ha.care_of_address) != ATTACKER_ADDRESS)],
    ),
    matters(
        "REF-E2", actor="home_agent", choices=["AMB-03=option-wins"],
        when=[BOUND, UPDATE_ARRIVES, ALTERNATE_DIFFERS, ACCEPTS],
        then=said("the option has precedence: its address is the entry's care-of address",
                  after(ha.care_of_address) == update.alternate_care_of_address),
    ),
)  # fmt: skip

NO_ANTI_REPLAY = said("its security association does not notice copies of packets", ~parameter("anti_replay"))

WEAK_POINTS = (
    matters("REF-G1", when=[MARKED_INVALID, OLD_UPDATE_ARRIVES, NO_ANTI_REPLAY], actor="home_agent",
            then=[said("no binding comes back", unbound_after), OUT_OF_WINDOW_ANSWERED]),
    matters("REF-G2", when=[MARKED_INVALID, REMOVAL_ARRIVES], then=answered_with(Status.ACCEPTED), actor="home_agent"),
    matters(
        "REF-G3", actor="home_agent",
        when=[BOUND, said("it starts anew", occurs("home_agent", "event restart of the home agent"))],
        then=said("binding, number and association are gone",
                  (after(ha_state) == BindingState.NO_BINDING) & ~after(ha.association)
                  & (after(ha.sequence_number) == 0)),
    ),
    matters(
        "REF-G4",
        when=[REGISTERING,
              said("a protected 135 arrives that tells of a number older than the UE's last one",
                   PROTECTED_ANSWER & (acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
                   & (acknowledgement.sequence_number + 1 != ue.sequence_number)
                   & ue.sequence_number.is_ahead_of(acknowledgement.sequence_number))],
        then=said("the UE goes on counting from there, backwards",
                  sends_update & (sent_update.sequence_number == acknowledgement.sequence_number + 1)
                  & (after(ue.sequence_number) == sent_update.sequence_number)),
    ),
    matters(
        "REF-G5", actor="home_agent",
        when=[said("duplicate address detection runs", ha_state == BindingState.DETECTING_DUPLICATES),
              UPDATE_ARRIVES],
        then=said("nothing is answered yet, the newer update waits in the place of the older",
                  ~sends_acknowledgement & (after(ha_state) == ha_state)
                  & (after(ha.sequence_number) == update.sequence_number)),
    ),
    matters(
        "REF-G8", actor="home_agent", choices=["AMB-31=again"],
        when=[MARKED_INVALID, UPDATE_ARRIVES, said("the home agent tests for duplicates",
                                                   parameter("duplicate_address_detection"))],
        then=said("the home address is tested once more", after(ha_state) == BindingState.DETECTING_DUPLICATES),
    ),
    matters(
        "REF-G9", actor="home_agent",
        when=[said("the entry has a mapping that the NAT has replaced since",
                   bound & access_network.remapped
                   & (ha.care_of_address == translated_address_of(access_network.network))),
              said("bindings are renewed", parameter("refreshes") > 0), UPDATE_ARRIVES,
              said("it comes through the new mapping",
                   update.source == remapped_address_of(access_network.network)), ACCEPTS],
        then=said("only now the entry has the new mapping", after(ha.care_of_address) == update.source),
    ),
)  # fmt: skip

PUBLISHED_TEXT = (
    matters(
        "REF-F4",
        when=[said("the UE detaches", occurs("ue", "decides detach"))],
        then=[said("an update with lifetime zero is sent",
                   sends_update & (sent_update.lifetime == Lifetime.ZERO) & (after(ue_state) == UeState.DETACHING)),
              said("it has home address and care-of address as any other",
                   (sent_update.source == ue.address)
                   & (sent_update.home_address_option | (sent_update.ipv4_care_of_address != NO_ADDRESS)))],
    ),
    matters(
        "REF-F5",
        when=[said("a UE that has detached gives its security association up",
                   occurs("ue", "decides give up the security association after a detach"))],
        then=[said("its binding was removed before",
                   (ue_state == UeState.DETACHED) & (ue.list_entry == ListEntry.NONE)),
              said("the association is gone", ~after(ue.association))],
    ),
    matters(
        "REF-F6", actor="home_agent",
        when=[BOUND, said("a protected answer to a revocation arrives, which is outstanding",
                          takes_answer & (revocation_answer.protection == Protection.CURRENT) & ha.association
                          & ha.revoking & ~revocation_answer.repeated)],
        then=said("the binding ends", unbound_after),
    ),
)  # fmt: skip

OTHER_RULES = (
    *HOME_AGENT, *DUAL_STACK, *ASSOCIATIONS, *ALTERNATE_CARE_OF_ADDRESS, *WEAK_POINTS, *PUBLISHED_TEXT,
)  # fmt: skip
