"""UE and home agent in two network namespaces, joined by a veth pair for raw IPv6 and IPv4 without translation, and
by a second path through a third namespace with an nftables NAT. Needs root, `ip` and `nft`."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.loopback_plan import ipv4_addresses, loopback_plan, placed
from generators.adapters.network_namespaces import Namespaces
from generators.adapters.raw_link import RawLink, hardware_address, packet_socket
from generators.adapters.sockets import udp_socket
from generators.adapters.wire_protocol import Datagram, SystemDown, Udp, Unable
from generators.packets.address_plan import AddressPlan
from generators.packets.packet import DSMIPV6_PORT
from model.scenarios import Scenario, from_data

HOME_AGENT = "192.0.2.1"
INSIDE = "10.9.0.100"
OUTSIDE = {"mapped": "192.0.2.101", "remapped": "192.0.2.102"}
DIRECT = "198.18.0.0/15"  # of the UE, where nothing translates
MAPPING_LASTS = 3  # seconds without a packet
LINK = "direct"  # the interface of the veth pair, at both ends
HARDWARE = {"ue": "02:00:00:00:00:02", "ha": "02:00:00:00:00:01"}  # of its ends
LINK_LOCAL = {"ue": "fe80::2", "ha": "fe80::1"}
SYSTEM = {"home_agent": "ha", "ue": "ue"}  # role under test -> its namespace


class NamespaceAdapter(LoopbackAdapter):
    """See `wire_protocol.Adapter`. network: the scenario's IPv4-only network behind the NAT, when the home agent is
    tested; of other networks with NAT nothing can be sent."""

    def __init__(self, network: str = "ipv4-nat", mutant: str | None = None, role: str = "home_agent") -> None:
        self.own = SYSTEM[role]
        self.others = "ue" if self.own == "ha" else "ha"
        self.namespaces = Namespaces(f"dsmip{os.getpid()}", ("ue", "nat", "ha"))
        program = [sys.executable, "-m", "generators.adapters.reference_program", role, "--address", HOME_AGENT,
                   "--link", LINK, "--peer", HARDWARE[self.others]]  # fmt: skip
        super().__init__(role, [*self.namespaces.inside(self.own), *program], mutant)
        self.network = network
        self.port = self.own_port = DSMIPV6_PORT
        self.mapping = ""
        self._setup: Mapping[str, Any] = {}

    def plan(self, setup: Mapping[str, Any]) -> AddressPlan:
        scenario = from_data(setup["scenario"], "scenario of the test")
        return placed(loopback_plan(scenario, DSMIPV6_PORT), HOME_AGENT, self._names(scenario))

    def start(self, setup: Mapping[str, Any]) -> None:
        self._setup = setup
        if not self.namespaces.there:
            self._build()
        super().start(setup)

    def stop(self) -> None:
        super().stop()
        self.namespaces.remove()
        self.mapping = ""

    def send(self, datagram: Datagram) -> None:
        via = datagram.via
        if via is not None and via.source == INSIDE:
            raise Unable(f"from {INSIDE} nothing leaves without translation")
        if via is not None and self.own == "ha" and via.source in OUTSIDE.values():
            self.translate_to(via.source)
            self._sockets[INSIDE, DSMIPV6_PORT].sendto(datagram.data, (HOME_AGENT, DSMIPV6_PORT))
        else:
            super().send(datagram)

    def receive(self, seconds: float) -> Datagram | None:
        """As the system sent it: to the outside address of the mapping through which it came."""
        found = super().receive(seconds)
        if found is None and isinstance(self._link, RawLink) and self._link.refused:
            words, self._link.refused = self._link.refused, ""
            raise SystemDown(f"nothing there takes the packets: {words}")
        if found is None or found.via is None or found.via.destination != INSIDE:
            return found
        via = found.via
        return Datagram(found.data, Udp(via.source, via.source_port, self.mapping, via.destination_port))

    def settle(self, seconds: float) -> None:
        super().settle(seconds)
        super().settle(seconds)  # veth hands packets over in another context: once more is surely after that

    def translate_to(self, outside: str) -> None:
        """The NAT gives the UE this outside address; what it had before has expired."""
        if outside == self.mapping:
            return
        self.expire()
        self._nft("nat", "flush chain ip nat postrouting",
                  f"add rule ip nat postrouting oifname outside snat to {outside}")  # fmt: skip
        self.mapping = outside

    def expire(self) -> None:
        """The NAT forgets its mapping: nothing from outside comes through any more."""
        self.namespaces.run("nat", "nft", "delete table ip nat")
        if self.mapping:
            threading.Event().wait(MAPPING_LASTS + 1.5)
        self._table()
        self.mapping = ""

    # inside

    def _names(self, scenario: Scenario) -> dict[str, str]:
        """IPv4 addresses other than those of loopback: behind the NAT, or on the veth pair."""
        loopback = ipv4_addresses(plan := loopback_plan(scenario, 0))
        found = {name: f"198.18.{loopback.index(str(address))}.100" for name, address in plan.of_name.items()
                 if str(address) in loopback}  # fmt: skip
        if self.own == "ha":
            behind = {f"address-{self.network}": INSIDE, f"mapped-{self.network}": OUTSIDE["mapped"],
                      f"remapped-{self.network}": OUTSIDE["remapped"]}  # fmt: skip
            found |= {name: address for name, address in behind.items() if name in found}
        return found

    def _placing(self) -> Mapping[str, Any]:
        scenario = from_data(self._setup["scenario"], "scenario of the test")
        return {"home_agent": HOME_AGENT, "names": self._names(scenario)}

    def _direct_addresses(self) -> Sequence[str]:
        names = self._names(from_data(self._setup["scenario"], "scenario of the test"))
        return [address for address in names.values() if address.startswith("198.18.")]

    def _listen(self, setup: Mapping[str, Any]) -> None:
        """The tester's sockets; and each address of the UE on its side of the veth pair."""
        if self._link is None:
            opened = self.namespaces.socket(self.others, lambda: packet_socket(LINK))
            self._link = RawLink(LINK, hardware_address(HARDWARE[self.own]), opened)
        for address in self._direct_addresses():
            self.namespaces.run("ue", "ip", "address", "replace", f"{address}/32", "dev", LINK)
        wanted = [INSIDE, *self._direct_addresses()] if self.own == "ha" else [HOME_AGENT]
        for address in wanted:
            if (address, DSMIPV6_PORT) not in self._sockets:
                self._sockets[address, DSMIPV6_PORT] = self._udp_socket(address)

    def _udp_socket(self, address: str) -> socket.socket:
        return self.namespaces.socket(self.others, lambda: udp_socket(address, DSMIPV6_PORT))

    def _build(self) -> None:
        spaces = self.namespaces
        spaces.make()
        spaces.join(("ue", "uplink", "02:00:00:00:01:02"), ("nat", "inside", "02:00:00:00:01:01"))
        spaces.join(("ha", "uplink", "02:00:00:00:02:02"), ("nat", "outside", "02:00:00:00:02:01"))
        spaces.join(("ue", LINK, HARDWARE["ue"]), ("ha", LINK, HARDWARE["ha"]))
        spaces.run("ue", "ip", "address", "add", f"{INSIDE}/24", "dev", "uplink")
        spaces.run("nat", "ip", "address", "add", "10.9.0.1/24", "dev", "inside")
        for address in ("192.0.2.254", *OUTSIDE.values()):
            spaces.run("nat", "ip", "address", "add", f"{address}/24", "dev", "outside")
        spaces.run("ha", "ip", "address", "add", f"{HOME_AGENT}/24", "dev", "uplink")
        spaces.run("ue", "ip", "route", "add", "default", "via", "10.9.0.1")
        spaces.run("nat", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        for kind in ("udp_timeout", "udp_timeout_stream"):
            spaces.run("nat", "sysctl", "-q", "-w", f"net.netfilter.nf_conntrack_{kind}={MAPPING_LASTS}")
        self._table()
        self._build_direct_path()

    def _build_direct_path(self) -> None:
        """What is sent from an address of DIRECT goes over the veth pair, and so does all IPv6."""
        spaces = self.namespaces
        spaces.run("ue", "ip", "rule", "add", "from", DIRECT, "table", "100")
        spaces.run("ue", "ip", "route", "add", "default", "dev", LINK, "table", "100")
        spaces.run("ha", "ip", "route", "add", DIRECT, "dev", LINK)
        for name, address in LINK_LOCAL.items():
            spaces.run(name, "ip", "-6", "address", "add", f"{address}/64", "dev", LINK, "nodad")
        spaces.run("ha", "ip", "-6", "address", "add", "2001:db8::1/128", "dev", LINK, "nodad")
        spaces.run("ha", "ip", "-6", "route", "add", "default", "via", LINK_LOCAL["ue"], "dev", LINK)
        for name in self._without_kernel():
            self._nft(name, "add table ip6 signalling",
                      "add chain ip6 signalling first { type filter hook prerouting priority -300 ; }",
                      f"add rule ip6 signalling first iifname {LINK} meta l4proto != ipv6-icmp drop")  # fmt: skip

    def _without_kernel(self) -> Sequence[str]:
        """Namespaces where a program sees packets on the interface and the kernel is to leave them alone: it would
        say by ICMPv6 that it knows no Mobility Header."""
        return ("ue", "ha")

    def _table(self) -> None:
        """From outside only answers to what came from inside get through."""
        self._nft("nat", "add table ip nat",
                  "add chain ip nat postrouting { type nat hook postrouting priority 100 ; }",
                  "add chain ip nat forward { type filter hook forward priority 0 ; policy drop ; }",
                  "flush chain ip nat forward",
                  "add rule ip nat forward iifname inside accept",
                  "add rule ip nat forward ct state established accept")  # fmt: skip

    def _nft(self, name: str, *lines: str) -> None:
        for line in lines:
            self.namespaces.run(name, "nft", line)
