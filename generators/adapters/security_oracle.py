"""Which security association protects a packet, without cryptography: the tester says so, by the packet's
digest. A real IPsec takes the oracle's place by protecting and verifying the bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from generators.adapters.protocol import Fields


class Security(Protocol):
    """The hook for real IPsec (ESP transport mode, RFC 4877)."""

    def protected(self, packet: bytes, protection: str) -> bytes:
        """The packet as the tester sends it under "current", "former", "another subscriber's" or no association."""

    def verified(self, packet: bytes) -> tuple[bytes, str]:
        """The packet as received, and what protected it."""


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


def digest(packet: bytes) -> str:
    """The name of a packet between tester and oracle: of the bytes inside the UDP datagram, or of the whole."""
    return sha256(packet).hexdigest()[:16]
