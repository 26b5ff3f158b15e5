"""The product search over classes of the parts' states, with silent steps left out: counts all states of
systems that are far too large to be listed. Exact but for the depth, which it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from time import monotonic

from checker.product.closure import closure
from checker.product.entry_runs import EntryRuns
from checker.product.figures import figures
from checker.product.observing import Sight, Term
from checker.product.pause import Pause, Stopped
from checker.product.planning import Declined, Plan
from checker.product.runs import Runs
from checker.product.sightings import Classes, Met, first_met, labels_at
from checker.product.state_sets import BreadthFirst, Shape
from checker.search import INTERRUPTED, Exploration, Limits, Sighting
from model.language.errors import ModelError
from model.language.interpretation import Interpretation

MOST_BITS = 2**31  # of a set of classes
MOST_ENTRY_BITS = 2**28  # of a set of entries, of which there are some thirty
Occurrence = tuple[int, int, int]  # part, state, shared value


class ClosedSearch:
    """One search. Close it when done."""

    def __init__(self, prepared: Plan, limits: Limits, pause: Pause) -> None:
        """Raises Declined if even the classes are too many."""
        self.plan, self.limits, self.pause = prepared, limits, pause
        kinds = {
            id(part.states): closure(part.states, [states[number] for states, _ in prepared.initial
                                                   for number, other in enumerate(prepared.parts)
                                                   if other.states is part.states])
            for part in prepared.parts
        }  # fmt: skip
        self.closures = [kinds[id(part.states)] for part in prepared.parts]
        values = len(prepared.values.codes)
        shape = Shape([len(closed.members) for closed in self.closures], values)
        entry_bits = values * prod(len(closed.entries) for closed in self.closures)
        if 64 * shape.words > MOST_BITS or entry_bits > MOST_ENTRY_BITS:
            raise Declined(f"{prepared.split.reason}, but they can be in too many states together")
        if values * prod(prepared.dimensions) >= 2**63:
            raise Declined(f"{prepared.split.reason}, but together they may have more states than can be counted")
        moves = [
            closed.moves(part.states) for closed, part in zip(self.closures, prepared.parts, strict=True)
        ]
        self.search = BreadthFirst(shape, moves, with_distances=False)
        self.most_memory = self.search.memory

    def close(self) -> None:
        self.search.close()

    @property
    def reduction(self) -> str:
        counts = ", ".join(f"{len(closed.members):,} for {len(closed.class_of):,}" for closed in self.closures)
        return (
            "tau-closure: states of a part that are always possible together are counted as one "
            f"({counts} states of a part); counts are exact, the depth is not known"
        )

    def explore(self) -> Exploration:
        try:
            self._run()
        except Stopped as reason:
            return self._incomplete(str(reason))
        except KeyboardInterrupt:
            return self._incomplete(INTERRUPTED)
        counted = {(part, state, value): count for part, state, value, count in self._counted()}
        states = sum(count for (part, _, _), count in counted.items() if part == 0)
        if self.limits.states is not None and states > self.limits.states:
            return self._incomplete(f"limit of {self.limits.states:,} states reached")
        self._fail(counted)
        try:
            sightings = self._sightings(counted)
        except Stopped as reason:
            return self._incomplete(f"{reason} while runs were looked for")
        except KeyboardInterrupt:
            return self._incomplete(INTERRUPTED)
        fired, largest, overflowed = figures(self.plan, ((*place, count) for place, count in counted.items()))
        return Exploration(
            "product", True, None, states, sum(fired.values()), None, monotonic() - self.pause.started,
            self.most_memory, sightings, fired, largest, overflowed,
            reductions=(self.reduction,), notes=(self.plan.split.reason,),
        )  # fmt: skip

    def _incomplete(self, stopped: str) -> Exploration:
        """What is known is a number of classes, not of states: nothing is claimed of either."""
        return Exploration(
            "product", False, stopped, 0, 0, None, monotonic() - self.pause.started, self.most_memory, {},
            {action.name: 0 for action in self.plan.system.actions},
            {channel.name: 0 for channel in self.plan.system.channels}, frozenset(),
            reductions=(self.reduction,), notes=(self.plan.split.reason,),
        )  # fmt: skip

    def _run(self) -> None:
        for states, value in self.plan.initial:
            classes = [closed.class_of[state] for closed, state in zip(self.closures, states, strict=True)]
            self.search.found.add(classes, value)
        self._look_at_memory(self.search.memory)
        while self.search.settle():
            self.search.expand(self.pause)
            self.pause()

    def _look_at_memory(self, memory: int) -> None:
        self.most_memory = max(self.most_memory, memory)
        if self.limits.memory is not None and memory > self.limits.memory:
            raise Stopped(f"memory limit of {self.limits.memory / 2**20:g} MiB reached")

    def _counted(self) -> Iterator[tuple[int, int, int, int]]:
        """Part, state, shared value, and in how many states of the whole it is so."""
        weights = [[len(members) for members in closed.members] for closed in self.closures]
        for part, by_value in enumerate(self.search.weighed(weights)):
            for value, counts in enumerate(by_value):
                for number, count in enumerate(counts):
                    if count:
                        for state in self.closures[part].members[number]:
                            yield part, state, value, count

    def _fail(self, counted: dict[Occurrence, int]) -> None:
        """Raise the error that the interpretation has for a step that fails, if there is one."""
        for part, state, value in counted:
            label = self.plan.node(part, state, value).expansion.failed
            if label:
                action, position = self.plan.parts[part].action(label)
                own = self.closures[part].class_of[state]
                classes = Runs(self.plan, self.search).with_part(part, own, value, 0)
                states = [closed.members[number][0] for closed, number in zip(self.closures, classes, strict=True)]
                states[part] = state
                Interpretation(self.plan.system).step(action, position, self.plan.whole(states, value))
                raise ModelError(f'action "{action.name}": a value gets outside its domain')

    # observations

    def _sightings(self, counted: dict[Occurrence, int]) -> dict[str, Sighting]:
        if not self.plan.observations:
            return {}
        met = first_met(self.plan, ((*place, 0) for place in counted))
        jointly = [found for sights in self.plan.sights.values() for sight in sights for found in self._jointly(sight)]
        if not jointly and not any(
            sight.formula in met for sights in self.plan.sights.values() for sight in sights
            if sight.decided_by_one_part
        ):  # fmt: skip
            return {}
        runs = EntryRuns(self.plan, self.closures, jointly, self.pause)
        try:
            self._look_at_memory(self.search.memory + runs.entry_search.memory)
            return self._shortest(runs, jointly)
        finally:
            runs.close()

    def _jointly(self, sight: Sight) -> Iterator[tuple[Met, Classes]]:
        """Where a sight that several parts decide is met, under each shared value."""
        if sight.decided_by_one_part:
            return
        groups = [closed.members for closed in self.closures]
        alone = [[(state,) for state in range(size)] for size in self.plan.dimensions]
        for value in range(len(self.plan.values.codes)):
            if self.search.lowest(value, *Classes(self.plan, sight, groups, value).selection()) is not None:
                yield Met(0, sight, value, None), Classes(self.plan, sight, alone, value)

    def _shortest(self, runs: EntryRuns, jointly: list[tuple[Met, Classes]]) -> dict[str, Sighting]:
        first = first_met(self.plan, runs.levels())
        by_sight: dict[int, list[int]] = {}
        for number, (met, _) in enumerate(jointly):
            by_sight.setdefault(id(met.sight), []).append(number)
        sightings = {}
        for name, sights in self.plan.sights.items():
            found: list[tuple[int, Sight, int | Occurrence]] = []
            for sight in sights:
                if isinstance(sight.formula, Term) and sight.decided_by_one_part and sight.formula in first:
                    level, state, value = first[sight.formula]
                    found.append((level + (sight.acting is not None), sight, (state, value, level)))
                for number in by_sight.get(id(sight), ()):
                    found.append((runs.level_of_goal(number) + (sight.acting is not None), sight, number))
            if found:
                _, sight, where = min(found, key=lambda entry: entry[0])
                sightings[name] = self._sighting(runs, sight, where)
        return sightings

    def _sighting(self, runs: EntryRuns, sight: Sight, where: int | Occurrence) -> Sighting:
        if isinstance(where, int):
            start, first_value, path, end, value = runs.run_to_goal(where)
        else:
            state, value, level = where
            assert isinstance(sight.formula, Term)
            start, first_value, path, end, value = runs.run_with_part(sight.formula.part, state, value, level)
        if sight.acting is not None:
            label = next(labels_at(self.plan, sight, end, value))
            path = (*path, runs.step(sight.acting, label))
        return Sighting(self.plan.whole(start, first_value), path)

