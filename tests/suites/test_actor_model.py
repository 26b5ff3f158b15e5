"""The actor that suites are made from does what the reference actor does, which runs as a `transitions` machine."""

from __future__ import annotations

import random

import pytest

from generators.adapters.reference import ReferenceActor
from generators.suites.actor_model import ActorModel
from generators.suites.alphabet import newest_number
from generators.suites.subjects import subject
from model.handover import handover_of_one
from model.readings import reading
from model.scenarios import load


@pytest.mark.parametrize(
    ("scenario", "role", "reading_name"),
    [pytest.param("minimal", "home_agent", "literal", marks=pytest.mark.slow),
     ("address-detection", "home_agent", "intended"), ("statuses", "home_agent", "intended"), ("nat", "ue", "intended"),
     ("association-loss", "ue", "literal")],
)  # fmt: skip
def test_actor_cut_out_reacts_as_the_reference_actor(scenario: str, role: str, reading_name: str) -> None:
    entry = subject(load(scenario), reading(reading_name), role)
    yardstick = ReferenceActor(handover_of_one(entry.scenario, entry.reading), role)
    dice = random.Random(scenario)
    answered = 0
    for _ in range(4):
        state = dice.choice(entry.actor.initial_states)
        yardstick.reset(entry.actor.differing(state))
        for _ in range(25):
            newest = newest_number(entry.actor, state)
            stimuli = [offer.at(newest) for offer in entry.offers]
            telling = [one for one in stimuli if entry.actor.reactions(state, one)[0].answers]
            stimulus = dice.choice(telling if telling and dice.random() < 0.5 else stimuli)
            mine = [one for one in entry.actor.reactions(state, stimulus) if one.row is not None]
            theirs = yardstick.reactions(stimulus.trigger, dict(stimulus.fields))
            assert [one.row.title for one in mine if one.row] == [one.row.title for one in theirs]
            for one, other in zip(mine, theirs, strict=True):
                assert [(name, dict(fields)) for name, fields in one.answers] == [
                    (name, dict(fields)) for name, fields in other.answers
                ]
                answered += len(one.answers)
            if theirs:
                chosen = dice.randrange(len(theirs))
                yardstick.take(theirs[chosen])
                state = mine[chosen].after
                assert entry.actor.named(state) == yardstick.state()
    assert answered


def test_graph_of_the_minimal_home_agent_is_complete() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    assert entry.graph.complete
    assert (len(entry.graph.states), len(entry.graph.edges)) == (20, 270)
    for number, state in enumerate(entry.graph.states):
        start, stimuli = entry.graph.path(number)
        for stimulus in stimuli:
            (reaction,) = entry.actor.reactions(start, stimulus)
            start = reaction.after
        assert start == state


def test_actor_model_of_a_role_knows_its_starts() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    assert isinstance(entry.actor, ActorModel)
    starts = [entry.actor.differing(state) for state in entry.actor.initial_states]
    assert starts == [{"security_association": False}, {"security_association": True}]
