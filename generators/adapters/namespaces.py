"""A home agent behind a real NAT: UE, nftables NAT and home agent in three network namespaces joined by veth.
Needs root, `ip` and `nft`. Only the path over IPv4-only access with NAT; the rest is inconclusive."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.loopback_plan import loopback_plan, placed
from generators.adapters.sockets import udp_socket
from generators.adapters.wire_protocol import Datagram, Udp, Unable
from generators.packets.address_plan import AddressPlan
from generators.packets.packet import DSMIPV6_PORT
from model.scenarios import from_data

HOME_AGENT = "192.0.2.1"
INSIDE = "10.9.0.100"
OUTSIDE = {"mapped": "192.0.2.101", "remapped": "192.0.2.102"}
MAPPING_LASTS = 3  # seconds without a packet
CLONE_NEWNET = 0x40000000


def why_impossible() -> str:
    """Why namespaces cannot be made here; "" if they can."""
    missing = [name for name in ("ip", "nft", "unshare") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    done = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"network namespaces are not permitted: {done.stderr.strip()}"


class NamespaceAdapter(LoopbackAdapter):
    """See `wire_protocol.Adapter`. network: the scenario's IPv4-only network behind a NAT."""

    def __init__(self, network: str = "ipv4-nat", mutant: str | None = None) -> None:
        self.prefix = f"dsmip{os.getpid()}"
        program = ["-m", "generators.adapters.reference_program", "home_agent", "--address", HOME_AGENT]
        command = ["ip", "netns", "exec", self._name("ha"), sys.executable, *program]
        super().__init__("home_agent", command, mutant)
        self.network = network
        self.own_port = DSMIPV6_PORT
        self.mapping = ""
        self._inside: socket.socket | None = None
        self._there = False

    def plan(self, setup: Mapping[str, Any]) -> AddressPlan:
        scenario = from_data(setup["scenario"], "scenario of the test")
        names = self._names(scenario.bounds.nat_remappings > 0)
        return placed(loopback_plan(scenario, DSMIPV6_PORT), HOME_AGENT, names)

    def start(self, setup: Mapping[str, Any]) -> None:
        if not self._there:
            self._build()
        self._remaps = bool(setup["scenario"]["bounds"]["nat_remappings"])
        super().start(setup)

    def stop(self) -> None:
        super().stop()
        if self._inside is not None:
            self._inside.close()
            self._inside = None
        if self._there:
            for name in ("ue", "nat", "ha"):
                subprocess.run(["ip", "netns", "delete", self._name(name)], capture_output=True, check=False)
            self._there, self.mapping = False, ""

    def send(self, datagram: Datagram) -> None:
        if datagram.via is None or datagram.via.source not in OUTSIDE.values():
            raise Unable("only packets from behind the NAT go this way")
        self.translate_to(datagram.via.source)
        assert self._inside is not None
        self._inside.sendto(datagram.data, (HOME_AGENT, DSMIPV6_PORT))

    def settle(self, seconds: float) -> None:
        super().settle(seconds)
        super().settle(seconds)  # veth hands packets over in another context: once more is surely after that

    def translate_to(self, outside: str) -> None:
        """The NAT gives the UE this outside address; what it had before has expired."""
        if outside == self.mapping:
            return
        self.expire()
        self._nft("flush chain ip nat postrouting",
                  f"add rule ip nat postrouting oifname outside snat to {outside}")  # fmt: skip
        self.mapping = outside

    def expire(self) -> None:
        """The NAT forgets its mapping: nothing from outside comes through any more."""
        self._in("nat", "nft", "delete table ip nat")
        if self.mapping:
            threading.Event().wait(MAPPING_LASTS + 1.5)
        self._table()
        self.mapping = ""

    # inside

    def _name(self, which: str) -> str:
        return f"{self.prefix}-{which}"

    def _names(self, remaps: bool) -> dict[str, str]:
        names = {f"address-{self.network}": INSIDE, f"mapped-{self.network}": OUTSIDE["mapped"]}
        return names | ({f"remapped-{self.network}": OUTSIDE["remapped"]} if remaps else {})

    def _placing(self) -> Mapping[str, Any]:
        return {"home_agent": HOME_AGENT, "names": self._names(self._remaps)}

    def _listen(self, setup: Mapping[str, Any]) -> None:
        if self._inside is None:
            self._inside = _socket_in(self._name("ue"), INSIDE, DSMIPV6_PORT)
            self._sockets[INSIDE, DSMIPV6_PORT] = self._inside

    def receive(self, seconds: float) -> Datagram | None:
        """As the home agent sent it: to the outside address of the mapping through which it came."""
        found = super().receive(seconds)
        if found is None or found.via is None:
            return found
        via = found.via
        return Datagram(found.data, Udp(via.source, via.source_port, self.mapping, via.destination_port))

    def _build(self) -> None:
        self._there = True
        for name in ("ue", "nat", "ha"):
            _run("ip", "netns", "add", self._name(name))
            self._in(name, "ip", "link", "set", "lo", "up")
        for one, inside, other, outside in (("ue", "uplink", "nat", "inside"), ("ha", "uplink", "nat", "outside")):
            _run("ip", "link", "add", inside, "netns", self._name(one), "type", "veth", "peer", "name", outside,
                 "netns", self._name(other))  # fmt: skip
            self._in(one, "ip", "link", "set", inside, "up")
            self._in(other, "ip", "link", "set", outside, "up")
        self._in("ue", "ip", "address", "add", f"{INSIDE}/24", "dev", "uplink")
        self._in("nat", "ip", "address", "add", "10.9.0.1/24", "dev", "inside")
        for address in ("192.0.2.254", *OUTSIDE.values()):
            self._in("nat", "ip", "address", "add", f"{address}/24", "dev", "outside")
        self._in("ha", "ip", "address", "add", f"{HOME_AGENT}/24", "dev", "uplink")
        self._in("ue", "ip", "route", "add", "default", "via", "10.9.0.1")
        self._in("nat", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        for kind in ("udp_timeout", "udp_timeout_stream"):
            self._in("nat", "sysctl", "-q", "-w", f"net.netfilter.nf_conntrack_{kind}={MAPPING_LASTS}")
        self._table()

    def _table(self) -> None:
        """From outside only answers to what came from inside get through."""
        self._nft("add table ip nat", "add chain ip nat postrouting { type nat hook postrouting priority 100 ; }",
                  "add chain ip nat forward { type filter hook forward priority 0 ; policy drop ; }",
                  "flush chain ip nat forward",
                  "add rule ip nat forward iifname inside accept",
                  "add rule ip nat forward ct state established accept")  # fmt: skip

    def _nft(self, *lines: str) -> None:
        for line in lines:
            self._in("nat", "nft", line)

    def _in(self, name: str, *command: str) -> None:
        _run("ip", "netns", "exec", self._name(name), *command)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unable(f"{' '.join(command)}: {done.stderr.strip()}")


def _socket_in(namespace: str, address: str, port: int) -> socket.socket:
    """A UDP socket inside a network namespace: made in a thread of its own that goes there."""
    found: list[socket.socket] = []

    def make() -> None:
        with Path(f"/var/run/netns/{namespace}").open() as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                return
        with contextlib.suppress(OSError):
            found.append(udp_socket(address, port))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not found:
        raise Unable(f"no socket can be had in the namespace {namespace}")
    return found[0]
