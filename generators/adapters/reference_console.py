"""The reference UE or home agent for a person: set up from the start, commanded in words, told in words.
It serves until it is asked to quit; the end of its input alone does not end it."""

from __future__ import annotations

import os
import selectors
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any

from generators.adapters.links import DatagramLink, Link
from generators.adapters.protocol import Fields
from generators.adapters.reference_program import ReferenceProgram
from model.addresses import Family, Prefix
from model.handover import Change, address_on, translated_address
from model.language.errors import ModelError, nearest
from model.language.machines import TriggerKind
from model.scenarios import Scenario

WORDS = {
    "go NETWORK": "the UE attaches there and gets what it then waits for: address, router advertisement, association",
    "event NAME [FIELD=VALUE ...]": "something happens around it",
    "timer NAME": "a timer ends (virtual time)",
    "wait SECONDS": "let time pass",
    "ask DECISION": "what its user or operator asks for",
    "state": "its variables",
    "timers": "those that run, with the seconds left",
    "help": "these words",
    "quit": "end",
}


class Quit(Exception):
    """The person asks for the end."""


class ReferenceConsole:
    """port: of the home agent's UDP; one above stands for the link of packets without UDP, unless a link is given."""

    def __init__(
        self, role: str, scenario: Scenario, setup: Mapping[str, Any], change: Change | None, port: int,
        *, real_time: bool, lifetime: int | None, link: Link | None = None,
    ) -> None:  # fmt: skip
        if link is None:
            link = DatagramLink(port + 1) if role == "home_agent" else DatagramLink(0, peer_port=port + 1)
        self.program = ReferenceProgram(role, change, port, real_time=real_time, link=link, told=self._told)
        self.scenario = scenario
        self.program.set_up(setup, port, lifetime=lifetime)
        self.program.reset({"security_association": True} if self.program.actor.may_start(security_association=True)
                           else {})  # fmt: skip
        self._lines: deque[str] = deque()
        self._until: float | None = None  # lines wait for then

    def run(self) -> None:
        """Serve until it is asked to quit. Input may come from a terminal, a pipe or a file."""
        import generators.packets.layers  # noqa: F401  # scapy takes a second: before the first packet, not at it

        with selectors.DefaultSelector() as selector:
            try:
                selector.register(sys.stdin, selectors.EVENT_READ)
            except (PermissionError, ValueError):  # a file is always ready and cannot be waited for
                self._read(sys.stdin.read() if not sys.stdin.closed else "")
            rest = ""
            while True:
                self._obey()
                ready = self.program.waited(selector, self._until)
                self.program.serve_sockets()
                if sys.stdin in ready:
                    more = os.read(sys.stdin.fileno(), 1 << 16).decode(errors="replace")
                    if not more:
                        selector.unregister(sys.stdin)
                    self._read(rest + more if more else rest + "\n")
                    rest = "" if not more else (rest + more).rpartition("\n")[2]

    def _read(self, text: str) -> None:
        self._lines += [line.strip() for line in text.split("\n")[: text.count("\n")] if line.strip()]

    def _obey(self) -> None:
        """Do what the lines say, up to one that waits."""
        if self._until is not None and self.program.now() >= self._until:
            self._until = None
        while self._lines and self._until is None:
            try:
                self.do(self._lines.popleft())
            except ModelError as error:
                print(error, flush=True)

    def do(self, line: str) -> None:
        """One command in words. Raises ModelError for one that is none, and Quit."""
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        match word:
            case "go":
                self._go(rest)
            case "event":
                self._event(rest)
            case "timer":
                self.program.act("timer", self._known(TriggerKind.TIMER, rest), {})
            case "ask":
                self.program.act("decides", self._known(TriggerKind.DECISION, rest), {})
            case "wait":
                self._wait(rest)
            case "state":
                print(", ".join(f"{name} {value}" for name, value in self.program.actor.state().items()), flush=True)
            case "timers":
                left = {key: end - self.program.now() for key, end in self.program.timers.ends.items()}
                print(", ".join(f"{key} {end:.1f} s" for key, end in left.items()) or "none", flush=True)
            case "help":
                print("\n".join(f"{usage:30} {meaning}" for usage, meaning in WORDS.items()), flush=True)
            case "quit":
                raise Quit
            case other:
                raise ModelError(f'no command "{other}": {nearest(other, [usage.split()[0] for usage in WORDS])}')

    def _wait(self, text: str) -> None:
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= 1e6:
            raise ModelError(f'wait "{text}": seconds are needed, such as "wait 1.5"')
        if self.program.real_time:
            self._until = self.program.now() + seconds
        else:
            self.program.advance(seconds)

    def _go(self, name: str) -> None:
        if self.program.role != "ue":
            raise ModelError("a home agent does not move")
        networks = {network.name: network for network in self.scenario.networks}
        if name not in networks:
            raise ModelError(f'no network "{name}": {nearest(name, networks)}')
        network = networks[name]
        over_ipv6 = network.family == "ipv6"
        act = self.program.act
        act("event", "movement", {"to": name})
        family = Family.IPV6 if over_ipv6 else Family.IPV4
        act("event", "address configured", {"address": address_on(network), "family": family.value})
        if over_ipv6:
            prefix = Prefix.HOME if network.home else Prefix.FOREIGN
            act("event", "router advertisement", {"prefix": prefix.value})
        if self.program.actor.state()["state"] == "establishing SA":
            act("event", "security association established", {"peer_address": translated_address(network)})
        print(f"{self.program.now():9.3f} at {name}: {self.program.actor.state()['state']}", flush=True)

    def _event(self, text: str) -> None:
        name, fields = text, {}
        while "=" in name.rpartition(" ")[2]:
            name, _, pair = name.rpartition(" ")
            key, _, value = pair.partition("=")
            fields[key] = value
        self.program.act("event", self._known(TriggerKind.EVENT, name), fields)

    def _known(self, kind: TriggerKind, name: str) -> str:
        known = dict.fromkeys(row.trigger.name for row in self.program.actor.table if row.trigger.kind is kind)
        if name not in known:
            raise ModelError(f'no {kind.value} "{name}" here: {nearest(name, known) if known else "there is none"}')
        return name

    def _told(self, verb: str, name: str, fields: Fields) -> None:
        shown = ("status", "sequence_number", "lifetime", "source", "destination", "encapsulation")
        words = ", ".join(f"{key.replace('_', ' ')} {fields[key]}" for key in shown if key in fields)
        print(f"{self.program.now():9.3f} {verb} {name} ({words})", flush=True)
