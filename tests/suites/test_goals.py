"""Each kind of goal: what the suite says a test reaches is reached when the reference actor is driven by it, and
everything else is named with a reason."""

from __future__ import annotations

import itertools
from collections import deque
from functools import cache

import pytest

from checker.checking import check_scenario, confirmed_trace
from generators.adapters.reference import Reaction, ReferenceActor
from generators.mutants import MUTANTS
from generators.suites.alphabet import FIRST_NUMBER
from generators.suites.building import KINDS, build_suite
from generators.suites.cases import Suite, TestCase
from generators.suites.running import Verdict, run_case
from generators.suites.sessions import session_for
from generators.suites.subjects import Subject, subject
from model.handover import handover_of_one
from model.language.interpretation import State
from model.readings import reading
from model.scenarios import load
from properties.catalogue import REQUIREMENTS
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES, property_called

Place = tuple[object, ...]
Taken = list[tuple[str, bool]]  # for each stimulus the row's title ("" where no notice is taken), whether it answers


OF_THE_GRAPH = ("rows", "answers", "pairs", "requirements")


@cache
def suite_for(*kinds: str) -> Suite:
    """These kinds of goals of the smallest scenario, for the home agent."""
    return build_suite([load("minimal")], reading("intended"), "home_agent", kinds)


@cache
def home_agent() -> Subject:
    return subject(load("minimal"), reading("intended"), "home_agent")


def reference() -> ReferenceActor:
    entry = home_agent()
    return ReferenceActor(handover_of_one(entry.scenario, entry.reading), entry.actor.role)


def taken_by(actor: ReferenceActor, case: TestCase) -> Taken:
    """What the reference actor does when it is driven by a test."""
    actor.reset(dict(case.initial))
    found: Taken = []
    for step in case.steps:
        reactions = actor.reactions(step.stimulus.trigger, dict(step.stimulus.fields))
        assert len(reactions) < 2
        found.append((reactions[0].row.title, bool(reactions[0].answers)) if reactions else ("", False))
        for reaction in reactions:
            actor.take(reaction)
    return found


def test_rows_answers_pairs_and_requirements_are_reached_by_the_tests_that_claim_them() -> None:
    suite, actor = suite_for(*OF_THE_GRAPH), reference()
    requirements = {row.title: row.requirements for row in actor.table}
    kinds = set()
    for case in suite.cases:
        taken = taken_by(actor, case)
        rows = [title for title, _ in taken]
        for goal in case.goals:
            kind, _, rest = goal.partition(" ")
            kinds.add(kind)
            match kind:
                case "row":
                    assert rest in rows, goal
                case "answer":
                    assert (rest.partition(": ")[0], True) in taken, goal
                case "pair":
                    assert tuple(rest.split(" > ")) in itertools.pairwise(rows), goal
                case "requirement":
                    assert any(rest in requirements.get(title, ()) for title in rows), goal
    assert kinds == {"row", "answer", "pair", "requirement"}
    assert {goal for case in suite.cases for goal in case.goals} == set(suite.goals)


def test_rows_and_pairs_are_all_that_the_reference_actor_can_be_brought_to() -> None:
    """Found apart from the graph of the suite: the reference actor, driven by every stimulus in every state."""
    suite, actor, entry = suite_for(*OF_THE_GRAPH), reference(), home_agent()
    to: dict[Place, set[str]] = {}  # for each state the rows that lead to it, and those that lead away
    away: dict[Place, set[str]] = {}
    waiting: deque[Reaction] = deque()
    for start in entry.actor.initial_states:
        actor.reset(entry.actor.differing(start))
        to[place(actor)] = set()
        waiting.append(stay(actor))
    while waiting:
        reaction = waiting.popleft()
        actor.take(reaction)
        now, leaving = actor.state(), away.setdefault(place(actor), set())
        newest = FIRST_NUMBER - 1 if now["state"] == "no binding" else int(now["sequence_number"])
        for offer in entry.offers:
            stimulus = offer.at(newest)
            for following in actor.reactions(stimulus.trigger, dict(stimulus.fields)):
                leaving.add(following.row.title)
                actor.take(following)
                if place(actor) not in to:
                    to[place(actor)] = set()
                    waiting.append(following)
                to[place(actor)].add(following.row.title)
                actor.take(reaction)
    rows = set().union(*away.values())
    pairs = {f"{before} > {title}" for state in to for before in to[state] for title in away[state]}
    assert {f"row {title}" for title in rows} == {goal for goal in suite.goals if goal.startswith("row ")}
    assert {f"pair {pair}" for pair in pairs} == {goal for goal in suite.goals if goal.startswith("pair ")}
    assert {f"row {row.title}" for row in actor.table} == {
        goal for goal in (*suite.goals, *suite.left_out) if goal.startswith("row ")}  # fmt: skip
    assert "every other pair in minimal" in suite.left_out


def place(actor: ReferenceActor) -> Place:
    """Its state but for the number, to which the stimuli's are relative."""
    return tuple(value for name, value in actor.state().items() if name != "sequence_number")


def stay(actor: ReferenceActor) -> Reaction:
    """Where it is, as if something had led there."""
    return Reaction(actor.table[0], [], State(tuple(actor._current.values), actor._current.channels))


@pytest.mark.slow
def test_requirements_and_properties_without_a_test_are_named_with_a_reason() -> None:
    suite = suite_for(*KINDS)
    named = {*suite.goals, *suite.left_out}
    assert {f"property {one.identifier}" for one in ALL_PROPERTIES} <= named
    own = {name for name, one in REQUIREMENTS.items() if one.actor in ("home_agent", "both")}
    assert {f"requirement {name}" for name in own} <= named
    assert {goal.removesuffix(" (by observation)") for goal in named if goal.startswith("mutant ")} == {
        f"mutant {one.identifier}" for one in MUTANTS if one.actor == "home_agent"}  # fmt: skip
    assert all(suite.left_out.values())
    assert not suite.left_out.keys() & suite.goals.keys()


@pytest.mark.slow
def test_the_test_of_a_property_takes_the_role_through_a_run_in_which_the_property_is_exercised() -> None:
    suite, actor = suite_for(*KINDS), reference()
    run = check_scenario(load("minimal"), reading("intended"), ALL_PROPERTIES, engine="explicit")
    looked_at = 0
    for case in suite.cases:
        for identifier in [goal.removeprefix("property ") for goal in case.goals if goal.startswith("property ")]:
            one = property_called(identifier)
            if one.kind is Kind.RESPONSE:
                continue
            trace = confirmed_trace(run.system, identifier, run.exploration.sightings[one.antecedent_name])
            titles = [row.title for step in trace.steps for row in step.action.rows if row.machine == "home_agent"]
            taken = [title for title, _ in taken_by(actor, case)]
            assert is_within(titles, taken), identifier
            looked_at += 1
    assert looked_at > 10


def is_within(rows: list[str], taken: list[str]) -> bool:
    """Whether the rows are taken in this order, with others in between."""
    rest = iter(taken)
    return all(title in rest for title in rows)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("identifier", [one.identifier for one in MUTANTS if one.actor == "home_agent"])
def test_the_test_of_a_mutant_fails_on_it_or_the_mutant_is_left_out(identifier: str) -> None:
    suite = suite_for("mutants")
    goals = (f"mutant {identifier}", f"mutant {identifier} (by observation)")
    cases = [(case, goal) for case in suite.cases for goal in goals if goal in case.goals]
    assert cases or suite.left_out[goals[0]] in ("equivalent for a tester", "not applicable in these scenarios")
    session = session_for("in-process", "home_agent", identifier)
    for case, goal in cases:
        assert run_case(suite, case, session, observing="observation" in goal).verdict is Verdict.FAIL, goal
