"""What has to be true of a model of clause 5.2: the statements of the clause, and the rules elsewhere
that it leans on. Texts are paraphrases; the clause named is where to read the original."""

from __future__ import annotations

from collections.abc import Mapping

from model.language.errors import ModelError, nearest
from properties.referenced_rules import REFERENCED_RULES, Actor, Modality, Requirement

__all__ = ["CLAUSE_REQUIREMENTS", "REQUIREMENTS", "Actor", "Modality", "Requirement", "requirement"]


def _stated(
    identifier: str, clause: str, modality: Modality, actor: Actor, text: str, *, left_out: str | None = None
) -> Requirement:
    """A statement of clause 5.2 itself."""
    source = f"TS 24.303, {clause} (text proposed for v0.4.1)"
    return Requirement(identifier, clause, modality, actor, text, source, left_out=left_out)


CLAUSE_REQUIREMENTS = (
    _stated(
        "GEN-01", "5.2.1", "fact", "both",
        "Purpose: once a movement has given the UE another local address, the home agent learns the new care-of "
        "address.",
    ),
    _stated(
        "GEN-02", "5.2.1", "precondition", "both",
        "When a handover begins there is a live binding at the home agent, and a security association protects the "
        "signalling. The clause contradicts this itself (AMB-01), so it is checked and never assumed.",
    ),
    _stated(
        "GEN-03", "5.2.1", "fact", "both",
        "Three ingredients: find out whether the link is home; get a security association if none is "
        "there; exchange Binding Update and Binding Acknowledgement.",
    ),
    _stated(
        "GEN-04", "5.2.1", "shall", "ue",
        "The UE knows its home agent's address from the access it comes from.",
        left_out="discovery itself: there is one home agent, whose address the UE has from the beginning",
    ),
    _stated(
        "GEN-05", "5.2.1", "may", "ue",
        "A security association may have been brought along from the access the UE comes from.",
    ),
    _stated(
        "GEN-06", "5.2.1", "fact", "both",
        "Handovers come in three kinds: leaving home, changing between foreign links, returning home.",
    ),
    _stated(
        "UE-GEN-01", "5.2.2.1", "fact", "ue",
        "On a new access the UE first gets an address, by whatever means that access has.",
    ),
    _stated(
        "UE-H2F-01", "5.2.2.2", "shall", "ue",
        "Leaving home for IPv6 access: home link detection runs once there is an IPv6 address other than the "
        "interface had.",
    ),
    _stated(
        "UE-H2F-02", "5.2.2.2", "shall", "ue",
        "Found to have left home without a security association: the UE sets one up and gets its home address "
        "(5.1.2.2).",
    ),
    _stated(
        "UE-H2F-03", "5.2.2.2", "shall", "ue",
        "Only after that comes the first registration, together with the assignment of an IPv4 address (5.1.2.4).",
    ),
    _stated(
        "UE-H2F-04", "5.2.2.2", "shall if", "ue",
        "A UE that holds an IPv4 home address, and wants that one moved too, names it in the IPv4 Home Address "
        "option of this update rather than in a second one.",
    ),
    _stated(
        "UE-H2F-05", "5.2.2.2", "shall", "ue",
        "Leaving home for IPv4-only access: having an IPv4 care-of address is enough for an update inside UDP. "
        "Whether a security association must come first is left unsaid (AMB-02).",
    ),
    _stated("UE-H2F-06", "5.2.2.2", "shall", "ue", "The update leaves F and T clear."),
    _stated(
        "UE-H2F-07", "5.2.2.2", "shall if", "ue",
        "K is set, whatever the address family, by a UE whose IKEv2 association is to outlive changes of "
        "care-of address.",
    ),
    _stated(
        "UE-F2F-01", "5.2.2.3", "shall", "ue",
        "Between foreign links, IPv6 access: home link detection runs once there is an IPv6 address other than "
        "the care-of address used so far.",
    ),
    _stated(
        "UE-F2F-02", "5.2.2.3", "shall", "ue",
        "Found to be abroad still: an update goes out whose source address, the new one, is the care-of address.",
    ),
    _stated(
        "UE-F2F-03", "5.2.2.3", "may", "ue",
        "The new address may be repeated in an Alternate Care-of Address option.",
    ),
    _stated("UE-F2F-04", "5.2.2.3", "shall", "ue", "No update is without the IPv6 home address."),
    _stated("UE-F2F-05", "5.2.2.3", "shall if", "ue", "Between foreign links: the rule of UE-H2F-04."),
    _stated(
        "UE-F2F-06", "5.2.2.3", "shall if", "ue",
        "A UE that would like an IPv4 home address and has none asks by putting the unspecified address into "
        "the IPv4 Home Address option.",
    ),
    _stated(
        "UE-F2F-07", "5.2.2.3", "shall", "ue",
        "Between foreign links, IPv4-only access: a care-of address other than the last one is enough for an "
        "update inside UDP.",
    ),
    _stated("UE-F2F-08", "5.2.2.3", "shall", "ue", "Between foreign links: F and T stay clear."),
    _stated("UE-F2F-09", "5.2.2.3", "shall if", "ue", "Between foreign links: the rule of UE-H2F-07 for K."),
    _stated(
        "UE-F2H-01", "5.2.2.4", "shall", "ue",
        "Back on the home link with a valid list entry, the UE asks for the binding's removal: an update whose "
        "lifetime is zero.",
    ),
    _stated(
        "UE-F2H-02", "5.2.2.4", "may", "ue",
        "The IKEv2 session may be kept while the UE is at home, which saves setting one up the next time.",
    ),
    _stated(
        "UE-F2H-03", "5.2.2.4", "should", "ue",
        "Keeping it is advised wherever the UE cannot count on staying at home.",
    ),
    _stated(
        "HA-H2F-01", "5.2.3.1", "shall", "home_agent",
        "The home agent is able to take a first registration (5.1.3).",
    ),
    _stated(
        "HA-F2F-01", "5.2.3.2", "shall", "home_agent",
        "An incoming update passes the checks of Mobile IPv6 before anything is done with it.",
    ),
    _stated(
        "HA-F2F-02", "5.2.3.2", "shall", "home_agent",
        "One that passes changes the cache entry of its home address. The wording gives this to the UE, plainly a "
        "slip (AMB-05).",
    ),
    _stated(
        "HA-F2F-03", "5.2.3.2", "shall", "home_agent",
        "An Alternate Care-of Address that arrives over IPv6 is checked for correctness; what follows from an "
        "incorrect one stays open (AMB-03).",
    ),
    _stated(
        "HA-F2F-04", "5.2.3.2", "shall", "home_agent",
        "If it is correct, the IPv6 source address becomes the entry's care-of address.",
    ),
    _stated(
        "HA-F2F-05", "5.2.3.2", "shall", "home_agent",
        "Update inside IPv4 whose IPv4 Care-of Address option names the outer source: that address is stored, "
        "and the answer travels inside IPv4 (in UDP or bare: AMB-06).",
    ),
    _stated(
        "HA-F2F-06", "5.2.3.2", "shall", "home_agent",
        "Any difference between the two betrays a NAT, of which the answer tells with a NAT Detection option "
        "and its F flag.",
    ),
    _stated(
        "HA-F2F-07", "5.2.3.2", "shall", "home_agent",
        "With a NAT found, the answer is put into UDP and the entry follows the rules of dual-stack Mobile IPv6.",
        left_out="ports: a mapping is one outside address, and a new port counts as another address",
    ),
    _stated(
        "HA-F2F-08", "5.2.3.2", "shall", "home_agent",
        "An IPv4 home address that the UE already owns, named in the option, moves along.",
    ),
    _stated(
        "HA-F2F-09", "5.2.3.2", "shall", "home_agent",
        "A request by unspecified address is met by assigning one and saying so in the IPv4 Address "
        "Acknowledgement option.",
    ),
    _stated(
        "HA-F2F-10", "5.2.3.2", "shall", "home_agent",
        "No answer goes without a routing header that holds the IPv6 home address (AMB-19).",
    ),
    _stated(
        "HA-F2F-11", "5.2.3.2", "if", "home_agent",
        "Asked by K, and able to do it, the home agent makes the care-of address the peer of its IKEv2 "
        "associations, and answers with K.",
    ),
    _stated(
        "HA-F2H-01", "5.2.3.3", "shall", "home_agent",
        "A lifetime of zero is handled as Mobile IPv6 has it: the entry goes.",
    ),
    _stated("HA-F2H-02", "5.2.3.3", "shall", "home_agent", "The answer to such an update is status 0."),
)  # fmt: skip

REQUIREMENTS: Mapping[str, Requirement] = {
    entry.identifier: entry for entry in (*CLAUSE_REQUIREMENTS, *REFERENCED_RULES)
}


def requirement(identifier: str) -> Requirement:
    """The requirement with this identifier. Raises ModelError naming the nearest one."""
    if identifier not in REQUIREMENTS:
        raise ModelError(f'unknown requirement "{identifier}": {nearest(identifier, REQUIREMENTS)}')
    return REQUIREMENTS[identifier]
