"""Shortest distinguishing tests, found by outcomes looked up once, are those that a plain search finds."""

from __future__ import annotations

from collections import deque

import pytest

from generators.mutation.table_mutants import all_mutants
from generators.suites.actor_model import ActorModel, Reaction
from generators.suites.alphabet import newest_number, possible
from generators.suites.cases import after
from generators.suites.distinguishing import Comparison, Distinction, compared, on_the_wire
from generators.suites.exploring import shifted
from generators.suites.subjects import Subject, subject
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load


def plainly_compared(entry: Subject, wrong: ActorModel) -> Comparison:
    """Every stimulus in every pair of states, nothing looked up and nothing left out."""
    right, by_state = entry.actor, None
    seen = set()
    waiting = deque(((start,), start, start, ()) for start in right.initial_states if start in wrong.initial_states)
    while waiting:
        belief, state, start, stimuli = waiting.popleft()
        newest = newest_number(right, belief[0])
        for offer in possible(right, belief[0], entry.offers):
            stimulus = offer.at(newest)
            path = (*stimuli, stimulus)
            permitted: dict[object, list[Reaction]] = {}
            for one in belief:
                for reaction in right.reactions(one, stimulus):
                    permitted.setdefault(on_the_wire(reaction.answers), []).append(reaction)
            for reaction in wrong.reactions(state, stimulus):
                fitting = permitted.get(on_the_wire(reaction.answers))
                if fitting is None:
                    found = Distinction(start, path, "answers")
                    return Comparison(found, by_state or found, complete=True)
                following = after(fitting)
                if by_state is None and all(right.named(one) != wrong.named(reaction.after) for one in following):
                    by_state = Distinction(start, path, "state")
                key = shifted(right, *following, reaction.after)
                if key not in seen:
                    seen.add(key)
                    waiting.append((following, reaction.after, start, path))
    return Comparison(None, by_state, complete=True)


@pytest.mark.parametrize("reading_name, every", [
    ("intended", 149), pytest.param("intended", 7, marks=pytest.mark.slow),
    pytest.param("literal", 11, marks=pytest.mark.slow),
])  # fmt: skip
def test_comparison_finds_what_a_plain_search_finds(reading_name: str, every: int) -> None:
    entry = subject(load("minimal"), reading(reading_name), "home_agent")
    told = equal = 0
    for mutant in [one for one in all_mutants() if one.actor == "home_agent"][::every]:
        try:
            wrong = entry.changed(mutant.change)
        except ModelError:
            continue
        if wrong.behaviour == entry.actor.behaviour:
            continue
        found = compared(entry.outcomes, wrong)
        assert found == plainly_compared(entry, wrong), mutant.identifier
        told += found.by_state is not None
        equal += found.by_state is None
    assert told > (1 if every < 50 else 0) and (equal > 0 or every > 50)
