"""The reference UE or home agent as a program of its own: signalling over UDP (port 4191), packets without UDP over
a link of their own, real or of datagrams. A tester commands it by JSON lines on stdin."""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

from generators.adapters.links import DatagramLink, Link
from generators.adapters.loopback_plan import HOME_AGENT, ipv4_addresses, loopback_plan, placed
from generators.adapters.outer_header import unwrapped, wrapped
from generators.adapters.protocol import Answers, Fields
from generators.adapters.raw_link import RawLink, hardware_address
from generators.adapters.reference import ReferenceActor, reference
from generators.adapters.security_oracle import Oracle
from generators.adapters.sockets import arrived, udp_socket
from generators.adapters.timers import Timers
from generators.packets.address_plan import AddressPlan
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.messages import BindingAcknowledgement, BindingUpdate
from generators.packets.packet import DSMIPV6_PORT, DataPacket, ProtectedPacket, SignallingPacket
from generators.packets.wire_form import WireForm, form_for
from model.handover import Change
from model.language.errors import ModelError
from model.scenarios import from_data

REFUSING = 128  # status from which on an acknowledgement refuses


class ReferenceProgram:
    """One actor behind sockets. port: of the UDP sockets; 0: any that is free. link: where packets without UDP go.

    real_time: timers end by the clock; else when the tester says so, or lets time pass. told: is given each message
    received or sent.
    """

    def __init__(
        self, role: str, change: Change | None = None, port: int = DSMIPV6_PORT, address: str = str(HOME_AGENT),
        *, real_time: bool = False, link: Link | None = None,
        told: Callable[[str, str, Fields], None] = lambda verb, name, fields: None,
    ) -> None:  # fmt: skip
        self.role = role
        self.change = change
        self.link: Link = link or DatagramLink()
        self.udp: dict[str, socket.socket] = {}
        self.port = port
        self.oracle = Oracle()
        self.real_time = real_time
        self.told = told
        self._time = 0.0  # virtual
        self._began = monotonic()
        self._timers: Timers | None = None
        self._actor: ReferenceActor | None = None
        self._actors: dict[str, ReferenceActor] = {}  # by set-up: tests change it often
        self._wire: WireForm | None = None
        self._peer_port = 0
        self._ports: dict[str, int] = {}  # of peers, as their packets came
        self._asked = 0  # seconds of the last Binding Update received
        self._updated = 0.0  # when the last one was sent
        self._said = b""
        if role == "home_agent":
            self._listen(address)

    def run(self) -> None:
        """Serve until stdin ends."""
        import generators.packets.layers  # noqa: F401  # scapy takes a second: before the first packet, not at it

        self.say({"ready": True, "port": self.port, "link": self.link.port})
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin, selectors.EVENT_READ)
            while True:
                ready = self.waited(selector)
                self.serve_sockets()
                if sys.stdin in ready:
                    more = os.read(sys.stdin.fileno(), 1 << 20)
                    if not more:
                        return
                    *lines, self._said = (self._said + more).split(b"\n")
                    for line in lines:
                        self.serve_sockets()  # all that was sent before the command counts as arrived before it
                        self.say(self.command(json.loads(line)))

    def waited(self, selector: selectors.BaseSelector, until: float | None = None) -> list[object]:
        """What can be read, as soon as there is something, a timer ends, or it is `until`."""
        sources: list[Link | socket.socket] = [self.link, *self.udp.values()]
        for one in sources:
            if one not in selector.get_map():
                selector.register(one, selectors.EVENT_READ)
        ends = [until, self._timers.next_end if self.real_time and self._timers is not None else None]
        next_end = min((end for end in ends if end is not None), default=None)
        return [key.fileobj for key, _ in
                selector.select(None if next_end is None else max(0.0, next_end - self.now()))]  # fmt: skip

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
                self.link.peer_port = words["link"]
                self.set_up(words["setup"], words["port"], words.get("home_agent"), words.get("names"))
                return {"port": self.port}
            case "reset":
                self.reset(words["initial"])
            case "act" if words["kind"] == "protect":
                self.oracle.tell(words["name"], words["fields"])
            case "act":
                self.act(words["kind"], words["name"], words["fields"])
            case "observe":
                return dict(self.actor.state())
            case "timer":
                end = self.timers.ends.get(f"timer {words['name']}")
                return None if end is None else max(0.0, end - self.now())
            case "advance":
                self.advance(words["seconds"])
            case "now":
                return self.now()
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
    def timers(self) -> Timers:
        if self._timers is None:
            raise ModelError("not set up yet")
        return self._timers

    @property
    def wire(self) -> WireForm:
        if self._wire is None:
            raise ModelError("not set up yet")
        return self._wire

    def set_up(self, setup: Mapping[str, Any], peer_port: int, home_agent: str | None = None,
               names: Mapping[str, str] | None = None, lifetime: int | None = None) -> None:  # fmt: skip
        """setup: see `protocol.py`. names: IPv4 addresses other than those of loopback. lifetime: seconds."""
        self._peer_port = peer_port
        scenario = from_data(setup["scenario"], "scenario of the test")

        def plan_with(port: int) -> AddressPlan:
            found = loopback_plan(scenario, port)
            return found if names is None else placed(found, home_agent or str(HOME_AGENT), names)

        for address in ipv4_addresses(plan_with(0)) if self.role == "ue" else ():
            self._listen(address)
        plan = plan_with(peer_port if self.role == "home_agent" else self.port)
        self._wire = form_for(scenario, plan=plan)
        if lifetime is not None:
            self._wire = replace(self._wire, lifetime=lifetime)
        key = json.dumps(setup, sort_keys=True)
        if key not in self._actors:
            self._actors[key] = reference(setup, self.role, self.change)
        self._actor = self._actors[key]
        self._begin()

    def reset(self, initial: Fields) -> None:
        self.oracle = Oracle()
        self.actor.reset(initial)
        self._begin()

    def _begin(self) -> None:
        """Time begins anew."""
        self._time, self._began = 0.0, monotonic()
        self._timers = Timers(self.actor, float(self.wire.tick))

    def _listen(self, address: str) -> None:
        if address not in self.udp:
            self.udp[address] = udp_socket(address, self.port)
            self.port = self.udp[address].getsockname()[1]

    # what happens to the actor

    def act(self, kind: str, name: str, fields: Fields) -> None:
        """Let an event happen, a timer end, or ask for a decision. Raises ModelError."""
        if kind not in ("event", "timer", "decides"):
            raise ModelError(f'cannot act by "{kind}"')
        if kind == "timer" and self.real_time:
            raise ModelError("time is real here: timers end by themselves")
        self._react(kind, name, fields)

    def _react(self, kind: str, name: str, fields: Fields) -> None:
        before = self.actor.state()
        answers = self.actor.react(f"{kind} {name}", fields)
        self.answer(answers)
        self.timers.after(f"{kind} {name}", before, answers, self.now())

    def now(self) -> float:
        """Seconds since the last reset."""
        return monotonic() - self._began if self.real_time else self._time

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, with all timers that end meanwhile. Raises ModelError."""
        if self.real_time:
            raise ModelError("time is real here: it passes by itself")
        until = self._time + seconds
        while (end := self.timers.next_end) is not None and end <= until:
            self._time = max(self._time, end)
            self.end_timers()
        self._time = until

    def end_timers(self) -> None:
        """Let the timers end that are due."""
        while self._timers is not None and (key := self._timers.due(self.now())) is not None:
            kind, _, name = key.partition(" ")
            self._react(kind, name, {})

    # packets

    def serve_sockets(self) -> None:
        """Let the timers end that are due, and take in every datagram that has arrived."""
        if self.real_time:
            self.end_timers()
        for address, one in self.udp.items():
            for data, sender in arrived(one):
                self._ports[sender[0]] = sender[1]
                self.datagram(data, wrapped(data, sender[0], address))
        for data in self.link.received():
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
        known = {entry.name: entry for channel in self.actor.system.channels for entry in channel.messages}
        if message not in known:
            return
        seen = self.oracle.of(data)
        hidden = {name: value for name, value in seen.items() if name in known[message].fields}
        self.told("received", message, fields)
        content = None if isinstance(packet, DataPacket) else packet.message
        if isinstance(content, BindingUpdate):
            self._asked = content.lifetime
        was_valid = self._entry_is_valid()
        self._react("receives", message, {**fields, **hidden})
        if isinstance(content, BindingAcknowledgement) and self._entry_is_valid() and not was_valid:
            self.timers.binding_lasts(self._updated, content.lifetime)

    def _entry_is_valid(self) -> bool:
        return self.actor.state().get("list_entry") == "valid"

    def answer(self, answers: Answers) -> None:
        """Send messages of the model as packets."""
        for name, fields in answers:
            granting = replace(self.wire, lifetime=min(self.wire.lifetime, self._asked)) if self._asked else self.wire
            try:
                packet = granting.packet(name, fields)
            except PacketError as error:
                print(f"cannot be sent: {error}", file=sys.stderr, flush=True)
                continue
            self.told("sent", name, fields)
            content = None if isinstance(packet, DataPacket) else packet.message
            if isinstance(content, BindingUpdate):
                self._updated = self.now()
            elif isinstance(content, BindingAcknowledgement) and content.status < REFUSING:
                self.timers.binding_lasts(self.now(), content.lifetime)
            self.put(packet)

    def put(self, packet: SignallingPacket | DataPacket) -> None:
        if packet.tunnel is None or packet.tunnel.ports is None:
            self.link.send(encode(packet))
            return
        source, destination = str(packet.tunnel.header.source), str(packet.tunnel.header.destination)
        one = self.udp.get(source) or next(iter(self.udp.values()))
        one.sendto(unwrapped(encode(packet)), (destination, self._ports.get(destination, self._peer_port)))


def main(arguments: list[str] | None = None) -> int:
    """The program: `python -m generators.adapters.reference_program home_agent --port 4191 --mutant ID`."""
    parser = argparse.ArgumentParser(description="the reference UE or home agent, driven by JSON lines on stdin")
    parser.add_argument("role", choices=["ue", "home_agent"])
    parser.add_argument("--port", type=int, default=DSMIPV6_PORT, help="UDP port; 0: any that is free")
    parser.add_argument("--address", default=str(HOME_AGENT), help="IPv4 address of the home agent")
    parser.add_argument("--mutant", help="a wrong one: identifier of a mutant")
    parser.add_argument("--real-time", action="store_true", help="timers end by the clock")
    parser.add_argument("--link", help="interface for packets without UDP; else datagrams of loopback stand for it")
    parser.add_argument("--peer", type=hardware_address, help="hardware address at the other end of that interface")
    given = parser.parse_args(arguments)
    if (given.link is None) != (given.peer is None):
        parser.error("--link and --peer belong together")
    change = None
    if given.mutant:
        from generators.mutation.lookup import change_called

        try:
            change = change_called(given.mutant)
        except ModelError as error:
            print(error, file=sys.stderr)
            return 2
    where = f"link {given.link}"
    try:
        link = None if given.link is None else RawLink(given.link, given.peer)
        where = f"port {given.port}"
        program = ReferenceProgram(given.role, change, given.port, given.address, real_time=given.real_time, link=link)
    except OSError as error:
        print(f"{where}: {error.strerror}", file=sys.stderr)
        return 2
    program.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
