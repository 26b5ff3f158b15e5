"""Proof as an engine: explore a small instance, show what it shows at the width asked for, and prove by
induction that the rest never occurs. What neither shows is left to bounded model checking, if asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic, process_time
from typing import Literal

from checker.explicit.engine import ExplicitSearch
from checker.search import INTERRUPTED, Exploration, Limits, Progress, ProgressReport, Sighting
from checker.symbolic.atoms import Vocabulary
from checker.symbolic.bounded import BoundedSearch, SolverGaveUp
from checker.symbolic.certificates import (
    Induction,
    Seen,
    WrittenLemma,
    certificate_text,
    check_certificate,
    read_certificate,
)
from checker.symbolic.components import Components
from checker.symbolic.encoding import Encoding
from checker.symbolic.induction import UNDECIDED, Goal, InductiveSearch, Report, never
from checker.symbolic.k_induction import Depth, KInduction, SeenInRun
from checker.symbolic.lemmas import Lemma
from checker.symbolic.minimising import Minimiser
from checker.symbolic.reachable import LEARNT_BITS, Sample, sample_of
from checker.symbolic.second_solver import second_solver
from checker.symbolic.spacer import RunClaimed
from checker.symbolic.spacer import lemmas as by_spacer
from checker.trace import replay
from checker.widening import replay_at
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System

STATES_EXPLORED = 3_000_000  # of the small instance
STATES_SETTLED = 40_000_000  # of the system itself
STATES_LOOKED_AT = 150_000
SPACER_SECONDS = 20.0  # for each question
SECOND = "bitwuzla"
SHARE_OF_THE_SEARCH = 0.7  # of the time for a proof; the rest is for making it small and for the second solver
IN_DOMAIN = "every value stays in its domain"


@dataclass(frozen=True)
class Proof:
    """A finished search, if there was one, and what it excludes. deeper: what k-induction excludes, with its k.
    others: what Spacer's lemmas exclude."""

    system: System
    search: InductiveSearch | None = None
    goals: Mapping[str, Goal] = field(default_factory=dict)
    deeper: Mapping[str, Depth] = field(default_factory=dict)
    simple_path: bool = False
    others: Mapping[str, Sequence[tuple[str, WrittenLemma]]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {*self.goals, *self.deeper, *self.others}

    @cached_property
    def minimiser(self) -> Minimiser:
        """For one search there is one: what it found out serves all questions."""
        assert self.search is not None
        return Minimiser(self.search)

    def lemmas(self, names: Iterable[str], seconds: float | None = None) -> list[Lemma]:
        """The lemmas that the goals named need (and what keeps values in their domains)."""
        if self.search is None:
            return []
        asked, some = [*names, IN_DOMAIN], self.search.encoding.encoder.some
        terms = [some(self.goals[name].where) for name in asked if name in self.goals]
        used = [lemma for name in asked if name in self.deeper for lemma in self.deeper[name].lemmas]
        return self.minimiser.needed(terms, used, seconds)

    def induction(self, names: Iterable[str]) -> Induction | None:
        """The k that suffices for all of these at once; None if the lemmas do."""
        depths = [self.deeper[name].k for name in names if name in self.deeper]
        return Induction(max(depths), self.simple_path) if depths else None

    def certificate(self, about: Mapping[str, object], seen: Seen, seconds: float | None = None) -> str:
        """The text that proves that nothing of `seen` (observations proved never to occur) ever is."""
        names = [observation.name for observations in seen.values() for observation in observations]
        written = dict.fromkeys(entry for name in names for entry in self.others.get(name, ()))
        return certificate_text(about, self.system, seen, Vocabulary(self.system), self.lemmas(names, seconds),
                                self.induction(names), list(written))  # fmt: skip


class Prover:
    """An engine for `check_scenario`. proof: what the last search proved, if anything.

    learn_from: a smaller instance with the same components (default: the system itself). steps: how far
    bounded model checking looks for what is neither shown nor proved (0: not at all). rlimit: effort for
    each query, the same on every machine (0: no limit). solver: the second one, which must agree.
    settles: explore the system itself, at its own width, too: if every state is reached, that settles
    what induction leaves open. k: steps from up to so many states, for what learned lemmas do not prove.
    simple_path: these states differ. spacer: whether Spacer is asked too: for what is not proved, or only where
    that is not settled.
    """

    def __init__(
        self, learn_from: System | None = None, *, steps: int = 0, rlimit: int = 0, solver: str = SECOND,
        settles: bool = False, k: int = 1, simple_path: bool = False,
        spacer: Literal["never", "not settled", "not proved"] = "never",
    ) -> None:  # fmt: skip
        self.spacer = spacer
        self.k, self.simple_path = k, simple_path
        self.learn_from, self.steps, self.rlimit, self.solver = learn_from, steps, rlimit, solver
        self.settles = settles
        self.proof: Proof | None = None
        self.sample: Sample | None = None
        self.spent: dict[str, float] = {}  # processor seconds, of each part of a proof by induction

    def explore(
        self, system: System, observations: Sequence[Observation], limits: Limits,
        progress: ProgressReport | None = None,
    ) -> Exploration:  # fmt: skip
        """Every observation sighted, proved never to occur, or open. `limits.seconds` counts."""
        started = monotonic()
        self.proof, self.confirmed = None, ""
        wanted = [entry for entry in observations if not entry.impossible]
        proved = {entry.name for entry in observations if entry.impossible}
        sightings: dict[str, Sighting] = {}
        reasons: list[str] = []
        settled: Exploration | None = None
        small = self.learn_from or system
        try:
            if self.settles and small is not system:
                settled = self._explored(system, wanted, limits, progress)
                sightings = dict(settled.sightings)
            unseen = [entry for entry in wanted if entry.name not in sightings]
            explored = self._learn(system, small, unseen, limits, progress)
            if small is system:
                sightings = dict(explored.sightings)
                settled = explored if self.settles else None
            else:
                sightings |= _at_full_width(system, small, explored.sightings)
            rest = [entry for entry in wanted if entry.name not in sightings]
            left = None if limits.seconds is None else max(0.0, limits.seconds - (monotonic() - started))
            proved |= self._prove(rest, limits, left, progress, reasons)
        except KeyboardInterrupt:
            reasons.append(INTERRUPTED)
        except SolverGaveUp as error:
            reasons.append(_in_words(str(error), limits))
        wanted_of_spacer = [entry for entry in wanted if entry.name not in sightings and entry.name not in proved]
        unsettled = settled is None or not settled.complete
        if INTERRUPTED not in reasons and (self.spacer == "not proved" or (self.spacer == "not settled" and unsettled)):
            proved |= self._ask_spacer(system, wanted_of_spacer, limits, started, progress, reasons)
        if settled is not None and settled.complete and INTERRUPTED not in reasons:
            return self._settled(settled, sightings, proved, observations, reasons, monotonic() - started)
        if settled is not None and not settled.complete:
            reasons.append(f"exploration of the system itself: {settled.stopped}")
        rest = [entry for entry in wanted if entry.name not in sightings and entry.name not in proved]
        if rest and self.steps and INTERRUPTED not in reasons:
            reasons.append(self._search_on(system, rest, limits, started, sightings, progress))
        open_ones = [entry for entry in wanted if entry.name not in sightings and entry.name not in proved]
        stopped = "; ".join(reasons) or "not proved" if open_ones else None
        return Exploration(
            "induction", not open_ones, stopped, None, None, None, monotonic() - started, 0, sightings, {},
            {channel.name: channel.capacity for channel in system.channels}, frozenset(),
            notes=(self.confirmed,) if self.confirmed else (), proved=frozenset(proved),
        )  # fmt: skip

    def _explored(
        self, system: System, wanted: Sequence[Observation], limits: Limits, progress: ProgressReport | None
    ) -> Exploration:
        """Every state of the system itself, if there are few enough for half of the time."""
        seconds = None if limits.seconds is None else limits.seconds / 2
        with closing(ExplicitSearch(system, wanted, replace(limits, states=STATES_SETTLED, seconds=seconds))) as search:
            stopped = search.run(progress)
            if stopped == INTERRUPTED:
                raise KeyboardInterrupt
            return search.result(stopped)

    def _settled(
        self, settled: Exploration, sightings: Mapping[str, Sighting], proved: Collection[str],
        observations: Sequence[Observation], reasons: Sequence[str], seconds: float,
    ) -> Exploration:  # fmt: skip
        """A complete exploration of the system itself, with what induction proved besides."""
        by_induction = self.confirmed or f"nothing ({'; '.join(reasons) or 'there was nothing to prove'})"
        alone = sum(1 for entry in observations if entry.name not in sightings and entry.name not in proved)
        notes: tuple[str, ...] = (f"proved by induction: {by_induction}",)
        if alone:
            notes += (f"{alone} rest on the exploration of all {settled.states:,} states alone",)
        return replace(
            settled, engine="explicit and induction" if self.confirmed else settled.engine, sightings=sightings,
            seconds=seconds, notes=(*settled.notes, *notes), proved=frozenset(proved),
        )  # fmt: skip

    def _learn(
        self, system: System, small: System, wanted: Sequence[Observation], limits: Limits,
        progress: ProgressReport | None,
    ) -> Exploration:  # fmt: skip
        """What the small instance shows. Keeps the sample of its states."""
        within = replace(limits, states=STATES_EXPLORED)
        if small is system and self.settles and limits.seconds is not None:
            within = replace(within, seconds=limits.seconds / 2)
        with closing(ExplicitSearch(small, wanted, within)) as search:
            stopped = search.run(progress)
            if stopped == INTERRUPTED:
                raise KeyboardInterrupt
            self.encoding = Encoding(system)
            narrow = all(component.domain.size <= 1 << LEARNT_BITS for component in Components(small).by_name.values())
            self.sample = sample_of(small, search, STATES_LOOKED_AT) if narrow else None
            return search.result(stopped)

    def _prove(
        self, rest: Sequence[Observation], limits: Limits, seconds: float | None, progress: ProgressReport | None,
        reasons: list[str],
    ) -> set[str]:  # fmt: skip
        encoding = self.encoding
        if self.sample is None:
            raise SolverGaveUp(f"lemmas are learned from numbers of {LEARNT_BITS} bits at most")
        faults = [encoding.encoder.every([move.guard, fault]) for move in encoding.moves for fault in move.faults]
        goals = [Goal(IN_DOMAIN, never(faults))]
        for entry in rest:
            where = [condition for move in encoding.moves if (condition := encoding.sightings(entry, move)) is not None]
            if entry.in_states is not None:
                where.append(encoding.condition(entry.in_states))
            goals.append(Goal(entry.name, never(where)))
        started = monotonic()

        def report(text: str) -> None:
            if progress is not None:
                progress(Progress(0, 0, 0, 0, monotonic() - started, words=f"induction: {text}"))

        report(f"{len(goals)} questions")
        share = None if seconds is None else seconds * SHARE_OF_THE_SEARCH / (1 if self.k == 1 else 2)
        search = InductiveSearch(encoding, self.sample, goals, seconds=share, rlimit=self.rlimit, report=report)
        spent = process_time()
        search.run()
        self.spent["search"] = process_time() - spent
        deadline = None if share is None else monotonic() + share
        deeper = self._deeper(search, goals, deadline, report) if self.k > 1 else {}
        given_up = dict.fromkeys(goal.failed for goal in goals if goal.failed not in (None, UNDECIDED))
        if not deeper and not any(goal.proved for goal in goals[1:]) and given_up:
            raise SolverGaveUp(*given_up)
        if not goals[0].proved and not deeper:
            reasons.append(f'"{IN_DOMAIN}" (and no reply is lost for want of room) cannot be proved')
            return set()
        proved = {goal.name: goal for goal in goals if goal.proved}
        proof = Proof(encoding.system, search, proved, deeper, self.simple_path)
        report(f"{self.solver} checks the certificate")
        left = None if seconds is None else max(0.0, seconds - (monotonic() - started))
        self.confirmed = self._check(proof, rest, left)
        self.proof = proof
        if any(goal.failed == UNDECIDED for goal in goals):
            reasons.append("induction with learned lemmas does not prove it")
        if self.k > 1:
            reasons.append(f"induction from up to {self.k} states does not prove it")
        reasons += [_in_words(reason, limits) for reason in given_up if reason]
        return {goal.name for goal in goals[1:] if goal.name in proof.names}

    def _deeper(
        self, search: InductiveSearch, goals: Sequence[Goal], deadline: float | None, report: Report
    ) -> dict[str, Depth]:
        """What is proved by k-induction, with the lemmas that are known to be kept, of what these do not prove."""
        faults, found = goals[0].where, dict[str, Depth]()
        lemmas = {lemma: search.lemmas[lemma] for lemma in search.result.lemmas}
        for goal in goals[1:]:
            if goal.proved:
                continue
            report(f"{goal.name}: steps from up to {self.k} states")
            question = KInduction(
                search.encoding, [*faults, *goal.where], lemmas, simple_path=self.simple_path, deadline=deadline,
                rlimit=self.rlimit,
            )  # fmt: skip
            try:
                depth = question.prove(self.k)
            except SeenInRun:
                continue
            except SolverGaveUp as error:
                goal.failed = str(error)
                continue
            if depth is not None:
                found[goal.name] = depth
        return found

    def _ask_spacer(
        self, system: System, rest: Sequence[Observation], limits: Limits, started: float,
        progress: ProgressReport | None, reasons: list[str],
    ) -> set[str]:  # fmt: skip
        """What lemmas of Spacer's prove that the second solver confirms."""
        found: dict[str, Sequence[tuple[str, WrittenLemma]]] = {}
        for number, entry in enumerate(rest):
            seconds = SPACER_SECONDS
            if limits.seconds is not None:
                left = (limits.seconds - (monotonic() - started)) / (len(rest) - number)
                seconds = min(seconds, left * (0.5 if self.steps else 0.9))
            if seconds <= 0:
                reasons.append("Spacer: no time left")
                break
            if progress is not None:
                progress(Progress(0, 0, 0, 0, monotonic() - started, words=f"Spacer: {entry.name}"))
            try:
                lemmas = by_spacer(system, entry, seconds=seconds, rlimit=self.rlimit)
                self.confirmed = "; ".join(filter(None, [
                    self.confirmed, f"{entry.name}: {self._check_spacer(system, entry, lemmas, seconds)}"
                ]))  # fmt: skip
                found[entry.name] = lemmas
            except RunClaimed as error:
                reasons.append(f"{entry.name}: {error}, which is shown by none")
            except SolverGaveUp as error:
                reasons.append(f"{entry.name}: {error}")
            except KeyboardInterrupt:
                reasons.append(INTERRUPTED)
                break
        if found:
            self.proof = replace(self.proof or Proof(system), others=found)
        return set(found)

    def _check_spacer(
        self, system: System, entry: Observation, lemmas: Sequence[tuple[str, WrittenLemma]], seconds: float | None
    ) -> str:
        seen = {entry.name: [entry]}
        text = Proof(system, others={entry.name: lemmas}).certificate({}, seen)
        asked = self._confirm(text, system, seen, seconds)
        return f"invariant of {len(lemmas)} lemmas from Spacer, {self.solver} confirms it ({asked} queries)"

    def _confirm(self, text: str, system: System, seen: Seen, seconds: float | None) -> int:
        """How many queries the second solver answered, given the certificate alone. Raises SolverGaveUp."""
        try:
            solver = second_solver(self.solver, seconds)
            return check_certificate(read_certificate(text, "certificate"), system, seen, solver)
        except ModelError as error:
            raise SolverGaveUp(f"the proof is not confirmed: {error}") from None

    def _check(self, proof: Proof, rest: Sequence[Observation], seconds: float | None) -> str:
        """Have the second solver check everything proved, from the certificate's text alone."""
        seen = {entry.name: [entry] for entry in rest if entry.name in proof.names}
        spent = process_time()
        text = proof.certificate({}, seen, seconds)
        written = process_time()
        self.spent["minimising"] = written - spent
        asked = self._confirm(text, self.encoding.system, seen, seconds)
        self.spent["second solver"] = process_time() - written
        certificate = read_certificate(text, "certificate")
        learned = f"learned from {self.sample.size:,} explored states" if self.sample else ""
        depth = certificate.induction
        if depth is not None:
            learned += f"; k = {depth.k}{' with simple paths' if depth.simple_path else ''}"
        return (f"invariant of {len(certificate.lemmas)} lemmas, {learned};"
                f" {self.solver} confirms it ({asked} queries)")  # fmt: skip

    def _search_on(
        self, system: System, rest: Sequence[Observation], limits: Limits, started: float,
        sightings: dict[str, Sighting], progress: ProgressReport | None,
    ) -> str:  # fmt: skip
        """Bounded model checking of what is open; how far it looked, in words."""
        seconds = None if limits.seconds is None else max(1.0, limits.seconds - (monotonic() - started))
        search = BoundedSearch(system, rest, Limits(seconds=seconds, steps=self.steps), rlimit=self.rlimit)
        stopped = search.run(progress)
        sightings.update(search.sightings)
        return stopped or "every run ends without it, but this is no proof"


def _at_full_width(system: System, small: System, found: Mapping[str, Sighting]) -> dict[str, Sighting]:
    """What runs of the small instance show, as runs of `system`, where it has them."""
    result: dict[str, Sighting] = {}
    for name, sighting in found.items():
        trace = replay_at(system, replay(small, name, sighting.initial, sighting.path))
        if trace is not None:
            result[name] = Sighting(trace.initial, tuple(trace.path))
    return result


def _in_words(reason: str, limits: Limits) -> str:
    if reason in ("timeout", "canceled") and limits.seconds is not None:
        return f"induction: time limit of {limits.seconds:g} s reached"
    if reason.startswith("the proof"):
        return reason
    return f"induction: the solver gave up ({reason})"


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> Exploration:
    """Prove at the system's own width what exploration shows at that width."""
    return Prover().explore(system, observations, limits, progress)
