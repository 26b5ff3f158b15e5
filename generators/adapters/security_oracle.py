"""Which security association protects a packet, without cryptography: the tester says so, by the packet's
digest. A real IPsec takes the oracle's place by protecting and verifying the bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from generators.adapters.protocol import Fields
from generators.adapters.wire_protocol import Unable

SECONDS_FOR_HOOK = 10.0


class Security(Protocol):
    """The hook for real IPsec (ESP transport mode, RFC 4877)."""

    def protected(self, packet: bytes, protection: str) -> bytes:
        """The packet as the tester sends it, without outer IPv4 and UDP: under the association that `protection` names,
        a value of `model/messages.py`."""

    def verified(self, packet: bytes) -> tuple[bytes, str]:
        """The packet in the clear, and what protected it."""


@dataclass
class Oracle:
    """What the tester has said of packets; of others nothing is known: the current association."""

    told: dict[str, list[Fields]] = field(default_factory=dict)

    def tell(self, digest_: str, fields: Fields) -> None:
        """fields: protection, and repeated for a copy that anti-replay has to notice."""
        self.told.setdefault(digest_, []).append(fields)

    def of(self, packet: bytes) -> Fields:
        known = self.told.get(digest(packet))
        return known.pop(0) if known else {"protection": "current", "repeated": False}


@dataclass(frozen=True)
class CommandHook:
    """A command that gives the system under test its real security association with the UE, or takes it away, such as
    a script of `ip xfrm state add` and `delete`. It gets "established" or "ended" and the two addresses."""

    command: Sequence[str]
    home_agent: str = "2001:db8::1"
    home_address: str = "2001:db8:0:1::100"

    def tell(self, established: bool, inside: Sequence[str] = ()) -> None:
        """Run it. inside: what makes a command run where the system is. Raises Unable where it fails."""
        word = "established" if established else "ended"
        words = [*inside, *self.command, word, self.home_agent, self.home_address]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=SECONDS_FOR_HOOK)
        except OSError as error:
            raise Unable(f"{self.command[0]}: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise Unable(f"{self.command[0]} {word}: not done within {SECONDS_FOR_HOOK:g} s") from None
        if done.returncode:
            said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise Unable(f"{self.command[0]} {word}: {said}")


def digest(packet: bytes) -> str:
    """The name of a packet between tester and oracle: of the bytes inside the UDP datagram, or of the whole."""
    return sha256(packet).hexdigest()[:16]
