"""Where one version of an action leads elsewhere than another, as a condition on the state before it."""

from __future__ import annotations

from model.language.domains import BOOLEAN
from model.language.errors import ModelError
from model.language.expressions import FALSE, TRUE, Expression, any_of, equality, negation, variable
from model.language.systems import Action, Sending, System
from model.language.type_checking import check_expression, scope_of_action


def step_difference(taken: Action, other: Action, system: System) -> Expression:
    """True where `taken` is enabled and `other` is not, or has another successor; for messages that are altered in
    flight, and for values that cannot be compared, true wherever they may differ."""
    if _alterations(taken) != _alterations(other):
        return TRUE
    found = any_of([negation(other.guard), _other_values(taken, other), _other_messages(taken, other)])
    try:
        check_expression(found, BOOLEAN, scope_of_action(system, taken))
    except ModelError:
        return TRUE
    return found


def _other_values(taken: Action, other: Action) -> Expression:
    names = dict.fromkeys([*taken.assignments, *other.assignments])
    return any_of(
        _different(taken.assignments.get(name, variable(name)), other.assignments.get(name, variable(name)))
        for name in names
    )


def _other_messages(taken: Action, other: Action) -> Expression:
    if [_kind(entry) for entry in taken.sends] != [_kind(entry) for entry in other.sends]:
        return TRUE
    return any_of(
        _different(value, theirs.carried[name])
        for own, theirs in zip(taken.sends, other.sends, strict=True)
        for name, value in own.carried.items()
    )


def _kind(entry: Sending) -> tuple[str, str]:
    return entry.channel, entry.message.name


def _different(one: Expression, other: Expression) -> Expression:
    return FALSE if one is other else negation(equality(one, other))


def _alterations(action: Action) -> list[tuple[str, str, Expression, tuple[tuple[str, Expression], ...]]]:
    return [(entry.channel, entry.message, entry.when, tuple(entry.fields.items())) for entry in action.alters]
