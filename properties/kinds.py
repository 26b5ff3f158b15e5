"""Kinds of properties. An invariant speaks of states, a step property of steps, a response property of what
follows in the end; the occurrence of their antecedent (`whenever`) is looked for as well, so that nothing
holds vacuously unnoticed. A witness must occur."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from model.language.binding import Binding, resolve
from model.language.expressions import TRUE, Expression, Operand, literal
from model.language.observations import Observation, observe_states, observe_steps
from model.language.replication import observed_in_all
from model.language.systems import Action, System
from properties.fairness import FairnessGroup


class Kind(Enum):
    INVARIANT = "invariant"
    STEP = "step"
    WITNESS = "witness"
    RESPONSE = "response"


@dataclass(frozen=True)
class Property:
    """One property.

    in_states: a witness looks for a state (else for a step). modality: "should" never changes the
    exit code. actor: whose choices decide where the condition depends on an ambiguity. least_ues: how
    many UEs there must be for it to say anything. needs: what a scenario must have for that
    (`Scenario.capabilities`), empty for nothing special. fairness: what a response property assumes.
    """

    identifier: str
    kind: Kind
    statement: str
    requirements: tuple[str, ...]
    whenever: Expression
    then: Expression
    clause: str
    ambiguities: tuple[str, ...] = ()
    modality: str = "shall"
    actor: str = "ue"
    in_states: bool = True
    least_ues: int = 1
    needs: str = ""
    fairness: tuple[FairnessGroup, ...] = ()

    @property
    def violation_name(self) -> str:
        return f"{self.identifier} violated"

    @property
    def antecedent_name(self) -> str:
        return f"{self.identifier} exercised"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The fairness that is assumed, in words."""
        return tuple(str(group) for group in self.fairness)

    def assumptions_among(self, actions: Collection[Action]) -> tuple[str, ...]:
        """The same, without what none of the `actions` that are possible has to do with."""
        return tuple(str(group) for group in self.fairness if group.acts_among(actions))


def invariant(
    identifier: str, statement: str, *, then: Operand, requirements: Iterable[str], clause: str,
    whenever: Operand = True, ambiguities: Iterable[str] = (), modality: str = "shall", actor: str = "ue",
    least_ues: int = 1, needs: str = "",
) -> Property:  # fmt: skip
    """Something that is true in every reachable state (where `whenever` is)."""
    return Property(
        identifier, Kind.INVARIANT, statement, tuple(requirements), literal(whenever), literal(then), clause,
        tuple(ambiguities), modality, actor, least_ues=least_ues, needs=needs,
    )  # fmt: skip


def step_property(
    identifier: str, statement: str, *, whenever: Operand, then: Operand, requirements: Iterable[str], clause: str,
    ambiguities: Iterable[str] = (), modality: str = "shall", actor: str = "ue", needs: str = "",
) -> Property:  # fmt: skip
    """Something that is true of every step (where `whenever` is)."""
    return Property(
        identifier, Kind.STEP, statement, tuple(requirements), literal(whenever), literal(then), clause,
        tuple(ambiguities), modality, actor, in_states=False, needs=needs,
    )  # fmt: skip


def witness(
    identifier: str, statement: str, *, state: Operand | None = None, step: Operand | None = None,
    requirements: Iterable[str], clause: str, needs: str = "",
) -> Property:  # fmt: skip
    """Something that must occur: a state, or a step."""
    looked_for = literal(state if state is not None else step)
    return Property(
        identifier, Kind.WITNESS, statement, tuple(requirements), TRUE, looked_for, clause,
        in_states=state is not None, needs=needs,
    )  # fmt: skip


def response(
    identifier: str, statement: str, *, eventually: Operand, fairness: Iterable[FairnessGroup],
    requirements: Iterable[str], clause: str, whenever: Operand | None = None, whenever_step: Operand | None = None,
    ambiguities: Iterable[str] = (), modality: str = "shall", actor: str = "ue", needs: str = "",
) -> Property:  # fmt: skip
    """Something that follows in the end, in every run that is fair: `eventually` is true at once or later,
    from every state where `whenever` is, or after every step that satisfies `whenever_step`."""
    called = literal(whenever if whenever_step is None else whenever_step)
    return Property(
        identifier, Kind.RESPONSE, statement, tuple(requirements), called, literal(eventually), clause,
        tuple(ambiguities), modality, actor, in_states=whenever_step is None, needs=needs, fairness=tuple(fairness),
    )  # fmt: skip


def observations(
    property_: Property, system: System, binding: Binding, ues: int = 1, actions: Container[str] | None = None
) -> list[Observation]:  # fmt: skip
    """What to look for: the violation and the antecedent, or the witness itself. A search cannot see the
    violation of a response property.

    `system` has one UE; the observations are those of `ues` copies of it side by side.
    actions: names of those whose steps matter; all by default.
    Raises ModelError if the property speaks of something the system does not have.
    """
    found = observations_of_one(property_, system, binding, actions)
    return [observed_in_all(observation, system, ues) for observation in found]


def observations_of_one(
    property_: Property, system: System, binding: Binding, actions: Container[str] | None = None
) -> list[Observation]:  # fmt: skip
    """The same of one UE, with the quantifiers over UEs as they stand."""
    whenever = resolve(property_.whenever, binding, property_.actor)
    then = resolve(property_.then, binding, property_.actor)
    observe = observe_states if property_.in_states else partial(observe_steps, actions=actions)
    if property_.kind is Kind.WITNESS:
        found = [observe(property_.antecedent_name, then, system)]
    elif property_.kind is Kind.RESPONSE:
        found = [observe(property_.antecedent_name, whenever, system)] if whenever is not TRUE else []
    else:
        found = [observe(property_.violation_name, whenever & ~then, system)]
        if whenever is not TRUE:
            found.append(observe(property_.antecedent_name, whenever, system))
    return found
