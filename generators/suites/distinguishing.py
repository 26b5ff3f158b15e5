"""The shortest test that tells a mutant from the right actor: breadth-first search of both side by side.
Compared is what a tester can see: answers, and where an adapter can observe them the variables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from generators.suites.actor_model import ActorModel, Answers, Reaction, Stimulus
from generators.suites.alphabet import Offer, newest_number, possible
from generators.suites.cases import Belief, after, stepped
from generators.suites.compiled_rows import Values
from generators.suites.exploring import Key, shifted

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
    """

    by_answers: Distinction | None
    by_state: Distinction | None
    complete: bool


def on_the_wire(answers: Answers) -> Answers:
    """The answers without what nobody sees."""
    return tuple(
        answer._replace(fields=tuple(entry for entry in answer.fields if entry[0] not in UNSEEN)) for answer in answers
    )


def compared(
    right: ActorModel, wrong: ActorModel, offers: Sequence[Offer], most: int = 30_000,
    seen_of: Callable[[Answers], Hashable] = on_the_wire,
) -> Comparison:  # fmt: skip
    """Search for the shortest tests that `right` passes and `wrong` fails.

    A mutant's variables are compared where the right actor's are certain. most: pairs to look at.
    seen_of: what a tester sees of answers.
    """
    if right.behaviour == wrong.behaviour:  # the change is in a row that this set-up does not have
        return Comparison(None, None, complete=True)
    by_state: Distinction | None = None
    seen: dict[Key, None] = {}
    waiting: deque[tuple[Belief, Values, Values, tuple[Stimulus, ...]]] = deque()
    for start in right.initial_states:
        if start in wrong.initial_states:
            waiting.append(((start,), start, start, ()))
    complete = True
    while waiting:
        belief, state, start, stimuli = waiting.popleft()
        newest = newest_number(right, belief[0])
        for offer in possible(right, belief[0], offers):
            stimulus = offer.at(newest)
            permitted: dict[Hashable, list[Reaction]] = {}
            for answers, reactions in stepped(right, belief, stimulus).items():
                permitted.setdefault(seen_of(answers), []).extend(reactions)
            for reaction in wrong.reactions(state, stimulus):
                path = (*stimuli, stimulus)
                fitting = permitted.get(seen_of(reaction.answers))
                if fitting is None:
                    found = Distinction(start, path, "answers")
                    return Comparison(found, by_state or found, complete)
                following = after(fitting)
                if by_state is None and all(_differ(right, wrong, one, reaction.after) for one in following):
                    by_state = Distinction(start, path, "state")
                key = shifted(right, *following, reaction.after)
                if key in seen:
                    continue
                if len(seen) >= most:
                    complete = False
                    continue
                seen[key] = None
                waiting.append((following, reaction.after, start, path))
    return Comparison(None, by_state, complete)


def _differ(right: ActorModel, wrong: ActorModel, one: Values, other: Values) -> bool:
    """Whether an observer of the variables tells the states apart."""
    return right.named(one) != wrong.named(other)
