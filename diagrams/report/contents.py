"""What a report says, as plain data: whoever makes one fills this in, `document` turns it into a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diagrams.report.trace_data import TraceData


@dataclass(frozen=True)
class Exploration:
    """One run. reading: with the choices switched. stopped: why it is not complete; empty if it is."""

    scenario: str
    description: str
    reading: str
    engine: str
    states: int | None
    transitions: int | None
    depth: int | None
    seconds: float | None
    stopped: str
    dead_rows: Sequence[str]
    rows: int
    bounds: Sequence[str]
    reductions: Sequence[str]
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """A property. clause: of the text it comes from."""

    identifier: str
    text: str
    kind: str
    clause: str
    requirements: Sequence[str]
    modality: str


@dataclass(frozen=True)
class Outcome:
    """What became of one property in one run. word: holds, violated, unknown, never exercised, reached, not reached.

    as_expected: None where nothing is recorded. trace: number in `TraceData`, or None.
    """

    run: int
    property: str
    word: str
    as_expected: bool | None
    reason: str
    trace: int | None


@dataclass(frozen=True)
class Showing:
    """A property violated under one reading, shown by its shortest run. scenarios: where it is violated.

    name: the run's name in deep links. reason: why it is known to be so; may be empty.
    """

    reading: str
    scenarios: Sequence[str]
    scenario: str
    length: str
    name: str
    reason: str
    chart: str


@dataclass(frozen=True)
class Finding:
    """A property that is violated somewhere. glance: for each reading of the report what became of the property, and
    in how many scenarios; ("", 0) where it is not judged."""

    statement: Statement
    ambiguities: Sequence[str]
    fairness: Sequence[str]
    glance: Sequence[tuple[str, int]]
    showings: Sequence[Showing]


@dataclass(frozen=True)
class Walk:
    """A run that must exist, for people who want to see the procedure at work. runs: (reading, name of the run in
    deep links, how many steps)."""

    identifier: str
    text: str
    runs: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class Asked:
    """A requirement. checks: (property, its worst verdict here: "holds", "violated", "unknown" or "" if not judged).

    witness: a run in which it matters. killed: a mutant that disregards it, and what finds it out.
    missing: what of the four there is not, and why. All three may be empty.
    """

    identifier: str
    clause: str
    modality: str
    actor: str
    text: str
    rows: Sequence[str]
    checks: Sequence[tuple[str, str]]
    out_of_scope: str
    witness: str = ""
    killed: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Wrong:
    """A mutant made by hand. killed_by: the property that tells it from the right model."""

    identifier: str
    actor: str
    change: str
    killed_by: str
    scenario: str
    requirements: Sequence[str]


@dataclass(frozen=True)
class OperatorScore:
    """What became of the mutants that one operator makes. counts: one for each fate of the table."""

    operator: str
    does: str
    counts: Sequence[int]
    share: str


@dataclass(frozen=True)
class Mutation:
    """A campaign of mutants. note: what was tried where, in words. survivors: (reason, mutants that nothing kills,
    as (identifier, what it does))."""

    note: str
    fates: Sequence[str]
    scores: Sequence[OperatorScore]
    survivors: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class Picture:
    """svg: a whole document element."""

    title: str
    note: str
    svg: str


@dataclass(frozen=True)
class Contents:
    """unfinished: what was cut short, in words; empty if all that was asked for is there."""

    title: str
    command: str
    made: str
    version: str
    unfinished: str
    surprises: Sequence[str]
    explorations: Sequence[Exploration]
    statements: Sequence[Statement]
    outcomes: Sequence[Outcome]
    readings: Sequence[str]
    findings: Sequence[Finding]
    walks: Sequence[Walk]
    requirements: Sequence[Asked]
    mutants: Sequence[Wrong]
    mutation: Mutation | None
    pictures: Sequence[Picture]
    traces: TraceData = field(default_factory=TraceData)
