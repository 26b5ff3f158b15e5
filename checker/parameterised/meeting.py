"""Where any number of copies of a system meet: the variables they share, and what properties ask about all of
them together. What one copy does there is a change of finitely many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from model.language.domains import Value
from model.language.errors import ModelError
from model.language.expressions import (
    QUANTIFIERS,
    Expression,
    after,
    all_of,
    post_order,
    variable,
)
from model.language.interpretation import Interpretation
from model.language.observations import Observation, observe_steps
from model.language.rewriting import nodes_of
from model.language.systems import System

MOST_VALUES = 16


class Place(NamedTuple):
    """What one copy looks like to the others. shared: values of the shared variables. own: what is asked of it."""

    shared: tuple[Value, ...]
    own: tuple[bool, ...]


class Change(NamedTuple):
    """A step of one copy, as far as others may notice it."""

    before: Place
    after: Place


@dataclass(frozen=True)
class Meeting:
    """alone: the system of one copy. asked: conditions on one copy that stand in quantifiers."""

    alone: System
    asked: tuple[Expression, ...]

    @cached_property
    def shared(self) -> tuple[str, ...]:
        return tuple(entry.name for entry in self.alone.variables if entry.shared)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All that can be told apart. Raises ModelError if there is too much of it."""
        domains = [self.alone.domain(name) for name in self.shared]
        number = 1
        for domain in domains:
            number *= domain.size
        if number << len(self.asked) > MOST_VALUES:
            raise ModelError(
                f"what copies share ({', '.join(self.shared)}) takes more than {MOST_VALUES} values: "
                "too many to follow those of all other copies"
            )
        return tuple(
            Place(shared, own)
            for shared in product(*(domain.values for domain in domains))
            for own in product((False, True), repeat=len(self.asked))
        )

    def condition(self, place: Place) -> Expression:
        """One copy is at `place`."""
        shared = [variable(name) == value for name, value in zip(self.shared, place.shared, strict=True)]
        own = [entry if value else ~entry for entry, value in zip(self.asked, place.own, strict=True)]
        return all_of([*shared, *own])

    @cached_property
    def starts(self) -> tuple[Place, ...]:
        """Where a copy may be at the start."""
        interpretation = Interpretation(self.alone)
        states = interpretation.initial_states()
        conditions = {place: self.condition(place) for place in self.places}
        return tuple(
            place for place, condition in conditions.items()
            if any(interpretation.holds(condition, state) for state in states)
        )  # fmt: skip

    def sought(self) -> Iterator[tuple[Change, Observation]]:
        """Every change, and the observation of the steps that make it."""
        for one, other in product(self.places, repeat=2):
            if one != other:
                change = Change(one, other)
                condition = self.condition(one) & after(self.condition(other))
                yield change, observe_steps(f"changes {self.text(change)}", condition, self.alone)

    def text(self, change: Change) -> str:
        """The change in words, another for each: "home_agent.free true → false, home_agent.bound stays false"."""
        names = [*self.shared, *map(str, self.asked)]
        values = zip(names, [*change.before.shared, *change.before.own],
                     [*change.after.shared, *change.after.own], strict=True)  # fmt: skip
        return ", ".join(
            f"{name} {_said(one)} → {_said(other)}" if one != other else f"{name} stays {_said(one)}"
            for name, one, other in values
        )


def _said(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def meeting_of(alone: System, observations: Sequence[Observation]) -> Meeting:
    """What copies of `alone` have in common, as far as `observations` and the copies' own steps can tell.

    observations: of one copy, with their quantifiers. Raises ModelError if nothing is shared.
    """
    if not any(entry.shared for entry in alone.variables):
        raise ModelError(f'"{alone.name}": copies of this system share no variable')
    asked: dict[Expression, None] = {}
    for observation in observations:
        for condition in (observation.in_states, *observation.in_steps.values()):
            for node in () if condition is None else post_order(condition):
                if node.operator in QUANTIFIERS:
                    if any(nodes_of(node.operands[0], operator) for operator in QUANTIFIERS):
                        raise ModelError(f'"{observation.name}": a quantifier stands in another')
                    asked[node.operands[0]] = None
    return Meeting(alone, tuple(asked))
