"""A system and mutants of it as one: a variable that nothing changes says which of them runs. It is compiled
once and searched for each, in a small part of the time that compiling each of them takes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property

from checker.explicit.engine import ExplicitSearch
from checker.explicit.preparation import Prepared
from checker.search import Exploration, Limits, Sighting
from generators.mutation.step_difference import step_difference
from model.language.domains import Enumeration
from model.language.expressions import TRUE, Expression, all_of, variable
from model.language.interpretation import State
from model.language.observations import Observation
from model.language.systems import Action, System, SystemVariable

WHICH = "mutants.which"
RIGHT = 0  # the number of the right model


@dataclass
class _Version:
    """An action as some of the members have it. own: under the members' name; joined: as the joined system has it."""

    own: Action
    joined: Action
    members: list[int] = field(default_factory=list)


class Joined:
    """system: all of them as one. Member RIGHT is the right model, the others are mutants in the order given."""

    def __init__(self, right: System, mutants: Sequence[System]) -> None:
        """Raises ValueError if they differ in more than their actions."""
        self.members = (right, *mutants)
        if any(_kept(entry) != _kept(right) for entry in mutants):
            raise ValueError("mutants to be joined have the variables, channels and initial states of the right model")
        names = tuple(str(number) for number in range(len(self.members)))
        domain = Enumeration("mutants", names)
        which = SystemVariable(WHICH, domain, names, "mutants", False, "which of the systems runs", True)
        self._versions = self._all_versions()
        self._own_name = {entry.joined.name: entry.own.name for known in self._versions.values() for entry in known}
        self.system = replace(
            right, name=f"{right.name} and {len(mutants)} mutants", variables=(*right.variables, which),
            actions=tuple(entry.joined for known in self._versions.values() for entry in known), symmetries=(),
        )  # fmt: skip
        self._observations: Sequence[Observation] = ()

    def _all_versions(self) -> dict[str, list[_Version]]:
        """Each action once; one that some members do not have, or have otherwise, runs only in those that do."""
        found: dict[str, dict[Hashable, _Version]] = {}
        for number, member in enumerate(self.members):
            for action in member.actions:
                known = found.setdefault(action.name, {})
                known.setdefault(_content(action), _Version(action, action)).members.append(number)
        for name, known in found.items():
            for count, entry in enumerate(known.values()):
                if len(entry.members) < len(self.members):
                    here = variable(WHICH).is_one_of(*map(str, entry.members))
                    entry.joined = replace(
                        entry.own, name=f"{name} (version {count})" if count else name,
                        guard=all_of([here, entry.own.guard]),
                    )  # fmt: skip
        return {name: list(known.values()) for name, known in found.items()}

    # what to look for

    def watch(self, observations: Sequence[Observation]) -> None:
        """Look for these in every search; they were made for `system`. To be called once, before the first."""
        self._observations = observations

    def difference(self, number: int) -> Observation:
        """Steps of the right model that this mutant has not, or that lead it elsewhere, and the other way round.

        Where a search of neither shows one, both have the same states and steps: by induction from the
        initial states, which are the same.
        """
        in_steps: dict[str, Expression] = {}
        for known in self._versions.values():
            right = next((entry for entry in known if RIGHT in entry.members), None)
            mutant = next((entry for entry in known if number in entry.members), None)
            if right is mutant:
                continue
            for one, other in ((right, mutant), (mutant, right)):
                if one is not None:
                    elsewhere = TRUE if other is None else step_difference(one.own, other.own, self.system)
                    in_steps[one.joined.name] = elsewhere
        return Observation(f"mutant {number} differs", in_steps=in_steps)

    # searching

    @cached_property
    def _prepared(self) -> Prepared:
        return Prepared.of(self.system, self._observations)

    def explore(self, number: int, limits: Limits) -> Exploration:
        """A search of one member, in the member's own words. Raises ModelError if a value leaves its domain."""
        variables = (*self.system.variables[:-1], replace(self.system.variables[-1], initial=(str(number),)))
        started = replace(self.system, variables=variables)
        with closing(ExplicitSearch(started, self._observations, limits, prepared=self._prepared)) as search:
            return self._in_own_words(search.result(search.run()), self.members[number])

    def _in_own_words(self, found: Exploration, member: System) -> Exploration:
        sightings = {name: self._own_run(sighting) for name, sighting in found.sightings.items()}
        fired = {action.name: 0 for action in member.actions}
        for name, count in found.fired.items():
            if self._own_name[name] in fired:
                fired[self._own_name[name]] += count
        return replace(found, sightings=sightings, fired=fired)

    def _own_run(self, sighting: Sighting) -> Sighting:
        initial = State(sighting.initial.values[:-1], sighting.initial.channels)
        return Sighting(initial, tuple((self._own_name[name], position) for name, position in sighting.path))


def content_of(system: System) -> Hashable:
    """Equal for systems that have the same actions, where `Joined` would take them."""
    return tuple((action.name, _content(action)) for action in system.actions)


def _kept(system: System) -> Hashable:
    """What mutants leave as it is."""
    variables = tuple((entry.name, str(entry.domain), entry.initial) for entry in system.variables)
    channels = tuple((entry.name, entry.capacity, tuple(message.name for message in entry.messages))
                     for entry in system.channels)  # fmt: skip
    return variables, channels, system.initially


def _content(action: Action) -> Hashable:
    """What an action does and what is said of it, but for its name."""
    sends = tuple((entry.channel, entry.message.name, tuple(entry.fields.items()), tuple(entry.carried.items()))
                  for entry in action.sends)  # fmt: skip
    alters = tuple((entry.channel, entry.message, entry.when, tuple(entry.fields.items())) for entry in action.alters)
    return (
        action.kind, action.machine, action.trigger, action.guard, frozenset(action.assignments.items()), sends,
        alters, action.channel, action.message, tuple((row.machine, row.label) for row in action.rows),
        tuple(action.event.items()), tuple(action.delivery.items()),
    )  # fmt: skip
