"""Fairness: what is assumed to happen in the end, by named groups of steps, never by single rows.
Whatever no group has (loss, movement, a decision of an actor) may never happen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from model.language.systems import Action, ActionKind
from model.messages import DOWNLINK, UPLINK, BindingAcknowledgement, BindingUpdate


class Strength(Enum):
    """weak: a group that is possible from some moment on without a break happens again and again.
    strong: one that is possible again and again does."""

    WEAK = "weak"
    STRONG = "strong"


@dataclass(frozen=True)
class FairnessGroup:
    """Steps of which some one happens. Whatever is left empty does not matter.

    kinds: of actions. machine: who acts. triggers: such as "event address configured". channel, message:
    of the message taken. copies: whether that is a copy made by the network (None: either).
    """

    name: str
    strength: Strength
    kinds: tuple[ActionKind, ...]
    machine: str | None = None
    triggers: tuple[str, ...] = ()
    channel: str | None = None
    message: str | None = None
    copies: bool | None = None

    def has(self, action: Action, copy: bool = False) -> bool:
        """Whether a step of `action` belongs here. copy: it takes a copy made by the network."""
        return (
            action.kind in self.kinds
            and self.machine in (None, action.machine)
            and (not self.triggers or action.trigger in self.triggers)
            and self.channel in (None, action.channel)
            and self.message in (None, action.message)
            and (self.copies is None or self.copies == copy)
        )

    def acts_among(self, actions: Collection[Action]) -> bool:
        """Whether a step of some of these belongs here; of a copy, only if one of them makes copies."""
        duplicated = any(action.kind is ActionKind.DUPLICATION for action in actions)
        copies = (False, True) if duplicated else (False,)
        return any(self.has(action, copy) for action in actions for copy in copies)

    def __str__(self) -> str:
        return f"{self.name} ({self.strength.value})"


def _delivery(channel: str, message: str) -> FairnessGroup:
    return FairnessGroup(
        f"delivery of an original {message}", Strength.STRONG, (ActionKind.RECEIPT,), channel=channel,
        message=message, copies=False,
    )  # fmt: skip


UPDATES_ARRIVE = _delivery(UPLINK.name, BindingUpdate.name)
ACKNOWLEDGEMENTS_ARRIVE = _delivery(DOWNLINK.name, BindingAcknowledgement.name)
COPIES_ARRIVE = FairnessGroup("delivery of copies", Strength.WEAK, (ActionKind.RECEIPT,), copies=True)
STRAY_PACKETS_END = FairnessGroup("end of packets that reach nobody", Strength.WEAK, (ActionKind.UNDELIVERABLE,))
UE_TIMERS = FairnessGroup("timers of the UE", Strength.WEAK, (ActionKind.TIMER,), machine="ue")
HOME_AGENT_TIMERS = FairnessGroup(
    "timers of the home agent", Strength.WEAK, (ActionKind.TIMER,), machine="home_agent"
)
ADDRESSES_ARE_CONFIGURED = FairnessGroup(
    "address configuration", Strength.WEAK, (ActionKind.EVENT,), machine="access",
    triggers=("event address configured",),
)  # fmt: skip
ROUTERS_ADVERTISE = FairnessGroup(
    "router advertisements", Strength.WEAK, (ActionKind.EVENT,), machine="access",
    triggers=("event router advertisement",),
)  # fmt: skip
IKE_ENDS = FairnessGroup(
    "end of an IKEv2 exchange", Strength.WEAK, (ActionKind.EVENT,), machine="security_association",
    triggers=("event security association established", "event security association set-up fails"),
)  # fmt: skip
LIST_ENTRIES_END = FairnessGroup(
    "lifetime of the list entry", Strength.WEAK, (ActionKind.EVENT,), machine="lifetimes",
    triggers=("event binding lifetime ends at the UE",),
)  # fmt: skip
# Timing assumptions keep a cache entry from ending while some packet is under way: so its lifetime is strong.
CACHE_ENTRIES_END = FairnessGroup(
    "lifetime of the cache entry", Strength.STRONG, (ActionKind.EVENT,), machine="lifetimes",
    triggers=("event binding lifetime ends at the home agent",),
)  # fmt: skip

FAIR_NETWORK = (UPDATES_ARRIVE, ACKNOWLEDGEMENTS_ARRIVE, COPIES_ARRIVE, STRAY_PACKETS_END)
FAIR_ACTORS = (
    UE_TIMERS, HOME_AGENT_TIMERS, ADDRESSES_ARE_CONFIGURED, ROUTERS_ADVERTISE, IKE_ENDS, LIST_ENTRIES_END,
    CACHE_ENTRIES_END,
)  # fmt: skip
LOSSY_BUT_FAIR = (*FAIR_NETWORK, *FAIR_ACTORS)
"""Any message may be lost, but not every one of a type for ever; timers, lifetimes and exchanges end; copies
are finite."""
