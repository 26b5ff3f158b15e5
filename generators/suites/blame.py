"""Which of the requirements that were due an answer disregards: those about the fields that are wrong.
A row such as "binding updated" realises many; the wrong field tells which of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

ABOUT = {
    "status": ("HA-F2F-01", "HA-F2H-02", "REF-B2", "REF-B3", "REF-B6", "REF-B8", "REF-B11", "REF-B14", "REF-C3",
               "HA-F2F-03", "HA-F2F-05", "HA-H2F-01"),
    "lifetime": ("HA-F2H-01", "HA-F2H-02", "REF-B8", "REF-B11", "UE-F2H-01", "REF-A12"),
    "sequence_number": ("HA-F2F-01", "REF-B2", "REF-B9", "REF-A5", "REF-A7"),
    "key_management": ("HA-F2F-11", "REF-B10", "UE-H2F-07", "UE-F2F-09", "REF-A4"),
    "peer_address": ("HA-F2F-11", "REF-B10", "REF-D5"),
    "nat_detection": ("HA-F2F-06", "REF-C7", "REF-C9"),
    "nat_found": ("HA-F2F-06", "REF-C7"),
    "routing_header": ("HA-F2F-10", "REF-B12"),
    "encapsulation": ("HA-F2F-05", "HA-F2F-07", "REF-C5", "REF-C6", "UE-H2F-05", "UE-F2F-07"),
    "destination": ("HA-F2F-07", "REF-B12", "REF-C6"),
    "tunnel": ("HA-F2F-07", "REF-C8", "REF-C9"),
    "ipv4_address_acknowledgement": ("HA-F2F-09", "HA-F2F-08", "REF-C2", "REF-C12"),
    "ipv4_home_address_bound": ("HA-F2F-08", "HA-F2F-09", "REF-C11", "REF-C12", "HA-F2H-01"),
    "ipv4_home_address_free": ("HA-F2F-09", "REF-C12", "HA-F2H-01"),
    "ipv4_home_address": ("UE-H2F-04", "UE-F2F-05", "UE-F2F-06", "REF-C11", "REF-C12"),
    "care_of_address": ("HA-F2F-02", "HA-F2F-03", "HA-F2F-04", "HA-F2F-05", "HA-F2H-01", "REF-B4", "REF-B11"),
    "alternate_care_of_address": ("UE-F2F-03", "REF-A3"),
    "ipv4_care_of_address": ("REF-C5", "UE-H2F-05", "UE-F2F-07"),
    "source": ("UE-F2F-02", "REF-A12"),
    "inner_source": ("UE-F2F-04", "REF-C5", "REF-A12"),
    "home_address_option": ("UE-F2F-04", "REF-A3", "REF-C5"),
    "forces_udp": ("UE-H2F-06", "UE-F2F-08", "REF-C3"),
    "tlv_header": ("UE-H2F-06", "UE-F2F-08", "REF-C4"),
    "granted_ticks": ("REF-B8",),
    "time_left": ("REF-B8", "REF-A8"),
}  # fmt: skip


def disregarded(due: Sequence[str], wrong_fields: Collection[str]) -> tuple[str, ...]:
    """Of the requirements that were due those about these fields; all of them where that leaves none."""
    about = {name for field in wrong_fields for name in ABOUT.get(field, ())}
    return tuple(name for name in due if name in about) or tuple(due)
