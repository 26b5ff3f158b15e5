"""Small wrong changes of a table, of which mutants are made: a row lost, a field or an effect altered.
Each function returns a change for `model.handover.handover`; unknown rows are ModelErrors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from itertools import chain

from model.handover import Change
from model.language.domains import Value
from model.language.errors import ModelError, nearest
from model.language.expressions import Assignment, Expression
from model.language.machines import Case, Effect, EffectChoice, Effects, Machine, Send, flat


def changing(actor: str, label: str, **changes: object) -> Change:
    """Replace the guard (`when`), all effects (`then`) or the destination (`dest`) of a row."""
    if "then" in changes:
        changes["then"] = flat(changes["then"])  # type: ignore[arg-type]
    return lambda machines: machines[actor].change(label, **changes)


def adding_before(actor: str, label: str, **changes: object) -> Change:
    """Put a copy of a row, changed so, before the row itself."""

    def change(machines: Mapping[str, Machine]) -> None:
        machine = machines[actor]
        machine.find(label)
        for index, entry in enumerate(machine.decisions):
            doubled = ((replace(item, label=f"{label}, before it", **changes), item)  # type: ignore[arg-type]
                       if item.label == label else (item,) for item in entry.cases)  # fmt: skip
            machine.decisions[index] = replace(entry, cases=tuple(chain.from_iterable(doubled)))

    return change


def losing_row(actor: str, label: str) -> Change:
    """Take a row away: what it took falls to the rows below it."""
    return of_every_case(actor, label, lambda item: None)


def losing_trigger(actor: str, trigger: str) -> Change:
    """Take away everything that a trigger ("timer retransmission") does."""

    def change(machines: Mapping[str, Machine]) -> None:
        machine = machines[actor]
        known = {entry.trigger.key for entry in machine.decisions}
        if trigger not in known:
            raise ModelError(f'machine "{actor}" has no trigger "{trigger}": {nearest(trigger, known)}')
        machine.decisions[:] = [entry for entry in machine.decisions if entry.trigger.key != trigger]

    return change


def sending(actor: str, label: str, **fields: Value | Enum | Expression) -> Change:
    """Write other values into fields of the message that a row sends."""

    def rewritten(effect: Effect) -> Effect:
        if isinstance(effect, Send):
            return replace(effect, template=effect.template.with_fields(**fields))
        return effect

    return of_every_effect(actor, label, rewritten)


def losing_effects(actor: str, label: str, *variables: Expression) -> Change:
    """Take away what a row assigns to these variables."""
    names = {str(variable.payload) for variable in variables}

    def kept(effect: Effect) -> Effect | None:
        return None if isinstance(effect, Assignment) and effect.variable in names else effect

    return of_every_effect(actor, label, kept)


def adding_effects(actor: str, label: str, *effects: Effects) -> Change:
    """Let a row do something more; what it assigned to the same variable before is replaced."""
    added = flat(effects)
    names = {effect.variable for effect in added if isinstance(effect, Assignment)}

    def changed(item: Case) -> Case:
        kept = (entry for entry in item.then if not (isinstance(entry, Assignment) and entry.variable in names))
        return replace(item, then=(*kept, *added))

    return of_every_case(actor, label, changed)


def together(*changes: Change) -> Change:
    """All of these changes, in this order."""

    def change(machines: Mapping[str, Machine]) -> None:
        for one in changes:
            one(machines)

    return change


def of_every_effect(actor: str, label: str, function: Callable[[Effect], Effect | None]) -> Change:
    """Apply `function` to every effect of a row, choices of effects included; None takes it away."""

    def rewritten(effect: Effect) -> tuple[Effect, ...]:
        if isinstance(effect, EffectChoice):
            alternatives = {name: chained(effects) for name, effects in effect.alternatives.items()}
            return (EffectChoice(effect.ambiguity, alternatives),)
        found = function(effect)
        return () if found is None else (found,)

    def chained(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        return tuple(chain.from_iterable(map(rewritten, effects)))

    return of_every_case(actor, label, lambda item: replace(item, then=chained(item.then)))


def of_every_case(actor: str, label: str, function: Callable[[Case], Case | None]) -> Change:
    """Apply `function` to every case with this label, wherever it stands; None takes the case away."""

    def change(machines: Mapping[str, Machine]) -> None:
        machine = machines[actor]
        machine.find(label)
        for index, entry in enumerate(machine.decisions):
            changed = (function(item) if item.label == label else item for item in entry.cases)
            machine.decisions[index] = replace(entry, cases=tuple(item for item in changed if item is not None))

    return change
