"""The home agent's table at 16 bits, from any state, reached or not: Z3 finds no step that takes an older update,
refuses a newer one or grants more than was asked; with a fault of arithmetic in the table it finds one."""

from __future__ import annotations

from functools import cache

import pytest
import z3

from checker.symbolic.bounded import ask
from checker.symbolic.encoding import Encoding
from model.handover import binding, handover
from model.home_agent_answers import BindingState, sequence_number
from model.language.interpretation import Interpretation, State
from model.language.systems import System
from model.messages import Status, sent_acknowledgement, update
from model.readings import reading
from model.scenarios import Scenario, load
from properties.kinds import Property, observations, step_property
from properties.registry import property_called
from properties.terms import ha_state, receives_update, sends_acknowledgement
from tests.symbolic.test_faults_of_the_home_agent import GRANTS, WINDOWS, lifetimes, with_window

READING = reading("intended")
FULL, HALF = 1 << 16, 1 << 15
TAKES_OLDER = ("window compared with <= instead of <", "ahead by exactly half the range counts as newer",
               "signed comparison", "no wrap from 65535 to 0")  # fmt: skip
REFUSES_NEWER = ("no wrap from 65535 to 0", "sequence number truncated to 8 bits", "signed comparison")

older_taken = step_property(
    "older", "an update that is not ahead of the last one accepted is not accepted",
    whenever=receives_update & (ha_state == BindingState.BOUND) & sends_acknowledgement
    & (sent_acknowledgement.status == Status.ACCEPTED),
    then=update.sequence_number.is_ahead_of(sequence_number),
    requirements=["REF-B2"], clause="5.2.3.2",
)  # fmt: skip
granted_no_more = property_called("BIND-13a")
newer_refused = step_property(
    "newer", "an update ahead of the last one accepted is not refused as stale",
    whenever=receives_update & (ha_state == BindingState.BOUND) & sends_acknowledgement
    & (sent_acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW),
    then=~update.sequence_number.is_ahead_of(sequence_number),
    requirements=["REF-B2"], clause="5.2.3.2",
)  # fmt: skip


@cache
def minimal(fault: str | None = None) -> tuple[Scenario, Encoding]:
    """The scenario at 16 bits, with a fault if one is named."""
    scenario = load("minimal").at_width(16)
    change = None if fault is None else with_window(WINDOWS[fault][0])
    return scenario, Encoding(handover(scenario, READING, change))


def encoded(found: tuple[Scenario, System]) -> tuple[Scenario, Encoding]:
    return found[0], Encoding(found[1])


def number_in(system: System, state: State) -> int:
    found = state.values[system.variable_index["home_agent.sequence_number"]]
    assert isinstance(found, int)
    return found


def wrong_step(where: tuple[Scenario, Encoding], asked: Property) -> tuple[int, int] | None:
    """The home agent's last number before and after a step that violates the property, from a well-formed state,
    reached or not, judged once more by the interpretation; None if Z3 says that there is none."""
    scenario, encoding = where
    system, meaning = encoding.system, Interpretation(encoding.system)
    seen = next(entry for entry in observations(asked, system, binding(scenario, READING))
                if entry.name == asked.violation_name)  # fmt: skip
    assert seen.in_steps, "nothing was asked"
    solver = z3.Solver(ctx=encoding.context)
    solver.add(*encoding.well_formed())
    for move in encoding.moves:
        violated = encoding.sightings(seen, move)
        if violated is not None and ask(solver, violated):
            state = encoding.state(encoding.state_in(solver.model()))
            for step in meaning.steps(state):
                fields = meaning.taken(step.action, state, step.position)
                wrong = seen.in_steps.get(step.action.name)
                if step.action is move.action and wrong is not None \
                        and meaning.evaluate(wrong, state, fields, meaning.scope(step.action)) is True:
                    return number_in(system, state), number_in(system, step.state)
            raise AssertionError("Z3's step does not exist in the interpretation")
    return None


@pytest.mark.parametrize("asked", [older_taken, newer_refused], ids=["older taken", "newer refused"])
def test_the_table_as_it_is_takes_no_wrong_step_from_any_state(asked: Property) -> None:
    assert wrong_step(minimal(), asked) is None


@pytest.mark.parametrize("fault", TAKES_OLDER)
def test_a_home_agent_that_takes_an_older_update_is_found_from_any_state(fault: str) -> None:
    found = wrong_step(minimal(fault), older_taken)
    assert found is not None
    before, after = found
    assert not 0 < (after - before) % FULL < HALF


@pytest.mark.parametrize("fault", REFUSES_NEWER)
def test_a_home_agent_that_refuses_a_newer_update_is_found_from_any_state(fault: str) -> None:
    assert wrong_step(minimal(fault), newer_refused) is not None


@pytest.mark.parametrize("fault", GRANTS)
def test_a_home_agent_that_grants_more_than_was_asked_is_found_from_any_state(fault: str) -> None:
    assert wrong_step(encoded(lifetimes(GRANTS[fault])), granted_no_more) is not None
