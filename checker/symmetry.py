"""The symmetry that one search may use: the checked permutations that follow from what is declared.
Figures of one state for each orbit are turned into those of all states here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from model.language.errors import ModelError
from model.language.interpretation import State
from model.language.observations import Observation
from model.language.symmetry import Permutation
from model.language.symmetry_checks import SymmetryChecks
from model.language.systems import System

MOST_ELEMENTS = 48  # permutations that are tried on every state


@dataclass(frozen=True)
class Symmetry:
    """What may be exchanged in a system without a change in what is observed.

    generators: by what they exchange, in words. elements: every permutation that follows, the one that
    changes nothing first. alike: action -> the actions it may become, itself included; channels_alike:
    the same for channels.
    """

    system: System
    generators: Mapping[str, tuple[Permutation, ...]]
    elements: tuple[Permutation, ...]
    alike: Mapping[str, tuple[str, ...]]
    channels_alike: Mapping[str, tuple[str, ...]]

    @property
    def order(self) -> int:
        return len(self.elements)

    def text(self, representatives: int) -> str:
        """For a verdict's list of reductions."""
        return f"symmetry of {' and of '.join(self.generators)} ({representatives:,} representatives)"

    def orbit(self, state: State) -> set[State]:
        """All states that are this one but for names."""
        return {element.apply(self.system, state) for element in self.elements}

    # figures

    def fired(self, weighted: Mapping[str, int]) -> dict[str, int]:
        """How often each action was taken in all states, from counts weighted by the size of orbits."""
        return {
            name: sum(weighted[other] for other in self.alike[name]) // len(self.alike[name]) for name in weighted
        }

    def largest(self, of_representatives: Mapping[str, int]) -> dict[str, int]:
        return {
            name: max(of_representatives[other] for other in self.channels_alike[name]) for name in of_representatives
        }

    def overflowed(self, of_representatives: frozenset[str]) -> frozenset[str]:
        return frozenset(other for name in of_representatives for other in self.channels_alike[name])


def usable_symmetry(
    system: System, observations: Sequence[Observation], fits: Callable[[Permutation], bool] | None = None
) -> tuple[Symmetry | None, tuple[str, ...]]:
    """What is declared and holds of the system and of all observations; and a note on what is not used.

    fits: whether a search can make use of a permutation.
    """
    if not system.symmetries:
        return None, ()
    checks = SymmetryChecks(system)
    usable: dict[str, tuple[Permutation, ...]] = {}
    notes: list[str] = []
    for declared in system.symmetries:
        try:
            generators = checks.require(declared)
            fitting = [entry for entry in generators if fits is None or fits(entry)]
            broken = [name for name in (checks.broken_by(entry, observations) for entry in fitting) if name]
        except ModelError as error:
            notes.append(f"symmetry not used: {error}")
            continue
        if broken:
            notes.append(f'symmetry of {declared.what} not used: "{broken[0]}" tells them apart')
            continue
        if len(fitting) < len(generators):
            which = "not all exchanges" if fitting else "none of the exchanges"
            notes.append(f"symmetry of {declared.what}: {which} fit the parts of a state")
        if fitting:
            usable[declared.what] = (*usable.get(declared.what, ()), *fitting)
    elements = _closure(system, usable)
    while elements is None:
        left_out, _ = usable.popitem()
        notes.append(f"symmetry of {left_out} not used: more than {MOST_ELEMENTS} ways to exchange")
        elements = _closure(system, usable)
    if len(elements) == 1:
        return None, tuple(notes)
    generating = [permutation for entries in usable.values() for permutation in entries]
    names = [action.name for action in system.actions]
    channels = [channel.name for channel in system.channels]
    images = [pair for permutation in generating for pair in checks.images(permutation)]
    moves = [(channels[index], channels[target])
             for permutation in generating for index, target in enumerate(permutation.channels)]  # fmt: skip
    return Symmetry(system, usable, elements, _components(names, images), _components(channels, moves)), tuple(notes)


def _closure(system: System, usable: Mapping[str, Sequence[Permutation]]) -> tuple[Permutation, ...] | None:
    """Every product of the generators; None if there are too many."""
    elements = [Permutation.identity(system)]
    known = {elements[0].action}
    for element in elements:
        for generator in (permutation for entries in usable.values() for permutation in entries):
            image = generator.after(element, system)
            if image.action not in known:
                if len(elements) >= MOST_ELEMENTS:
                    return None
                known.add(image.action)
                elements.append(image)
    return tuple(elements)


def _components(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """name -> all names connected with it by pairs."""
    group: dict[str, list[str]] = {name: [name] for name in names}
    for one, other in pairs:
        if group[one] is not group[other]:
            smaller, larger = sorted((group[one], group[other]), key=len)
            larger.extend(smaller)
            for name in smaller:
                group[name] = larger
    return {name: tuple(entry) for name, entry in group.items()}
