"""What answers for a requirement, in four columns: rows that realise it, properties that check it, a run in
which it matters, and mutants that violate it and are killed by one of those properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from checker.engines import explore
from checker.search import Limits
from checker.trace import Trace, replay
from model.handover import TABLES, handover
from model.language.domains import Value
from model.language.errors import ModelError
from model.language.expressions import TRUE
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import System
from model.readings import Reading, reading
from model.scenarios import Scenario, load
from properties.catalogue import Requirement
from properties.matters_registry import WHEN_IT_MATTERS
from properties.registry import ALL_PROPERTIES
from properties.traceability import matrix
from properties.when_it_matters import Matters

COLUMNS = ("rows", "properties", "witness", "mutant")


@dataclass(frozen=True)
class RowWitness:
    """A shortest run of a scenario that ends with a step of a row.

    initial: the variables that may start with several values. path: (action, position of the message taken).
    choices: what is switched in the reading.
    """

    machine: str
    row: str
    scenario: str
    reading: str
    initial: Mapping[str, Value]
    path: tuple[tuple[str, int | None], ...]
    choices: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """For a file of records; `choices` only where there are some."""
        record = {name: getattr(self, name) for name in ("machine", "row", "scenario", "reading", "initial", "path")}
        return {**record, "choices": self.choices} if self.choices else record

    @staticmethod
    def from_record(entry: Mapping[str, Any]) -> RowWitness:
        return RowWitness(
            entry["machine"], entry["row"], entry["scenario"], entry["reading"], entry["initial"],
            tuple((name, position) for name, position in entry["path"]), tuple(entry.get("choices", ())),
        )


@dataclass(frozen=True)
class Kill:
    """A mutant found out by a property. requirements: what it disregards. length: of the shortest trace."""

    mutant: str
    property: str
    scenario: str
    length: int | None
    requirements: tuple[str, ...]


class OnTheRun(Enum):
    """What a mutant does where the right model is in the situation that a requirement is about."""

    DISREGARDS = "does not do there what is asked for"
    OTHERWISE = "does otherwise there"
    ELSEWHERE = "cannot follow the run so far"
    ALIKE = "does the same on this run"


@dataclass(frozen=True)
class Shown:
    """A mutant beside a requirement. property: the one that finds it out. there: already in the last step of the run
    in which the requirement matters; else `scenario` says where (length: steps of that trace, if it has one)."""

    mutant: str
    on_the_run: OnTheRun
    property: str
    there: bool
    scenario: str
    length: int | None


@dataclass(frozen=True)
class Covered:
    """The four columns of one requirement. matters: when it does, where that is declared; the witness is a run that
    ends so. shown: the mutant that tells most on the witness. kills: by properties that check it; the shortest
    trace first."""

    requirement: Requirement
    rows: tuple[tuple[str, str], ...]
    properties: tuple[str, ...]
    matters: Matters | None
    witness: RowWitness | None
    shown: Shown | None
    kills: tuple[Kill, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns that are empty."""
        filled = (self.rows, self.properties, self.witness is not None, self.shown is not None)
        return tuple(name for name, present in zip(COLUMNS, filled, strict=True) if not present)


def coverage(
    kills: Iterable[Kill], mattering: Mapping[str, tuple[RowWitness, Shown | None]],
) -> list[Covered]:  # fmt: skip
    """Every requirement of the catalogue with its columns, in the catalogue's order. mattering: a run in which it
    matters, and the mutant beside it, by requirement."""
    by_requirement: dict[str, list[Kill]] = {}
    for kill in kills:
        for identifier in kill.requirements:
            by_requirement.setdefault(identifier, []).append(kill)
    found = []
    for traced in matrix(TABLES, ALL_PROPERTIES):
        telling = [kill for kill in by_requirement.get(traced.requirement.identifier, ())
                   if kill.property in traced.properties]  # fmt: skip
        matters = WHEN_IT_MATTERS.get(traced.requirement.identifier)
        run, shown = mattering.get(traced.requirement.identifier, (None, None))
        found.append(Covered(
            traced.requirement, traced.rows, traced.properties, matters, run, shown,
            tuple(sorted(telling, key=lambda kill: (kill.length is None, kill.length or 0, kill.mutant))),
        ))  # fmt: skip
    return found


def row_witnesses(scenario: Scenario, read: Reading, limits: Limits = Limits()) -> list[RowWitness]:  # noqa: B008
    """A shortest run to each row of UE and home agent that is taken in a scenario. Raises ModelError."""
    system = handover(scenario, read)
    actions: dict[tuple[str, str], list[str]] = {}
    for action in system.actions:
        for row in action.rows:
            actions.setdefault((row.machine, row.label), []).append(action.name)
    looked_for = {f"{machine}: {label}": Observation(f"{machine}: {label}", in_steps=dict.fromkeys(names, TRUE))
                  for (machine, label), names in actions.items()}  # fmt: skip
    found = explore(system, list(looked_for.values()), limits)
    return [
        RowWitness(machine, label, scenario.name, read.name, open_values(system, sighting.initial), sighting.path)
        for machine, label in actions
        if (sighting := found.sightings.get(f"{machine}: {label}")) is not None
    ]


def open_values(system: System, state: State) -> dict[str, Value]:
    return {variable.name: value for variable, value in zip(system.variables, state.values, strict=True)
            if len(variable.initial) > 1}  # fmt: skip


@cache
def _system(scenario: str, reading_name: str, choices: tuple[str, ...]) -> System:
    return handover(load(scenario), reading(reading_name, choices))


def witness_trace(witness: RowWitness) -> Trace:
    """The witness as a trace, replayed. Raises ModelError if it is no run of the model, or does not end in its row."""
    system = _system(witness.scenario, witness.reading, witness.choices)
    starts = [state for state in Interpretation(system).initial_states()
              if open_values(system, state) == dict(witness.initial)]  # fmt: skip
    about = f"{witness.machine}: {witness.row}"
    if not starts:
        raise ModelError(f'the run to "{about}" starts in no initial state of {witness.scenario}')
    trace = replay(system, about, starts[0], witness.path)
    if not any((row.machine, row.label) == (witness.machine, witness.row) for row in trace.steps[-1].action.rows):
        raise ModelError(f'the run to "{about}" in {witness.scenario} ends otherwise')
    return trace


def unexplained(entries: Sequence[Covered], reasons: Mapping[str, str]) -> list[Covered]:
    """Requirements with an empty column and no reason for it."""
    return [entry for entry in entries if entry.missing and not reason_for(entry, reasons)]


def reason_for(entry: Covered, reasons: Mapping[str, str]) -> str:
    """Why a column is empty: the requirement is out of scope, or the reason given; empty if there is none."""
    return entry.requirement.out_of_scope or reasons.get(entry.requirement.identifier, "")
