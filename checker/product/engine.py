"""The product engine: explores a system whose parts meet in a few shared variables, as a bitmap over the
parts' own states. Same question and answer as `checker.plain_search`; raises where it does not apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import monotonic

from checker.product.closed_search import ClosedSearch
from checker.product.figures import figures
from checker.product.observing import Sight, Term
from checker.product.pause import Pause, Stopped
from checker.product.planning import Declined, Plan, plan
from checker.product.runs import Runs
from checker.product.sightings import Classes, Met, first_met, labels_at
from checker.product.state_sets import BreadthFirst, Shape
from checker.search import INTERRUPTED, Exploration, Limits, ProgressReport, Sighting
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.observations import Observation
from model.language.systems import System

LARGEST_SET = 2**29  # bits: 64 MiB, of which a search with distances has ten or so


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None,
    *, largest: int = LARGEST_SET,
) -> Exploration:  # fmt: skip
    """Every reachable state, in order of distance, until done or a limit is passed.

    Raises ModelError if a value leaves its domain, or if the system does not split.
    """
    pause = Pause(limits, progress)
    try:
        prepared = plan(system, observations, pause)
    except Declined as reason:
        raise ModelError(f'the engine "product" does not apply: the system {reason}') from None
    except Stopped as reason:
        return nothing_explored(system, f"{reason} before the search began", pause)
    except KeyboardInterrupt:
        return nothing_explored(system, INTERRUPTED, pause)
    try:
        return explore_planned(prepared, limits, pause, largest)
    except Declined as reason:
        raise ModelError(f'the engine "product" does not apply: the system {reason}') from None
    finally:
        prepared.close()


def nothing_explored(system: System, stopped: str, pause: Pause) -> Exploration:
    return Exploration(
        "product", False, stopped, 0, 0, 0, monotonic() - pause.started, 0, {},
        {action.name: 0 for action in system.actions}, {channel.name: 0 for channel in system.channels}, frozenset(),
    )  # fmt: skip


def explore_planned(prepared: Plan, limits: Limits, pause: Pause, largest: int = LARGEST_SET) -> Exploration:
    """The exploration of what was planned. largest: bits of a set of states up to which all are listed,
    else silent steps are left out. Raises Declined if there are too many states even so."""
    shape = Shape(prepared.dimensions, len(prepared.values.codes))
    if 64 * shape.words > largest:
        closed = ClosedSearch(prepared, limits, pause)
        try:
            return closed.explore()
        finally:
            closed.close()
    search = ProductSearch(prepared, limits, pause)
    try:
        return search.result(search.run())
    finally:
        search.close()


class ProductSearch:
    """One search. Close it when done."""

    def __init__(self, prepared: Plan, limits: Limits, pause: Pause) -> None:
        self.plan, self.limits, self.pause = prepared, limits, pause
        shape = Shape(prepared.dimensions, len(prepared.values.codes))
        moves = [
            [{value: {(after, to) for _, after, to in node.successors} for value, node in nodes.items()}
             for nodes in part.states.nodes]
            for part in prepared.parts
        ]  # fmt: skip
        self.search = BreadthFirst(shape, moves, with_distances=bool(prepared.observations))
        self.pause.search = self.search
        self.failing = [
            (part, state, value, node.expansion.failed)
            for part, own in enumerate(prepared.parts)
            for state, nodes in enumerate(own.states.nodes)
            for value, node in nodes.items()
            if node.expansion.failed
        ]

    def close(self) -> None:
        self.pause.search = None
        self.search.close()

    def run(self) -> str | None:
        """Explore; None if complete, else why not."""
        try:
            for states, value in self.plan.initial:
                self.search.found.add(states, value)
            while self.search.settle():
                self._look_at_limits()
                self.search.expand(self.pause)
                self._fail()
                self.pause()
        except Stopped as reason:
            return f"{reason} at depth {self.search.depth}"
        except KeyboardInterrupt:
            return INTERRUPTED
        return None

    def _look_at_limits(self) -> None:
        if self.limits.states is not None and self.search.states > self.limits.states:
            raise Stopped(f"limit of {self.limits.states:,} states reached")
        if self.limits.memory is not None and self.search.memory > self.limits.memory:
            raise Stopped(f"memory limit of {self.limits.memory / 2**20:g} MiB reached")

    def _fail(self) -> None:
        """Raise the error that the interpretation has for a step that failed, if one was reached."""
        for part, state, value, label in self.failing:
            level = self.search.parts[part].level(state, value)
            if level is None:
                continue
            action, position = self.plan.parts[part].action(label)
            if self.search.with_distances:
                whole = self.plan.whole(Runs(self.plan, self.search).with_part(part, state, value, level), value)
                Interpretation(self.plan.system).step(action, position, whole)
            raise ModelError(f'action "{action.name}": a value gets outside its domain')

    # the answer

    def result(self, stopped: str | None) -> Exploration:
        if stopped is None:
            self._require_all_listed()
        fired, largest, overflowed = self._figures()
        search = self.search
        return Exploration(
            "product", stopped is None, stopped, search.states, sum(fired.values()), search.depth,
            monotonic() - self.pause.started, search.memory, self._sightings(), fired, largest, overflowed,
            levels=tuple(search.levels), notes=(self.plan.split.reason,),
        )  # fmt: skip

    def _counted(self) -> Iterator[tuple[int, int, int, int]]:
        """Part, state, shared value, and in how many states of the whole it was so."""
        for part, moves in enumerate(self.search.parts):
            for state, nodes in enumerate(self.plan.parts[part].states.nodes):
                for value in nodes:
                    count = moves.counted(state, value)
                    if count:
                        yield part, state, value, count

    def _require_all_listed(self) -> None:
        """Steps of a state that its part's list lacks would be missing: better no answer than a wrong one."""
        counted = [0] * len(self.search.parts)
        for part, _, _, count in self._counted():
            counted[part] += count
        if any(count != self.search.states for count in counted):
            raise RuntimeError(f"{self.search.states:,} states, but {counted} of them were listed part by part")

    def _figures(self) -> tuple[dict[str, int], dict[str, int], frozenset[str]]:
        return figures(self.plan, self._counted())

    def _levels(self) -> Iterator[tuple[int, int, int, int]]:
        for part, state, value, _ in self._counted():
            level = self.search.parts[part].level(state, value)
            assert level is not None
            yield part, state, value, level

    def _sightings(self) -> dict[str, Sighting]:
        if not self.plan.observations:
            return {}
        first = first_met(self.plan, self._levels())
        runs = Runs(self.plan, self.search)
        sightings = {}
        for name, sights in self.plan.sights.items():
            met = [found for sight in sights for found in self._met(sight, first)]
            if met:
                sightings[name] = self._sighting(min(met, key=lambda found: found.steps), runs)
        return sightings

    def _met(self, sight: Sight, first: Mapping[Term, tuple[int, int, int]]) -> Iterator[Met]:
        if isinstance(sight.formula, Term) and sight.decided_by_one_part:
            if sight.formula in first:
                level, state, value = first[sight.formula]
                yield Met(level, sight, value, None, sight.formula.part, state)
            return
        members = [[(state,) for state in range(size)] for size in self.plan.dimensions]
        for value in range(len(self.plan.values.codes)):
            found = self.search.lowest(value, *Classes(self.plan, sight, members, value).selection())
            if found is not None:
                yield Met(found[0], sight, value, found[1])

    def _sighting(self, met: Met, runs: Runs) -> Sighting:
        states = met.states
        if states is None:
            states = runs.with_part(met.part, met.state, met.value, met.level)
        initial, value, path = runs.run_to(states, met.value)
        if met.sight.acting is not None:
            label = next(labels_at(self.plan, met.sight, states, met.value))
            path = (*path, runs.step(met.sight.acting, label))
        return Sighting(self.plan.whole(initial, value), path)
