"""An attacker: without keys, with the keys of a subscription of his own, or on the path between UE and
home agent. The scenario says what he can do and how often; what he sends arrives when he likes."""

from __future__ import annotations

from enum import Enum

from model.addresses import ATTACKER_ADDRESS, NO_ADDRESS, NOWHERE
from model.language.domains import Integer
from model.language.expressions import TRUE, Expression, Operand, constant, full, if_then_else, parameter, variable
from model.language.machines import Alter, Machine, Send, case, decision, event, receipt, send
from model.language.messages import Channel, flying
from model.messages import (
    UPLINK,
    BindingAcknowledgement,
    BindingUpdate,
    Encapsulation,
    InnerSource,
    Lifetime,
    Protection,
    Status,
    update,
)
from model.security_association import ASSOCIATION_ESTABLISHED

INJECTED_UPDATES = Channel(
    "injected_updates", (BindingUpdate,), capacity="injected", lane="network", copy_mark="repeated",
    loses="never", duplicates="never", reorders="always", duplications="access.duplications_left",
    on_sending={}, on_delivery={}, deliverable=TRUE,
)  # fmt: skip
INJECTED_ANSWERS = Channel(
    "injected_answers", (BindingAcknowledgement,), capacity="injected", lane="network", copy_mark="repeated",
    loses="never", duplicates="never", reorders="always", duplications="access.duplications_left",
    on_sending={}, on_delivery={},
    deliverable=(flying(BindingAcknowledgement).network == variable("access.network"))
    & variable("access.configured"),
)  # fmt: skip


class AttackerState(Enum):
    LURKING = "lurking"


attacker = Machine(
    "attacker", AttackerState, AttackerState.LURKING, role="environment",
    meaning="somebody who wants the UE's traffic, or wants it to have none",
)  # fmt: skip
forgeries_left = attacker.variable(
    "forgeries_left", Integer(0, "forgeries"), initial=parameter("forgeries"), meaning="budget of forged packets"
)
interceptions_left = attacker.variable(
    "interceptions_left", Integer(0, "interceptions"), initial=parameter("interceptions"),
    meaning="budget of updates that he takes on the path",
)  # fmt: skip

# Packets of his own: he guesses every number right, but has no key of the UE's

own_protection = if_then_else(parameter("attacker_subscribes"), constant(Protection.OTHER), constant(Protection.NONE))
may_forge = forgeries_left > 0
forged = forgeries_left.becomes(forgeries_left - 1)


def forged_update(lifetime: Lifetime, alternate_care_of_address: str) -> Send:
    return send(
        BindingUpdate(
            lifetime=lifetime, sequence_number=variable("home_agent.sequence_number") + 1,
            source=ATTACKER_ADDRESS, home_address_option=True, alternate_care_of_address=alternate_care_of_address,
            protection=own_protection, network=NOWHERE,
        ),
        on=INJECTED_UPDATES,
    )  # fmt: skip


attacker.transition(
    "asks for a binding of the UE's home address to his own address",
    trigger=decision("forge a registration"), source=AttackerState.LURKING, when=may_forge,
    then=[forged, forged_update(Lifetime.POSITIVE, ATTACKER_ADDRESS)],
    clause="5.2.3.2", requirements=["REF-B5", "REF-D1"], note="without keys, or with those of his own subscription",
)  # fmt: skip
attacker.transition(
    "asks for the removal of the UE's binding",
    trigger=decision("forge a removal"), source=AttackerState.LURKING, when=may_forge,
    then=[forged, forged_update(Lifetime.ZERO, NO_ADDRESS)],
    clause="5.2.3.3", requirements=["REF-B5", "REF-D1"], note="without keys, or with those of his own subscription",
)  # fmt: skip
attacker.transition(
    "pretends that the home agent accepts",
    trigger=decision("forge an acknowledgement"), source=AttackerState.LURKING, when=may_forge,
    then=[
        forged,
        send(
            BindingAcknowledgement(
                status=Status.ACCEPTED, sequence_number=variable("ue.sequence_number"), key_management=True,
                destination=variable("ue.address"), protection=own_protection, network=variable("access.network"),
            ),
            on=INJECTED_ANSWERS,
        ),
    ],
    clause="5.1.2.4", requirements=["REF-A7", "REF-D1"], note="without keys, or with those of his own subscription",
)  # fmt: skip

# On the path: the update taken is the genuine one, which the home agent will not get


def taken_update(**changes: Operand) -> Send:
    """The update he took, sent on when he likes. ESP protects what is inside the outermost header only."""
    fields = {name: getattr(update, name) for name in BindingUpdate.fields}
    return send(BindingUpdate(**{**fields, **changes}), on=INJECTED_UPDATES)


def can(capability: str) -> Expression:
    return (interceptions_left > 0) & parameter(capability) & ~full(INJECTED_UPDATES.name)


taken = interceptions_left.becomes(interceptions_left - 1)
in_udp = update.encapsulation == Encapsulation.UDP
attacker.on(receipt(BindingUpdate), in_states=AttackerState.LURKING).decide(
    case(
        "copies an update and lets it pass",
        when=can("attacker_copies"),
        then=[
            taken, taken_update(repeated=True),
            send(BindingUpdate(**{name: getattr(update, name) for name in BindingUpdate.fields}), on=UPLINK),
        ],
        clause="5.2.3.2", requirements=["REF-D1", "REF-G3"],
    ),
    case(
        "holds an update back",
        when=can("attacker_holds_back"),
        then=[taken, taken_update()],
        clause="5.2.3.2", requirements=["REF-G1"], note="for longer than any packet would take",
    ),
    case(
        "puts his address into the outer IPv4 header",
        when=can("attacker_rewrites_ipv4") & in_udp,
        then=[taken, taken_update(source=ATTACKER_ADDRESS)],
        clause="5.2.3.2", requirements=["REF-C17"], note="the acknowledgement he passes on",
    ),
    case(
        "puts his address into the IPv6 header",
        when=can("attacker_rewrites_ipv6") & ~in_udp,
        then=[taken, taken_update(source=ATTACKER_ADDRESS, inner_source=InnerSource.CARE_OF_ADDRESS)],
        clause="5.2.3.2", requirements=["REF-E1"], note="AMB-29: only the Alternate Care-of Address is protected",
    ),
)  # fmt: skip
attacker.transition(
    "what he holds is under a former association",
    trigger=event(ASSOCIATION_ESTABLISHED), source=AttackerState.LURKING,
    then=[
        Alter(INJECTED_UPDATES.name, BindingUpdate.name, flying(BindingUpdate).protection == Protection.CURRENT,
              {"protection": constant(Protection.FORMER)}),
    ],
    clause="5.1.2.2", requirements=["REF-D1"],
)  # fmt: skip
