"""An actor of the model as a system under test, in this process: fast, for measurements and long random runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generators.adapters.protocol import Fields
from generators.suites.actor_model import ActorModel, Stimulus
from model.handover import Change, handover_of_one
from model.language.machines import TriggerKind
from model.readings import reading
from model.scenarios import from_data


class ModelSystem:
    """See `adapters.protocol.SystemUnderTest`. Of several reactions it takes the first."""

    def __init__(self, actor: ActorModel) -> None:
        self.actor = actor
        self.current = actor.initial_states[0]

    def reset(self, initial: Fields) -> None:
        self.current = self.actor.start(initial)

    def happens(self, event: str, fields: Fields) -> list[tuple[str, Fields]]:
        return self._react(TriggerKind.EVENT, event, fields)

    def receives(self, message: str, fields: Fields) -> list[tuple[str, Fields]]:
        return self._react(TriggerKind.RECEIPT, message, fields)

    def timer_ends(self, timer: str) -> list[tuple[str, Fields]]:
        return self._react(TriggerKind.TIMER, timer, {})

    def decides(self, decision: str) -> list[tuple[str, Fields]]:
        return self._react(TriggerKind.DECISION, decision, {})

    def state(self) -> Fields:
        return self.actor.named(self.current)

    def _react(self, kind: TriggerKind, name: str, fields: Fields) -> list[tuple[str, Fields]]:
        reaction = self.actor.reactions(self.current, Stimulus(kind, name, tuple(fields.items())))[0]
        self.current = reaction.after
        return [(answer.name, dict(answer.fields)) for answer in reaction.answers]


def model_system(setup: Mapping[str, Any], change: Change | None = None) -> ModelSystem:
    """The role's actor for a test's set-up, right or wrong. Raises ModelError."""
    scenario = from_data(setup["scenario"], "scenario of the test")
    system = handover_of_one(scenario, reading(setup["reading"], setup["choices"]), change)
    return ModelSystem(ActorModel(system, setup["role"]))
