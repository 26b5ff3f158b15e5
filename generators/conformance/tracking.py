"""Sets of states in which one side may be, given what was seen: the model's own steps, those nobody sees included.
The other side and the network may do anything, so what is refused here no run of the whole model explains."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from checker.explicit.footprints import read_by
from generators.conformance.surroundings import NothingToSay
from model.home_agent_outages import HOME_AGENT_RESTARTED
from model.language.channel_contents import Flight
from model.language.domains import Value
from model.language.interpretation import Interpretation, State, field_values
from model.language.systems import Action, ActionKind, System, SystemVariable
from model.messages import DOWNLINK, MESSAGES, UPLINK, Protection

MOST_STATES = 6_000  # tracked at once; beyond it nothing can be said
MOST_EXPANDED = 30_000  # steps worked out for one side of a flow; beyond it nothing can be said
MOST_PENDING = 4  # answers that may still be under way; beyond it only an explanation can be told
# Of the UE: what no packet shows or depends on. IKEv2 is not seen: an association is there when it is needed.
OF_NO_CONSEQUENCE = (
    "ue.reason", "ue.tunnel", "ue.safe_to_stay_home", "ue.prefix_discovery_due", "ue.association_renewed",
    "ue.wants_association_to_survive", "ue.security_association", "ue.key_management_granted",
    "ue.sequence_number", "access.old_network",
)  # fmt: skip
REPEATS_OF_REVOCATION = "home_agent.revocation_repeats_left"
BEFALLS_THE_HOME_AGENT = ("lifetime ends at the home agent", HOME_AGENT_RESTARTED.name)
UNSEEN = ("protection", "repeated", "network", "granted_ticks", "asked_ticks")
Fields = Mapping[str, Value]
Values = tuple[Value, ...]
Message = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Sent:
    """A message that the model sends: its type, fields that can be seen, and the row that sends it."""

    message: str
    fields: Message
    action: Action = field(compare=False)


class After(NamedTuple):
    """Where a step leads, what it sends, and which it is."""

    values: Values
    sent: Sent | None
    action: Action


class Steps:
    """The steps of one side, taken from the interpretation of the whole system; remembered by state."""

    def __init__(self, system: System, side: str) -> None:
        self.interpretation = Interpretation(system)
        self.system = system
        self.side = side
        self.expanded = 0
        self._empty: tuple[tuple[Flight, ...], ...] = tuple(() for _ in system.channels)
        own = [action for action in system.actions if self._is_own(action)]
        self._unseen = self._by_state([action for action in own if not action.takes_message])
        receipts = [a for a in system.actions if a.kind is ActionKind.RECEIPT and a.machine == side]
        self._receipts = self._by_state(receipts)
        self._relevant = self._relevant_to([*own, *receipts])
        starts = self.interpretation.initial_states()
        associated = f"{side}.security_association"
        self.start = self.with_values(starts[0].values, {associated: True})
        self._kept = [self._is_kept(entry) for entry in system.variables]
        self.starts = list(dict.fromkeys(self.settled(start.values) for start in starts))
        self._own_steps: dict[Values, list[After]] = {}
        self._received: dict[tuple[Values, str, Message], list[After]] = {}

    def _is_own(self, action: Action) -> bool:
        machines = {row.machine for row in action.rows}
        if self.side == "home_agent":
            return machines == {"home_agent"} or action.trigger.endswith(BEFALLS_THE_HOME_AGENT)
        return bool(machines & {"ue", "access"})

    def _by_state(self, actions: Iterable[Action]) -> dict[str, list[Action]]:
        """The actions by the states of this side from which one of their rows starts."""
        found: dict[str, list[Action]] = {name: [] for name in self.system.machine(self.side).states}
        for action in actions:
            starts = [row.states for row in action.rows if row.machine == self.side]
            for name in found:
                if all(name in states for states in starts):
                    found[name].append(action)
        return found

    def _relevant_to(self, actions: Sequence[Action]) -> frozenset[str]:
        """The variables on which what can be done, or seen, depends: at once, or by way of others."""
        shown = [value for action in actions for sending in action.sends
                 for name, value in sending.carried.items() if name not in UNSEEN]  # fmt: skip
        found = read_by([*(action.guard for action in actions), *shown])
        size = -1
        while size != len(found):
            size = len(found)
            found |= read_by(value for action in actions for name, value in action.assignments.items() if name in found)
        return found

    def settled(self, values: Values) -> Values:
        """Without what belongs to the other side, budgets, ghosts and what has no consequence."""
        settled = tuple(
            value if kept else first for kept, value, first in zip(self._kept, values, self.start, strict=True)
        )
        if self.side == "ue":
            return self.with_values(settled, {"ue.association_address": self.value(settled, "ue.address")})
        return settled

    def _is_kept(self, entry: SystemVariable) -> bool:
        kept = ("home_agent.",) if self.side == "home_agent" else ("ue.", "access.")
        return (
            entry.name.startswith(kept) and not entry.ghost and not entry.name.endswith("_left")
            and entry.name not in OF_NO_CONSEQUENCE and entry.name != "home_agent.security_association"
            and entry.name in self._relevant
        )  # fmt: skip

    def _in_state(self, action: Action, values: Values) -> bool:
        """Whether every machine is in a state from which its row of the action starts: quicker than the guard."""
        return all(self.value(values, f"{row.machine}.state") in row.states for row in action.rows)

    def with_values(self, values: Values, changes: Fields) -> Values:
        changed = list(values)
        for name, value in changes.items():
            if name in self.system.variable_index:
                changed[self.system.variable_index[name]] = value
        return tuple(changed)

    def value(self, values: Values, name: str) -> Value:
        return values[self.system.variable_index[name]]

    def state(self, values: Values) -> str:
        """The control state of this side."""
        return str(self.value(values, f"{self.side}.state"))

    def unseen(self, values: Values) -> list[After]:
        """Steps that take no message: where they lead, and what they send."""
        found = self._own_steps.get(values)
        if found is None:
            self._count()
            states = [State(one, self._empty) for one in self._variants(values)]
            found = [
                self._after(action, None, state)
                for state in states for action in self._unseen[self.state(values)]
                if self._in_state(action, values) and self.interpretation.is_enabled(action, None, state)
            ]  # fmt: skip
            self._own_steps[values] = found
        return found

    def _variants(self, values: Values) -> list[Values]:
        """The state with each value of what nobody can know: whether a revocation will be repeated once more."""
        if REPEATS_OF_REVOCATION not in self.system.variable_index:
            return [values]
        return [self.with_values(values, {REPEATS_OF_REVOCATION: left}) for left in (0, 1)]

    def receiving(self, values: Values, name: str, message: Message) -> list[After]:
        """What the receipt of a message of this type leads to, protected by the association now in force."""
        found = self._received.get((values, name, message))
        if found is None:
            self._count()
            found = self._received[values, name, message] = list(self._receiving(values, name, message))
        return found

    def _receiving(self, values: Values, name: str, message: Message) -> Iterator[After]:
        index = self.system.channel_index[UPLINK.name if self.side == "home_agent" else DOWNLINK.name]
        complete = {**MESSAGES[name].usual, **dict(message), "protection": Protection.CURRENT.value}
        if self.side == "ue":
            complete["network"] = self.value(values, "access.network")
        kind = self.system.channels[index].index_of(name)
        flight = Flight(kind, tuple(complete[key] for key in MESSAGES[name].fields))
        state = State(values, (*self._empty[:index], (flight,), *self._empty[index + 1 :]))
        for action in self._receipts[self.state(values)]:
            fits = action.message == name and self._in_state(action, values)
            if fits and self.interpretation.is_enabled(action, 0, state):
                yield self._after(action, 0, state)

    def _count(self) -> None:
        self.expanded += 1
        if self.expanded > MOST_EXPANDED:
            raise NothingToSay(f"more than {MOST_EXPANDED} steps would have to be worked out")

    def _after(self, action: Action, position: int | None, state: State) -> After:
        step = self.interpretation.step(action, position, state)
        out = UPLINK.name if self.side == "ue" else DOWNLINK.name
        index = self.system.channel_index[out]
        flights = step.state.channels[index]
        sent = None
        if flights:
            fields = field_values(self.system.channels[index], flights[-1])
            name = self.system.channels[index].messages[flights[-1].message].name
            sent = Sent(name, tuple((name, value) for name, value in fields.items() if name not in UNSEEN), action)
        return After(self.settled(step.state.values), sent, action)


def message_of(fields: Fields) -> Message:
    """The fields of a message, in an order that does not depend on how they were found."""
    return tuple(sorted(fields.items()))


@dataclass(frozen=True)
class Unexplained:
    """Why a packet has no explanation. fields: those in which it differs from the nearest thing permitted.
    permitted: what the nearest has there. certain: not if something that is not tracked might explain it. settled: no
    reading explains it."""

    reason: str
    fields: tuple[str, ...]
    permitted: Fields
    action: Action | None
    certain: bool = True
    settled: bool = False


def nearest(fields: Fields, candidates: Iterable[Sent], ignored: Iterable[str]) -> Unexplained:
    """The candidate that differs in the fewest fields; of equally near ones always the same."""

    def permitted(sent: Sent) -> dict[str, Value]:
        return {name: value for name, value in sent.fields if name not in ignored and value != fields.get(name)}

    best = min(candidates, key=lambda sent: (len(permitted(sent)), str(sent.fields)), default=None)
    if best is None:
        return Unexplained("nothing of the kind can be sent here", (), {}, None)
    different = permitted(best)
    return Unexplained("differs from what is permitted", tuple(different), different, best.action)


def limited(states: Collection[object]) -> None:
    if len(states) > MOST_STATES:
        raise NothingToSay(f"more than {MOST_STATES} states would have to be tracked")
