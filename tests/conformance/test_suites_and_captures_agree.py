"""What a suite says of a system and what `dsmip conform` says of the capture of the same run agree, for the right
system and wrong ones: whatever passes is explained, and a failure that packets show is found in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from generators.adapters.protocol import Answers, Fields, SystemUnderTest
from generators.conformance.judging import Judgement, Outcome
from generators.mutation.lookup import change_called
from generators.suites.cases import Suite, TestCase
from generators.suites.model_system import model_system
from generators.suites.recording import recorded
from generators.suites.running import Result, Session, Verdict
from tests.conformance.test_captures_of_suites import judged, suite_of
from tests.suites.silent import Silent

WRONG = {
    "home_agent": ("ha-any-number", "ha-lifetime-zero", "ha-removal-refused", "ha-keeps-binding",
                   "ha-forgets-removed-entry", "ha-grants-unasked", "ha-any-alternate", "ha-no-protection",
                   "ha-refusal-removes", "ha-routing-header-at-home", "ha-any-subscriber"),
    "ue": ("ue-any-number", "ue-wrong-alternate", "ue-no-home-address", "ue-forces-udp", "ue-registers-at-home",
           "ue-refusal-taken-as-acceptance"),
}  # fmt: skip
OTHER_SCHOOLS = ("AMB-26=forget", "AMB-28=status-133", "AMB-22=forget", "AMB-19=always", "AMB-25=unchanged")


class Unobserved:
    """A system whose variables nobody sees."""

    def __init__(self, system: SystemUnderTest) -> None:
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def state(self) -> Fields:
        return {}


class RefusesRemovals(Silent):
    """A home agent that has no binding and answers every removal with 133, however often it is repeated."""

    def receives(self, message: str, fields: Fields) -> Answers:
        if message != "BindingUpdate" or fields["lifetime"] != "zero":
            return []
        return [("BindingAcknowledgement", {
            "status": "133 not home agent for this mobile node", "sequence_number": fields["sequence_number"],
            "destination": fields["source"], "lifetime": "zero", "key_management": False,
            "routing_header": fields["inner_source"] != "home address", "encapsulation": fields["encapsulation"],
        })]  # fmt: skip


def runs_of(suite: Suite, session: Session, cases: Iterable[TestCase] | None = None) -> Counter[tuple[Verdict, bool]]:
    """How often which verdicts came together; each pair must agree."""
    found: Counter[tuple[Verdict, bool]] = Counter()
    for result, packets in recorded(suite, session, cases):
        judgement = judged(packets, suite.role)
        explained = all(flow.outcome is Outcome.EXPLAINED for flow in judgement.flows)
        assert explained or result.verdict is not Verdict.PASS, (str(result), of(judgement))
        assert not explained or result.verdict is Verdict.PASS or not shows_in_packets(result), str(result)
        found[result.verdict, explained] += 1
    return found


def of(judgement: Judgement) -> list[object]:
    return [side for flow in judgement.flows for side in flow.sides]


def shows_in_packets(result: Result) -> bool:
    """Silence may be a loss, and under which association a packet was sent is not seen on the wire."""
    fields = dict(result.case.steps[result.step - 1].stimulus.fields)
    hidden = fields.get("protection", "current") != "current" or fields.get("repeated", False)
    associated = dict(result.case.initial).get("security_association", True)
    return associated and not hidden and "it sent nothing" not in result.reason


def system_of(role: str, mutant: str | None = None, choices: tuple[str, ...] = ()) -> Session:
    change = None if mutant is None else change_called(mutant)

    def opened(setup: dict[str, Any]) -> Any:
        return Unobserved(model_system({**setup, "choices": [*setup["choices"], *choices]}, change))

    return Session(opened, lambda: None)


@pytest.mark.slow
def test_both_find_a_home_agent_that_takes_any_number() -> None:
    found = runs_of(suite_of("home_agent", "minimal"), system_of("home_agent", "ha-any-number"))
    assert found[Verdict.FAIL, False] and found[Verdict.PASS, True] > 20


@pytest.mark.slow
@pytest.mark.parametrize("role, mutant", [(role, name) for role, names in WRONG.items() for name in (None, *names)])
def test_whatever_a_system_does_wrong(role: str, mutant: str | None) -> None:
    found = runs_of(suite_of(role, "minimal"), system_of(role, mutant))
    assert found[Verdict.PASS, True]
    assert mutant is not None or set(found) == {(Verdict.PASS, True)}


@pytest.mark.slow
@pytest.mark.parametrize("choice", OTHER_SCHOOLS)
def test_whichever_school_a_home_agent_is_of(choice: str) -> None:
    assert runs_of(suite_of("home_agent", "minimal"), system_of("home_agent", choices=(choice,)))[Verdict.PASS, True]


def test_a_removal_that_is_refused_again_and_again() -> None:
    """Up to where each test has only removals of what is not bound."""
    suite = suite_of("home_agent", "minimal")
    cases = []
    for case in suite.cases:
        steps = [step for step in case.steps if step.stimulus.name == "BindingUpdate"]
        count = next((number for number, step in enumerate(steps) if not removes(dict(step.stimulus.fields))), None)
        if steps == list(case.steps) and count != 0:
            cases.append(replace(case, steps=case.steps[:count]))
    assert any(len(case.steps) > 1 for case in cases)
    assert set(runs_of(suite, Session(lambda setup: RefusesRemovals(), lambda: None), cases))


def removes(fields: Fields) -> bool:
    return fields.get("lifetime") == "zero" and fields.get("protection") == "current" and not fields.get("repeated")
