"""Where the home agent may be: its state, updates that may not have reached it yet, answers under way.
Any update may be lost or ignored, any answer lost or late; a lifetime ends when its time is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generators.conformance.places import Effort, Place, Places
from generators.conformance.tracking import (
    After,
    Fields,
    Message,
    Sent,
    Steps,
    Unexplained,
    Values,
    message_of,
    nearest,
)
from generators.conformance.ue_side import is_ahead
from model.addresses import HOME_ADDRESS, NO_ADDRESS
from model.home_agent_answers import REMEMBERING, BindingState
from model.language.domains import Enumeration
from model.language.systems import Action
from model.messages import BindingUpdate, Lifetime

SHORTEST_LIFETIME = 4.0  # seconds: one unit on the wire (RFC 6275, 6.1.7)
EARLY = 1.0  # seconds that two clocks may differ by
MARKED_INVALID = 10.0  # seconds for which an entry is kept so (MAX_DELETE_BCE_TIMEOUT; RFC 6275, 12)
LONGEST_UNDER_WAY = 120.0  # seconds that a packet may be on its way (RFC 9293, 3.4.1)
MOST_WAITING = 8  # updates that may still be under way; beyond it only an explanation can be told
MOST_TO_NAME = 2  # answers not seen that are kept to say what would have been permitted
BOUND = BindingState.BOUND.value


class Answer:
    """What the home agent sends in the flow: a Binding Acknowledgement, or the indication of a revocation.
    ignored: fields that no rule fixes (of a refusal). lifetime: seconds granted; 0 where no binding is."""

    def __init__(self, message: str, fields: Fields, ignored: frozenset[str], lifetime: int) -> None:
        self.message = message
        self.fields = fields
        self.ignored = ignored
        self.lifetime = lifetime

    def is_explained_by(self, sent: Sent) -> bool:
        return sent.message == self.message and all(
            value == self.fields[name] for name, value in sent.fields if name not in self.ignored
        )


class HomeAgentSide:
    """near: updates arrive when they are seen. answers: all that the flow has, so that an answer which nothing will
    show is not tracked. to_name: number of the answer that nothing explains (from 0); then what may have been
    sent instead is tracked too. cut: more was under way than is tracked, so that it may be elsewhere too."""

    def __init__(
        self, steps: Steps, answers: Sequence[Answer], *, near: bool, first_number: int,
        known_numbers: set[int], to_name: int | None = None,
    ) -> None:  # fmt: skip
        self.steps = steps
        self.near = near
        self.cut = False
        self.to_name = to_name
        self.coming = answers
        self.next = 0  # of `coming`
        self.updates: list[tuple[float, str, Message]] = []  # time, type, fields; answers to revocations too
        self.seen_at: dict[int, float] = {}  # by sequence number
        self.removals: dict[int, float] = {}  # the same of those that ask for removal
        self.granted: tuple[int, float] | None = None  # number and end of the newest binding whose acceptance is seen
        self.sent: list[Sent] = []
        self.number_of_sent: dict[Sent, int] = {}
        self.shown_by: list[list[int]] = []  # of each that is sent, the numbers of the answers it explains
        starts = self._starts(first_number, known_numbers)
        self.effort = Effort()
        self.places = Places(self.effort, (Place(values, False, frozenset(), ()) for values in starts))

    def _starts(self, first_number: int, known_numbers: set[int]) -> Iterator[Values]:
        """Without a binding, or with one from before the capture."""
        steps = self.steps
        domain = steps.system.domain("home_agent.care_of_address")
        assert isinstance(domain, Enumeration)
        address = next(name for name in domain.members if name not in (NO_ADDRESS, HOME_ADDRESS))
        for start in steps.starts:
            yield start
            for number in sorted({(first_number - 1) % 65536, *known_numbers}):
                for remembering in REMEMBERING:
                    yield steps.with_values(start, {
                        "home_agent.state": remembering.value, "home_agent.sequence_number": number})  # fmt: skip
                for bound in (False, True):
                    yield steps.settled(steps.with_values(start, {
                        "home_agent.state": BOUND, "home_agent.sequence_number": number,
                        "home_agent.care_of_address": address, "home_agent.ipv4_home_address_bound": bound,
                        "home_agent.ipv4_home_address_free": False,
                    }))  # fmt: skip

    def update(self, time: float, fields: Fields, name: str = BindingUpdate.name) -> None:
        """A message of the UE was seen: processed now or later, or never."""
        self._forget_what_is_too_old(time)
        number = len(self.updates)
        self.updates.append((time, name, message_of(fields)))
        if name == BindingUpdate.name:
            self.seen_at.setdefault(int(fields["sequence_number"]), time)
            if fields["lifetime"] == Lifetime.ZERO.value:
                self.removals.setdefault(int(fields["sequence_number"]), time)
        if self.near:
            self._close(time)
            for place in list(self.places):
                for one in self._processed(place, number):
                    self.places.add(one)
            return
        if any(len(place.waiting) >= MOST_WAITING for place in self.places):
            self.cut = True
            self._close(time)
            self._lose(frozenset(range(number - MOST_WAITING + 1)))
        waiting = (place._replace(waiting=place.waiting | {number}) for place in self.places)
        self.places = Places(self.effort, waiting)

    def acknowledgement(self, time: float) -> Unexplained | None:
        """The next message of the home agent was seen; None if a place explains it."""
        answer, index = self.coming[self.next], self.next
        self._forget_what_is_too_old(time)
        self._close(time)
        found = Places(self.effort)
        self.next += 1
        for place in self.places:
            for number in dict.fromkeys(place.answers):
                if answer.is_explained_by(self.sent[number]):
                    found.add(self._seen(place, number))
        if not self.near and any(
            (earlier.message, earlier.fields) == (answer.message, answer.fields) for earlier in self.coming[:index]
        ):
            for place in self.places:  # a copy made by the network
                found.add(place._replace(answers=self._worth_tracking(list(place.answers))))
        if not len(found):
            self.next = index
            under_way = dict.fromkeys(number for place in self.places for number in place.answers)
            answers = [self.sent[number] for number in under_way if self.sent[number].message == answer.message]
            return replace(nearest(answer.fields, answers, answer.ignored), certain=not self.cut)
        self.places = found
        self._note_lifetime(time, answer)
        return None

    def error(self, time: float) -> Unexplained | None:
        """A Binding Error was seen: at that moment, or before if it came late, there was no binding."""
        if not self.near:
            return None
        self._forget_what_is_too_old(time)
        self._close(time)
        found = Places(self.effort, (place for place in self.places if self.steps.state(place.values) != BOUND))
        if not len(found):
            return Unexplained("a Binding Error although there is a binding", (), {}, None, certain=not self.cut)
        self.places = found
        return None

    def _seen(self, place: Place, number: int) -> Place:
        """The place after this answer of it was seen."""
        rest = list(place.answers)
        rest.remove(number)
        sent = self.sent[number]
        number_now = self.steps.value(place.values, "home_agent.sequence_number")
        newest = dict(sent.fields).get("sequence_number") == number_now
        fresh = place.fresh and not (newest and _is_acceptance(sent))
        return place._replace(fresh=fresh, answers=self._worth_tracking(rest))

    def _note_lifetime(self, time: float, answer: Answer) -> None:
        """Until when the binding whose acceptance is seen lives at least: as long as was granted, from when the
        update was seen at the earliest."""
        if not answer.lifetime:
            if str(answer.fields.get("status", "")).startswith("0 "):
                self.granted = None
            return
        number = int(answer.fields["sequence_number"])
        if self.granted is None or number == self.granted[0] or is_ahead(number, self.granted[0]):
            since = time if self.near else self.seen_at.get(number, time)
            self.granted = number, since + answer.lifetime - EARLY

    # what may happen unseen

    def _close(self, time: float) -> None:
        """Add what may have happened unseen."""
        frontier = list(self.places)
        while frontier:
            place = frontier.pop()
            if place in self.places:
                frontier += [one for one in self._following(place, time) if self.places.add(one)]

    def _following(self, place: Place, time: float) -> Iterator[Place]:
        for after in self.steps.unseen(place.values):
            if self._may_happen(after.action, place, time):
                yield self._after(place, after)
        for number in sorted(place.waiting):
            yield from self._processed(place._replace(waiting=place.waiting - {number}), number)

    def _processed(self, place: Place, number: int) -> Iterator[Place]:
        for after in self.steps.receiving(place.values, *self.updates[number][1:]):
            yield self._after(place, after)

    def _after(self, place: Place, after: After) -> Place:
        fresh, answers = place.fresh, place.answers
        if after.sent is not None:
            fresh = fresh or _is_acceptance(after.sent)
            answers = self._worth_tracking([*answers, self._number(after.sent)])
        fresh = fresh and self.steps.state(after.values) == BOUND
        return Place(after.values, fresh, place.waiting, answers)

    def _may_happen(self, action: Action, place: Place, time: float) -> bool:
        """A lifetime ends when its time is over; one whose acceptance was not seen lasts the shortest there is. An
        entry marked invalid is kept for its time after the removal, where that was seen."""
        if action.trigger == "timer entry marked invalid":
            since = self.removals.get(int(self.steps.value(place.values, "home_agent.sequence_number")))
            return since is None or time >= since + MARKED_INVALID - EARLY
        if "lifetime ends" not in action.trigger:
            return True
        if place.fresh:
            number = int(self.steps.value(place.values, "home_agent.sequence_number"))
            return time >= self.seen_at.get(number, 0.0) + SHORTEST_LIFETIME - EARLY
        return self.granted is None or time >= self.granted[1]

    # what is tracked

    def _number(self, sent: Sent) -> int:
        found = self.number_of_sent.get(sent)
        if found is None:
            found = self.number_of_sent[sent] = len(self.sent)
            self.sent.append(sent)
            self.shown_by.append([index for index, one in enumerate(self.coming) if one.is_explained_by(sent)])
        return found

    def _worth_tracking(self, answers: list[int]) -> tuple[int, ...]:
        """Those of the answers that the capture may still show, each as often as it may; and a few to name."""
        kept: list[int] = []
        others: list[int] = []
        for number in sorted(answers):
            shown = sum(self.next <= index != self.to_name for index in self.shown_by[number])
            (kept if kept.count(number) < shown else others).append(number)
        return tuple(sorted([*kept, *others[-MOST_TO_NAME:]])) if self.to_name is not None else tuple(kept)

    def _forget_what_is_too_old(self, time: float) -> None:
        """An update that has been under way for too long never arrives."""
        oldest = time - LONGEST_UNDER_WAY
        old = frozenset(number for number, (seen, *_) in enumerate(self.updates) if seen < oldest)
        if any(place.waiting & old for place in self.places):
            self._close(oldest)
            self._lose(old)

    def _lose(self, updates: frozenset[int]) -> None:
        left = (place._replace(waiting=place.waiting - updates) for place in self.places)
        self.places = Places(self.effort, left)


def _is_acceptance(sent: Sent) -> bool:
    return ("lifetime", Lifetime.POSITIVE.value) in sent.fields

