"""A system behind real packets as one that speaks in messages of the model: the codec between a tester and an
`Adapter`. What is no packet, or too much of it, is a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generators.adapters.loopback_plan import loopback_plan
from generators.adapters.outer_header import unwrapped, wrapped
from generators.adapters.protocol import Fields
from generators.adapters.security_oracle import Security, digest
from generators.adapters.wire_protocol import Adapter, Capability, Datagram, SystemDown, Udp, Unable
from generators.packets.address_plan import AddressPlan
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.packet import DSMIPV6_PORT, DataPacket, ProtectedPacket, SignallingPacket
from generators.packets.wire_form import form_for
from model.messages import MESSAGES
from model.scenarios import from_data

MOST_ANSWERS = 16  # packets after one stimulus; more is babbling
QUIET = 0.5  # seconds of silence that count as no answer, where the adapter cannot settle


class NoPacket(Exception):
    """The system sent something that is no packet of the protocol. Says what and where."""


class WireSystem:
    """See `protocol.SystemUnderTest`. plan: addresses of the test's set-up; the loopback ones by default.

    security: real IPsec, which protects what is sent and verifies what is received.
    """

    def __init__(self, adapter: Adapter, setup: Mapping[str, Any], plan: AddressPlan | None = None,
                 quiet: float = QUIET, security: Security | None = None) -> None:  # fmt: skip
        self.adapter = adapter
        self.security = security
        self.setup = setup
        self.quiet = quiet
        adapter.start(setup)
        scenario = from_data(setup["scenario"], "scenario of the test")
        port = getattr(adapter, "own_port" if setup["role"] == "home_agent" else "port", DSMIPV6_PORT)
        self.wire = form_for(scenario, plan=plan or loopback_plan(scenario, port))

    def reset(self, initial: Fields) -> None:
        self.adapter.reset(initial)

    def happens(self, event: str, fields: Fields) -> list[tuple[str, Fields]]:
        return self._act(Capability.EVENTS, "event", event, fields)

    def timer_ends(self, timer: str) -> list[tuple[str, Fields]]:
        return self._act(Capability.TIMERS, "timer", timer, {})

    def decides(self, decision: str) -> list[tuple[str, Fields]]:
        return self._act(Capability.DECISIONS, "decides", decision, {})

    def receives(self, message: str, fields: Fields) -> list[tuple[str, Fields]]:
        try:
            packet = self.wire.packet(message, {**MESSAGES[message].usual, **fields})
        except PacketError as error:
            raise Unable(f"{message} cannot be written on the wire: {error}") from None
        hidden = {name: fields[name] for name in ("protection", "repeated") if name in fields}
        if self.security is None and (fields.get("protection") != "current" or fields.get("repeated")):
            self._require(Capability.ORACLE)
        datagram = self._datagram(packet, str(fields.get("protection", "none")))
        if Capability.ORACLE in self.adapter.capabilities:
            self.adapter.act("protect", digest(datagram.data), {"protection": "none", "repeated": False, **hidden})
        self.adapter.send(datagram)
        return self._answers()

    def state(self) -> Fields:
        return self.adapter.observe() if Capability.OBSERVES in self.adapter.capabilities else {}

    def close(self) -> None:
        """End the system; nothing of it stays behind."""
        self.adapter.stop()

    def _act(self, needed: Capability, kind: str, name: str, fields: Fields) -> list[tuple[str, Fields]]:
        self._require(needed)
        self.adapter.act(kind, name, fields)
        return self._answers()

    def _require(self, needed: Capability) -> None:
        if needed not in self.adapter.capabilities:
            raise Unable(f"the adapter has no {needed.value}")

    def _datagram(self, packet: SignallingPacket | DataPacket, protection: str) -> Datagram:
        tunnel = packet.tunnel
        data = encode(packet)
        if tunnel is None or tunnel.ports is None:
            return Datagram(self._protected(data, protection), None)
        source, destination = str(tunnel.header.source), str(tunnel.header.destination)
        via = Udp(source, tunnel.ports.source, destination, tunnel.ports.destination)
        return Datagram(self._protected(unwrapped(data), protection), via)

    def _protected(self, data: bytes, protection: str) -> bytes:
        return data if self.security is None else self.security.protected(data, protection)

    def _answers(self) -> list[tuple[str, Fields]]:
        """Everything that the system sends until it is quiet."""
        settles = Capability.SETTLES in self.adapter.capabilities
        if settles:
            self.adapter.settle(self.quiet)
        found: list[tuple[str, Fields]] = []
        while (datagram := self.adapter.receive(0 if settles else self.quiet)) is not None:
            if len(found) >= MOST_ANSWERS:
                raise SystemDown(f"it babbles: more than {MOST_ANSWERS} packets after one stimulus")
            found.append(self._message(datagram))
        return found

    def _message(self, datagram: Datagram) -> tuple[str, Fields]:
        via, data, protection = datagram.via, datagram.data, ""
        if self.security is not None:
            data, protection = self.security.verified(data)
        try:
            packet = decode(data if via is None else wrapped(data, via.source, via.destination))
            if isinstance(packet, ProtectedPacket):
                raise NoPacket("it sent an encrypted packet, which nobody can judge")
            name, fields = self.wire.fields(packet)
            return name, {**fields, "protection": protection} if protection else fields
        except PacketError as error:
            raise NoPacket(f"it sent {len(datagram.data)} bytes that are no packet of the protocol: {error}") from None
