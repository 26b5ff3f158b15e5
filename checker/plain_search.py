"""Breadth-first search with the interpretation: slow, and plain enough to be believed.
The yardstick that other engines are compared with."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from time import monotonic

from checker.search import INTERRUPTED, Exploration, Limits, Progress, ProgressReport, Sighting
from checker.symmetry import Symmetry, usable_symmetry
from model.language.interpretation import Interpretation, State, Step
from model.language.observations import Observation
from model.language.systems import System

SECONDS_BETWEEN_REPORTS = 0.25
BYTES_PER_STATE = 1500  # a guess at what Python objects take


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> Exploration:
    """Every reachable state, in order of distance, until done or a limit is passed.

    Of states that are alike but for names, as the system declares it, only the first one found is
    expanded; figures stay those of all states. Raises ModelError if a value leaves its domain.
    """
    symmetry, notes = usable_symmetry(system, observations)
    search = _Search(system, observations, symmetry, notes)
    stopped: str | None = None
    try:
        stopped = search.run(limits, progress)
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    return search.result(stopped)


class _Search:
    def __init__(
        self, system: System, observations: Sequence[Observation], symmetry: Symmetry | None, notes: tuple[str, ...]
    ) -> None:
        self.system = system
        self.symmetry = symmetry
        self.notes = notes
        self.alike: set[State] = set()  # all states of the orbits found
        self.weight: dict[State, int] = {}  # of a state that is expanded: the size of its orbit
        self.interpretation = Interpretation(system)
        self.in_states = {entry.name: entry.in_states for entry in observations if entry.in_states is not None}
        self.in_steps = {
            action.name: {entry.name: entry.in_steps[action.name]
                          for entry in observations if action.name in entry.in_steps}
            for action in system.actions
        }  # fmt: skip
        self.started = monotonic()
        self.distance: dict[State, int] = {}
        self.arrival: dict[State, tuple[State, str, int | None] | None] = {}
        self.waiting: deque[State] = deque()
        self.fired = {action.name: 0 for action in system.actions}
        self.largest = {channel.name: 0 for channel in system.channels}
        self.overflowed: set[str] = set()
        self.sightings: dict[str, Sighting] = {}

    def run(self, limits: Limits, progress: ProgressReport | None) -> str | None:
        for state in self.interpretation.initial_states():
            self.found(state, 0, None)
        reported = self.started
        while self.waiting:
            now = monotonic()
            if reached := limits.reached(len(self.distance), now - self.started):
                return f"{reached} at depth {self.depth}"
            if limits.memory is not None and self.memory > limits.memory:
                return f"memory limit of {limits.memory / 2**20:g} MiB reached at depth {self.depth}"
            if progress is not None and now - reported > SECONDS_BETWEEN_REPORTS:
                reported = now
                progress(Progress(len(self.distance), self.transitions, self.depth, len(self.waiting),
                                  now - self.started))  # fmt: skip
            self.expand(self.waiting.popleft())
        return None

    def expand(self, state: State) -> None:
        for channel, contents in zip(self.system.channels, state.channels, strict=True):
            self.largest[channel.name] = max(self.largest[channel.name], len(contents))
        for name, condition in self.in_states.items():
            if name not in self.sightings and self.interpretation.holds(condition, state):
                self.sightings[name] = self.sighting(state, ())
        for step in self.interpretation.steps(state):
            self.fired[step.action.name] += self.weight[state]
            self.observe(state, step)
            if step.overflow:
                self.overflowed.update(self.channels_without_room(state, step))
            self.found(step.state, self.distance[state] + 1, (state, step.action.name, step.position))

    def observe(self, state: State, step: Step) -> None:
        for name, condition in self.in_steps[step.action.name].items():
            if name not in self.sightings:
                fields = self.interpretation.taken(step.action, state, step.position)
                scope = self.interpretation.scope(step.action)
                if self.interpretation.evaluate(condition, state, fields, scope):
                    self.sightings[name] = self.sighting(state, ((step.action.name, step.position),))

    def found(self, state: State, distance: int, arrival: tuple[State, str, int | None] | None) -> None:
        if state not in self.distance and state not in self.alike:
            orbit = {state} if self.symmetry is None else self.symmetry.orbit(state)
            self.alike |= orbit if self.symmetry is not None else set()
            self.weight[state] = len(orbit)
            self.distance[state] = distance
            self.arrival[state] = arrival
            self.waiting.append(state)

    def sighting(self, state: State, last: tuple[tuple[str, int | None], ...]) -> Sighting:
        path: list[tuple[str, int | None]] = []
        while (arrival := self.arrival[state]) is not None:
            state, action, position = arrival
            path.append((action, position))
        return Sighting(state, (*reversed(path), *last))

    def channels_without_room(self, state: State, step: Step) -> set[str]:
        held = {
            channel.name: len(contents) for channel, contents in zip(self.system.channels, state.channels, strict=True)
        }
        if step.position is not None and step.action.channel is not None:
            held[step.action.channel] -= 1
        full: set[str] = set()
        for sending in step.action.sends:
            capacity = self.system.channels[self.system.channel_index[sending.channel]].capacity
            if held[sending.channel] >= capacity:
                full.add(sending.channel)
            else:
                held[sending.channel] += 1
        return full

    @property
    def transitions(self) -> int:
        return sum(self.fired.values())

    @property
    def depth(self) -> int:
        return max(self.distance.values(), default=0) if not self.waiting else self.distance[self.waiting[-1]]

    @property
    def levels(self) -> tuple[int, ...]:
        counts: Counter[int] = Counter()
        for state, distance in self.distance.items():
            counts[distance] += self.weight[state]
        return tuple(counts[distance] for distance in range(len(counts)))

    @property
    def memory(self) -> int:
        return len(self.distance) * BYTES_PER_STATE

    def result(self, stopped: str | None) -> Exploration:
        fired, largest, overflowed = self.fired, self.largest, frozenset(self.overflowed)
        reductions: tuple[str, ...] = ()
        if self.symmetry is not None:
            fired, largest = self.symmetry.fired(fired), self.symmetry.largest(largest)
            overflowed = self.symmetry.overflowed(overflowed)
            reductions = (self.symmetry.text(len(self.distance)),)
        return Exploration(
            "plain", stopped is None, stopped, sum(self.weight.values()), self.transitions, self.depth,
            monotonic() - self.started, self.memory, self.sightings, fired, largest,
            overflowed, self.levels, reductions, self.notes,
        )  # fmt: skip
