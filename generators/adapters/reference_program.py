"""The reference UE or home agent as a program of its own: signalling over UDP (port 4191) on loopback, packets
without UDP over a second socket that stands for the link. A tester commands it by JSON lines on stdin."""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import sys
from collections.abc import Mapping
from typing import Any

from generators.adapters.loopback_plan import HOME_AGENT, ipv4_addresses, loopback_plan, placed
from generators.adapters.outer_header import unwrapped, wrapped
from generators.adapters.protocol import Answers, Fields
from generators.adapters.reference import ReferenceActor, reference
from generators.adapters.security_oracle import Oracle
from generators.adapters.sockets import LARGEST, udp_socket
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.packet import DSMIPV6_PORT, DataPacket, ProtectedPacket, SignallingPacket
from generators.packets.wire_form import WireForm, form_for
from model.handover import Change
from model.language.errors import ModelError
from model.scenarios import from_data

DATAGRAMS_A_TURN = 1000


class ReferenceProgram:
    """One actor behind sockets. port: of the UDP sockets; 0: any that is free."""

    def __init__(
        self, role: str, change: Change | None = None, port: int = DSMIPV6_PORT, address: str = str(HOME_AGENT)
    ) -> None:
        self.role = role
        self.change = change
        self.link = udp_socket("127.0.0.1", 0)
        self.udp: dict[str, socket.socket] = {}
        self.port = port
        self.oracle = Oracle()
        self._actor: ReferenceActor | None = None
        self._actors: dict[str, ReferenceActor] = {}  # by set-up: tests change it often
        self._wire: WireForm | None = None
        self._peer_link = 0
        self._peer_port = 0
        self._ports: dict[str, int] = {}  # of peers, as their packets came
        if role == "home_agent":
            self._listen(address)

    def run(self) -> None:
        """Serve until stdin ends."""
        import generators.packets.layers  # noqa: F401  # scapy takes a second: before the first packet, not at it

        self.say({"ready": True, "port": self.port, "link": self.link.getsockname()[1]})
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin, selectors.EVENT_READ)
            while True:
                for one in (self.link, *self.udp.values()):
                    if one not in selector.get_map():
                        selector.register(one, selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in selector.select()]
                self.serve_sockets()
                if sys.stdin in ready:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    self.serve_sockets()  # all that was sent before the command counts as arrived before it
                    self.say(self.command(json.loads(line)))

    def say(self, words: Mapping[str, Any]) -> None:
        print(json.dumps(words), flush=True)

    def command(self, words: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the tester says; the reply says "ok" or "error"."""
        try:
            return {"ok": self._do(words)}
        except ModelError as error:
            return {"error": str(error)}

    def _do(self, words: Mapping[str, Any]) -> Any:
        match words["do"]:
            case "setup":
                self._set_up(words)
            case "reset":
                self.oracle = Oracle()
                self.actor.reset(words["initial"])
            case "act" if words["kind"] == "protect":
                self.oracle.tell(words["name"], words["fields"])
            case "act":
                self.answer(self._act(words["kind"], words["name"], words["fields"]))
            case "observe":
                return dict(self.actor.state())
            case "settle":
                return None
            case other:
                raise ModelError(f'unknown command "{other}"')
        return None

    @property
    def actor(self) -> ReferenceActor:
        if self._actor is None:
            raise ModelError("not set up yet")
        return self._actor

    @property
    def wire(self) -> WireForm:
        if self._wire is None:
            raise ModelError("not set up yet")
        return self._wire

    def _set_up(self, words: Mapping[str, Any]) -> None:
        self._peer_link, self._peer_port = words["link"], words["port"]
        scenario = from_data(words["setup"]["scenario"], "scenario of the test")
        ue_port = self._peer_port if self.role == "home_agent" else self.port
        plan = loopback_plan(scenario, ue_port)
        if "names" in words:
            plan = placed(plan, words["home_agent"], words["names"])
        if self.role == "ue":
            for address in ipv4_addresses(plan):
                self._listen(address)
        self._wire = form_for(scenario, plan=plan)
        key = json.dumps(words["setup"], sort_keys=True)
        if key not in self._actors:
            self._actors[key] = reference(words["setup"], self.role, self.change)
        self._actor = self._actors[key]

    def _listen(self, address: str) -> None:
        if address not in self.udp:
            self.udp[address] = udp_socket(address, self.port)
            self.port = self.udp[address].getsockname()[1]

    def _act(self, kind: str, name: str, fields: Fields) -> Answers:
        match kind:
            case "event":
                return self.actor.happens(name, fields)
            case "timer":
                return self.actor.timer_ends(name)
            case "decides":
                return self.actor.decides(name)
            case other:
                raise ModelError(f'cannot act by "{other}"')

    # packets

    def serve_sockets(self) -> None:
        """Take in every datagram that has arrived."""
        for address, one in self.udp.items():
            for data, sender in _arrived(one):
                self._ports[sender[0]] = sender[1]
                self.datagram(data, wrapped(data, sender[0], address))
        for data, _ in _arrived(self.link):
            self.datagram(data, data)

    def datagram(self, data: bytes, whole: bytes) -> None:
        """A packet, as the socket gave it and with its outer headers; what is no packet of ours is dropped."""
        if self._actor is None:
            return
        try:
            packet = decode(whole)
            if isinstance(packet, ProtectedPacket):
                return
            message, fields = self.wire.fields(packet)
        except PacketError:
            return
        known = next(entry for channel in self.actor.system.channels for entry in channel.messages
                     if entry.name == message)  # fmt: skip
        seen = self.oracle.of(data)
        hidden = {name: value for name, value in seen.items() if name in known.fields}
        self.answer(self.actor.receives(message, {**fields, **hidden}))

    def answer(self, answers: Answers) -> None:
        """Send messages of the model as packets."""
        for name, fields in answers:
            try:
                packet = self.wire.packet(name, fields)
            except PacketError as error:
                print(f"cannot be sent: {error}", file=sys.stderr, flush=True)
                continue
            self.put(packet)

    def put(self, packet: SignallingPacket | DataPacket) -> None:
        if packet.tunnel is None or packet.tunnel.ports is None:
            self.link.sendto(encode(packet), ("127.0.0.1", self._peer_link))
            return
        source, destination = str(packet.tunnel.header.source), str(packet.tunnel.header.destination)
        one = self.udp.get(source) or next(iter(self.udp.values()))
        one.sendto(unwrapped(encode(packet)), (destination, self._ports.get(destination, self._peer_port)))


def _arrived(one: socket.socket) -> list[tuple[bytes, tuple[str, int]]]:
    found: list[tuple[bytes, tuple[str, int]]] = []
    while len(found) < DATAGRAMS_A_TURN:
        try:
            found.append(one.recvfrom(LARGEST))
        except (BlockingIOError, ConnectionRefusedError):
            break
    return found


def main(arguments: list[str] | None = None) -> int:
    """The program: `python -m generators.adapters.reference_program home_agent --port 4191 --mutant ID`."""
    parser = argparse.ArgumentParser(description="the reference UE or home agent, driven by JSON lines on stdin")
    parser.add_argument("role", choices=["ue", "home_agent"])
    parser.add_argument("--port", type=int, default=DSMIPV6_PORT, help="UDP port; 0: any that is free")
    parser.add_argument("--address", default=str(HOME_AGENT), help="IPv4 address of the home agent")
    parser.add_argument("--mutant", help="a wrong one: identifier of a mutant")
    given = parser.parse_args(arguments)
    change = None
    if given.mutant:
        from generators.mutation.lookup import change_called

        try:
            change = change_called(given.mutant)
        except ModelError as error:
            print(error, file=sys.stderr)
            return 2
    try:
        program = ReferenceProgram(given.role, change, given.port, given.address)
    except OSError as error:
        print(f"port {given.port}: {error.strerror}", file=sys.stderr)
        return 2
    program.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
