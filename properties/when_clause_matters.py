"""When the statements of clause 5.2 matter: handovers that leave home begin there, those between foreign links begin
registered on one, and what concerns a NAT goes through one."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import MOVEMENT
from model.addresses import HOME_ADDRESS, NO_ADDRESS, address_of
from model.home_agent_answers import BindingState
from model.language.expressions import after, occurs, parameter
from model.messages import (
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    NatDetection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_variables import Link, UeState
from properties.situations import (
    ACCEPTS,
    ALTERNATE_DIFFERS,
    ALTERNATE_IS_SOURCE,
    ANOTHER_ADDRESS,
    ASSOCIATION_FITS,
    ASSOCIATION_MADE,
    BOUND,
    BOUND_ELSEWHERE,
    ENTRY_IS_VALID,
    F_AND_T_CLEAR,
    FOUND_AT_HOME,
    FOUND_AWAY,
    FROM_ABROAD,
    FROM_HOME,
    FROM_THE_HOME_LINK,
    HAS_IPV4_HOME_ADDRESS,
    IN_UDP_BEHIND_NAT,
    IN_UDP_WITHOUT_NAT,
    IPV4_ADDRESS_CONFIGURED,
    IPV6_ADDRESS_CONFIGURED,
    K_SET,
    KEEPS_CARE_OF_ADDRESS,
    LACKS_IPV4_HOME_ADDRESS,
    NO_ASSOCIATION,
    NOT_BOUND,
    ON_IPV4_ONLY,
    ON_IPV6,
    OVER_IPV6,
    REGISTERS,
    REGISTRATION_FOLLOWS,
    REGISTRATION_IN_UDP_FOLLOWS,
    REMOVAL_ACKNOWLEDGED,
    REMOVAL_ARRIVES,
    SAYS_NOTHING_AND_KEEPS_ALL,
    SETS_ASSOCIATION_UP,
    UNPROTECTED_UPDATE_ARRIVES,
    UPDATE_ARRIVES,
    WANTS_ASSOCIATION_TO_SURVIVE,
    WAS_AT_HOME,
    WAS_REGISTERED_ABROAD,
    answered_with,
    local_address,
)
from properties.terms import bound, registered, sends_acknowledgement, sends_update, ue_state, unbound_after
from properties.when_it_matters import matters, said

DETECTS_HOME_LINK = said(
    "home link detection begins",
    (after(ue_state) == UeState.DETECTING_HOME_LINK) & (after(ue.detected_link) == Link.UNKNOWN),
)
NAMES_IPV4_HOME_ADDRESS = said(
    "the IPv4 Home Address option names it", sent_update.ipv4_home_address == Ipv4HomeAddressOption.ASSIGNED
)
ASKS_FOR_IPV4_HOME_ADDRESS = said(
    "the IPv4 Home Address option asks for one", sent_update.ipv4_home_address == Ipv4HomeAddressOption.UNSPECIFIED
)
NEW_ADDRESS_STORED = said(
    "the entry has the update's source as its care-of address",
    (after(ha.care_of_address) == update.source) & (after(ha.sequence_number) == update.sequence_number),
)
STAYS_ASSOCIATED = said("the UE keeps its security association", after(ue.association))

GENERAL = (
    matters("GEN-01", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, OVER_IPV6, ACCEPTS], then=NEW_ADDRESS_STORED),
    matters(
        "GEN-02",
        when=[said("a UE registered on a foreign link, undisturbed, leaves it",
                   occurs("access", "event movement") & registered & ha.undisturbed)],
        then=said("the home agent has its binding, and both ends the security association",
                  bound & ue.association & ha.association),
    ),
    matters("GEN-03", when=[FOUND_AWAY, FROM_ABROAD, NO_ASSOCIATION], then=SETS_ASSOCIATION_UP),
    matters("GEN-05", when=[FOUND_AWAY, FROM_HOME, ON_IPV6, ASSOCIATION_FITS], then=REGISTRATION_FOLLOWS),
    matters(
        "GEN-06",
        when=[said("a UE that has left home and changed between foreign links is registered there",
                   registered & (ue.previous_link == Link.FOREIGN) & (ue.detected_link == Link.FOREIGN)),
              said("it moves back home", occurs("access", "event movement") & (MOVEMENT.view.to == "home"))],
        then=said("a handover begins", after(ue_state) == UeState.CONFIGURING_ADDRESS),
    ),
    matters(
        "UE-GEN-01",
        when=[said("the access network to which the UE has moved gives it an address",
                   occurs("access", "event address configured") & (ue.address != address_of(access_network.network)))],
        then=said("this is the UE's address from now on", local_address == address_of(access_network.network)),
    ),
)  # fmt: skip

LEAVING_HOME = (
    matters("UE-H2F-01", when=[WAS_AT_HOME, IPV6_ADDRESS_CONFIGURED, ANOTHER_ADDRESS], then=DETECTS_HOME_LINK),
    matters("UE-H2F-02", when=[FOUND_AWAY, FROM_HOME, NO_ASSOCIATION], then=SETS_ASSOCIATION_UP),
    matters("UE-H2F-03", when=[FROM_HOME, ON_IPV6, ASSOCIATION_MADE, LACKS_IPV4_HOME_ADDRESS],
            then=[REGISTRATION_FOLLOWS, ASKS_FOR_IPV4_HOME_ADDRESS]),
    matters("UE-H2F-04", when=[FROM_HOME, HAS_IPV4_HOME_ADDRESS, REGISTERS], then=NAMES_IPV4_HOME_ADDRESS),
    matters("UE-H2F-05", when=[FROM_HOME, IPV4_ADDRESS_CONFIGURED, ANOTHER_ADDRESS, ASSOCIATION_FITS],
            then=REGISTRATION_IN_UDP_FOLLOWS),
    matters("UE-H2F-06", when=[FROM_HOME, ON_IPV4_ONLY, REGISTERS], then=F_AND_T_CLEAR),
    matters("UE-H2F-07", when=[FROM_HOME, ON_IPV6, WANTS_ASSOCIATION_TO_SURVIVE, REGISTERS], then=K_SET),
)  # fmt: skip

BETWEEN_FOREIGN_LINKS = (
    matters(
        "UE-F2F-01",
        when=[WAS_REGISTERED_ABROAD, IPV6_ADDRESS_CONFIGURED, ANOTHER_ADDRESS,
              said("the new link is no home link either", access_network.network != "home")],
        then=DETECTS_HOME_LINK,
    ),
    matters(
        "UE-F2F-02", when=[FROM_ABROAD, ON_IPV6, FOUND_AWAY, ASSOCIATION_FITS],
        then=[REGISTRATION_FOLLOWS,
              said("its source, and the care-of address in the list, is the new address",
                   (sent_update.source == local_address) & (after(ue.care_of_address) == local_address))],
    ),
    matters(
        "UE-F2F-03",
        when=[FROM_ABROAD, ON_IPV6, REGISTERS,
              said("it has an Alternate Care-of Address option", sent_update.alternate_care_of_address != NO_ADDRESS)],
        then=said("source and option both are the new address",
                  (sent_update.alternate_care_of_address == local_address) & (sent_update.source == local_address)),
    ),
    matters(
        "UE-F2F-04", when=[FROM_ABROAD, ON_IPV6, REGISTERS],
        then=said("the IPv6 home address is in it, as an option or as inner source",
                  sent_update.home_address_option | (sent_update.inner_source == InnerSource.HOME_ADDRESS)),
    ),
    matters("UE-F2F-05", when=[FROM_ABROAD, HAS_IPV4_HOME_ADDRESS, REGISTERS], then=NAMES_IPV4_HOME_ADDRESS),
    matters("UE-F2F-06", when=[FROM_ABROAD, LACKS_IPV4_HOME_ADDRESS, REGISTERS], then=ASKS_FOR_IPV4_HOME_ADDRESS),
    matters("UE-F2F-07", when=[FROM_ABROAD, IPV4_ADDRESS_CONFIGURED, ANOTHER_ADDRESS, ASSOCIATION_FITS],
            then=REGISTRATION_IN_UDP_FOLLOWS),
    matters("UE-F2F-08", when=[FROM_ABROAD, ON_IPV4_ONLY, REGISTERS], then=F_AND_T_CLEAR),
    matters("UE-F2F-09", when=[FROM_ABROAD, ASSOCIATION_MADE, WANTS_ASSOCIATION_TO_SURVIVE, REGISTERS], then=K_SET),
)  # fmt: skip

RETURNING_HOME = (
    matters(
        "UE-F2H-01", when=[FOUND_AT_HOME, ENTRY_IS_VALID, ASSOCIATION_FITS],
        then=said("an update with lifetime zero is sent at once",
                  sends_update & (sent_update.lifetime == "zero") & (after(ue_state) == UeState.DEREGISTERING)),
    ),
    matters(
        "UE-F2H-02",
        when=[REMOVAL_ACKNOWLEDGED, said("the answer has K", acknowledgement.key_management)],
        then=[STAYS_ASSOCIATED,
              said("it holds for the home address", after(ue.association_address) == HOME_ADDRESS)],
    ),
    matters(
        "UE-F2H-03",
        when=[REMOVAL_ACKNOWLEDGED, said("it is not safe to assume that it stays there", ~ue.safe_to_stay_home)],
        then=STAYS_ASSOCIATED,
    ),
)  # fmt: skip

HOME_AGENT = (
    matters(
        "HA-H2F-01", when=[NOT_BOUND, UPDATE_ARRIVES, OVER_IPV6, ALTERNATE_IS_SOURCE], actor="home_agent",
        then=[said("it is accepted", sends_acknowledgement & (sent_acknowledgement.status == Status.ACCEPTED)),
              said("there is a binding to its source",
                   (after(ha.home_agent.state) == BindingState.BOUND) & (after(ha.care_of_address) == update.source))],
    ),
    matters(
        "HA-F2F-01", actor="home_agent",
        when=[BOUND, UNPROTECTED_UPDATE_ARRIVES,
              said("its number is newer than the entry's", update.sequence_number.is_ahead_of(ha.sequence_number))],
        then=SAYS_NOTHING_AND_KEEPS_ALL,
    ),
    matters("HA-F2F-02", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, OVER_IPV6, ACCEPTS], then=NEW_ADDRESS_STORED,
            actor="home_agent"),
    matters(
        "HA-F2F-03", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, ALTERNATE_DIFFERS], actor="home_agent",
        then=[KEEPS_CARE_OF_ADDRESS, answered_with(Status.REASON_UNSPECIFIED)],
    ),
    matters("HA-F2F-04", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, ALTERNATE_IS_SOURCE, ACCEPTS],
            then=NEW_ADDRESS_STORED, actor="home_agent"),
    matters(
        "HA-F2F-05", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, IN_UDP_WITHOUT_NAT, ACCEPTS], actor="home_agent",
        then=[said("the entry has that address", after(ha.care_of_address) == update.ipv4_care_of_address),
              said("the answer travels inside IPv4", sent_acknowledgement.encapsulation != Encapsulation.IPV6)],
    ),
    matters(
        "HA-F2F-06", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, IN_UDP_BEHIND_NAT, ACCEPTS], actor="home_agent",
        choices=["home_agent.AMB-20=nat-found"],
        then=said("the answer has a NAT Detection option, with F set",
                  sent_acknowledgement.nat_detection == NatDetection.F_SET),
    ),
    matters(
        "HA-F2F-07", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, IN_UDP_BEHIND_NAT, ACCEPTS], actor="home_agent",
        then=[said("the answer goes in UDP to the outer source",
                   (sent_acknowledgement.encapsulation == Encapsulation.UDP)
                   & (sent_acknowledgement.destination == update.source)),
              said("the entry has that address, and tunnels in UDP",
                   (after(ha.care_of_address) == update.source) & (after(ha.tunnel) == Encapsulation.UDP))],
    ),
    matters(
        "HA-F2F-08", actor="home_agent",
        when=[BOUND_ELSEWHERE, UPDATE_ARRIVES,
              said("its IPv4 Home Address option names the address assigned to the UE",
                   ha.ipv4_home_address_bound & (update.ipv4_home_address == Ipv4HomeAddressOption.ASSIGNED)),
              ACCEPTS],
        then=[NEW_ADDRESS_STORED,
              said("the IPv4 home address stays with it",
                   after(ha.ipv4_home_address_bound)
                   & (sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED))],
    ),
    matters(
        "HA-F2F-09", actor="home_agent",
        when=[BOUND_ELSEWHERE, UPDATE_ARRIVES,
              said("its IPv4 Home Address option has the unspecified address",
                   update.ipv4_home_address == Ipv4HomeAddressOption.UNSPECIFIED),
              said("the UE has none bound, and there is one to give",
                   ha.ipv4_home_address_free & ~ha.ipv4_home_address_bound), ACCEPTS],
        then=[said("an address is bound", after(ha.ipv4_home_address_bound)),
              said("the IPv4 Address Acknowledgement option gives it",
                   sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED)],
    ),
    matters(
        "HA-F2F-10", when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, OVER_IPV6, ACCEPTS], actor="home_agent",
        then=said("the answer has the home address in a routing header", sent_acknowledgement.routing_header),
    ),
    matters(
        "HA-F2F-11", actor="home_agent",
        when=[BOUND_ELSEWHERE, UPDATE_ARRIVES, said("K is set in it", update.key_management),
              said("the home agent supports K, and its association has the address left behind",
                   parameter("key_management_supported") & (ha.peer_address != update.source)),
              ACCEPTS],
        then=[said("the answer has K", sent_acknowledgement.key_management),
              said("the peer address of its association is the new care-of address",
                   after(ha.peer_address) == update.source)],
    ),
    matters("HA-F2H-01", when=[BOUND, REMOVAL_ARRIVES, FROM_THE_HOME_LINK], actor="home_agent",
            then=said("no valid binding is left", unbound_after)),
    matters("HA-F2H-02", when=[BOUND, REMOVAL_ARRIVES, FROM_THE_HOME_LINK], actor="home_agent",
            then=answered_with(Status.ACCEPTED)),
)  # fmt: skip

IN_THE_CLAUSE = (*GENERAL, *LEAVING_HOME, *BETWEEN_FOREIGN_LINKS, *RETURNING_HOME, *HOME_AGENT)
