"""One set-up of the system under test: its part of the model, what a tester can do to it, where that leads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generators.suites.actor_model import ActorModel
from generators.suites.alphabet import Offer, alphabet
from generators.suites.exploring import ActorGraph, explored
from generators.suites.outcomes import Outcomes
from model.handover import Change, handover_of_one
from model.language.errors import ModelError, nearest
from model.readings import ACTORS, Reading
from model.scenarios import Scenario

WIRE_BITS = 16  # of a sequence number in a real message (RFC 6275, 6.1.7)


@dataclass(frozen=True, eq=False)
class Subject:
    """scenario: with sequence numbers as wide as on the wire."""

    name: str
    scenario: Scenario
    reading: Reading
    actor: ActorModel
    offers: tuple[Offer, ...]

    @cached_property
    def graph(self) -> ActorGraph:
        return explored(self.actor, self.offers)

    @cached_property
    def outcomes(self) -> Outcomes:
        return Outcomes(self.actor, self.offers)

    def changed(self, change: Change) -> ActorModel:
        """The same actor with a mutant's change. Raises ModelError where it makes no sense."""
        return ActorModel(handover_of_one(self.scenario, self.reading, change), self.actor.role)

    @property
    def setup(self) -> dict[str, Any]:
        """What an adapter needs to know to set its system up (see `adapters/protocol.py`)."""
        return {
            "role": self.actor.role, "scenario": self.scenario.model_dump(mode="json"), "reading": self.reading.name,
            "choices": self.reading.switched_texts, "preferences": {},
        }  # fmt: skip


def subject(scenario: Scenario, reading: Reading, role: str) -> Subject:
    """The actor of `role` in one scenario at full width. Raises ModelError for an unknown role."""
    if role not in ACTORS:
        raise ModelError(f'unknown role "{role}": {nearest(role, ACTORS)}')
    wide = scenario.at_width(WIRE_BITS)
    actor = ActorModel(handover_of_one(wide, reading), role)
    return Subject(f"{scenario.name}-{reading.name}", wide, reading, actor, alphabet(actor, wide, reading))
