"""What an adapter offers that drives a system under test by real packets. Bytes and plain data only; what a
model's message is as bytes is the business of `wire_system.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from generators.adapters.protocol import Fields


class Capability(Enum):
    """What an adapter can do beyond sending and receiving. A test that needs more is inconclusive."""

    EVENTS = "events"  # act() brings events about: movement, security associations, ends of lifetimes
    TIMERS = "timers"  # act() lets timers end: the system's time is virtual
    DECISIONS = "decisions"  # act() asks for what a user or operator asks for
    OBSERVES = "observes"  # observe() shows the system's variables
    SETTLES = "settles"  # settle() returns when all that was sent is processed
    ORACLE = "oracle"  # act("protect", ...) tells under which association a packet counts as sent


class SystemDown(Exception):
    """The system under test ended, hangs, or cannot be talked to any more. Says in words what was seen."""


class Unable(Exception):
    """The adapter cannot do what a test asks for. Says what."""


@dataclass(frozen=True)
class Udp:
    """Outer IPv4 addresses and ports of a datagram."""

    source: str
    source_port: int
    destination: str
    destination_port: int


@dataclass(frozen=True)
class Datagram:
    """Bytes on the wire. via: the UDP datagram that carries them, from and to port 4191 or what stands for it;
    None: `data` is a whole IP packet on the link."""

    data: bytes
    via: Udp | None


class Adapter(Protocol):
    """A system under test behind real packets. Every call returns within a few seconds.

    Each may raise SystemDown; after that `start` begins anew with a fresh system.
    """

    capabilities: frozenset[Capability]

    def start(self, setup: Mapping[str, Any]) -> None:
        """Start the system, set up as a test wants it (see `protocol.py`)."""

    def stop(self) -> None:
        """End the system; nothing of it stays behind. May be called at any time, more than once."""

    def reset(self, initial: Fields) -> None:
        """Bring the system back to its start: as after `start`, with these initial values."""

    def send(self, datagram: Datagram) -> None: ...

    def receive(self, seconds: float) -> Datagram | None:
        """What the system sent, oldest first; None if nothing comes within `seconds`."""

    def settle(self, seconds: float) -> None:
        """Wait until the system has processed all that was sent, or at most so long."""

    def act(self, kind: str, name: str, fields: Fields) -> None:
        """Let happen: kind "event", "timer", "decides", or "protect". Raises Unable."""

    def observe(self) -> Fields:
        """The variables that can be observed; {} if none."""

    def now(self) -> float:
        """Seconds on the system's clock."""

    def advance(self, seconds: float) -> None:
        """Let that time pass: at once where time is virtual."""
