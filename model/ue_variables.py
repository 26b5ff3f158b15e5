"""The UE's control states and variables, as a table."""

from __future__ import annotations

from enum import Enum

from model.addresses import ADDRESS, HOME_ADDRESS, NO_ADDRESS
from model.language.domains import BOOLEAN, Enumeration, Integer
from model.language.expressions import parameter
from model.language.machines import Machine
from model.messages import SEQUENCE_NUMBER, Encapsulation


class UeState(Enum):
    DETACHED = "detached"  # out of coverage, or the binding given up from abroad: it still is on a network then
    CONFIGURING_ADDRESS = "configuring address"
    DETECTING_HOME_LINK = "detecting home link"
    ESTABLISHING_SA = "establishing SA"
    REGISTERING = "registering"
    REGISTERED = "registered"
    DEREGISTERING = "deregistering"
    DETACHING = "detaching"  # in scenarios with a detach from abroad
    AT_HOME = "at home"
    ABANDONED = "abandoned"


class Link(Enum):
    """What home link detection found; an IPv4-only link counts as foreign (AMB-14)."""

    UNKNOWN = "unknown"
    HOME = "home"
    FOREIGN = "foreign"


class ListEntry(Enum):
    """The binding update list entry for the home agent."""

    NONE = "none"
    PENDING = "pending"  # a registration is sent and not yet answered
    VALID = "valid"  # the last registration was acknowledged
    REFUSED = "refused"  # the last registration was refused; an older binding may live on
    REMOVING = "removing"  # a de-registration is sent and not yet answered


class Reason(Enum):
    """Why the UE gave up."""

    NONE = "none"
    NO_ASSOCIATION = "no security association"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    NOT_SERVED = "not served by this home agent"


ue = Machine("ue", UeState, UeState.AT_HOME, meaning="the user equipment")

address = ue.variable("address", ADDRESS, initial=HOME_ADDRESS, meaning="last address configured on the interface")
detected_link = ue.variable(
    "detected_link", Enumeration.of(Link), initial=Link.HOME, meaning="home link detection on that address"
)
previous_link = ue.variable(
    "previous_link", Enumeration.of(Link), initial=Link.HOME, meaning="the link found before that one"
)
list_entry = ue.variable(
    "list_entry", Enumeration.of(ListEntry), initial=ListEntry.NONE, meaning="the binding update list entry"
)
care_of_address = ue.variable(
    "care_of_address", ADDRESS, initial=NO_ADDRESS, meaning="care-of address in the binding update list"
)
sequence_number = ue.variable(
    "sequence_number", SEQUENCE_NUMBER, initial=parameter("first_sequence_number"),
    meaning="number of the newest Binding Update",
)  # fmt: skip
retransmissions_left = ue.variable(
    "retransmissions_left", Integer(0, "retransmissions"), initial=parameter("retransmissions"),
    meaning="retransmissions before the UE gives up",
)  # fmt: skip
association = ue.variable(
    "security_association", BOOLEAN, initial=parameter("association_at_home"), meaning="there is one with the HA"
)
association_address = ue.variable(
    "association_address", ADDRESS, initial=HOME_ADDRESS,
    meaning="local address for which the security association was made, or to which it was moved",
)  # fmt: skip
key_management_granted = ue.variable(
    "key_management_granted", BOOLEAN, meaning="the last acknowledgement had K: the association survives movement"
)
association_renewed = ue.variable(
    "association_renewed", BOOLEAN, meaning="it was already set up anew because nobody answered (AMB-27)"
)
has_ipv4_home_address = ue.variable("has_ipv4_home_address", BOOLEAN, meaning="an IPv4 home address is assigned")
wants_ipv4_home_address = ue.variable(
    "wants_ipv4_home_address", BOOLEAN, initial=parameter("wants_ipv4_home_address"),
    meaning="wants one, and wants its binding updated",
)  # fmt: skip
wants_association_to_survive = ue.variable(
    "wants_association_to_survive", BOOLEAN, initial=parameter("wants_association_to_survive"),
    meaning="wants the IKEv2 security association to survive a change of care-of address",
)  # fmt: skip
safe_to_stay_home = ue.variable(
    "safe_to_stay_home", BOOLEAN, initial=parameter("safe_to_stay_home"),
    meaning="it is safe to assume that the UE stays on the home link",
)  # fmt: skip
tunnel = ue.variable(
    "tunnel", Enumeration.of(Encapsulation), initial=Encapsulation.IPV6, meaning="how the UE tunnels data"
)
time_left = ue.variable(
    "time_left", Integer(0, "lifetime_asked"), initial=0,
    meaning="ticks until the list entry ends, counted from the sending of its update",
)  # fmt: skip
retry_in = ue.variable(
    "retry_in", Integer(0, "longest_interval"), initial=0, meaning="ticks until the update is repeated"
)
interval = ue.variable(
    "interval", Integer(0, "longest_interval"), initial=0, meaning="ticks from the next repetition to the one after"
)
udp_refused = ue.variable("udp_refused", BOOLEAN, meaning="the home agent does not force UDP: F is no longer set")
prefix_discovery_due = ue.variable(
    "prefix_discovery_due", BOOLEAN, meaning="accepted with status 1: the home prefix must be learned before a renewal"
)
refreshes_left = ue.variable(
    "refreshes_left", Integer(0, "refreshes"), initial=parameter("refreshes"),
    meaning="budget of registrations anew while registered",
)  # fmt: skip
data_left = ue.variable(
    "data_left", Integer(0, "data_packets"), initial=parameter("data_packets"),
    meaning="packets of user data that it may send through the home agent",
)  # fmt: skip
reason = ue.variable("reason", Enumeration.of(Reason), initial=Reason.NONE, meaning="why it is abandoned")

WAITING = (UeState.REGISTERING, UeState.DEREGISTERING, UeState.DETACHING)
ALL_BUT_DETACHED = [state for state in UeState if state is not UeState.DETACHED]
