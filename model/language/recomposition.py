"""What one composition leaves for the next: machines of which a few rows were changed are composed again
without working out the others once more."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from model.language.expressions import Assignment
from model.language.machines import Alter, Case, Decision, Effect, EffectChoice, Machine, Send
from model.language.systems import Action, ResolvedRow


class Kept:
    """Rows and actions by what they were made of. For one binding, the same channels and the same variables."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, list[ResolvedRow]] = {}
        self._actions: dict[Hashable, list[Action]] = {}  # by the rows' identities: the rows stay
        self._sound: dict[int, Action] = {}

    def rows(self, machine: Machine, entry: Decision, make: Callable[[], Iterable[ResolvedRow]]) -> list[ResolvedRow]:
        """The resolved rows of a decision."""
        key = (machine.name, machine.states, entry.trigger.key, entry.states, tuple(map(_of_case, entry.cases)))
        if key not in self._rows:
            self._rows[key] = list(make())
        return self._rows[key]

    def actions(
        self, rows: Sequence[ResolvedRow], make: Callable[[], Iterable[Action]], detail: Hashable = None
    ) -> list[Action]:
        """The actions of rows that are taken together."""
        key = (tuple(map(id, rows)), detail)
        if key not in self._actions:
            self._actions[key] = list(make())
        return self._actions[key]

    def unchecked(self, actions: Sequence[Action]) -> list[Action]:
        return [action for action in actions if id(action) not in self._sound]

    def found_sound(self, actions: Sequence[Action]) -> None:
        self._sound.update((id(action), action) for action in actions)


def _of_case(item: Case) -> Hashable:
    return (
        item.label, item.when, tuple(map(_of_effect, item.then)), item.dest, item.clause, item.requirements,
        tuple(item.emits.items()), item.discards,
    )  # fmt: skip


def _of_effect(effect: Effect) -> Hashable:
    match effect:
        case Assignment():
            return effect
        case Send():
            return effect.channel, effect.template.message.name, tuple(effect.template.fields.items())
        case Alter():
            return effect.channel, effect.message, effect.when, tuple(effect.fields.items())
        case EffectChoice():
            alternatives = ((name, tuple(map(_of_effect, then))) for name, then in effect.alternatives.items())
            return effect.ambiguity, tuple(alternatives)
