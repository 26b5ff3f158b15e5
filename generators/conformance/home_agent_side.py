"""Where the home agent may be: its state, updates that may not have reached it yet, answers under way.
Any update may be lost or ignored, any answer lost or late; a lifetime ends when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from generators.conformance.tracking import (
    Fields,
    Sent,
    Side,
    Steps,
    Unexplained,
    Values,
    limited,
    nearest,
)
from model.addresses import HOME_ADDRESS, NO_ADDRESS
from model.language.domains import Enumeration, Value
from model.language.systems import Action

SHORTEST_LIFETIME = 4.0  # seconds: one unit on the wire (RFC 6275, 6.1.7)
EARLY = 1.0  # seconds that two clocks may differ by


class Place(NamedTuple):
    """One possibility. waiting: updates seen and not yet processed. answers: sent by the model, not yet seen."""

    values: Values
    waiting: tuple[tuple[tuple[str, Value], ...], ...]
    answers: tuple[Sent, ...]


class HomeAgentSide(Side[Place]):
    """near: updates arrive when they are seen."""

    def __init__(self, steps: Steps, *, near: bool, first_number: int, known_numbers: set[int]) -> None:
        super().__init__(steps, near=near)
        self.ends_at = 0.0
        self.last_update = 0.0
        self.places = {Place(values, (), ()) for values in self._starts(first_number, known_numbers)}

    def _starts(self, first_number: int, known_numbers: set[int]) -> set[Values]:
        """Without a binding, or with one from before the capture."""
        steps = self.steps
        domain = steps.system.domain("home_agent.care_of_address")
        assert isinstance(domain, Enumeration)
        address = next(name for name in domain.members if name not in (NO_ADDRESS, HOME_ADDRESS))
        found = set()
        for start in steps.starts:
            found.add(start)
            for number in {(first_number - 1) % 65536, *known_numbers}:
                found.add(steps.with_values(start, {
                    "home_agent.state": "marked invalid", "home_agent.sequence_number": number}))  # fmt: skip
                found |= {
                    steps.with_values(start, {
                        "home_agent.state": "bound", "home_agent.sequence_number": number,
                        "home_agent.care_of_address": address, "home_agent.ipv4_home_address_bound": bound,
                        "home_agent.ipv4_home_address_free": False,
                    })
                    for bound in (False, True)
                }  # fmt: skip
        return found

    def update(self, time: float, fields: Fields) -> None:
        """A Binding Update was seen: processed now or later, or never."""
        self._close(time)
        self.last_update = time
        packed = tuple(sorted(fields.items()))
        found: set[Place] = set(self.places)
        for place in self.places:
            if self.near:
                found |= set(self._processed(place, fields))
            else:
                found.add(place._replace(waiting=self.newest_of((*place.waiting, packed))))
        limited(found)
        self.places = found
        self._close(time)

    def acknowledgement(self, time: float, fields: Fields, ignored: frozenset[str]) -> Unexplained | None:
        """A Binding Acknowledgement was seen; None if a place explains it."""
        self._close(time)
        found = set()
        for place in self.places:
            for index, sent in enumerate(place.answers):
                if all(value == fields[name] for name, value in sent.fields if name not in ignored):
                    rest = (*place.answers[:index], *place.answers[index + 1 :])
                    found.add(place._replace(answers=rest))
        if not found:
            answers = {sent for place in self.places for sent in place.answers}
            return replace(nearest(fields, answers, ignored), certain=not self.cut)
        self.places = found
        return None

    def granted(self, time: float, seconds: int) -> None:
        """A registration was accepted: its binding lives so long."""
        self.ends_at = time + seconds - EARLY

    def removed(self) -> None:
        self.ends_at = 0.0

    def _processed(self, place: Place, fields: Fields) -> list[Place]:
        return [self._after(place, values, sent) for values, sent, _ in self.steps.receiving(place.values, fields)]

    def _after(self, place: Place, values: Values, sent: Sent | None) -> Place:
        answers = place.answers if sent is None else self.newest_of((*place.answers, sent))
        return place._replace(values=values, answers=answers)

    def _close(self, time: float) -> None:
        """Add what may have happened unseen."""

        def following(place: Place) -> Iterator[Place]:
            for values, sent, action in self.steps.unseen(place.values):
                if self._may_happen(action, place, time):
                    yield self._after(place, values, sent)
            for index, packed in enumerate(place.waiting):
                rest = (*place.waiting[:index], *place.waiting[index + 1 :])
                yield from self._processed(place._replace(waiting=rest), dict(packed))

        self.close(following)

    def _may_happen(self, action: Action, place: Place, time: float) -> bool:
        """A lifetime ends when its time is over; one whose acceptance was not seen lasts the shortest there is."""
        if "lifetime ends" not in action.trigger:
            return True
        unknown = bool(place.answers) and time < self.last_update + SHORTEST_LIFETIME - EARLY
        return time >= self.ends_at and not unknown
