"""What the UE decides on, and the Binding Updates it sends (TS 24.303, 5.2.2; RFC 6275, 11.7; RFC 5555, 4.4)."""

from __future__ import annotations

from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, family_of_address
from model.language.expressions import Expression, Operand, if_then_else, literal, parameter
from model.language.machines import Effects, Send, chosen, send
from model.messages import (
    ACCEPTING,
    UPLINK,
    BindingUpdate,
    Encapsulation,
    InnerSource,
    Ipv4HomeAddressOption,
    Lifetime,
    Protection,
    acknowledgement,
)
from model.ue_variables import (
    Link,
    ListEntry,
    address,
    association,
    association_address,
    care_of_address,
    detected_link,
    has_ipv4_home_address,
    interval,
    key_management_granted,
    list_entry,
    previous_link,
    retransmissions_left,
    retry_in,
    sequence_number,
    time_left,
    udp_refused,
    wants_association_to_survive,
    wants_ipv4_home_address,
)

# What the rows decide on

came_from_home = if_then_else(detected_link == Link.UNKNOWN, previous_link == Link.HOME, detected_link == Link.HOME)
awaits_answer = list_entry.is_one_of(ListEntry.PENDING, ListEntry.REMOVING)
accepted = acknowledgement.status.is_one_of(*ACCEPTING)
answers_the_newest_update = acknowledgement.sequence_number == sequence_number


def association_fits(local_address: Operand) -> Expression:
    """There is a security association, and a move does not stand against using it (AMB-08)."""
    moved_along = (association_address == local_address) | key_management_granted
    return association & chosen(
        "AMB-08", keep_stale_sa=True, re_establish=moved_along, re_establish_and_always_ask=moved_along
    )


def may_register_abroad(local_address: Operand) -> Expression:
    """Between foreign links: a Binding Update may be sent now (GEN-03, AMB-13)."""
    return if_then_else(association, association_fits(local_address), chosen("AMB-13", bu_anyway=True, sa_first=False))


def may_register_over_ipv4(local_address: Operand) -> Expression:
    """On an IPv4-only link: a Binding Update may be sent now (AMB-02 after home, AMB-13 after a foreign link)."""
    after_home = chosen("AMB-02", bu_at_once=True, sa_first=association_fits(local_address))
    return if_then_else(came_from_home, after_home, may_register_abroad(local_address))


# A late 135 carries an old number: taking it over moves the UE's numbers back, and they are used again.
number_to_follow = chosen(
    "AMB-21",
    ignore=sequence_number,
    adopt_number=acknowledgement.sequence_number,
    adopt_if_ahead=if_then_else(
        acknowledgement.sequence_number.is_ahead_of(sequence_number), acknowledgement.sequence_number, sequence_number
    ),
)
may_repeat_registration = if_then_else(
    (family_of_address(address) == Family.IPV4) & (previous_link == Link.HOME),
    chosen("AMB-02", bu_at_once=True, sa_first=may_register_abroad(address)),
    may_register_abroad(address),
)
may_deregister = chosen("AMB-32", bu_anyway=True, sa_first=association_fits(HOME_ADDRESS))
binding_to_remove = chosen(
    "AMB-10",
    only_valid_entry=list_entry == ListEntry.VALID,
    whenever_possibly_bound=list_entry != ListEntry.NONE,
)


# What the rows send


def ipv4_home_address_option() -> Expression:
    """UE-H2F-04, UE-F2F-05, UE-F2F-06: the assigned address, or the unspecified one to ask for it."""
    wanted = if_then_else(
        has_ipv4_home_address,
        literal(Ipv4HomeAddressOption.ASSIGNED),
        literal(Ipv4HomeAddressOption.UNSPECIFIED),
    )
    return if_then_else(wants_ipv4_home_address, wanted, Ipv4HomeAddressOption.ABSENT)


def protection(with_association: Operand) -> Expression:
    return if_then_else(with_association, literal(Protection.CURRENT), literal(Protection.NONE))


def asks_for_key_management() -> Expression:
    wanted = wants_association_to_survive
    return chosen("AMB-08", keep_stale_sa=wanted, re_establish=wanted, re_establish_and_always_ask=True)


# Against the clause, which has F clear: UDP is asked for without a NAT, until refused (RFC 5555, 4.4.2).
forces_udp = parameter("ue_forces_udp") & ~udp_refused


def binding_update(
    local_address: Operand, number: Expression, with_association: Operand, *, force_udp: Operand = forces_udp,
    lifetime: Lifetime = Lifetime.POSITIVE,
) -> Send:  # fmt: skip
    """A registration from `local_address`; over an IPv4-only access it is tunnelled in UDP."""
    over_ipv4 = family_of_address(local_address) == Family.IPV4
    inner_source_over_ipv4 = chosen(
        "AMB-18", option=InnerSource.CARE_OF_ADDRESS, inner_source=InnerSource.HOME_ADDRESS
    )
    option_over_ipv4 = chosen("AMB-18", option=True, inner_source=False)
    return send(
        BindingUpdate(
            lifetime=lifetime,
            asked_ticks=parameter("lifetime_asked") if lifetime is Lifetime.POSITIVE else 0,
            sequence_number=number,
            source=local_address,
            inner_source=if_then_else(over_ipv4, inner_source_over_ipv4, InnerSource.CARE_OF_ADDRESS),
            home_address_option=if_then_else(over_ipv4, option_over_ipv4, True),
            alternate_care_of_address=if_then_else(
                over_ipv4, NO_ADDRESS, chosen("AMB-29", absent=NO_ADDRESS, present=local_address)
            ),
            ipv4_care_of_address=if_then_else(over_ipv4, local_address, NO_ADDRESS),
            ipv4_home_address=ipv4_home_address_option()
            if lifetime is Lifetime.POSITIVE
            else Ipv4HomeAddressOption.ABSENT,
            encapsulation=if_then_else(over_ipv4, literal(Encapsulation.UDP), literal(Encapsulation.IPV6)),
            key_management=asks_for_key_management(),
            forces_udp=over_ipv4 & literal(force_udp),
            tlv_header=False,
            protection=protection(with_association),
        ),
        on=UPLINK,
    )


def removal(number: Expression, with_association: Operand) -> Send:
    """A de-registration from the home link: source and care-of address are the home address."""
    return send(
        BindingUpdate(
            lifetime=Lifetime.ZERO,
            sequence_number=number,
            source=HOME_ADDRESS,
            inner_source=InnerSource.HOME_ADDRESS,
            encapsulation=Encapsulation.IPV6,
            key_management=asks_for_key_management(),
            protection=protection(with_association),
        ),
        on=UPLINK,
    )


# With discrete time: the first repetition after one tick, then intervals double up to the longest.
doubled = if_then_else(interval == parameter("longest_interval"), interval, interval + interval)
lifetime_starts = time_left.becomes(parameter("lifetime_asked"))
timer_starts: Effects = [
    retry_in.becomes(1), interval.becomes(if_then_else(parameter("back_off"), literal(2), literal(1))), lifetime_starts,
]  # fmt: skip
timer_starts_again: Effects = [retry_in.becomes(interval), interval.becomes(doubled), lifetime_starts]


def register(local_address: Operand, *, with_association: Operand = association) -> Effects:
    """Send the first Binding Update of a registration and remember it in the list."""
    return [
        binding_update(local_address, sequence_number + 1, with_association),
        sequence_number.becomes(sequence_number + 1),
        list_entry.becomes(ListEntry.PENDING),
        care_of_address.becomes(local_address),
        retransmissions_left.becomes(parameter("retransmissions")),
        timer_starts,
    ]


def deregister(*, with_association: Operand = association) -> Effects:
    """Send the first Binding Update of a de-registration and remember it in the list."""
    return [
        removal(sequence_number + 1, with_association),
        sequence_number.becomes(sequence_number + 1),
        list_entry.becomes(ListEntry.REMOVING),
        care_of_address.becomes(HOME_ADDRESS),
        retransmissions_left.becomes(parameter("retransmissions")),
        timer_starts,
    ]
