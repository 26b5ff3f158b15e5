"""Budgets: how often something may happen in a run. They limit size only. A scenario may lift one
("unlimited"): its variable then keeps its value, and the state space stays finite because numbers wrap."""

from __future__ import annotations

from typing import Literal

from model.language.expressions import Assignment, Expression, if_then_else, parameter

UNLIMITED = "unlimited"
Budget = int | Literal["unlimited"]


def spent(left: Expression, name: str) -> Assignment:
    """One less is left of the budget `name`, unless the scenario lifts it."""
    return left.becomes(if_then_else(parameter(unlimited(name)), left, left - 1))


def unlimited(name: str) -> str:
    """The parameter that says whether the budget `name` is lifted."""
    return f"unlimited_{name}"


def at_start(budget: Budget) -> int:
    """What is left of a budget at the beginning; of an unlimited one, always."""
    return 1 if budget == UNLIMITED else int(budget)
