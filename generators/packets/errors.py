"""The one exception that packets raise: which layer, at which byte, and what is wrong there."""

from __future__ import annotations


class PacketError(Exception):
    """Bytes that are no packet, or values that fit into none.

    layer: "IPv6", "UDP", "Binding Update", ... offset: of the byte at fault in the whole packet; None
    where values could not be encoded.
    """

    def __init__(self, layer: str, offset: int | None, reason: str) -> None:
        self.layer = layer
        self.offset = offset
        self.reason = reason
        where = layer if offset is None else f"{layer}, byte {offset}"
        super().__init__(f"{where}: {reason}")
