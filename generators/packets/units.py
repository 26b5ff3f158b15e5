"""Lifetimes: seconds in the API, units of 4 s on the wire (RFC 6275, 6.1.7)."""

from __future__ import annotations

from generators.packets.errors import PacketError

SECONDS_A_UNIT = 4
MOST_UNITS = 0xFFFF


def units_of(seconds: int) -> int:
    """Wire value of a binding lifetime.

    seconds: 0 asks for removal; a multiple of 4, at most 262,140. Raises PacketError otherwise.
    """
    if seconds % SECONDS_A_UNIT or not 0 <= seconds <= MOST_UNITS * SECONDS_A_UNIT:
        reason = f"a lifetime is a multiple of 4 s, from 0 to {MOST_UNITS * SECONDS_A_UNIT}, not {seconds}"
        raise PacketError("Mobility Header", None, reason)
    return seconds // SECONDS_A_UNIT


def seconds_of(units: int) -> int:
    """Seconds of a wire value."""
    return units * SECONDS_A_UNIT
