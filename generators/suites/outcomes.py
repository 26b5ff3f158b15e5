"""What an actor does on each of a tester's stimuli in a state, looked up once. An actor with a change shares what
the right one does where the change has no part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generators.suites.actor_model import ActorModel, Reaction
from generators.suites.alphabet import Offer
from generators.suites.compiled_rows import Values
from model.language.errors import ModelError

Outcome = tuple[Reaction, ...] | ModelError


class Outcomes:
    """offers: what there is to be done, by place. right: the outcomes of the actor that this one is a change of."""

    def __init__(self, actor: ActorModel, offers: Sequence[Offer], right: Outcomes | None = None) -> None:
        self.actor = actor
        self.offers = offers
        self._right = right if right is not None and right.actor.surroundings == actor.surroundings else None
        self._places: dict[str, list[int]] = {}
        for place, offer in enumerate(offers):
            self._places.setdefault(f"{offer.kind.value} {offer.name}", []).append(place)
        self._own: dict[str, set[int]] = {}
        self._known: dict[tuple[Values, int], dict[int, Outcome]] = {}

    def of(self, state: Values, newest: int) -> Mapping[int, Outcome]:
        """Place of an offer -> the reactions; without those offers that the actor silently stays as it is on.

        newest: the sequence number to which those of the offers are relative. An error is an outcome too. Of
        outcomes that a tester cannot tell, one stands for all: its rows may be others.
        """
        known = self._known.get((state, newest))
        if known is None:
            known = self._known[state, newest] = self._found(state, newest)
        return known

    def _found(self, state: Values, newest: int) -> dict[int, Outcome]:
        found: dict[int, Outcome] = {}
        own: Sequence[int] | set[int] = range(len(self.offers))
        if self._right is not None:
            own = self._places_changed(str(state[self.actor.control]))
            found = {place: one for place, one in self._right.of(state, newest).items() if place not in own}
        same: dict[object, Outcome] = {}
        for place in own:
            outcome: Outcome
            try:
                outcome = tuple(self.actor.reactions(state, self.offers[place].at(newest)))
            except ModelError as error:
                outcome = error
            if isinstance(outcome, ModelError):
                found[place] = outcome
            elif any(one.answers or one.after != state for one in outcome):
                found[place] = same.setdefault(tuple((one.answers, one.after) for one in outcome), outcome)
        return found

    def _places_changed(self, control: str) -> set[int]:
        """The offers that this actor may answer in another way than the right one, in this control state."""
        if control not in self._own:
            assert self._right is not None
            mine, theirs = self.actor.behaviour_in(control), self._right.actor.behaviour_in(control)
            changed = [trigger for trigger in mine.keys() | theirs.keys() if mine.get(trigger) != theirs.get(trigger)]
            self._own[control] = {place for trigger in changed for place in self._places.get(trigger, ())}
        return self._own[control]
