"""Random runs against the model: the right home agent survives them, a wrong one fails by a short run."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from generators.suites.sessions import session_for
from generators.suites.stateful import Disagreement, state_machine
from generators.suites.subjects import Subject, subject
from model.readings import reading
from model.scenarios import load

RUNS = settings(max_examples=40, stateful_step_count=12, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def entry() -> Subject:
    return subject(load("minimal"), reading("intended"), "home_agent")


@pytest.mark.slow
def test_right_home_agent_agrees_with_the_model(entry: Subject) -> None:
    machine = state_machine(entry, session_for("in-process", "home_agent"))
    run_state_machine_as_test(machine, settings=RUNS)


def test_wrong_home_agent_fails_by_the_shortest_run(entry: Subject) -> None:
    machine = state_machine(entry, session_for("in-process", "home_agent", "ha-any-number"))
    with pytest.raises(Disagreement, match=r"step 2: .*sequence number.*\[HA-F2F-01, REF-B2\]") as failure:
        run_state_machine_as_test(machine, settings=RUNS)
    assert str(failure.value).count("a BindingUpdate arrives") <= 4
