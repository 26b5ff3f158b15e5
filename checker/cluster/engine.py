"""The distributed engine: states belong to workers by their hash, and all workers go from level to level
together. Same question and answer as the explicit engine, whose successor function the workers run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from time import monotonic

from checker.cluster.checkpointing import ClusterCheckpointing
from checker.cluster.exchange import Exchange, ExchangeError, ParcelLost, WorkerLost
from checker.cluster.partition import Order, Program, Report
from checker.cluster.partition_text import taking_in
from checker.cluster.trails import Trails
from checker.explicit.action_code import action_and_position
from checker.explicit.engine import SECONDS_BETWEEN_REPORTS
from checker.explicit.packing import Layout
from checker.explicit.system_text import SystemText
from checker.interruption import Interruption, noted
from checker.search import INTERRUPTED, Exploration, Limits, Progress, ProgressReport
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.observations import Observation
from model.language.systems import System

MOST_LOSSES = 3  # of workers, before a search that is kept gives up

Launch = Callable[[Program, int, int | None], Exchange]  # program, workers, bytes for each


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None, *,
    launch: Launch, workers: int, checkpointing: ClusterCheckpointing | None = None,
) -> Exploration:  # fmt: skip
    """Every reachable state, in order of distance, until done or a limit is passed or a worker is lost.

    launch: starts the workers. checkpointing: where the search is kept, and goes on from, also after the
    loss of a worker. Raises ModelError if a value leaves its domain, CheckpointError if what is kept there
    cannot be used.
    """
    search = DistributedSearch(system, observations, limits, launch, workers)
    with noted() as interruption:
        return search.run(interruption, progress, checkpointing)


def program_of(system: System, layout: Layout, observations: Sequence[Observation]) -> Program:
    written = SystemText(system, layout, observations)
    return Program(
        written.text + taking_in(layout.part_words), tuple(layout.part_words), written.masks,
        written.most_successors, len(system.actions), len(system.channels), (len(observations) + 63) // 64,
    )  # fmt: skip


class DistributedSearch:
    """One search: what is known of all workers together."""

    def __init__(self, system: System, observations: Sequence[Observation], limits: Limits, launch: Launch,
                 workers: int) -> None:  # fmt: skip
        self.started = monotonic()
        self.system, self.observations, self.limits = system, observations, limits
        self.layout = Layout(system)
        self.program = program_of(system, self.layout, observations)
        self.launch, self.workers = launch, workers
        self.unseen = [2**64 - 1] * self.program.groups
        self.sighted: dict[int, int] = {}  # number of observation -> worker
        self.levels: list[int] = []
        self.seconds_before = 0.0  # of earlier workers, where a checkpoint is taken up
        self.resumed = 0  # states that come from it
        self.reports: list[Report] = []

    @property
    def states(self) -> int:
        return sum(report.states for report in self.reports)

    @property
    def seconds(self) -> float:
        """Spent on this search, by these workers and earlier ones."""
        return self.seconds_before + monotonic() - self.started

    def run(
        self, interruption: Interruption, progress: ProgressReport | None, keeping: ClusterCheckpointing | None = None
    ) -> Exploration:
        """keeping: where the search is kept, and goes on from, also if a worker is lost."""
        if keeping is None:
            return self._run(interruption, progress, None)
        keeping.open(self)
        with closing(keeping):
            return self._run(interruption, progress, keeping)

    def _run(
        self, interruption: Interruption, progress: ProgressReport | None, keeping: ClusterCheckpointing | None
    ) -> Exploration:
        memory = None if self.limits.memory is None else self.limits.memory // self.workers
        losses = 0
        while True:
            exchange: Exchange | None = None
            try:
                exchange = self.launch(self.program, self.workers, memory)
                stopped = self._explore(exchange, interruption, progress, keeping)
                return self._result(stopped, exchange if self.reports else None)
            except ExchangeError as error:
                losses += 1
                again = isinstance(error, WorkerLost) and keeping is not None and keeping.states > 0
                if not again or losses > MOST_LOSSES:
                    return self._result(f"{error} at depth {self.depth}", None)
                assert keeping is not None
                keeping.say(f"{error}; all workers start anew")
            except KeyboardInterrupt:
                return self._result(INTERRUPTED, None)
            finally:
                if exchange is not None:
                    exchange.close()

    def _begin(self, exchange: Exchange) -> None:
        initial = [self.layout.encode(state) for state in Interpretation(self.system).initial_states()]
        self.reports = exchange.begin(initial)
        self.levels, self.sighted = [self.states], {}
        full = any(report.full for report in self.reports)
        if not full and self.states != len({tuple(words) for words in initial}):
            raise RuntimeError("an initial state belongs to no worker, or to two")

    def _explore(
        self, exchange: Exchange, interruption: Interruption, progress: ProgressReport | None,
        keeping: ClusterCheckpointing | None,
    ) -> str | None:  # fmt: skip
        if keeping is not None and keeping.states:
            stopped = keeping.restore(self, exchange)
            if stopped is not None:
                return stopped
        else:
            self._begin(exchange)
        reported = monotonic()

        def patience() -> None:
            if interruption.times > 1:
                raise KeyboardInterrupt

        deepen = all(report.waiting == 0 for report in self.reports) and self.resumed > 0
        while True:
            stopped = self._limit(interruption)
            if stopped is not None and (keeping is None or any(report.full for report in self.reports)):
                return stopped
            pausing = keeping is not None and (stopped is not None or keeping.due())
            before = self.reports
            self.reports = exchange.step(Order(deepen, tuple(self.unseen), expand=not pausing), patience)
            self._examine(before, exchange)
            if deepen:
                new = sum(report.level for report in self.reports)
                if new == 0:
                    if keeping is not None:
                        keeping.save(self, exchange, complete=True)
                    return None
                self.levels.append(new)
            deepen = all(report.waiting == 0 for report in self.reports)
            if pausing and keeping is not None and not any(report.full for report in self.reports):
                keeping.save(self, exchange, complete=False)
            if stopped is not None:
                return stopped
            now = monotonic()
            if progress is not None and now - reported > SECONDS_BETWEEN_REPORTS:
                reported = now
                progress(self._progress())

    def _limit(self, interruption: Interruption) -> str | None:
        if interruption.requested:
            return INTERRUPTED
        if any(report.full for report in self.reports):
            if self.limits.memory is None:
                return f"no more memory to be had at depth {self.depth}"
            return f"memory limit of {self.limits.memory / 2**20:g} MiB reached at depth {self.depth}"
        reached = self.limits.reached(self.states, monotonic() - self.started)
        return reached and f"{reached} at depth {self.depth}"

    def _examine(self, before: Sequence[Report], exchange: Exchange) -> None:
        """Note sightings; raise what went wrong: a lost or misled successor would make every count a lie."""
        for worker, report in enumerate(self.reports):
            for group, unseen in enumerate(report.unseen):
                new = self.unseen[group] & ~unseen
                while new:
                    bit = new & -new
                    self.sighted.setdefault(64 * group + bit.bit_length() - 1, worker)
                    new ^= bit
            if report.failed is not None:
                self._fail(exchange, worker, *report.failed)
        self.unseen = [
            unseen & ~sum(1 << number % 64 for number in self.sighted if number // 64 == group)
            for group, unseen in enumerate(self.unseen)
        ]
        if any(report.full for report in self.reports):
            return
        for receiver, report in enumerate(self.reports):
            if report.strays or report.received != tuple(sender.sent[receiver] for sender in before):
                raise ParcelLost(receiver)

    def _fail(self, exchange: Exchange, worker: int, label: int, index: int) -> None:
        """Raise the error that the interpretation has for the step that failed."""
        number, position = action_and_position(label)
        ((words, _),) = exchange.ask(worker, "whence", [index])
        action = self.system.actions[number]
        Interpretation(self.system).step(action, position, self.layout.decode(words))
        raise ModelError(f'action "{action.name}": a field of a message gets a value outside its domain')

    # the answer

    @property
    def depth(self) -> int:
        """The distance of the states last found."""
        return len(self.levels) - 1 + int(self.states > sum(self.levels))

    def _progress(self) -> Progress:
        waiting = self.states - sum(self.levels) + sum(report.waiting for report in self.reports)
        transitions = sum(report.transitions for report in self.reports)
        return Progress(self.states, transitions, self.depth, waiting, self.seconds, self.resumed)

    def _result(self, stopped: str | None, exchange: Exchange | None) -> Exploration:
        """exchange: None if the workers are gone; then sightings have no runs that lead there, and are left out."""
        actions, channels = self.system.actions, self.system.channels
        fired, largest, overflowed = [0] * len(actions), [0] * len(channels), [0] * len(channels)
        trails = Trails({})
        if exchange is not None:
            tallies = [exchange.ask(worker, "tally") for worker in range(self.workers)]
            fired = [sum(counts) for counts in zip(*(tally.fired for tally in tallies), strict=True)]
            largest = [max(counts) for counts in zip(*(tally.largest for tally in tallies), strict=True)]
            overflowed = [any(flags) for flags in zip(*(tally.overflowed for tally in tallies), strict=True)]
            trails = Trails({number: (worker, tallies[worker].sightings[number])
                             for number, worker in self.sighted.items()})  # fmt: skip
            trails.follow(exchange)
        memory = sum(report.memory for report in self.reports)
        return Exploration(
            "cluster", stopped is None, stopped, self.states,
            sum(report.transitions for report in self.reports), self.depth, self.seconds, memory,
            trails.sightings(self.system, self.layout, self.observations),
            {action.name: count for action, count in zip(actions, fired, strict=True)},
            {channel.name: count for channel, count in zip(channels, largest, strict=True)},
            frozenset(channel.name for channel, flag in zip(channels, overflowed, strict=True) if flag),
            tuple(self.levels), notes=(f"{self.workers} workers, states by hash",),
        )  # fmt: skip
