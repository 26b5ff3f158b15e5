"""What is exported: a flattened system, what must never and what must sometimes be seen in it, and
where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.fairness.responses import Response, response_of
from model.handover import Change, binding, handover_of_one
from model.language.expressions import negation
from model.language.observations import Observation, observe_states
from model.language.replication import observed_in_all, replicated
from model.language.systems import System
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property, observations


@dataclass(frozen=True)
class Claim:
    """One property as an exported file says it. seen: what must never be seen, or (`must_occur`) must be.

    sources: clause and requirement identifiers.
    """

    name: str
    statement: str
    seen: Observation
    must_occur: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResponseClaim:
    """One response property as an exported file says it: what follows in the end in every fair run."""

    name: str
    statement: str
    response: Response
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownCounts:
    """What a complete exploration by dsmip found. depth: None where the engine does not say."""

    states: int
    transitions: int
    depth: int | None


@dataclass(frozen=True)
class Subject:
    """A system to export. title: such as "minimal". origin: lines for the reader, label -> text.

    file_name: of the file, without suffix (a TLA+ module is called like its file).
    """

    title: str
    system: System
    claims: tuple[Claim, ...] = ()
    origin: Mapping[str, str] | None = None
    known: KnownCounts | None = None
    file_name: str = "exported"
    responses: tuple[ResponseClaim, ...] = ()


def plain_subject(system: System, observed: Sequence[Observation], responses: Sequence[Response] = ()) -> Subject:
    """A system of any kind; what is observed must never be seen."""
    claims = tuple(Claim(entry.name, entry.name, entry) for entry in observed)
    answers = tuple(ResponseClaim(entry.name, entry.name, entry) for entry in responses)
    return Subject(system.name, system, claims, responses=answers)


def subject_of(
    scenario: Scenario, reading: Reading, properties: Sequence[Property], *, change: Change | None = None,
    mutant: str | None = None, known: KnownCounts | None = None,
) -> Subject:  # fmt: skip
    """The handover in one scenario and reading, with the properties that say something about it. Response
    properties speak of one UE: with several they are left out.

    Raises ModelError if a property speaks of something that the system does not have.
    """
    alone = handover_of_one(scenario, reading, change)
    ues = scenario.ue.count
    system = alone if ues == 1 else replicated(alone, ues)[0]
    bound = binding(scenario, reading)
    claims: list[Claim] = []
    responses: list[ResponseClaim] = []
    for entry in properties:
        if entry.identifier in scenario.cannot_occur or entry.least_ues > ues:
            continue
        if entry.needs and entry.needs not in scenario.capabilities:
            continue
        sources = tuple(name for name in (entry.clause, *entry.requirements) if name)
        if entry.kind is Kind.RESPONSE:
            if ues == 1:
                answer = response_of(entry, alone, bound)
                responses.append(ResponseClaim(entry.identifier, entry.statement, answer, sources))
            continue
        wanted = entry.antecedent_name if entry.kind is Kind.WITNESS else entry.violation_name
        found = next((seen for seen in observations(entry, alone, bound, ues) if seen.name == wanted), None)
        if found is not None:
            claims.append(Claim(entry.identifier, entry.statement, found, entry.kind is Kind.WITNESS, sources))
    for machine in alone.machines:
        for local in machine.invariants:
            name = f"{machine.name}: {local.name}"
            broken = observe_states(f"{name} violated", negation(local.condition), alone)
            claims.append(Claim(name, "a table relies on it", observed_in_all(broken, alone, ues)))
    origin = {"scenario": f"{scenario.name}: {scenario.description}", "reading": reading.name}
    if switched := reading.completed(scenario.choices).switched_texts:
        origin["choices"] = ", ".join(switched)
    if mutant is not None:
        origin["mutant"] = mutant
    return Subject(scenario.name, system, tuple(claims), origin, known, responses=tuple(responses))
