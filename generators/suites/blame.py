"""Which of the requirements that were due an answer disregards: those about the fields that are wrong, in a case
such as this one. A row such as "binding updated" realises many; field and case tell which of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from model.language.domains import Value
from model.messages import Encapsulation

ANSWER = "an answer"  # stands for a field where there is an answer too many, too few, or another message
MOST = 5  # requirements that a verdict names
ABOUT = {
    ANSWER: ("UE-F2H-01", "UE-H2F-05", "UE-F2F-07", "UE-F2F-02", "UE-H2F-03", "UE-H2F-02", "GEN-03", "REF-D2", "REF-A6",
             "HA-H2F-01", "HA-F2H-02", "HA-F2F-01", "HA-F2F-02", "HA-F2F-03", "HA-F2F-05", "REF-B9", "REF-B11"),
    "status": ("HA-F2H-02", "HA-F2F-01", "REF-B2", "REF-B3", "REF-B6", "REF-B11", "REF-B14", "REF-C3", "HA-F2F-03",
               "HA-F2F-05", "HA-H2F-01", "HA-F2F-02", "REF-B7"),
    "lifetime": ("HA-F2H-01", "HA-F2H-02", "REF-B8", "REF-B11", "UE-F2H-01", "REF-A12", "REF-A13", "HA-H2F-01",
                 "HA-F2F-02", "REF-B7", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07", "UE-H2F-05", "REF-A3"),
    "sequence_number": ("HA-F2F-01", "REF-B2", "REF-B9", "REF-A5", "REF-A7", "HA-F2F-02", "REF-B7", "UE-F2F-02",
                        "UE-H2F-03"),
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
    "care_of_address": ("HA-F2F-02", "HA-F2F-03", "HA-F2F-04", "HA-F2F-05", "HA-F2H-01", "REF-B4", "REF-B11",
                        "UE-F2F-02", "UE-F2F-07", "UE-H2F-05", "UE-H2F-03"),
    "alternate_care_of_address": ("UE-F2F-03", "REF-A3"),
    "ipv4_care_of_address": ("REF-C5", "UE-H2F-05", "UE-F2F-07"),
    "source": ("UE-F2F-02", "REF-A12"),
    "inner_source": ("UE-F2F-04", "REF-C5", "REF-A12"),
    "home_address_option": ("UE-F2F-04", "REF-A3", "REF-C5"),
    "forces_udp": ("UE-H2F-06", "UE-F2F-08", "REF-C3"),
    "tlv_header": ("UE-H2F-06", "UE-F2F-08", "REF-C4"),
    "granted_ticks": ("REF-B8", "REF-B7"),
    "time_left": ("REF-B8", "REF-A8", "REF-A1", "REF-B7"),
    "state": ("HA-F2H-01", "HA-H2F-01", "HA-F2F-02", "REF-B11", "REF-B7", "HA-F2F-01", "UE-F2H-01", "UE-H2F-01",
              "UE-F2F-01", "UE-H2F-02", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07", "UE-H2F-05", "GEN-03", "REF-D2"),
    "list_entry": ("UE-F2H-01", "REF-A8", "REF-A9", "REF-A12", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07"),
    "retransmissions_left": ("REF-A6", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07"),
    "interval": ("REF-A6", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07"),
    "retry_in": ("REF-A6", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07"),
    "detected_link": ("UE-H2F-01", "UE-F2F-01", "REF-A11", "UE-F2H-01", "UE-H2F-03", "UE-F2F-02"),
    "previous_link": ("UE-H2F-01", "UE-F2F-01", "UE-H2F-05", "UE-F2F-07"),
    "address": ("UE-GEN-01", "UE-F2F-07", "UE-H2F-05", "UE-F2F-02"),
    "security_association": ("UE-H2F-02", "GEN-03", "REF-D2", "REF-D3", "REF-D4", "REF-D6", "UE-F2H-02", "REF-A10",
                             "REF-G3"),
    "association_address": ("REF-A10", "UE-H2F-07", "UE-F2F-09", "REF-D3", "UE-H2F-02", "REF-D2"),
    "association_renewed": ("REF-A10", "REF-D4", "GEN-03", "REF-D2", "UE-H2F-07"),
    "key_management_granted": ("REF-A10", "UE-H2F-07", "UE-F2F-09"),
    "has_ipv4_home_address": ("REF-C14", "UE-F2F-06", "UE-H2F-04"),
    "prefix_discovery_due": ("REF-A8",),
    "asked_ticks": ("REF-A1", "REF-A3", "UE-F2H-01"),
}  # fmt: skip
ONLY_OVER_IPV4 = frozenset({"HA-F2F-05", "HA-F2F-06", "HA-F2F-07", "REF-C3", "REF-C4", "REF-C5", "REF-C6", "REF-C7",
                            "REF-C8", "REF-C9", "UE-H2F-05", "UE-H2F-06", "UE-F2F-07"})  # fmt: skip
ONLY_OVER_IPV6 = frozenset({"HA-F2F-03", "HA-F2F-04", "REF-E2", "REF-A3", "UE-F2F-02", "UE-F2F-03"})


def disregarded(
    due: Sequence[str], wrong_fields: Collection[str], update: Mapping[str, Value] | None = None
) -> tuple[str, ...]:
    """Of the requirements that were due at most five: those about these fields, the nearest first.

    Where none is about them, those that are due at all. update: the fields of the Binding Update that came or was
    due; what the text demands for the other kind of access then does not count.
    """
    relevant = [name for name in due if _arises(name, update)] or list(due)
    for names in (relevant, due):
        about = dict.fromkeys(name for field in sorted(wrong_fields) for name in ABOUT.get(field, ()) if name in names)
        if about:
            return tuple(about)[:MOST]
    return tuple(relevant)[:MOST]


def _arises(requirement: str, update: Mapping[str, Value] | None) -> bool:
    if update is None:
        return True
    over_ipv4 = update.get("encapsulation") == Encapsulation.UDP.value
    return requirement not in (ONLY_OVER_IPV6 if over_ipv4 else ONLY_OVER_IPV4)
