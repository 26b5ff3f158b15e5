"""Shortest runs where silent steps were left out of the search. A shortest run can be put in this order:
one part runs silently from an entry to a loud step, takes it and is at an entry again; then the same or
another part. So distances between entries decide, and silent runs to the states wanted are added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker.product.closure import Closure, distances, silent_run
from checker.product.local_states import LocalStates
from checker.product.planning import Plan
from checker.product.runs import Path, Runs
from checker.product.sightings import Classes, Met
from checker.product.state_sets import Moves, Shape
from checker.product.weighted_search import WeightedSearch

Move = tuple[int, int, int]  # part, entry or goal that it leads to, shared value after it
Run = tuple[tuple[int, ...], int, Path, tuple[int, ...], int]  # start and its shared value, steps, end and its


@dataclass(frozen=True)
class Goal:
    """A place for each class of a sight that several parts decide; entered silently, never left."""

    met: Met
    classes: Classes
    places: tuple[tuple[int, ...], ...]  # part -> class -> number of the place


class Entries:
    """The entries of one part, numbered, and what it takes to get from one to another."""

    def __init__(self, states: LocalStates, closed: Closure) -> None:
        self.states, self.closed = states, closed
        self.numbers = {state: number for number, state in enumerate(closed.entries)}
        self.reach = [distances(state, closed.silent) for state in closed.entries]
        self.moves: list[dict[tuple[int, int, int], int]] = []  # entry -> (value, entry, value) -> steps
        for reach in self.reach:
            least: dict[tuple[int, int, int], int] = {}
            for state, silent in reach.items():
                for value, after, to in closed.loud[state]:
                    move = (value, self.numbers[after], to)
                    least[move] = min(silent + 1, least.get(move, silent + 1))
            self.moves.append(least)

    def before(self, entry: int, value: int) -> Iterator[tuple[int, int, int]]:
        """Entries, shared values and steps from where a move leads here."""
        for earlier, moves in enumerate(self.moves):
            for (start, after, to), steps in moves.items():
                if (after, to) == (entry, value):
                    yield earlier, start, steps

    def nearest(self, entry: int, members: frozenset[int]) -> tuple[int, int] | None:
        """Silent steps to the nearest of some states, and which it is."""
        reach = self.reach[entry]
        return min(((reach[state], state) for state in members if state in reach), default=None)


class EntryRuns(Runs):
    """Searches the entries of all parts by distance, then finds shortest runs to whatever is reachable."""

    def __init__(
        self, plan: Plan, closures: Sequence[Closure], met: Sequence[tuple[Met, Classes]], pause: Callable[[], None]
    ) -> None:  # fmt: skip
        """met: sights that several parts decide, known to be met (at no particular distance)."""
        self.plan = plan
        kinds = {
            id(part.states): Entries(part.states, closed) for part, closed in zip(plan.parts, closures, strict=True)
        }
        self.entries = [kinds[id(part.states)] for part in plan.parts]
        sizes = [len(entries.numbers) for entries in self.entries]
        self.goals: list[Goal] = []
        for sight, classes in met:
            places = []
            for part, of_states in enumerate(classes.of_states):
                count = 1 + max(of_states)
                places.append(tuple(range(sizes[part], sizes[part] + count)))
                sizes[part] += count
            self.goals.append(Goal(sight, classes, tuple(places)))
        self.goal_of: dict[tuple[int, int], tuple[Goal, int]] = {
            (part, place): (goal, number)
            for goal in self.goals
            for part, places in enumerate(goal.places)
            for number, place in enumerate(places)
        }
        self.sizes = sizes
        search = WeightedSearch(Shape(sizes, len(plan.values.codes)), self._moves(plan))
        super().__init__(plan, search)
        self.entry_search = search
        try:
            for states, value in plan.initial:
                numbers = [entries.numbers[state] for entries, state in zip(self.entries, states, strict=True)]
                search.waiting[0].add(numbers, value)
            search.run(pause)
        except BaseException:
            search.close()
            raise

    def _moves(self, plan: Plan) -> Mapping[int, Sequence[Moves]]:
        found: dict[int, list[list[dict[int, set[tuple[int, int]]]]]] = {}

        def add(steps: int, part: int, entry: int, value: int, after: int, to: int) -> None:
            if steps not in found:
                found[steps] = [[{} for _ in range(size)] for size in self.sizes]
            found[steps][part][entry].setdefault(value, set()).add((after, to))

        for part, entries in enumerate(self.entries):
            for entry, moves in enumerate(entries.moves):
                for (value, after, to), steps in moves.items():
                    add(steps, part, entry, value, after, to)
                for goal in self.goals:
                    value = goal.met.value
                    for number, place in enumerate(goal.places[part]):
                        nearest = entries.nearest(entry, self._members(goal, part, number))
                        if nearest is not None:
                            add(nearest[0], part, entry, value, place, value)
        return found

    def _members(self, goal: Goal, part: int, number: int) -> frozenset[int]:
        """States of a part in a class of a goal."""
        nodes = self.plan.parts[part].states.nodes
        return frozenset(
            state
            for state, own in enumerate(goal.classes.of_states[part])
            if own == number and goal.met.value in nodes[state]
        )

    def levels(self) -> Iterator[tuple[int, int, int, int]]:
        """Part, state, shared value, and the least distance at which that occurs."""
        for part, entries in enumerate(self.entries):
            least: dict[tuple[int, int], int] = {}
            for entry, reach in enumerate(entries.reach):
                for value in range(len(self.plan.values.codes)):
                    first = self.entry_search.first_seen(part, entry, value)
                    if first is None:
                        continue
                    for state, silent in reach.items():
                        if first + silent < least.get((state, value), first + silent + 1):
                            least[state, value] = first + silent
            for (state, value), level in least.items():
                yield part, state, value, level

    # runs

    def run_with_part(self, part: int, state: int, value: int, level: int) -> Run:
        """A run of `level` steps that ends with this part in `state`."""
        entries = self.entries[part]
        for entry, reach in enumerate(entries.reach):
            first = self.entry_search.first_seen(part, entry, value)
            if first is not None and state in reach and first + reach[state] == level:
                numbers = self.with_part(part, entry, value, first)
                return self._finished(numbers, value, {part: state})
        raise RuntimeError("a part's state is reached from no entry at its distance")

    def level_of_goal(self, number: int) -> int:
        """Steps to the nearest state that matches the sight of a goal."""
        return self._nearest(number)[0]

    def run_to_goal(self, number: int) -> Run:
        """A shortest run to a state that matches the sight of a goal."""
        return self._finished(self._nearest(number)[1], self.goals[number].met.value, {})

    def _nearest(self, number: int) -> tuple[int, tuple[int, ...]]:
        goal = self.goals[number]
        found = []
        for chosen in goal.classes.matching():
            numbers = tuple(places[each] for places, each in zip(goal.places, chosen, strict=True))
            level = self.search.level(numbers, goal.met.value)
            if level is not None:
                found.append((level, numbers))
        return min(found)

    def _finished(self, numbers: tuple[int, ...], value: int, wanted: Mapping[int, int]) -> Run:
        """The run to these entries and goals, then silently to the states wanted."""
        start, first_value, moves = self._moves_to(numbers, value)
        states = [entries.closed.entries[number] for entries, number in zip(self.entries, start, strict=True)]
        path: list[tuple[str, int | None]] = []
        present = first_value
        for part, target, after in moves:
            states[part] = self._played(path, part, states[part], present, target, after)
            present = after
        for part, state in wanted.items():
            states[part] = self._silently(path, part, states[part], value, state)
        beginning = tuple(entries.closed.entries[number] for entries, number in zip(self.entries, start, strict=True))
        return beginning, first_value, tuple(path), tuple(states), value

    def _moves_to(self, numbers: tuple[int, ...], value: int) -> tuple[tuple[int, ...], int, list[Move]]:
        """Found backwards: where the run starts, and its moves."""
        level = self.search.level(numbers, value)
        assert level is not None
        moves: list[Move] = []
        while level or any((part, number) in self.goal_of for part, number in enumerate(numbers)):
            part, earlier, before, steps = next(self._earlier(numbers, value, level))
            moves.append((part, numbers[part], value))
            numbers, value, level = (*numbers[:part], earlier, *numbers[part + 1 :]), before, level - steps
        return numbers, value, moves[::-1]

    def _earlier(self, numbers: tuple[int, ...], value: int, level: int) -> Iterator[tuple[int, int, int, int]]:
        for part, number in enumerate(numbers):
            for earlier, before, steps in self._into(part, number, value):
                if self.search.level((*numbers[:part], earlier, *numbers[part + 1 :]), before) == level - steps:
                    yield part, earlier, before, steps

    def _into(self, part: int, number: int, value: int) -> Iterator[tuple[int, int, int]]:
        entries = self.entries[part]
        if (part, number) not in self.goal_of:
            yield from entries.before(number, value)
            return
        goal, of_class = self.goal_of[part, number]
        members = self._members(goal, part, of_class)
        for entry in range(len(entries.numbers)):
            nearest = entries.nearest(entry, members)
            if nearest is not None and value == goal.met.value:
                yield entry, value, nearest[0]

    def _played(
        self, path: list[tuple[str, int | None]], part: int, state: int, value: int, target: int, after: int
    ) -> int:  # fmt: skip
        """Add the steps of one move to the path; the state of the part after it."""
        entries = self.entries[part]
        entry = entries.numbers[state]
        if (part, target) in self.goal_of:
            goal, of_class = self.goal_of[part, target]
            nearest = entries.nearest(entry, self._members(goal, part, of_class))
            assert nearest is not None
            return self._silently(path, part, state, value, nearest[1])
        steps = entries.moves[entry][value, target, after]
        end = entries.closed.entries[target]
        loud = next(
            here for here, silent in entries.reach[entry].items()
            if silent + 1 == steps and (value, end, after) in entries.closed.loud[here]
        )  # fmt: skip
        self._silently(path, part, state, value, loud)
        path.append(self._step(part, loud, value, end, after))
        return end

    def _silently(self, path: list[tuple[str, int | None]], part: int, state: int, value: int, target: int) -> int:
        run = silent_run(state, target, self.entries[part].closed.silent)
        for here, there in pairwise(run):
            path.append(self._step(part, here, value, there, value))
        return target

    def _step(self, part: int, state: int, value: int, after: int, to: int) -> tuple[str, int | None]:
        successors = self.plan.node(part, state, value).successors
        return self.step(part, next(label for label, there, then in successors if (there, then) == (after, to)))

    def close(self) -> None:
        self.entry_search.close()
