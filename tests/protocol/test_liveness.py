"""What happens in the end: which choices and assumptions the liveness of the handover hangs on."""

from __future__ import annotations

import pytest

from checker.checking import Run, check_scenario
from checker.search import Limits
from checker.trace import one_turn
from checker.verdict import Holds, Unknown, Violated, word
from model.handover import handover
from model.readings import reading
from model.scenarios import Scenario, from_data, load, shipped
from properties.fairness import CACHE_ENTRIES_END, COPIES_ARRIVE, LIST_ENTRIES_END, LOSSY_BUT_FAIR
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES, property_called

RESPONSES = [entry for entry in ALL_PROPERTIES if entry.kind is Kind.RESPONSE]


def run(scenario: str | Scenario, read: str, *choices: str, name: str, limits: Limits = Limits()) -> Run:  # noqa: B008
    given = load(scenario) if isinstance(scenario, str) else scenario
    return check_scenario(given, reading(read, choices), [property_called(name)], limits=limits)


def test_a_de_registration_ends_once_133_is_taken_for_done_and_the_association_is_kept() -> None:
    """AMB-09, AMB-11: either alternative of the literal text lets the UE repeat its de-registration for ever."""
    kept, done = "AMB-11=keep-until-done", "AMB-09=done"
    assert isinstance(run("liveness", "literal", kept, name="LIVE-5").verdict("LIVE-5"), Violated)
    assert isinstance(run("liveness", "literal", kept, done, name="LIVE-5").verdict("LIVE-5"), Holds)


def test_the_run_for_ever_of_a_lost_association_is_two_steps_that_repeat() -> None:
    trace = run("liveness", "literal", name="LIVE-5").trace("LIVE-5")
    assert trace is not None and trace.loop is not None
    turn, numbers_differ = one_turn(trace)
    names = [step.action.name for step in turn.steps[trace.loop :]]
    assert numbers_differ and len(names) == 2
    assert "de-registration repeated" in names[0] and "not protected by the UE's association" in names[1]


def test_keepalives_repair_what_the_nat_has_replaced() -> None:
    assert isinstance(run("liveness-keepalive", "intended", name="NAT-5").verdict("NAT-5"), Holds)
    verdict = run("liveness-nat", "intended", name="NAT-5").verdict("NAT-5")
    assert isinstance(verdict, Violated) and verdict.trace is not None
    assert verdict.trace.loop == len(verdict.trace)  # after the NAT has replaced its mapping nothing happens any more
    assert "NAT" in verdict.trace.steps[-1].action.name


def test_after_a_restart_the_ue_does_not_believe_for_ever_but_may_ask_for_ever() -> None:
    """AMB-27: where repetitions have no limit the one after which an association counts as dead never comes."""
    data = load("liveness-restart").model_dump()
    data["bounds"]["movements"] = 1
    data["cannot_occur"] = {}
    restart = from_data(data, "a restart")
    assert isinstance(run(restart, "intended", name="BIND-15").verdict("BIND-15"), Holds)
    verdict = run(restart, "intended", name="LIVE-1").verdict("LIVE-1")
    assert isinstance(verdict, Violated) and verdict.trace is not None and verdict.trace.loop is not None
    turn = [step.action.name for step in verdict.trace.steps[verdict.trace.loop :]]
    assert any("restart of the home agent" in step.action.name for step in verdict.trace.steps)
    assert any("registration repeated" in name for name in turn)
    assert any("not protected by the UE's association" in name for name in turn)


@pytest.mark.slow
def test_a_timer_that_is_faster_than_the_round_trip_may_starve_a_registration() -> None:
    """Every acknowledgement answers an update that a newer one has superseded (AMB-16)."""
    data = load("liveness").model_dump()
    data["timing"]["retransmission_outlasts_round_trip"] = False
    data["bounds"]["movements"] = 1
    verdict = run(from_data(data, "a fast timer"), "intended", name="LIVE-1").verdict("LIVE-1")
    assert isinstance(verdict, Violated) and verdict.trace is not None and verdict.trace.loop is not None
    assert any("answers an older update" in step.action.name for step in verdict.trace.steps)


@pytest.mark.slow
def test_the_plain_engine_gives_the_same_verdicts() -> None:
    verdicts = []
    for engine in ("explicit", "plain"):
        found = check_scenario(load("liveness"), reading("intended"), RESPONSES, engine=engine)
        verdicts.append({entry.property.identifier: word(entry.verdict) for entry in found.judgements})
    assert verdicts[0] == verdicts[1]


def test_every_verdict_on_a_response_names_what_is_assumed_and_has_a_step() -> None:
    found = run("liveness", "intended", name="LIVE-4")
    evidence = found.verdict("LIVE-4").evidence
    idle = {COPIES_ARRIVE, LIST_ENTRIES_END, CACHE_ENTRIES_END}  # the scenario has no copies, and no lifetime ends
    named = set(evidence.fairness)
    assert named < {str(group) for group in LOSSY_BUT_FAIR}
    assert {"end of an IKEv2 exchange (weak)", "timers of the UE (weak)"} <= named
    assert named.isdisjoint(str(group) for group in idle)
    assert (evidence.engine, evidence.reductions) == ("explicit", ())


def test_a_search_cut_short_decides_no_response() -> None:
    found = run("liveness", "intended", name="LIVE-1", limits=Limits(states=100))
    verdict = found.verdict("LIVE-1")
    assert isinstance(verdict, Unknown) and verdict.reason.startswith("limit of 100 states")
    assert verdict.evidence.fairness


@pytest.mark.parametrize("scenario, reason", [
    ("minimal", "the scenario has no retransmission without a limit"),
    ("two-ue", "the scenario has no retransmission without a limit"),
])  # fmt: skip
def test_where_retransmission_has_a_limit_responses_are_left_out_with_the_reason(scenario: str, reason: str) -> None:
    small = load(scenario)
    assert property_called("LIVE-2").needs not in small.capabilities
    if scenario == "minimal":
        assert run(small, "intended", name="LIVE-2").left_out["LIVE-2"] == reason


@pytest.mark.parametrize("group", LOSSY_BUT_FAIR, ids=lambda group: group.name)
def test_every_group_has_a_step_in_some_shipped_scenario(group: object) -> None:
    scenarios = ["liveness-copies", "liveness-lifetimes"]
    assert set(scenarios) <= set(shipped())
    systems = [handover(load(name), reading("intended")) for name in scenarios]
    assert any(
        group.has(action, copy)  # type: ignore[attr-defined]
        for system in systems for action in system.actions for copy in (False, True)
    )  # fmt: skip


def test_loss_movement_and_decisions_are_never_forced() -> None:
    system = handover(load("liveness"), reading("literal"))
    free = [action for action in system.actions if action.kind.value in ("loss", "duplication", "decision")]
    free += [action for action in system.actions if "movement" in action.name or "remapping" in action.name]
    assert free and not any(group.has(action, copy) for group in LOSSY_BUT_FAIR for action in free
                            for copy in (False, True))  # fmt: skip


def test_losses_in_a_row_are_limited_only_where_the_home_agent_compares_numbers() -> None:
    system = handover(load("liveness"), reading("intended"))
    loss = system.actions[system.action_index["uplink: BindingUpdate is lost"]]
    assert "home_agent.state" in str(loss.guard) and "home_agent.sequence_number" in str(loss.guard)
    limited = handover(load("minimal"), reading("intended"))
    assert str(limited.actions[limited.action_index["uplink: BindingUpdate is lost"]].guard) == "true"
