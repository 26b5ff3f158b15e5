"""A message of the model as a packet, and a packet as a message of the model. Fields and values are those
of `model/messages.py`; what the model abstracts from (A, H, R, lifetimes in seconds) is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from generators.packets.address_plan import CORRESPONDENT, AddressPlan, plan_for
from generators.packets.errors import PacketError
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
)
from generators.packets.options import (
    AlternateCareOfAddress,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
    NatDetection,
    Option,
)
from generators.packets.packet import (
    DSMIPV6_PORT,
    DataPacket,
    Ipv4Header,
    Ipv6Header,
    SignallingPacket,
    Tunnel,
    UdpPorts,
)
from model.addresses import NO_ADDRESS
from model.language.domains import Value
from model.messages import (
    BindingAcknowledgement as AcknowledgementOfTheModel,
)
from model.messages import BindingError as ErrorOfTheModel
from model.messages import BindingRevocationAcknowledgement as AnswerToRevocationOfTheModel
from model.messages import BindingRevocationIndication as IndicationOfTheModel
from model.messages import BindingUpdate as UpdateOfTheModel
from model.messages import (
    Encapsulation,
    InnerSource,
    Ipv4HomeAddressOption,
    Lifetime,
    RevocationStatus,
    Status,
    TunnelledData,
)
from model.messages import Ipv4AddressAcknowledgement as AcknowledgedAddress
from model.messages import NatDetection as NatWord
from model.scenarios import Scenario

Fields = Mapping[str, Value]
GRANTED = 3600  # seconds, where the model only says "positive"
TICK = 60  # seconds that one tick of a scenario's clock stands for
NO_KEEPALIVES = 0xFFFFFFFF
KEEPALIVES = 110  # seconds (NATKATIMEOUT, RFC 5555, 6)
ADMINISTRATIVE = 1  # trigger of a revocation
REVOCATION_NUMBER = 1  # a scenario has one revocation, so its number says nothing
NO_HOME_BINDING = 1  # status of a Binding Error: the home address has no binding
ACKNOWLEDGED = {
    AcknowledgedAddress.ASSIGNED.value: 0,
    AcknowledgedAddress.NOT_THE_HOME_ADDRESS.value: 130,
    AcknowledgedAddress.NO_ADDRESS_AVAILABLE.value: 132,
}


@dataclass(frozen=True)
class WireForm:
    """Translates for one plan of addresses. lifetime: seconds for "positive", a multiple of 4.
    tick: seconds for a tick of the scenario's clock, a multiple of 4; 0 where no clock runs."""

    plan: AddressPlan
    lifetime: int = GRANTED
    tick: int = 0

    def packet(self, message: str, fields: Fields) -> SignallingPacket | DataPacket:
        """The packet for a message of the model. Raises PacketError for one that has no wire form."""
        if message == UpdateOfTheModel.name:
            return self._update(fields)
        if message == AcknowledgementOfTheModel.name:
            return self._acknowledgement(fields)
        if message == ErrorOfTheModel.name:
            return self._error(fields)
        if message == TunnelledData.name:
            return self._data(fields)
        if message == IndicationOfTheModel.name:
            return self._revocation(fields)
        if message == AnswerToRevocationOfTheModel.name:
            return self._answer_to_revocation(fields)
        raise PacketError("wire form", None, f'no packet is known for the message "{message}"')

    def fields(self, packet: SignallingPacket | DataPacket) -> tuple[str, dict[str, Value]]:
        """The message of the model that a packet is. Protection is not seen on the wire and left out.

        Raises PacketError for an address, a status or a message that the model does not have.
        """
        if isinstance(packet, DataPacket):
            return TunnelledData.name, {"source": self.plan.name(packet.tunnel.header.source)}
        if isinstance(packet.message, BindingUpdate):
            return UpdateOfTheModel.name, self._fields_of_update(packet, packet.message)
        if isinstance(packet.message, BindingAcknowledgement):
            return AcknowledgementOfTheModel.name, self._fields_of_acknowledgement(packet, packet.message)
        if isinstance(packet.message, BindingError):
            return ErrorOfTheModel.name, self._fields_of_error(packet, packet.message)
        if isinstance(packet.message, BindingRevocationIndication):
            return IndicationOfTheModel.name, self._where_to(packet)
        if isinstance(packet.message, BindingRevocationAcknowledgement):
            status = _word_for(RevocationStatus, packet.message.status, packet.message.NAME)
            source = self.plan.name(packet.outer_source)
            return AnswerToRevocationOfTheModel.name, {"status": status, "source": source}
        raise PacketError(packet.message.NAME, None, "the model has no such message")

    # to the wire

    def _seconds(self, lifetime: Value, ticks: Value) -> int:
        if lifetime == Lifetime.ZERO.value:
            return 0
        return int(ticks) * self.tick if self.tick and ticks else self.lifetime

    def _ticks(self, seconds: int) -> int:
        if seconds % self.tick:
            raise PacketError("wire form", None, f"a lifetime of {seconds} s; a tick of the scenario is {self.tick} s")
        return seconds // self.tick

    def _update(self, fields: Fields) -> SignallingPacket:
        plan = self.plan
        options: list[Option] = []
        if fields["alternate_care_of_address"] != NO_ADDRESS:
            options.append(AlternateCareOfAddress(plan.ipv6(str(fields["alternate_care_of_address"]))))
        wanted = fields["ipv4_home_address"]
        if wanted != Ipv4HomeAddressOption.ABSENT.value:
            unspecified = wanted == Ipv4HomeAddressOption.UNSPECIFIED.value
            options.append(Ipv4HomeAddress(IPv4Address(0) if unspecified else plan.ipv4_home_address))
        if fields["ipv4_care_of_address"] != NO_ADDRESS:
            options.append(Ipv4CareOfAddress(plan.ipv4(str(fields["ipv4_care_of_address"]))))
        message = BindingUpdate(
            int(fields["sequence_number"]), self._seconds(fields["lifetime"], fields.get("asked_ticks", 0)),
            key_management=bool(fields["key_management"]), mobile_router=True,
            forces_udp=bool(fields["forces_udp"]), tlv_header=bool(fields["tlv_header"]), options=tuple(options),
        )  # fmt: skip
        from_home = fields["inner_source"] == InnerSource.HOME_ADDRESS.value
        source = plan.home_address if from_home else plan.ipv6(str(fields["source"]))
        tunnel = None
        if fields["encapsulation"] != Encapsulation.IPV6.value:
            outer = plan.ipv4(str(fields["source"]))
            in_udp = fields["encapsulation"] == Encapsulation.UDP.value
            ports = UdpPorts(plan.port(outer), DSMIPV6_PORT) if in_udp else None
            tunnel = Tunnel(Ipv4Header(outer, plan.home_agent_ipv4), ports)
        option = plan.home_address if fields["home_address_option"] else None
        return SignallingPacket(Ipv6Header(source, plan.home_agent), message, option, None, tunnel)

    def _acknowledgement(self, fields: Fields) -> SignallingPacket:
        plan = self.plan
        options: list[Option] = []
        address = fields["ipv4_address_acknowledgement"]
        if address != AcknowledgedAddress.ABSENT.value:
            given = plan.ipv4_home_address if address == AcknowledgedAddress.ASSIGNED.value else IPv4Address(0)
            options.append(Ipv4AddressAcknowledgement(ACKNOWLEDGED[str(address)], given))
        if fields["nat_detection"] != NatWord.ABSENT.value:
            is_set = fields["nat_detection"] == NatWord.F_SET.value
            translated = plan.address(str(fields["destination"])) in plan.ports
            options.append(NatDetection(is_set, KEEPALIVES if translated else NO_KEEPALIVES))
        message = BindingAcknowledgement(
            int(str(fields["status"]).split()[0]), int(fields["sequence_number"]),
            self._seconds(fields["lifetime"], fields.get("granted_ticks", 0)),
            key_management=bool(fields["key_management"]), mobile_router=True, options=tuple(options),
        )  # fmt: skip
        routed = bool(fields["routing_header"])
        over_ipv6 = fields["encapsulation"] == Encapsulation.IPV6.value
        destination = plan.ipv6(str(fields["destination"])) if over_ipv6 or routed else plan.home_address
        header = Ipv6Header(plan.home_agent, destination)
        return SignallingPacket(header, message, None, plan.home_address if routed else None, self._down(fields))

    def _error(self, fields: Fields) -> SignallingPacket:
        over_ipv6 = fields["encapsulation"] == Encapsulation.IPV6.value
        destination = self.plan.ipv6(str(fields["destination"])) if over_ipv6 else self.plan.home_address
        message = BindingError(NO_HOME_BINDING, self.plan.home_address)
        return SignallingPacket(Ipv6Header(self.plan.home_agent, destination), message, tunnel=self._down(fields))

    def _revocation(self, fields: Fields) -> SignallingPacket:
        plan = self.plan
        message = BindingRevocationIndication(ADMINISTRATIVE, REVOCATION_NUMBER)
        tunnel = self._down(fields)
        if tunnel is not None:
            return SignallingPacket(Ipv6Header(plan.home_agent, plan.home_address), message, tunnel=tunnel)
        header = Ipv6Header(plan.home_agent, plan.ipv6(str(fields["destination"])))
        return SignallingPacket(header, message, routing_address=plan.home_address)

    def _answer_to_revocation(self, fields: Fields) -> SignallingPacket:
        plan = self.plan
        message = BindingRevocationAcknowledgement(int(str(fields["status"]).split()[0]), REVOCATION_NUMBER)
        outer = plan.address(str(fields["source"]))
        if isinstance(outer, IPv6Address):
            return SignallingPacket(Ipv6Header(outer, plan.home_agent), message, plan.home_address)
        tunnel = Tunnel(Ipv4Header(outer, plan.home_agent_ipv4), UdpPorts(plan.port(outer), DSMIPV6_PORT))
        return SignallingPacket(Ipv6Header(plan.home_address, plan.home_agent), message, tunnel=tunnel)

    def _down(self, fields: Fields) -> Tunnel | None:
        """What is around a packet of the home agent."""
        if fields["encapsulation"] == Encapsulation.IPV6.value:
            return None
        outer = self.plan.address(str(fields["destination"]))
        if not isinstance(outer, IPv4Address):
            raise PacketError("wire form", None, f"an answer over IPv4 to the IPv6 address {outer}")
        in_udp = fields["encapsulation"] == Encapsulation.UDP.value
        ports = UdpPorts(DSMIPV6_PORT, self.plan.port(outer)) if in_udp else None
        return Tunnel(Ipv4Header(self.plan.home_agent_ipv4, outer), ports)

    def _data(self, fields: Fields) -> DataPacket:
        """A sample of user data in the reverse tunnel (RFC 6275, 10.4.5; RFC 5555, 4.4.2)."""
        source = self.plan.address(str(fields["source"]))
        header = Ipv6Header(self.plan.home_address, CORRESPONDENT)
        if isinstance(source, IPv6Address):
            return DataPacket(header, Tunnel(Ipv6Header(source, self.plan.home_agent), None))
        ports = UdpPorts(self.plan.port(source), DSMIPV6_PORT)
        return DataPacket(header, Tunnel(Ipv4Header(source, self.plan.home_agent_ipv4), ports))

    # from the wire

    def _fields_of_update(self, packet: SignallingPacket, message: BindingUpdate) -> dict[str, Value]:
        plan = self.plan
        fields = dict(UpdateOfTheModel.usual)
        from_home = packet.header.source == plan.home_address
        fields |= {
            "lifetime": _word(message.lifetime),
            "sequence_number": message.sequence_number,
            "source": plan.name(packet.outer_source),
            "inner_source": (InnerSource.HOME_ADDRESS if from_home else InnerSource.CARE_OF_ADDRESS).value,
            "home_address_option": packet.home_address is not None,
            "encapsulation": _encapsulation(packet),
            "key_management": message.key_management,
            "forces_udp": message.forces_udp,
            "tlv_header": message.tlv_header,
            "asked_ticks": self._ticks(message.lifetime) if self.tick else 0,
        }
        self._must_be_home("Home Address option", packet.home_address)
        for option in message.options:
            if isinstance(option, AlternateCareOfAddress):
                fields["alternate_care_of_address"] = plan.name(option.address)
            elif isinstance(option, Ipv4CareOfAddress):
                fields["ipv4_care_of_address"] = plan.name(option.address)
            elif isinstance(option, Ipv4HomeAddress):
                unspecified = option.address == IPv4Address(0)
                word = Ipv4HomeAddressOption.UNSPECIFIED if unspecified else Ipv4HomeAddressOption.ASSIGNED
                fields["ipv4_home_address"] = word.value
        return _as_sent(fields)

    def _fields_of_acknowledgement(
        self, packet: SignallingPacket, message: BindingAcknowledgement
    ) -> dict[str, Value]:
        self._must_be_for_home(packet)
        fields = dict(AcknowledgementOfTheModel.usual)
        fields |= {
            "status": _word_for(Status, message.status, message.NAME),
            "sequence_number": message.sequence_number,
            "lifetime": _word(message.lifetime),
            "key_management": message.key_management,
            "routing_header": packet.routing_address is not None,
            "encapsulation": _encapsulation(packet),
            "destination": self.plan.name(packet.outer_destination),
            "granted_ticks": self._ticks(message.lifetime) if self.tick else 0,
        }
        for option in message.options:
            if isinstance(option, NatDetection):
                fields["nat_detection"] = (NatWord.F_SET if option.forces_udp else NatWord.F_CLEAR).value
            elif isinstance(option, Ipv4AddressAcknowledgement):
                fields["ipv4_address_acknowledgement"] = _address_word(option)
        return _as_sent(fields)

    def _fields_of_error(self, packet: SignallingPacket, message: BindingError) -> dict[str, Value]:
        if message.status != NO_HOME_BINDING:
            raise PacketError(message.NAME, None, f"the model has no status {message.status}")
        return self._where_to(packet)

    def _must_be_home(self, layer: str, address: IPv6Address | None) -> None:
        if address not in (None, self.plan.home_address):
            raise PacketError(layer, None, f"{address} is not the home address {self.plan.home_address}")

    def _must_be_for_home(self, packet: SignallingPacket) -> None:
        self._must_be_home("routing header", packet.routing_address)
        if packet.tunnel is not None and packet.routing_address is None:
            self._must_be_home("inner header", packet.header.destination)

    def _where_to(self, packet: SignallingPacket) -> dict[str, Value]:
        self._must_be_for_home(packet)
        return {"destination": self.plan.name(packet.outer_destination), "encapsulation": _encapsulation(packet)}


def form_for(scenario: Scenario, number: int = 0, plan: AddressPlan | None = None) -> WireForm:
    """The wire form for UE `number` (from 0) of a scenario, with ticks where its clock runs. plan: its addresses,
    if they are not the usual ones."""
    return WireForm(plan or plan_for(scenario, number), tick=TICK if scenario.clock.runs else 0)


def _as_sent(fields: dict[str, Value]) -> dict[str, Value]:
    """Without what no sender writes, or what cannot be seen."""
    hidden = ("protection", "repeated", "network")
    return {name: value for name, value in fields.items() if name not in hidden}


def _word(seconds: int) -> str:
    return Lifetime.POSITIVE.value if seconds else Lifetime.ZERO.value


def _word_for(statuses: type[Status] | type[RevocationStatus], number: int, message: str) -> str:
    for status in statuses:
        word: str = status.value
        if word.split()[0] == str(number):
            return word
    raise PacketError(message, None, f"the model has no status {number}")


def _address_word(option: Ipv4AddressAcknowledgement) -> str:
    for word, status in ACKNOWLEDGED.items():
        if status == option.status:
            return word
    raise PacketError("IPv4 Address Acknowledgement option", None, f"the model has no status {option.status}")


def _encapsulation(packet: SignallingPacket) -> str:
    if packet.tunnel is None:
        return Encapsulation.IPV6.value
    return Encapsulation.UDP.value if packet.tunnel.ports else Encapsulation.IPV4.value
