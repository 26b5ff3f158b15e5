"""Sets of states in which one side may be, given what was seen: the model's own steps, those nobody sees included.
The other side and the network may do anything, so what is refused here no run of the whole model explains."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from generators.conformance.surroundings import NothingToSay
from model.language.channel_contents import Flight
from model.language.domains import Value
from model.language.interpretation import Interpretation, State, field_values
from model.language.systems import Action, ActionKind, System, SystemVariable
from model.messages import DOWNLINK, UPLINK, BindingAcknowledgement, BindingUpdate, Protection

MOST_STATES = 6000  # tracked at once, or expanded for one flow; beyond it nothing can be said
MOST_PENDING = 4  # updates or answers that may still be under way; beyond it only an explanation can be told
# Of the UE: what no packet shows or depends on. IKEv2 is not seen: an association is there when it is needed.
OF_NO_CONSEQUENCE = (
    "ue.reason", "ue.tunnel", "ue.safe_to_stay_home", "ue.prefix_discovery_due", "ue.association_renewed",
    "ue.wants_association_to_survive", "ue.security_association", "ue.key_management_granted",
    "ue.sequence_number", "access.old_network",
)  # fmt: skip
UNSEEN = ("protection", "repeated", "network", "granted_ticks", "asked_ticks")
Fields = Mapping[str, Value]
Values = tuple[Value, ...]
Place = TypeVar("Place")
Pending = TypeVar("Pending")


@dataclass(frozen=True)
class Sent:
    """A message that the model sends: fields that can be seen, and the row that sends it."""

    fields: tuple[tuple[str, Value], ...]
    action: Action = field(compare=False)


class Steps:
    """The steps of one side, taken from the interpretation of the whole system; remembered by state."""

    def __init__(self, system: System, side: str) -> None:
        self.interpretation = Interpretation(system)
        self.system = system
        self.side = side
        self.expanded = 0
        starts = self.interpretation.initial_states()
        associated = f"{side}.security_association"
        self.start = self.with_values(starts[0].values, {associated: True})
        self._kept = [self._is_kept(entry) for entry in system.variables]
        self.starts = {self.settled(start.values) for start in starts}
        self._own_steps: dict[Values, list[tuple[Values, Sent | None, Action]]] = {}
        actions = system.actions
        self._unseen = [action for action in actions if self._is_own(action) and not action.takes_message]
        self._receipts = [a for a in actions if a.kind is ActionKind.RECEIPT and a.machine == side]

    def _is_own(self, action: Action) -> bool:
        machines = {row.machine for row in action.rows}
        if self.side == "home_agent":
            return machines == {"home_agent"} or action.trigger.endswith("lifetime ends at the home agent")
        return bool(machines & {"ue", "access"})

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

    def unseen(self, values: Values) -> list[tuple[Values, Sent | None, Action]]:
        """Steps that take no message: where they lead, and what they send."""
        found = self._own_steps.get(values)
        if found is None:
            self.expanded += 1
            if self.expanded > MOST_STATES:
                raise NothingToSay(f"more than {MOST_STATES} states would have to be tracked")
            state = State(values, tuple(() for _ in self.system.channels))
            found = [
                (*self._after(action, None, state), action)
                for action in self._unseen
                if self._in_state(action, values) and self.interpretation.is_enabled(action, None, state)
            ]  # fmt: skip
            self._own_steps[values] = found
        return found

    def receiving(self, values: Values, fields: Fields) -> Iterator[tuple[Values, Sent | None, Action]]:
        """What the receipt of a message leads to, protected by the association now in force."""
        name, message = (
            (UPLINK.name, BindingUpdate) if self.side == "home_agent" else (DOWNLINK.name, BindingAcknowledgement)
        )
        index = self.system.channel_index[name]
        complete = {**message.usual, **fields, "protection": Protection.CURRENT.value}
        if self.side == "ue":
            complete["network"] = self.value(values, "access.network")
        kind = self.system.channels[index].index_of(message.name)
        flight = Flight(kind, tuple(complete[key] for key in message.fields))
        contents = tuple((flight,) if place == index else () for place in range(len(self.system.channels)))
        state = State(values, contents)
        for action in self._receipts:
            fits = action.message == message.name and self._in_state(action, values)
            if fits and self.interpretation.is_enabled(action, 0, state):
                yield (*self._after(action, 0, state), action)

    def _after(self, action: Action, position: int | None, state: State) -> tuple[Values, Sent | None]:
        step = self.interpretation.step(action, position, state)
        out = UPLINK.name if self.side == "ue" else DOWNLINK.name
        index = self.system.channel_index[out]
        flights = step.state.channels[index]
        sent = None
        if flights:
            fields = field_values(self.system.channels[index], flights[-1])
            sent = Sent(tuple((name, value) for name, value in fields.items() if name not in UNSEEN), action)
        return self.settled(step.state.values), sent


@dataclass(frozen=True)
class Unexplained:
    """Why a packet has no explanation. fields: those in which it differs from the nearest thing permitted.
    permitted: what the nearest has there. certain: not if something that is not tracked might explain it."""

    reason: str
    fields: tuple[str, ...]
    permitted: Fields
    action: Action | None
    certain: bool = True


def nearest(fields: Fields, candidates: Iterable[Sent], ignored: Iterable[str]) -> Unexplained:
    """The candidate that differs in the fewest fields; of equally near ones always the same."""

    def permitted(sent: Sent) -> dict[str, Value]:
        return {name: value for name, value in sent.fields if name not in ignored and value != fields.get(name)}

    best = min(candidates, key=lambda sent: (len(permitted(sent)), str(sent.fields)), default=None)
    if best is None:
        return Unexplained("nothing of the kind can be sent here", (), {}, None)
    different = permitted(best)
    return Unexplained("differs from what is permitted", tuple(different), different, best.action)


class Side(Generic[Place]):
    """Where one side may be. near: the capture was taken at this side. cut: more was under way than is tracked, so
    that it may be elsewhere too."""

    def __init__(self, steps: Steps, *, near: bool) -> None:
        self.steps = steps
        self.near = near
        self.cut = False
        self.places: set[Place] = set()

    def newest_of(self, pending: tuple[Pending, ...]) -> tuple[Pending, ...]:
        """As much as is tracked."""
        self.cut = self.cut or len(pending) > MOST_PENDING
        return pending[-MOST_PENDING:]

    def close(self, following: Callable[[Place], Iterable[Place]]) -> None:
        """Add what may have happened unseen. following: where one such step leads."""
        frontier = list(self.places)
        found = set(frontier)
        while frontier:
            for one in following(frontier.pop()):
                if one not in found:
                    found.add(one)
                    frontier.append(one)
            limited(found)
        self.places = found


def limited(states: Collection[object]) -> None:
    if len(states) > MOST_STATES:
        raise NothingToSay(f"more than {MOST_STATES} states would have to be tracked")
