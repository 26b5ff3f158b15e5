"""A yardstick for one side's capture, apart from the tool: sets of states of the actor that suites are made from.
Every message is taken at once and answered before the next; so what it explains the tool has to explain as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from generators.packets.wire_form import GRANTED
from generators.suites.actor_model import Answers, Stimulus
from generators.suites.compiled_rows import Values
from generators.suites.subjects import Subject
from model.language.domains import Value
from model.language.machines import TriggerKind
from model.messages import Protection
from tests.conformance.plain_explanation import Shown, shown

Place = tuple[Values, Answers]
TIMES = {"lifetime ends": float(GRANTED), "entry marked invalid": 10.0}  # seconds


class PlainSide:
    """The actor under test from one of its starts. What needs no message may happen at any time, but that a
    lifetime, or an entry marked invalid, ends only when as much time has passed without a message."""

    def __init__(self, entry: Subject) -> None:
        self.actor = entry.actor
        self.unseen = [offer.at(0) for offer in entry.offers if offer.kind is not TriggerKind.RECEIPT]
        self._known: dict[tuple[Values, float], list[Place]] = {}

    def explained(self, start: Values, messages: Sequence[tuple[float, bool, Shown]]) -> int:
        """How many of the messages, from the first on, the side's runs show. With each: when (seconds), and whether
        the side sent it."""
        places: set[Place] = {(start, ())}
        last = 0.0
        for number, (time, sent, message) in enumerate(messages):
            places = self._closed(places, time - last if number else 0.0)
            last = time
            if sent:
                places = {(state, due[1:]) for state, due in places
                          if due and seen(due[0].name, due[0].fields) == message}  # fmt: skip
            else:
                places = {after for state, due in places if not due for after in self._receiving(state, message)}
            if not places:
                return number
        return len(messages)

    def _closed(self, places: Iterable[Place], passed: float) -> set[Place]:
        frontier = list(places)
        found = set(frontier)
        while frontier:
            state, due = frontier.pop()
            if due:
                continue  # an answer goes out before anything else happens
            for place in self._unseen_from(state, max(least for least in (0.0, *TIMES.values()) if least <= passed)):
                if place not in found:
                    found.add(place)
                    frontier.append(place)
        return found

    def _unseen_from(self, state: Values, passed: float) -> list[Place]:
        key = state, passed
        if key not in self._known:
            self._known[key] = [(self._plain(one.after), one.answers) for stimulus in self.unseen
                                if all(passed >= least for name, least in TIMES.items() if name in stimulus.name)
                                for one in self.actor.reactions(state, stimulus)]  # fmt: skip
        return self._known[key]

    def _receiving(self, state: Values, message: Shown) -> Iterable[Place]:
        name, fields = message
        for protection in Protection:
            given = tuple(sorted({**dict(fields), "protection": protection.value}.items()))
            for one in self.actor.reactions(state, Stimulus(TriggerKind.RECEIPT, name, given)):
                yield self._plain(one.after), one.answers

    def _plain(self, state: Values) -> Values:
        """Without ghosts, on which nothing depends."""
        first = self.actor.initial_states[0]
        return tuple(state[place] if place in self.actor.visible else first[place] for place in range(len(state)))


def seen(name: str, fields: Iterable[tuple[str, Value]]) -> Shown:
    told: Mapping[str, Value] = dict(fields)
    return shown(name, told)
