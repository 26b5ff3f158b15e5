"""Compares what a referee finds in an exported file with what the compiled search finds in the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings

from checker.explicit import engine
from checker.search import Exploration, Limits
from dsmip.known_answers import known_answers
from generators.exports.subject import Subject, plain_subject, subject_of
from generators.referees.findings import Findings
from generators.referees.programs import missing_programs
from model.language.observations import Observation
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

Ask = Callable[[Subject], Findings]
FEW = Limits(states=50_000)
ALLOWED = list(HealthCheck)


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = missing_programs(*programs)
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def some(examples: int) -> settings:
    """So many random systems, the same in every run."""
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED,
        phases=[Phase.generate],  # to shrink would take hours
    )  # fmt: skip


def is_small(system: System) -> bool:
    return engine.explore(system, [], FEW).complete


def assert_referee_agrees(ask: Ask, system: System, observations: Sequence[Observation]) -> Exploration:
    ours = engine.explore(system, observations, FEW)
    assert ours.complete
    found = ask(plain_subject(system, observations))
    assert found.complete
    assert (found.states, found.transitions) == (ours.states, ours.transitions)
    assert found.seen == set(ours.sightings)
    return ours


def assert_scenario_as_recorded(ask: Ask, scenario: str, reading_name: str) -> Findings:
    """The referee's counts and verdicts are those of the known answers."""
    subject = subject_of(load(scenario), reading(reading_name), ALL_PROPERTIES)
    known = known_answers()[scenario, reading_name]
    found = ask(subject)
    assert found.complete
    assert (found.states, found.transitions) == (known.states, known.transitions)
    witnesses = {claim.name for claim in subject.claims if claim.must_occur}
    violated = {name for name, verdict in known.verdicts.items() if verdict == "violated"}
    assert found.seen - witnesses == violated - witnesses
    assert found.seen & witnesses == witnesses & set(known.verdicts) - violated
    return found
