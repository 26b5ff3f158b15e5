"""For each ambiguity the clause and, in own words, what its text says or leaves out. Those that no choice
settles stand apart, with the reason."""

from __future__ import annotations

WORDS = {
    "AMB-01": "5.2.1 says that a handover starts with a registration and an association, and then that the UE sets "
    "one up if it has none; a UE that bootstrapped at home has neither.",
    "AMB-02": "5.2.2.2 asks for an association on IPv6 access; of IPv4-only access it says no more than that the "
    "update goes out as soon as there is an address.",
    "AMB-03": "5.2.3.2 has the Alternate Care-of Address verified and does not say what follows if it is wrong.",
    "AMB-06": "5.2.3.2 has the answer encapsulated in IPv4 where there is no NAT, although the update came in UDP.",
    "AMB-07": "5.2.3.2 compares the IPv4 Care-of Address option with the outer source and does not say what follows "
    "if there is no option.",
    "AMB-08": "5.2.2 and 5.2.3.2 treat K where it is wanted and granted; not the association after a move where it "
    "was not asked or not granted. The readings go by the last acknowledgement that came: an update left unanswered "
    "after it changes nothing.",
    "AMB-09": "5.2.2.4 is silent on the answer to a de-registration; 133 says that there was nothing to remove.",
    "AMB-10": "5.2.2.4 asks for a de-registration if the list entry is valid; an entry whose update is unanswered is "
    "not, and the update may still create a binding.",
    "AMB-11": "5.2.2.4 lets the UE end its IKEv2 session at home and does not say that the de-registration comes "
    "first.",
    "AMB-12": "5.2.2.4 does not say what becomes of the IPv4 home address at the UE.",
    "AMB-13": "5.2.2.3 names no association although 5.2.1 counts it as part of every handover.",
    "AMB-17": "5.2.3.2 says what an IPv4 Home Address option does, and not what its absence does to a binding that "
    "has one.",
    "AMB-18": "5.2.2.3 puts the home address in an option always; RFC 5555 makes it the inner source over IPv4.",
    "AMB-19": "5.2.3.2 puts a routing header in every answer; RFC 6275 forbids it where the update came from the home "
    "address itself.",
    "AMB-20": "5.2.3.2 lets the F flag tell of a NAT; RFC 5555 lets the presence of the option tell and F demand UDP.",
    "AMB-21": "5.2.2 does not treat 135; it carries the home agent's number, which matches no update outstanding.",
    "AMB-22": "5.2.3.3 refers to RFC 3775, where a removed entry is gone at once; RFC 6275 keeps it, marked invalid.",
    "AMB-23": "RFC 3775 takes a care-of address equal to the home address for a removal; 5.2.3.2 does not say whether "
    "that holds over IPv4.",
    "AMB-25": "5.2.3.2 moves the peer address to the care-of address if K is granted; 5.2.3.3 does not say to which "
    "after a removal.",
    "AMB-26": "5.2.3.3 says what a removal does to a binding, and nothing of one that comes before the registration "
    "that it should undo.",
    "AMB-27": "5.2.2 ends an association by decision only; that the home agent may have lost it is not considered.",
    "AMB-28": "5.2.3.3 answers 0, RFC 6275 133 where there is no binding; an entry marked invalid is neither.",
    "AMB-29": "5.2.2.3 makes the Alternate Care-of Address optional; with ESP it is the only protected copy.",
    "AMB-30": "5.2.3.2 treats an address assigned before and the unspecified one; not an address never assigned.",
    "AMB-31": "5.1.3 has duplicate address detection for a new binding; whether one that follows a removal within "
    "seconds is new, is not said.",
    "AMB-32": "5.2.2.4 asks for a de-registration and not for an association to protect it, where the last one is "
    "gone or was made for another address.",
    "AMB-33": "5.2.3.2 does not say with which status a wrong Alternate Care-of Address is refused; 174 exists.",
    "AMB-34": "5.4 and RFC 5846 have the UE forget a binding that is revoked, and say nothing of an update that it has "
    "sent and that may be on its way still: accepted after the revocation, it binds anew. Nor is either answer "
    "safe where a revocation overtakes an acknowledgement: it does not tell which binding it ends.",
}

NO_SWITCH = {
    "AMB-04": "The same IPv6 address on the new access: no change of the local address, so no handover.",
    "AMB-05": "The clause has the UE update the binding cache entry: editorial, the home agent does.",
    "AMB-14": "An IPv4-only home link counts as foreign: home link detection needs a prefix.",
    "AMB-15": "A de-registration removes the IPv4 binding as well: checked as V4-6, in every reading.",
    "AMB-16": "A new update supersedes one outstanding; answers are matched by number: checked as BIND-7.",
    "AMB-24": "The T flag is 0 and unknown to RFC 5555: editorial, checked with F and T in the update.",
}

WHY_NONE = {
    "AMB-06": "UE and home agent that read it alike understand each other; it breaks where schools meet.",
    "AMB-07": "The UE of the model always sends the option, so the home agent never has to decide.",
    "AMB-09": "It repeats or it stops; no invariant or step property sees the difference, a response property does: "
    "LIVE-5.",
    "AMB-12": "It takes an IPv4 home address to give. One that is offered again when its binding has gone is refused "
    "(status 130, AMB-30) and the binding is made without it: V4-14, a should, says so, and breaks with either answer "
    "where the UE moves on before its removal is acknowledged.",
    "AMB-17": "It takes an IPv4 home address to give.",
    "AMB-18": "Both places are read by a home agent that reads it alike.",
    "AMB-20": "UE and home agent that read it alike understand each other; it breaks where schools meet.",
    "AMB-21": "The UE keeps trying with numbers of its own; whether it gets through in the end is for a response "
    "property to say.",
    "AMB-22": "It takes an update that comes late, which one message in flight at a time does not allow.",
    "AMB-23": "It matters only where AMB-07 lets an update without the option pass, and the UE sends none.",
    "AMB-26": "It takes a removal that overtakes a registration, which one message in flight at a time does not allow. "
    "The scenario removal-overtakes shows it: BIND-1 and BIND-6 break.",
    "AMB-27": "It takes a restart of the home agent, and a response property to see that nothing follows.",
    "AMB-28": "The UE takes both answers for the end of the de-registration (AMB-09).",
    "AMB-30": "It takes an IPv4 home address to give. With grant-if-free V4-14 holds, a should.",
    "AMB-31": "It takes a home agent that detects duplicate addresses.",
    "AMB-33": "The readings agree; what the UE does after either status is the same.",
    "AMB-34": "It takes a revocation.",
}
