"""When a requirement matters: a situation, and what the requirement asks for in it, as conditions on one step.
A run that ends with such a step shows the requirement at work; a model that takes it otherwise disregards it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.language.errors import ModelError
from model.language.expressions import Expression, Operand, all_of, literal


@dataclass(frozen=True)
class Said:
    """A condition on a step, with the words for it that a reader of documents uses."""

    words: str
    meaning: Expression


@dataclass(frozen=True)
class Matters:
    """Where one requirement matters. when: the situation. then: what the requirement asks for in it.

    actor: whose choices decide where a condition depends on an ambiguity. reading, choices: those under which
    the rows of the requirement are taken.
    """

    requirement: str
    when: tuple[Said, ...]
    then: tuple[Said, ...]
    actor: str
    reading: str
    choices: tuple[str, ...]

    @property
    def situation(self) -> Expression:
        return all_of(entry.meaning for entry in self.when)

    @property
    def demand(self) -> Expression:
        return all_of(entry.meaning for entry in self.then)

    @property
    def condition(self) -> Expression:
        return self.situation & self.demand

    @property
    def words(self) -> str:
        """The whole in one sentence, without a full stop."""
        return f"{_enumerated(self.when)}: {_enumerated(self.then)}"


def said(words: str, meaning: Operand) -> Said:
    return Said(words, literal(meaning))


def matters(
    requirement: str, *, when: Sequence[Said], then: Sequence[Said] | Said, actor: str = "ue",
    reading: str = "intended", choices: Sequence[str] = (),
) -> Matters:  # fmt: skip
    demanded = (then,) if isinstance(then, Said) else tuple(then)
    return Matters(requirement, tuple(when), demanded, actor, reading, tuple(choices))


def by_requirement(entries: Sequence[Matters]) -> Mapping[str, Matters]:
    """The declarations by requirement. Raises ModelError if one is declared twice."""
    found: dict[str, Matters] = {}
    for entry in entries:
        if entry.requirement in found:
            raise ModelError(f'it is declared twice when "{entry.requirement}" matters')
        found[entry.requirement] = entry
    return found


def _enumerated(parts: Sequence[Said]) -> str:
    return "; ".join(part.words for part in parts)
