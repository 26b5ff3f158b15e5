"""Situations in which requirements matter, in words and as conditions on a step: where the UE comes from, what it
sends, what reaches the home agent, what it answers."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import ADDRESS_CONFIGURED, ROUTER_ADVERTISEMENT
from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, Prefix, family_of_address, is_translated
from model.home_agent_answers import BindingState
from model.language.expressions import after, occurs
from model.messages import (
    Encapsulation,
    Lifetime,
    Protection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
    unprotected_or_unverifiable,
    update,
)
from model.ue_messages import association_fits
from model.ue_variables import Link, ListEntry, UeState
from properties.exchanges import accepts_the_newest_update
from properties.terms import (
    accepts_registration,
    bound,
    genuine_update,
    ha_state,
    receives_acknowledgement,
    receives_update,
    sends_acknowledgement,
    sends_update,
    ue_state,
)
from properties.when_it_matters import Said, said

# The UE: where it comes from, and what it finds

local_address = after(ue.address)
on_ipv4_only = family_of_address(local_address) == Family.IPV4
configures = occurs("access", "event address configured") & (ue_state == UeState.CONFIGURING_ADDRESS)
advertised = occurs("access", "event router advertisement") & (ue_state == UeState.DETECTING_HOME_LINK)
came_from_home = (after(ue.previous_link) == Link.HOME) & (after(ue.detected_link) == Link.FOREIGN)
came_from_abroad = (
    (ue.list_entry == ListEntry.VALID) & (ue.care_of_address != local_address)
    & (after(ue.previous_link) == Link.FOREIGN) & (after(ue.detected_link) == Link.FOREIGN)
)  # fmt: skip

FROM_HOME = said("the UE has left the home link for a foreign one", came_from_home)
FROM_ABROAD = said("the UE was registered on another foreign link", came_from_abroad)
ON_IPV6 = said("the access has IPv6", ~on_ipv4_only & ~is_translated(access_network.network))
ON_IPV4_ONLY = said("the access has IPv4 only", on_ipv4_only)
IPV6_ADDRESS_CONFIGURED = said(
    "an IPv6 address is configured", configures & (ADDRESS_CONFIGURED.view.family == Family.IPV6)
)
IPV4_ADDRESS_CONFIGURED = said(
    "an IPv4 address is configured", configures & (ADDRESS_CONFIGURED.view.family == Family.IPV4)
)
ANOTHER_ADDRESS = said("it is not the one before", ADDRESS_CONFIGURED.view.address != ue.address)
WAS_AT_HOME = said("the UE was on the home link", ue.detected_link == Link.HOME)
WAS_REGISTERED_ABROAD = said(
    "the UE was registered on a foreign link",
    (ue.list_entry == ListEntry.VALID) & (ue.detected_link == Link.FOREIGN)
    & (ue.care_of_address != ADDRESS_CONFIGURED.view.address),
)  # fmt: skip
FOUND_AWAY = said(
    "home link detection finds a foreign link", advertised & (ROUTER_ADVERTISEMENT.view.prefix != Prefix.HOME)
)
FOUND_AT_HOME = said(
    "home link detection finds the home link", advertised & (ROUTER_ADVERTISEMENT.view.prefix == Prefix.HOME)
)
ENTRY_IS_VALID = said("the list entry is valid", ue.list_entry == ListEntry.VALID)
NO_ASSOCIATION = said("there is no security association", ~ue.association)
ASSOCIATION_FITS = said("its security association can be used from there", association_fits(local_address))
ASSOCIATION_MADE = said(
    "a security association is set up",
    occurs("security_association", "event security association established") & (ue_state == UeState.ESTABLISHING_SA),
)
SETS_ASSOCIATION_UP = said(
    "the UE sets one up before anything is sent", (after(ue_state) == UeState.ESTABLISHING_SA) & ~sends_update
)
HAS_IPV4_HOME_ADDRESS = said(
    "it holds an IPv4 home address and wants to keep it", ue.has_ipv4_home_address & ue.wants_ipv4_home_address
)
LACKS_IPV4_HOME_ADDRESS = said(
    "it wants an IPv4 home address and has none", ~ue.has_ipv4_home_address & ue.wants_ipv4_home_address
)
WANTS_ASSOCIATION_TO_SURVIVE = said(
    "it wants its security association to survive the move", ue.wants_association_to_survive
)
OVERDUE = said("the answer to an update is overdue", occurs("ue", "timer retransmission"))

REGISTERING = said("the UE waits for the answer to a registration", ue_state == UeState.REGISTERING)

# What the UE sends

registers = sends_update & (sent_update.lifetime == Lifetime.POSITIVE)
REGISTERS = said("the UE sends a registration", registers)
REGISTRATION_FOLLOWS = said("a registration is sent at once", registers & (after(ue_state) == UeState.REGISTERING))
DEREGISTERS = said("the UE sends a de-registration", sends_update & (sent_update.lifetime == Lifetime.ZERO))
F_AND_T_CLEAR = said("F and T are clear in it", ~sent_update.forces_udp & ~sent_update.tlv_header)
K_SET = said("K is set in it", sent_update.key_management)
TUNNELLED_IN_UDP = said(
    "it is inside UDP and names the new address in the IPv4 Care-of Address option",
    (sent_update.encapsulation == Encapsulation.UDP) & (sent_update.ipv4_care_of_address == local_address),
)
REGISTRATION_IN_UDP_FOLLOWS = said(
    "an update inside UDP is sent at once, with the new address in the IPv4 Care-of Address option",
    registers & TUNNELLED_IN_UDP.meaning,
)

# What reaches the UE

ACKNOWLEDGED = said("the newest update is answered with acceptance", accepts_the_newest_update)
ACKNOWLEDGED_AS_REGISTRATION = said(
    "the newest registration is answered with acceptance",
    accepts_the_newest_update & (ue.list_entry == ListEntry.PENDING) & (ue_state == UeState.REGISTERING),
)
REMOVAL_ACKNOWLEDGED = said(
    "the de-registration is answered with acceptance while the UE is at home",
    accepts_the_newest_update & (ue.list_entry == ListEntry.REMOVING) & (ue_state == UeState.DEREGISTERING),
)
PROTECTED_ANSWER = (
    receives_acknowledgement & (acknowledgement.protection == Protection.CURRENT) & ue.association
    & ~acknowledgement.repeated
)  # fmt: skip

STATE_AND_LIST_STAY = said(
    "state, list entry and number of the UE stay as they were",
    (after(ue_state) == ue_state) & (after(ue.list_entry) == ue.list_entry)
    & (after(ue.sequence_number) == ue.sequence_number),
)  # fmt: skip

# What reaches the home agent

in_udp = update.encapsulation == Encapsulation.UDP
newer = (ha_state == BindingState.NO_BINDING) | update.sequence_number.is_ahead_of(ha.sequence_number)
alternate_differs = (
    (update.encapsulation == Encapsulation.IPV6) & (update.alternate_care_of_address != NO_ADDRESS)
    & (update.alternate_care_of_address != update.source)
)  # fmt: skip
BOUND_ELSEWHERE = said(
    "the home agent has a binding to another foreign link", bound & (ha.entry_network != update.network)
)
BOUND = said("the home agent has a binding", bound)
NOT_BOUND = said("the home agent has no entry", ha_state == BindingState.NO_BINDING)
MARKED_INVALID = said("the home agent has an entry marked invalid", ha_state == BindingState.INVALID)
UPDATE_ARRIVES = said(
    "a registration reaches it, protected and newer than its entry",
    receives_update & genuine_update & newer & (update.lifetime == Lifetime.POSITIVE),
)
REMOVAL_ARRIVES = said(
    "a de-registration reaches it, protected and newer than its entry",
    receives_update & genuine_update & newer & (update.lifetime == Lifetime.ZERO),
)
OLD_UPDATE_ARRIVES = said(
    "a registration reaches it, protected and no newer than its entry",
    receives_update & genuine_update & ~update.sequence_number.is_ahead_of(ha.sequence_number)
    & (update.lifetime == Lifetime.POSITIVE),
)  # fmt: skip
UNPROTECTED_UPDATE_ARRIVES = said(
    "an update reaches it that its association with the UE does not protect",
    receives_update & unprotected_or_unverifiable(update, ha.association),
)
FROM_THE_HOME_LINK = said("it comes from the home link", update.source == HOME_ADDRESS)
OVER_IPV6 = said("it came over IPv6", update.encapsulation == Encapsulation.IPV6)
IN_UDP_WITHOUT_NAT = said(
    "it came in UDP, and its IPv4 Care-of Address option names the outer source",
    in_udp & (update.ipv4_care_of_address == update.source),
)
IN_UDP_BEHIND_NAT = said(
    "it came in UDP, and its IPv4 Care-of Address option is not the outer source",
    in_udp & (update.ipv4_care_of_address != NO_ADDRESS) & (update.ipv4_care_of_address != update.source),
)
ALTERNATE_IS_SOURCE = said(
    "its Alternate Care-of Address is its source", update.alternate_care_of_address == update.source
)
ALTERNATE_DIFFERS = said("its Alternate Care-of Address is not its source", alternate_differs)

# What the home agent answers

ACCEPTS = said("it is accepted", accepts_registration)
SAYS_NOTHING_AND_KEEPS_ALL = said(
    "nothing is answered and the entry stays as it was",
    ~sends_acknowledgement & (after(ha_state) == ha_state) & (after(ha.care_of_address) == ha.care_of_address)
    & (after(ha.sequence_number) == ha.sequence_number),
)  # fmt: skip
KEEPS_CARE_OF_ADDRESS = said(
    "the entry keeps its care-of address",
    (after(ha_state) == ha_state) & (after(ha.care_of_address) == ha.care_of_address),
)
OUT_OF_WINDOW_ANSWERED = said(
    "135 goes back, with the number last taken",
    sends_acknowledgement & (sent_acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
    & (sent_acknowledgement.sequence_number == ha.sequence_number),
)  # fmt: skip



def answered_with(status: Status) -> Said:
    return said(f"{status.value.split()[0]} is answered",
                sends_acknowledgement & (sent_acknowledgement.status == status))  # fmt: skip
