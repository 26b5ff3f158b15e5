"""What a tester can do to an actor: every event, timer and request, well-formed messages, and messages that
differ from these in one field. Numbers are relative to the newest one, until the moment of sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from generators.packets.address_plan import plan_for
from generators.packets.errors import PacketError
from generators.packets.wire_form import WireForm
from generators.suites.actor_model import ActorModel, Stimulus
from generators.suites.compiled_rows import Values
from model.addresses import HOME_ADDRESS, NOWHERE, Family, Prefix
from model.handover import address_on, translated_address
from model.language.domains import Boolean, Domain, Enumeration, Modular, Value
from model.language.machines import TriggerKind
from model.language.messages import MessageType
from model.messages import (
    BindingAcknowledgement,
    BindingUpdate,
    Encapsulation,
    InnerSource,
    Lifetime,
    NatDetection,
    Protection,
)
from model.readings import Reading
from model.scenarios import Network, Scenario

FIRST_NUMBER = 65_534  # of the tester's updates where nothing is known yet: the second one wraps
OFFSETS = {"home_agent": (1, 0, -1, 32_767, 32_768), "ue": (0, -1, 1)}
NOT_TO_BE_SEEN = ("protection", "repeated", "network")  # on the wire
HIDDEN_FROM_WIRE = (*NOT_TO_BE_SEEN, "asked_ticks", "granted_ticks")


@dataclass(frozen=True)
class Offer:
    """A stimulus but for its sequence number. offset: to the newest number; None: it has none."""

    kind: TriggerKind
    name: str
    fields: tuple[tuple[str, Value], ...] = ()
    offset: int | None = None

    def at(self, newest: int) -> Stimulus:
        """The stimulus when `newest` is the newest sequence number (16 bits)."""
        if self.offset is None:
            newest = 0
        if newest not in self._made:
            serial = () if self.offset is None else (("sequence_number", (newest + self.offset) % 65_536),)
            self._made[newest] = Stimulus(self.kind, self.name, tuple(sorted([*self.fields, *serial])))
        return self._made[newest]

    @cached_property
    def _made(self) -> dict[int, Stimulus]:
        return {}


def newest_number(actor: ActorModel, state: Values) -> int:
    """The number to which a tester's numbers are relative in `state`."""
    number = state[actor.place[f"{actor.role}.sequence_number"]]
    if actor.role == "home_agent" and state[actor.control] == "no binding":
        return FIRST_NUMBER - 1
    return int(number)


def is_possible(actor: ActorModel, state: Values, offer: Offer) -> bool:
    """Whether the offer makes sense in `state`: a router advertises the prefix to which the UE's address belongs."""
    if actor.role != "ue" or offer.kind is TriggerKind.RECEIPT:
        return True
    at_home = state[actor.place["ue.address"]] == HOME_ADDRESS
    return ("prefix", (Prefix.FOREIGN if at_home else Prefix.HOME).value) not in offer.fields


def possible(actor: ActorModel, state: Values, offers: Sequence[Offer]) -> list[Offer]:
    """The offers that make sense in `state`, in order."""
    return [offer for offer in offers if is_possible(actor, state, offer)]


def alphabet(actor: ActorModel, scenario: Scenario, reading: Reading) -> tuple[Offer, ...]:
    """What a tester of `actor` can do, the usual first. Equal arguments give an equal order."""
    triggers = {row.trigger.key: row.trigger for row in actor.rows}
    found: list[Offer] = []
    for trigger in triggers.values():
        if trigger.kind is TriggerKind.RECEIPT:
            assert trigger.message is not None
            usual = list(_usual(trigger.message, actor, scenario, reading))
            found += usual
            for offer in usual:
                found += _with_one_change(offer, trigger.message, actor, scenario)
        elif trigger.event is not None:
            domains = {name: _resolved(domain, actor) for name, domain in trigger.event.fields.items()}
            for values in product(*(domain.values for domain in domains.values())):
                fields = dict(zip(domains, values, strict=True))
                if _can_happen(fields, scenario):
                    found.append(Offer(trigger.kind, trigger.name, tuple(fields.items())))
        else:
            found.append(Offer(trigger.kind, trigger.name))
    return tuple(dict.fromkeys(found))


def _can_happen(fields: Mapping[str, Value], scenario: Scenario) -> bool:
    """Whether some network of the scenario can bring an event with these fields about."""
    given = {address_on(one): (Family.IPV6 if one.family == "ipv6" else Family.IPV4).value for one in scenario.networks}
    seen = {*given, *(translated_address(one) for one in scenario.networks)}
    if scenario.bounds.nat_remappings:
        seen |= {translated_address(one, "remapped") for one in scenario.networks}
    return (
        ("address" not in fields or given.get(str(fields["address"])) == fields.get("family", None))
        and ("peer_address" not in fields or fields["peer_address"] in seen)
        and fields.get("to") != NOWHERE
    )


def _resolved(domain: Domain, actor: ActorModel) -> Domain:
    """An event names its fields' domains as the model does; a variable of the system has the same, filled in."""
    if isinstance(domain, Enumeration) and not domain.members:
        for variable in actor.system.variables:
            if isinstance(variable.domain, Enumeration) and variable.domain.name == domain.name:
                return variable.domain
    return domain


def _usual(message: MessageType, actor: ActorModel, scenario: Scenario, reading: Reading) -> Iterator[Offer]:
    """The messages of a peer that does everything right, one for each place where the UE can be."""
    for network in scenario.networks:
        if message is BindingUpdate:
            fields = _update(network, reading, scenario)
        elif message is BindingAcknowledgement:
            fields = _acknowledgement(network, scenario)
        elif "source" in message.fields:
            fields = {"source": translated_address(network)}
        else:
            over_ipv6 = network.family == "ipv6"
            fields = {"destination": address_on(network),
                      "encapsulation": (Encapsulation.IPV6 if over_ipv6 else Encapsulation.UDP).value}  # fmt: skip
        if "protection" in message.fields:
            fields["protection"] = Protection.CURRENT.value
        serial = "sequence_number" in message.fields
        yield Offer(TriggerKind.RECEIPT, message.name, tuple(sorted(fields.items())),
                    OFFSETS[actor.role][0] if serial else None)  # fmt: skip


def _update(network: Network, reading: Reading, scenario: Scenario) -> dict[str, Value]:
    over_ipv4 = network.family == "ipv4"
    as_option = reading.completed(scenario.choices).choices.get("AMB-18") == ("option",)
    fields: dict[str, Value] = {
        "lifetime": (Lifetime.ZERO if network.home else Lifetime.POSITIVE).value,
        "asked_ticks": 0 if network.home else scenario.clock.lifetime_asked,
        "source": translated_address(network), "key_management": scenario.home_agent.key_management,
        "protection": Protection.CURRENT.value,
    }  # fmt: skip
    if network.home:
        fields |= {"source": HOME_ADDRESS, "inner_source": InnerSource.HOME_ADDRESS.value}
    elif over_ipv4:
        fields |= {"ipv4_care_of_address": address_on(network), "encapsulation": Encapsulation.UDP.value,
                   "inner_source": (InnerSource.CARE_OF_ADDRESS if as_option else InnerSource.HOME_ADDRESS).value,
                   "home_address_option": as_option}  # fmt: skip
    else:
        fields["home_address_option"] = True
        if not network.translation:
            fields["alternate_care_of_address"] = address_on(network)
    return fields


def _acknowledgement(network: Network, scenario: Scenario) -> dict[str, Value]:
    over_ipv4 = network.family == "ipv4"
    return {
        "lifetime": (Lifetime.ZERO if network.home else Lifetime.POSITIVE).value,
        "granted_ticks": 0 if network.home else scenario.clock.lifetime_granted_at_most,
        "key_management": scenario.home_agent.key_management,
        "routing_header": not over_ipv4 and not network.home,
        "nat_detection": (NatDetection.F_CLEAR if network.translation and over_ipv4 else NatDetection.ABSENT).value,
        "encapsulation": (Encapsulation.UDP if over_ipv4 else Encapsulation.IPV6).value,
        "destination": HOME_ADDRESS if network.home else address_on(network),
        "protection": Protection.CURRENT.value,
    }  # fmt: skip


def _with_one_change(offer: Offer, message: MessageType, actor: ActorModel, scenario: Scenario) -> Iterator[Offer]:
    """The message with one field changed, as long as it can be written on the wire."""
    usual = {**message.usual, **dict(offer.fields)}
    wire = WireForm(plan_for(scenario))
    resolved = actor.messages[message.name].fields
    for name, entry in resolved.items():
        if name == "network" or not isinstance(entry.domain, Boolean | Enumeration | Modular):
            continue
        if isinstance(entry.domain, Modular):
            for offset in OFFSETS[actor.role][1:]:
                yield Offer(offer.kind, offer.name, offer.fields, offset)
            continue
        for value in entry.domain.values:
            fields = {**usual, name: value}
            if value != usual[name] and _on_the_wire(message.name, fields, wire):
                kept = {key: given for key, given in fields.items()
                        if given != message.fields[key].default and key != "network"}  # fmt: skip
                yield Offer(offer.kind, offer.name, tuple(sorted(kept.items())), offer.offset)


def _on_the_wire(message: str, fields: Mapping[str, Value], wire: WireForm) -> bool:
    """Whether the message survives the way over the wire; if it has a wire form at all."""
    try:
        _, back = wire.fields(wire.packet(message, {**fields, "sequence_number": 0}))
    except PacketError as error:
        return "no packet is known" in str(error)
    return all(back[name] == value for name, value in fields.items()
               if name in back and name not in (*HIDDEN_FROM_WIRE, "sequence_number"))  # fmt: skip


__all__ = ["Offer", "alphabet", "newest_number", "possible"]
