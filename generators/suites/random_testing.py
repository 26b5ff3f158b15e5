"""Random testing as a baseline: stimuli drawn at random from all that a tester can do, judged by the model step
by step, with as many messages as a suite has."""

from __future__ import annotations

import random

from generators.suites.alphabet import newest_number, possible
from generators.suites.cases import Belief, Suite, TestCase, after, stepped, steps_of
from generators.suites.subjects import Subject

STEPS = 12  # of a random test


def random_suite(subjects: list[Subject], stimuli: int, seed: int) -> Suite:
    """Tests with this many stimuli in all, spread evenly over the set-ups. Equal seeds give equal suites."""
    dice = random.Random(seed)
    cases: list[TestCase] = []
    left = stimuli
    while left > 0:
        entry = subjects[len(cases) % len(subjects)]
        start = dice.choice(entry.actor.initial_states)
        belief: Belief = (start,)
        chosen = []
        for _ in range(min(STEPS, left)):
            offer = dice.choice(possible(entry.actor, belief[0], entry.offers))
            stimulus = offer.at(newest_number(entry.actor, belief[0]))
            chosen.append(stimulus)
            belief = after(next(iter(stepped(entry.actor, belief, stimulus).values())))
        left -= len(chosen)
        cases.append(TestCase(
            f"random-{len(cases) + 1:03}", entry.actor.role, "random stimuli", (), (), (), entry.name,
            tuple(entry.actor.differing(start).items()), steps_of(entry.actor, start, chosen)))  # fmt: skip
    return Suite(subjects[0].actor.role, {entry.name: entry.setup for entry in subjects}, tuple(cases))
