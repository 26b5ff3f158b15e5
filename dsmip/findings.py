"""Findings about the text: for each ambiguity what goes wrong as it is written, which sets of choices mend
it, what each choice gives up, and what the published text has done about it. Computed, not written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.checking import check_scenario
from checker.repair.choices import Settled, menu, other_values, values_in
from checker.repair.everywhere import Everywhere, everywhere
from checker.repair.failures import Demand, Examiner, Failure, NotDecided
from checker.repair.minimal_sets import Repairs, minimal_repairs
from checker.search import Limits
from checker.trace import Trace
from checker.verdict import Violated
from dsmip.known_answers import known_answers, known_to_hold
from dsmip.responses_under_repair import Unanswered, responses_under
from model.readings import AMBIGUITIES, Ambiguity, reading
from model.scenario_sets import scenario_set
from model.scenarios import load
from properties.kinds import Kind, Property

# small, and between them most of the properties that the text breaks and a repair restores
SHOWING = ("minimal", "prefix-translation", "liveness-nat", "on-path-no-nat")
Report = Callable[[str], None]


@dataclass(frozen=True)
class Broken:
    """A property that the text as written breaks: a shortest run, and the smallest sets of choices that
    restore this one property in all scenarios searched. run: as `dsmip check` shows it."""

    property: Property
    failure: Failure
    run: Trace
    repairs: Repairs

    def depends_on(self, ambiguity: str) -> bool:
        return any(ambiguity in repair for repair in self.repairs.minimal)


@dataclass(frozen=True)
class Alone:
    """What one ambiguity breaks by itself: a shortest run where it is read as written, all else as intended."""

    property: Property
    failure: Failure


@dataclass(frozen=True)
class Finding:
    """One ambiguity. breaks: the properties that need it settled. alone: what it breaks by itself.

    needed: in how many of the smallest repairs it is settled. gives_up: alternatives of the text as
    written that the repair forbids. others: other answers that mend as well.
    """

    ambiguity: Ambiguity
    breaks: tuple[Broken, ...]
    alone: tuple[Alone, ...]
    needed: int
    gives_up: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What a search came to. demanded: what a repair has to bring about, scenario by scenario. everywhere: the first
    of the smallest repairs completed for every scenario of the sets `default` and `variants`, looked at where all
    scenarios that show the most were searched; else None.
    unanswered: response properties that a smallest repair does not restore; repairs are not searched for them.

    unfinished: what was cut short, in words; None if the answer is complete.
    """

    reading: str
    demanded: tuple[Demand, ...]
    broken: tuple[Broken, ...]
    repairs: Repairs
    findings: tuple[Finding, ...]
    everywhere: Everywhere | None
    unanswered: tuple[Unanswered, ...]
    unfinished: str | None

    def needed(self) -> list[Finding]:
        return [entry for entry in self.findings if entry.needed]

    def not_needed(self) -> list[Finding]:
        return [entry for entry in self.findings if not entry.needed]


def demands(names: Sequence[str]) -> list[Demand]:
    """The invariants and step properties known to hold under `intended`, in these scenarios or in those that show
    the most."""
    found = [_demand(name, (Kind.INVARIANT, Kind.STEP)) for name in names or SHOWING]
    return sorted((demand for demand in found if demand.scenario.ue.count == 1), key=_states)


def all_demands() -> list[Demand]:
    """What is known to hold under `intended` in the scenarios of the sets `default` and `variants`, response properties
    among it; smallest scenarios first."""
    names = scenario_set("default") + scenario_set("variants")
    return sorted((_demand(name, (Kind.INVARIANT, Kind.STEP, Kind.RESPONSE)) for name in names), key=_states)


def _demand(name: str, kinds: Sequence[Kind]) -> Demand:
    return Demand(load(name), known_to_hold(name, kinds))


def _states(demand: Demand) -> int:
    return known_answers()[demand.scenario.name, "intended"].states


def findings(wanted: Sequence[Demand], limits: Limits, report: Report = lambda text: None) -> Findings:
    """Search the smallest repairs of `literal`, and say what each ambiguity has to do with them."""
    examiner = Examiner(menu("literal"), limits)
    try:
        return _findings(wanted, examiner, report)
    except NotDecided as reason:
        nothing = Repairs((), (), str(reason), examiner.explorations)
        return Findings("literal", tuple(wanted), (), nothing, (), None, (), str(reason))


def _findings(wanted: Sequence[Demand], examiner: Examiner, report: Report) -> Findings:
    as_written = []
    for demand in wanted:
        report(f"as written, in {demand.scenario.name}")
        as_written += examiner.failures(demand, {})
    broken = [_broken(name, as_written, wanted, examiner, report)
              for name in dict.fromkeys(failure.property.identifier for failure in as_written)]  # fmt: skip
    met = [failure for entry in broken for failure in entry.repairs.failures]
    report("what each ambiguity breaks by itself")
    alone = {name: _alone(name, wanted, examiner, report) for name in examiner.menu.offered}
    repairs = minimal_repairs(examiner.menu, wanted, examiner, known=met, report=report)
    others = _others(repairs, wanted, examiner, report)
    searched = [demand.scenario.name for demand in wanted]
    further, doubt = None, None
    if repairs.minimal and set(searched) >= set(SHOWING):
        try:
            further = everywhere(repairs.minimal[0], all_demands(), examiner.menu, examiner.limits, report)
        except NotDecided as reason:
            doubt = f"the repair was not tried in all scenarios: {reason}"
    unanswered = responses_under(repairs.minimal, searched, examiner.menu, examiner.limits, report)
    cut = [*(entry.repairs.unfinished for entry in broken), repairs.unfinished, doubt]
    return Findings(
        "literal", tuple(wanted), tuple(broken), repairs,
        tuple(_finding(entry, broken, alone[entry.identifier], repairs, others) for entry in AMBIGUITIES
              if entry.identifier in examiner.menu.offered),
        further, tuple(unanswered),
        next((reason for reason in cut if reason is not None), None),
    )  # fmt: skip


def _broken(
    identifier: str, as_written: Sequence[Failure], wanted: Sequence[Demand], examiner: Examiner, report: Report
) -> Broken:
    own = [failure for failure in as_written if failure.property.identifier == identifier]
    shortest = min(own, key=lambda failure: len(failure.trace))
    alone = [
        Demand(demand.scenario, (shortest.property,)) for demand in wanted
        if identifier in [entry.identifier for entry in demand.properties]
    ]  # fmt: skip
    found = minimal_repairs(
        examiner.menu, alone, examiner, known=own, report=lambda text: report(f"{identifier}: {text}")
    )
    return Broken(shortest.property, shortest, _run(shortest), found)


def _run(failure: Failure) -> Trace:
    """A shortest run of the same violation in the system of `literal` itself, replayed every way there is."""
    run = check_scenario(failure.demand.scenario, reading("literal"), [failure.property], engine="explicit")
    trace = run.trace(failure.property.identifier)
    if not isinstance(run.verdict(failure.property.identifier), Violated) or trace is None:
        raise NotDecided(f"{failure.demand.scenario.name}: {failure.property.identifier} is not violated after all")
    return trace


def _alone(name: str, wanted: Sequence[Demand], examiner: Examiner, report: Report) -> tuple[Alone, ...]:
    """The shortest run for each property that breaks where `name` is as written and all else is settled."""
    settled = {other: values[0] for other, values in examiner.menu.offered.items() if other != name}
    shortest: dict[str, Failure] = {}
    for demand in wanted:
        report(f"{name} as written, in {demand.scenario.name}")
        for failure in examiner.failures(demand, settled):
            known = shortest.get(failure.property.identifier)
            if known is None or len(failure.trace) < len(known.trace):
                shortest[failure.property.identifier] = failure
    return tuple(Alone(failure.property, failure) for failure in shortest.values())


def _finding(
    ambiguity: Ambiguity, broken: Sequence[Broken], alone: tuple[Alone, ...], repairs: Repairs,
    others: dict[str, list[str]],
) -> Finding:  # fmt: skip
    name = ambiguity.identifier
    settled = {repair[name] for repair in repairs.minimal if name in repair}
    return Finding(
        ambiguity, tuple(entry for entry in broken if entry.depends_on(name)), alone,
        sum(name in repair for repair in repairs.minimal),
        tuple(value for value in values_in("literal", ambiguity) if settled and value not in settled),
        tuple(others.get(name, ())),
    )  # fmt: skip


def _others(repairs: Repairs, wanted: Sequence[Demand], examiner: Examiner, report: Report) -> dict[str, list[str]]:
    """For the first of the smallest repairs: choices that could be answered otherwise and still mend."""
    found: dict[str, list[str]] = {}
    if not repairs.minimal:
        return found
    first: Settled = repairs.minimal[0]
    for candidate in other_values(first):
        (name,) = [name for name, value in candidate.items() if first[name] != value]
        report(f"{name}={candidate[name]} instead of {first[name]}")
        try:
            if not any(examiner.failures(demand, candidate) for demand in wanted):
                found.setdefault(name, []).append(candidate[name])
        except NotDecided:
            continue
    return found
