"""Rules of other documents that clause 5.2 leans on, in paraphrase: REF-A mobile node, REF-B home agent, REF-C
dual stack, REF-D associations, REF-E Alternate Care-of Address, REF-F the published text, REF-G known weak
points. The clause of an entry is the one of TS 24.303 for which the rule decides something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Modality: TypeAlias = Literal["fact", "precondition", "shall", "shall if", "should", "may", "if"]
Actor: TypeAlias = Literal["ue", "home_agent", "both", "access"]


@dataclass(frozen=True)
class Requirement:
    """One thing that a document says, in our words.

    source: where it is written. out_of_scope: why nothing realises or checks it, and what that means
    for verdicts. left_out: the part that the model does not have of one that it does have.
    """

    identifier: str
    clause: str
    modality: Modality
    actor: Actor
    text: str
    source: str
    out_of_scope: str | None = None
    left_out: str | None = None


def _rule(
    identifier: str, clause: str, modality: Modality, actor: Actor, source: str, text: str, *,
    out_of_scope: str | None = None, left_out: str | None = None,
) -> Requirement:  # fmt: skip
    return Requirement(f"REF-{identifier}", clause, modality, actor, text, source, out_of_scope, left_out)


_MOBILE_NODE = (
    _rule("A1", "5.1.2.4", "shall", "ue", "RFC 6275, 11.1 and 11.7.1",
          "The binding update list holds, for a destination, what the newest update said. An entry begins with "
          "the sending, not with the answer, and ends with its lifetime.",
          left_out="amounts of time where a scenario has no clock: a lifetime then ends at any moment that the timing "
          "assumption allows"),
    _rule("A2", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1, 11.7.3 and 11.8",
          "A new care-of address, a lifetime running out or a return home each call for an update; no more than "
          "three leave in a second.",
          left_out="refresh advice and the limit of rate: updates may follow each other at any pace; renewal where a "
          "scenario has none"),
    _rule("A3", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1; RFC 4877, 4.3",
          "A home registration asks for an answer and for a lifetime above zero, carries the home address, and under "
          "ESP also an Alternate Care-of Address.",
          left_out="the A and H bits (always set) and the length of the lifetime"),
    _rule("A4", "5.2.2.2", "should", "ue", "RFC 6275, 11.7.1",
          "K is set where associations come from IKE and the UE can move its own end of it.",
          left_out="the L bit, and manual keys"),
    _rule("A5", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1 and 11.8",
          "A repeated update counts as a new one: its number is above that of the one before."),
    _rule("A6", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1, 11.8, 12 and 13",
          "Unanswered updates are repeated at growing intervals, without a last one as long as the care-of address "
          "is wanted.",
          left_out="intervals where a scenario has no clock, and another home agent to turn to; the scenario "
          "limits the repetitions, after which the UE gives up"),
    _rule("A7", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1 and 11.7.3",
          "An acknowledgement counts if it is protected and bears the number of an update that is waiting for it. "
          "Status 135 is the exception: its number is the home agent's, after which the UE goes on counting."),
    _rule("A8", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.3",
          "A status below 128 ends the repetitions and makes the entry valid, for a time shortened by as much as the "
          "home agent granted less than was asked.",
          left_out="the arithmetic of lifetimes where a scenario has no clock; prefix discovery after status 1 is one "
          "step"),
    _rule("A9", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1 and 11.7.3; RFC 5026, 5.3.2",
          "After a status of 128 or more the UE removes the cause and tries anew, or sends nothing more to "
          "that home agent. A home address found in use is not taken again.",
          left_out="removing the cause, but for 130 (asked again later) and 144 (without F next time): a refused UE is "
          "silent until it moves, then with the same home address and home agent"),
    _rule("A10", "5.1.2.4", "should", "ue", "RFC 6275, 11.7.3",
          "K in the answer tells the UE to move its IKE end to the new care-of address; no K, to give the IKE "
          "connection up and make another one if it likes.",
          left_out="giving up at once: the association is replaced when the UE next needs one (AMB-08)"),
    _rule("A11", "5.1.2.3", "shall", "ue", "RFC 6275, 11.5.2",
          "The UE is at home where a router advertises the prefix of its home network.",
          left_out="how the UE came to know that prefix"),
    _rule("A12", "5.2.2.4", "shall", "ue", "RFC 6275, 11.5.5 and 10.3.2",
          "On the home link the UE withdraws its binding with an update sent from the home address itself, which is "
          "the care-of address too, so that no home address option is needed.",
          left_out="neighbour discovery and address detection on the home link, and data traffic"),
    _rule("A13", "5.2.2.4", "shall", "ue", "RFC 6275, 11.8 and 10.3.2",
          "A withdrawal is repeated until answered, like any other update; that the answer may be 133 is no "
          "case of its own (AMB-09).",
          left_out="withdrawing while abroad (detach) where a scenario has none"),
    _rule("A14", "5.1.2.4", "should", "ue", "RFC 6275, 11.3.6",
          "A Binding Error that tells of a missing binding makes the UE send an update.",
          left_out="the message where a scenario has no user data: a lost binding is then noticed later than by a real "
          "UE"),
    _rule("A15", "5.2.1", "should", "ue", "RFC 6275, 11.5.4",
          "Packets to the care-of address left behind are still taken while that link lasts.",
          left_out="sending over the link left behind, and two links where a scenario has one radio: an answer to the "
          "address left behind is then lost, never late"),
)  # fmt: skip

_HOME_AGENT = (
    _rule("B1", "5.2.3.2", "shall", "home_agent", "RFC 6275, 9.2, 9.3.1, 9.5.1, 9.5.4 and 6.1.7",
          "Malformed packets and addresses that cannot be used are thrown away before anything is looked up.",
          out_of_scope="not modelled: messages are records, every one of them well-formed; bytes and malformed "
          "packets belong to the codec that writes and reads captures; effect on verdicts: none for well-formed "
          "traffic"),
    _rule("B2", "5.2.3.2", "shall", "home_agent", "RFC 6275, 9.5.1",
          "While there is an entry an update must be ahead of its number, in modular order by less than half the "
          "space; otherwise 135 goes back with the number last taken. Without an entry any number is good.",
          left_out="16 bits in exhaustive search: the scenario chooses a smaller width, allowed only where no "
          "number in use can be mistaken"),
    _rule("B3", "5.2.3.2", "shall", "home_agent", "RFC 6275, 9.5.1",
          "An entry made as a home registration cannot be changed by another kind of registration, nor the reverse: "
          "status 139.",
          left_out="the other kind of registration: status 139 is a ground for refusal that comes and goes"),
    _rule("B4", "5.2.3.2", "shall", "home_agent", "RFC 6275, 9.5.1",
          "The care-of address is taken from the Alternate Care-of Address option, else from the source; the home "
          "address from its option, else from the source. The number is kept even if a later check fails."),
    _rule("B5", "5.2.3.2", "shall", "home_agent", "RFC 6275, 5.1 and 10.3.1",
          "The association that protects an update belongs to the home address in it.",
          left_out="the home address as a field: each UE has one, and another subscriber's association counts as no "
          "protection"),
    _rule("B6", "5.2.3.2", "shall", "home_agent", "RFC 6275, 10.3.1",
          "Next come the grounds for refusal: being no home agent, a foreign home address, reasons of its own, "
          "a home address that is missing.",
          left_out="refusals out of policy where a scenario has none"),
    _rule("B7", "5.1.3", "shall", "home_agent", "RFC 6275, 9.1 and 10.3.1",
          "Acceptance writes the entry, which then lives until it expires or is withdrawn; for a first one the home "
          "address is tested for duplicates, and an address in use is answered with 134."),
    _rule("B8", "5.1.3", "shall", "home_agent", "RFC 6275, 10.3.1",
          "The lifetime granted exceeds neither the request nor the home prefix's; the entry ends with it.",
          left_out="lengths of time where a scenario has no clock: an entry then ends at any moment that the timing "
          "assumption allows"),
    _rule("B9", "5.2.3.2", "shall", "home_agent", "RFC 6275, 10.3.1",
          "A home registration is answered whether or not the update asked for it, under the update's own number."),
    _rule("B10", "5.2.3.2", "shall", "home_agent", "RFC 6275, 10.3.1",
          "K comes back exactly where it was asked and can be done, and the peer address then follows the "
          "care-of address; otherwise IKE with the address left behind is ended.",
          left_out="the ending: without K the home agent keeps its association until the UE makes another one"),
    _rule("B11", "5.2.3.3", "shall", "home_agent", "RFC 6275, 10.3.2",
          "A withdrawal without an entry is refused with 133. With one, status 0 and lifetime 0 go back, and "
          "for ten seconds the number of the dead entry is kept, to stop updates that were overtaken.",
          left_out="the ten seconds as a length: a timing assumption says that no packet outlives them; delivery "
          "of a refusal by link-layer address"),
    _rule("B12", "5.2.3.2", "shall", "home_agent", "RFC 6275, 9.5.4",
          "The answer returns to the source of the update, not to the entry's care-of address, with a type 2 routing "
          "header unless that source is the home address."),
    _rule("B13", "5.1.3", "shall", "home_agent", "RFC 6275, 10.4.1 and 10.4.5",
          "For a bound UE the home agent answers neighbours on the home link and carries the traffic in a tunnel.",
          left_out="neighbour discovery, and the traffic itself: a few packets of user data stand for it where the "
          "scenario has some"),
    _rule("B14", "5.1.3", "fact", "both", "RFC 6275, 6.1.8; RFC 3963, 4.2; RFC 5555, 4.5",
          "Each reason for refusing an update has a status of 128 or more.",
          left_out="136 to 138 and 140 to 143, of route optimisation and network mobility, which nobody sends here"),
    _rule("B15", "5.2.3.3", "shall", "both", "RFC 3775, 9.5.1, 10.3.2 and 11.7.3",
          "The older Mobile IPv6, which the clause cites, forgets a withdrawn entry at once, takes a care-of "
          "address equal to the home address for a withdrawal, and makes no exception for 135.",
          left_out="its milder wording of the return home"),
)  # fmt: skip

_DUAL_STACK = (
    _rule("C1", "5.2.3.2", "fact", "both", "RFC 5555, 3.1 and 3.2",
          "How the four options for IPv4 addresses and NAT are laid out in bits.",
          out_of_scope="not modelled: bits, an option is a field with named values; the codec that writes and reads "
          "captures has the layout; effect on verdicts: none"),
    _rule("C2", "5.2.3.2", "fact", "home_agent", "RFC 5555, 3.2.1 and 4.5",
          "An IPv4 address is granted or refused by a status of its own, beside that of the binding.",
          left_out="refusals other than 130 and 132"),
    _rule("C3", "5.2.2.2", "may", "both", "RFC 5555, 3.1.3, 3.2.2, 4.4.2 and 4.5",
          "With F a UE asks for UDP although no NAT is there, which can be refused with 144; in the NAT Detection "
          "option, F is the home agent's demand for the same.",
          left_out="a home agent that grants F: it always answers 144 where there is no NAT"),
    _rule("C4", "5.2.2.2", "fact", "both", "RFC 5555, 3.1.3 and 3.2.2; RFC 5845",
          "No T flag is defined for dual-stack Mobile IPv6.",
          out_of_scope="not modelled: the absence of a flag asks nobody to do anything, T is a field that is always "
          "clear (AMB-24); effect on verdicts: none"),
    _rule("C5", "5.2.2.3", "shall", "ue", "RFC 5555, 2.3.2.1, 4.2, 4.4.2 and 5",
          "On IPv4-only access the update is an IPv6 packet from the home address, inside UDP inside IPv4, with the "
          "IPv4 Care-of Address option and no home address option."),
    _rule("C6", "5.2.3.2", "shall", "home_agent", "RFC 5555, 4.2, 5.1 and 5.2.1",
          "What came in UDP is answered in UDP, NAT or none, to the outer address and port it came from."),
    _rule("C7", "5.2.3.2", "shall", "home_agent", "RFC 5555, 2.3.2.2 and 4.2",
          "A NAT is there if and only if outer source and IPv4 Care-of Address option disagree; it is the outer source "
          "that gets stored."),
    _rule("C8", "5.2.3.2", "shall", "both", "RFC 5555, 4.2, 4.5 and 4.5.1",
          "User data over IPv4 needs UDP behind a NAT or on the home agent's demand, and goes bare otherwise.",
          left_out="the data: what is compared is the encapsulation that each side believes in"),
    _rule("C9", "5.2.3.2", "shall", "both", "RFC 5555, 3.2.2, 4.2, 4.3 and 4.4.2",
          "A NAT Detection option commits the UE to UDP. Two sections disagree on whether an answer without a "
          "NAT has one.",
          left_out="the refresh time, and the option without a NAT and without demand"),
    _rule("C10", "5.2.3.2", "fact", "home_agent", "follows from RFC 5555, 4.2 and RFC 6275, 9.5.1",
          "Nothing is said of an update in UDP without IPv4 Care-of Address option. By the general rules its care-of "
          "address would be the home address, once the mark of a withdrawal (AMB-07, AMB-23).",
          left_out="a UE that sends one"),
    _rule("C11", "5.2.3.2", "shall", "both", "RFC 5555, 2.3, 4.4.2 and 4.5",
          "One update serves both home addresses: the option names the IPv4 one or asks for one, and the home "
          "agent makes sure that the two belong together.",
          left_out="a second IPv4 home address: there is one, and it can only belong to this UE"),
    _rule("C12", "5.2.3.2", "shall", "both", "RFC 5555, 2.5 and 4.4.2.1",
          "An update without the IPv4 Home Address option ends the IPv4 binding, and one with lifetime zero ends both; "
          "an IPv4 binding never stands alone.",
          left_out="leases: an address is free again the moment its binding ends"),
    _rule("C13", "5.2.3.2", "shall", "ue", "RFC 5555, 4.3 and 6",
          "Behind a NAT the UE repeats its registration often enough to keep the mapping, by default every 110 s.",
          left_out="the interval: a keepalive comes at any moment, and only where the scenario has renewals"),
    _rule("C14", "5.1.2.4", "shall", "ue", "RFC 5555, 2.3.1 and 4.4.2",
          "A granted IPv4 home address has an entry of its own at the UE; one that is refused or passed over leaves "
          "the IPv6 registration valid.",
          left_out="the advice not to ask again: a UE that wants an address asks in every update"),
    _rule("C15", "5.2.2.2", "should", "ue", "RFC 5555, 4.4.1, 4.4.4 and 5.1",
          "With both families on a link, IPv6 is tried first and IPv4 after three updates without an answer.",
          out_of_scope="not modelled: a dual-stack link counts as an IPv6 link; effect on verdicts: the change of "
          "family on one link is not judged"),
    _rule("C16", "5.2.2.4", "fact", "both", "RFC 5555, 4.4.4",
          "There is no return to a home link that has IPv4 only.",
          out_of_scope="not modelled: a home link without IPv6, which a scenario may not have, and every IPv4-only "
          "link is foreign (AMB-14); effect on verdicts: none on what the documents support"),
    _rule("C17", "5.2.3.2", "fact", "access", "RFC 5555, 5",
          "Nothing authenticates the outer IPv4 header, so whoever can change it on the way can lead traffic astray.",
          left_out="an attacker where the scenario has none: verdicts elsewhere say nothing of altered packets"),
    _rule("C18", "5.1.3", "shall", "home_agent", "RFC 5555, 4.5",
          "The home agent stands in for the IPv4 home address on the home link, by ARP.",
          out_of_scope="not modelled: the home link behind the home agent; effect on verdicts: they are about "
          "signalling, none is about delivery of user data"),
)  # fmt: skip

_ASSOCIATIONS = (
    _rule("D1", "5.1.2.2", "shall", "both", "RFC 4877, 4.2, 4.3 and 7.2.1; RFC 5555, 5.2.1",
          "ESP in transport mode protects updates and acknowledgements, under an association that IKE has tied to "
          "the home address.",
          left_out="cryptography: a packet is under the association in force, under a former one, or under none"),
    _rule("D2", "5.1.2.2", "shall", "ue", "RFC 4877, 4.4 and 7.3; RFC 5555, 5.2.1",
          "Without an association the UE begins with IKEv2, from its care-of address, on IPv4-only links as well."),
    _rule("D3", "5.1.2.2", "shall", "both", "RFC 5026, 5.3; RFC 4877, 9",
          "The home address comes out of the IKEv2 exchange and is good for as long as that association; the next "
          "one may bring another.",
          left_out="another home address: every exchange brings the same one, each UE its own, so that none "
          "can be bound for two UEs and no UE can have two bound"),
    _rule("D4", "5.1.2.2", "shall", "ue", "RFC 4877, 7.4; RFC 7296, 1.4.1",
          "Moved without K or a substitute for it, the UE needs a new IKE association; its children end with the "
          "old one.",
          left_out="substitutes for K, such as MOBIKE"),
    _rule("D5", "5.2.3.2", "should", "both", "RFC 5555, 5.1",
          "With K on IPv4 the home agent guesses the IKE port, which the UE puts right after the acknowledgement; "
          "MOBIKE can do this instead.",
          out_of_scope="not modelled: ports and IKE messages, IKEv2 is one step at both ends; effect on verdicts: the "
          "time in which the home agent has a wrong port is not judged"),
    _rule("D6", "5.2.2.4", "should", "ue", "RFC 4877, 4.2",
          "At home the associations for signalling are kept, those for tunnelled traffic rest.",
          left_out="associations for tunnelled traffic"),
    _rule("D7", "5.2.2.3", "fact", "both", "RFC 4877, 4.2",
          "Transport mode is said to come with home address option and routing header every time, against other rules.",
          out_of_scope="not modelled: the side that loses the contradiction, since RFC 6275 and RFC 5555 are followed; "
          "AMB-18 and AMB-19 offer the same as choices; effect on verdicts: none under those choices"),
)  # fmt: skip

_ALTERNATE_CARE_OF_ADDRESS = (
    _rule("E1", "5.2.3.2", "shall", "home_agent", "draft-arkko-mext-rfc3775-altcoa-check-01, abstract",
          "Source and Alternate Care-of Address have to agree, because ESP leaves the IPv6 header unprotected."),
    _rule("E2", "5.2.3.2", "fact", "home_agent", "RFC 6275, 6.1.8, 6.2.5 and 9.5.1",
          "The later Mobile IPv6 compares nothing, the option simply has precedence; a status for an invalid care-of "
          "address exists that no rule uses.",
          left_out="the rule itself but as the alternative option-wins of AMB-03; status 174 is one of AMB-33"),
)  # fmt: skip

_WEAK_POINTS = (
    _rule("G1", "5.2.3.3", "fact", "both", "RFC 6275, 10.3.2 and appendix B",
          "An update that is older than a withdrawal and arrives after it would bring the binding back; the ten "
          "seconds of B11 are the only remedy, and whoever holds a packet back for longer defeats it."),
    _rule("G2", "5.2.3.3", "fact", "both", "RFC 6275, 10.3.2 and 11.8, silent here",
          "If the answer to a withdrawal is lost, its repetition meets an entry already withdrawn, and which status "
          "it gets is undecided (AMB-09, AMB-28)."),
    _rule("G3", "5.2.1", "fact", "home_agent", "RFC 6275, 15.3; RFC 4877, 4.3",
          "A home agent that starts anew has lost associations, and with them anti-replay, and all numbers.",
          left_out="restarts where the scenario has none, and two UEs that lose their entries at once"),
    _rule("G4", "5.1.2.4", "fact", "ue", "RFC 6275, 11.7.3, derived",
          "Status 135 answers no update in particular. One that comes late tells of an older number, and the UE that "
          "takes it over counts backwards (AMB-21)."),
    _rule("G5", "5.1.3", "fact", "both", "RFC 6275, 10.3.1 and 11.7.3, silent here",
          "An update repeated while duplicate address detection runs: which number the answer bears, and whether "
          "the UE still waits for that one, is undecided."),
    _rule("G8", "5.2.3.1", "fact", "home_agent", "RFC 6275, 10.3.1 and 10.3.2, silent here",
          "A UE that leaves home again within the ten seconds meets a dead entry; whether its address is tested "
          "for duplicates once more is undecided (AMB-31)."),
    _rule("G9", "5.2.3.2", "fact", "both", "RFC 6275 and RFC 5555, derived",
          "When a translator replaces its mapping the home agent goes on sending to the old one, and nobody notices "
          "before the next update."),
)  # fmt: skip

_PUBLISHED_TEXT = (
    _rule("F4", "5.1.2.4", "shall", "ue", "RFC 6275, 11.7.1; TS 24.303 release 17, 5.4.2 and annex A",
          "To detach, the UE sends from where it is an update with lifetime zero that has home address and care-of "
          "address as any other."),
    _rule("F5", "5.1.2.4", "fact", "ue", "RFC 4877, 4.2; TS 24.303 release 17, 5.4.2; TS 23.402, 6.5.2",
          "Detach comes first, the end of the security association last."),
    _rule("F6", "5.4", "shall", "both", "RFC 5846; TS 24.303 release 17, 5.4 and annex A",
          "The network detaches a UE by revoking its binding: an indication that is protected, repeated until "
          "acknowledged or given up, after which the home agent ends the binding; the UE answers also where it knows "
          "of no binding, with a status for that; of what it still asks for nothing is taken back.",
          left_out="the sequence number of a revocation (a scenario has one), its triggers, several bindings at once, "
          "delays between repetitions; what an update meets then is left open: registrations are refused with 129"),
)  # fmt: skip

REFERENCED_RULES = (
    *_MOBILE_NODE, *_HOME_AGENT, *_DUAL_STACK, *_ASSOCIATIONS, *_ALTERNATE_CARE_OF_ADDRESS, *_WEAK_POINTS,
    *_PUBLISHED_TEXT,
)  # fmt: skip
