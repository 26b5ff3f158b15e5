"""The shortest test that tells a mutant from the right actor: breadth-first search of both side by side.
Compared is what a tester can see: answers, and where an adapter can observe them the variables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

from generators.suites.actor_model import ActorModel, Answers, Reaction, Stimulus
from generators.suites.alphabet import is_possible, newest_number
from generators.suites.cases import Belief, after
from generators.suites.compiled_rows import Values
from generators.suites.exploring import Key, shifted
from generators.suites.outcomes import Outcome, Outcomes
from model.language.errors import ModelError

UNSEEN = ("protection",)


@dataclass(frozen=True)
class Distinction:
    """start, stimuli: the test. by: "answers" or "state". None of the right actor's runs fits the mutant's."""

    start: Values
    stimuli: tuple[Stimulus, ...]
    by: str


@dataclass(frozen=True)
class Comparison:
    """The shortest test by answers, the shortest by answers or observed state; None where none was found.

    complete: all that a tester can do was tried, so that None means equivalent (for this alphabet).
    pairs: how many pairs of states were compared.
    """

    by_answers: Distinction | None
    by_state: Distinction | None
    complete: bool
    pairs: int = field(default=0, compare=False)


def on_the_wire(answers: Answers) -> Answers:
    """The answers without what nobody sees."""
    return tuple(
        answer._replace(fields=tuple(entry for entry in answer.fields if entry[0] not in UNSEEN)) for answer in answers
    )


def compared(
    right: Outcomes, wrong: ActorModel, most: int = 30_000, seen_of: Callable[[Answers], Hashable] = on_the_wire
) -> Comparison:
    """Search for the shortest tests that `right` passes and `wrong` fails.

    A mutant's variables are compared where the right actor's are certain. most: pairs to look at.
    seen_of: what a tester sees of answers.
    """
    actor, offers = right.actor, right.offers
    if actor.behaviour == wrong.behaviour:  # the change is in a row that this set-up does not have
        return Comparison(None, None, complete=True)
    mutant = Outcomes(wrong, offers, right)
    seen_of = cache(seen_of)
    by_state: Distinction | None = None
    seen: dict[Key, None] = {}
    waiting: deque[tuple[Belief, Values, Values, tuple[Stimulus, ...]]] = deque()
    for start in actor.initial_states:
        if start in wrong.initial_states:
            waiting.append(((start,), start, start, ()))
    complete = True
    while waiting:
        belief, state, start, stimuli = waiting.popleft()
        newest = newest_number(actor, belief[0])
        dues, dones = [right.of(one, newest) for one in belief], mutant.of(state, newest)
        looked_at: set[tuple[int, ...]] = set()
        for place in sorted(dones.keys() | {place for due in dues for place in due}):
            outcomes = (*(due.get(place) for due in dues), dones.get(place))
            alike = tuple(map(id, outcomes))
            if alike in looked_at or not is_possible(actor, belief[0], offers[place]):
                continue
            looked_at.add(alike)
            path = (*stimuli, offers[place].at(newest))
            *reactions_due, reactions_done = (
                _reactions(outcome, one) for outcome, one in zip(outcomes, (*belief, state), strict=True)
            )
            permitted: dict[Hashable, list[Reaction]] = {}
            for reaction in chain.from_iterable(reactions_due):
                permitted.setdefault(seen_of(reaction.answers), []).append(reaction)
            for reaction in reactions_done:
                fitting = permitted.get(seen_of(reaction.answers))
                if fitting is None:
                    found = Distinction(start, path, "answers")
                    return Comparison(found, by_state or found, complete, len(seen))
                following = after(fitting)
                if by_state is None and all(_differ(actor, wrong, one, reaction.after) for one in following):
                    by_state = Distinction(start, path, "state")
                key = shifted(actor, *following, reaction.after)
                if key in seen:
                    continue
                if len(seen) >= most:
                    complete = False
                    continue
                seen[key] = None
                waiting.append((following, reaction.after, start, path))
    return Comparison(None, by_state, complete, len(seen))


def _reactions(outcome: Outcome | None, state: Values) -> tuple[Reaction, ...]:
    """Raises the error where the outcome is one. None: silence, and nothing changes."""
    if isinstance(outcome, ModelError):
        raise outcome
    return outcome or (Reaction(None, (), state),)


def _differ(right: ActorModel, wrong: ActorModel, one: Values, other: Values) -> bool:
    """Whether an observer of the variables tells the states apart."""
    if right.names == wrong.names and right.visible == wrong.visible:
        return any(one[place] != other[place] for place in right.visible)
    return right.named(one) != wrong.named(other)
