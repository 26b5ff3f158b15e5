"""What a search knows when its states stand for their orbits: parts that are not cut by a permutation,
exact figures, and runs in the names that a real run has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.explicit.parts import MOST_COMMON_BITS, Parts, parts_of
from checker.explicit.symmetry_code import part_images
from checker.search import Exploration, Sighting
from checker.symmetry import Symmetry, usable_symmetry
from model.language.domains import bits_of
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.symmetry import Permutation
from model.language.systems import System

Label = tuple[str, int | None]  # action, position of the message taken


def parts_along(system: System) -> Parts:
    """Two copies of everything, but for little that both can hold, are the two parts; else as usual."""
    channels = {channel.name for channel in system.channels}
    names = {variable.name for variable in system.variables}
    for declared in system.symmetries:
        owned = [{*thing.variables, *thing.channels} for thing in declared.things]
        shared = (names | channels).difference(*owned)
        bits = sum(bits_of(variable.domain) for variable in system.variables if variable.name in shared)
        if len(owned) == 2 and not shared & channels and bits <= MOST_COMMON_BITS and len(shared) < len(names):
            part_of = dict.fromkeys(shared, 0) | {name: part for part in (0, 1) for name in owned[part]}
            return Parts(part_of, frozenset(shared))
    return parts_of(system)


def symmetry_for(
    system: System, observations: Sequence[Observation]
) -> tuple[Symmetry | None, Parts | None, tuple[str, ...]]:
    """What a search can use, the parts it needs for that, and a note on what is not used."""
    if not system.symmetries:
        return None, None, ()
    parts = parts_along(system)
    symmetry, notes = usable_symmetry(
        system, observations, lambda permutation: part_images(system, parts, permutation) is not None
    )
    return (None, None, notes) if symmetry is None else (symmetry, parts, notes)


class Representatives:
    """The representatives of one search. Real runs are found step by step and remembered."""

    def __init__(self, symmetry: Symmetry) -> None:
        self.symmetry = symmetry
        self.system = symmetry.system
        self.interpretation = Interpretation(symmetry.system)
        # index of a representative: a real state, the way from there to the representative, a real run
        self._reached: dict[int, tuple[State, Permutation, Sighting]] = {}

    def exact(self, found: Exploration, representatives: int) -> Exploration:
        """The figures of all states: counts of actions came weighted by orbits, levels as they are."""
        return replace(
            found, states=sum(found.levels), fired=self.symmetry.fired(found.fired),
            largest=self.symmetry.largest(found.largest), overflowed=self.symmetry.overflowed(found.overflowed),
            reductions=(*found.reductions, self.symmetry.text(representatives)),
        )  # fmt: skip

    # real runs

    def starts(self, index: int, representative: State) -> None:
        """A representative that is an initial state itself, as all of its orbit are."""
        self._reached[index] = (representative, Permutation.identity(self.system), Sighting(representative, ()))

    def follows(self, index: int, label: Label, following: int, representative: State) -> None:
        """Go on from the real state of `index` with a step that, in the names of its representative, is
        `label` and leads to a state that the representative `following` stands for."""
        if following in self._reached:
            return
        state, way, run = self._reached[index]
        after = self._after(way.apply(self.system, state), label)
        further = next((entry for entry in self.symmetry.elements if entry.apply(self.system, after) == representative),
                       None)  # fmt: skip
        if further is None:
            raise RuntimeError(f"the step {label} does not lead to representative {following}")
        real = way.inverse(self.system).apply(self.system, after)
        step = self._real_step(state, label, real, None)
        self._reached[following] = (real, further.after(way, self.system), Sighting(run.initial, (*run.path, step)))

    def sighting(self, index: int, last: Label | None, observation: Observation) -> Sighting:
        """The real run to the state observed, or including the step observed."""
        state, way, run = self._reached[index]
        if last is None:
            assert observation.in_states is not None
            if not self.interpretation.holds(observation.in_states, state):
                raise RuntimeError(f'"{observation.name}" is seen in a representative only')
            return run
        real = way.inverse(self.system).apply(self.system, self._after(way.apply(self.system, state), last))
        return Sighting(run.initial, (*run.path, self._real_step(state, last, real, observation)))

    def _after(self, state: State, label: Label) -> State:
        action = self.system.actions[self.system.action_index[label[0]]]
        return self.interpretation.step(action, label[1], state).state

    def _real_step(self, state: State, label: Label, target: State, observation: Observation | None) -> Label:
        """The step from `state` to `target` by an action like the one of `label` (as observed)."""
        interpretation = self.interpretation
        for name in self.symmetry.alike[label[0]]:
            action = self.system.actions[self.system.action_index[name]]
            if observation is not None and name not in observation.in_steps:
                continue
            for position in interpretation.positions(action, state):
                if not interpretation.is_enabled(action, position, state):
                    continue
                if interpretation.step(action, position, state).state != target:
                    continue
                if observation is not None:
                    fields = interpretation.taken(action, state, position)
                    scope = interpretation.scope(action)
                    if not interpretation.evaluate(observation.in_steps[name], state, fields, scope):
                        continue
                return name, position
        raise RuntimeError(f"no step like {label} leads on in real names")
