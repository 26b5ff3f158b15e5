"""A session is a run of the model: what it offers is what can happen, what it marks is what a check finds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.checking import Run, check_scenario
from checker.trace import replay
from checker.verdict import Violated
from dsmip.explorer.session import OutOfDate, Session
from dsmip.explorer.watching import Watched
from dsmip.explorer.workbench import Workbench
from dsmip.known_answers import known_answers
from dsmip.trace_files import stored_run, title_of
from model.language.errors import ModelError
from model.language.expressions import variable
from model.language.interpretation import Interpretation
from model.language.observations import observe_states
from model.readings import reading
from model.scenarios import load
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES
from tests.browser.toy_reports import evil_system
from tests.toys import toy_system


def waiting() -> Watched:
    """Pretends that the sender must never wait."""
    condition = variable("sender.state") == "waiting"
    return Watched("TOY", "the sender never waits", observe_states("TOY violated", condition, toy_system()))


def walk(session: Session, picks: list[int]) -> None:
    for pick in picks:
        if session.choices:
            session.take(session.revision, pick % len(session.choices))


PICKS = st.lists(st.integers(0, 50), max_size=12)


@given(PICKS)
@settings(max_examples=30)
def test_the_choices_are_the_steps_of_the_model(picks: list[int]) -> None:
    session = Session(toy_system(), [])
    walk(session, picks)
    steps = Interpretation(session.system).steps(session.state)
    possible = [(step.action.name, step.position, step.state) for step in steps]
    assert [(c.step.action.name, c.step.position, c.step.state) for c in session.choices] == possible


@given(PICKS, st.integers(0, 12))
@settings(max_examples=30)
def test_undo_leads_to_the_state_that_was(picks: list[int], kept: int) -> None:
    session = Session(toy_system(), [waiting()])
    walk(session, picks)
    states = session.trace.states
    kept = min(kept, len(session.trace))
    session.back_to(session.revision, kept)
    assert session.trace.states == states[: kept + 1]
    assert replay(session.system, "", session.trace.initial, session.trace.path).states == states[: kept + 1]
    view = session.view()
    assert [bool(step["broken"]) for step in view["path"]] == [  # type: ignore[index, attr-defined]
        state.values[session.system.variable_index["sender.state"]] == "waiting" for state in states[1 : kept + 1]
    ]


def test_a_step_that_breaks_a_property_is_marked_before_it_is_taken() -> None:
    session = Session(toy_system(), [waiting()])
    choices = session.view()["choices"]
    assert isinstance(choices, list)
    marked = {choice["title"]: [name for name, _ in choice["breaks"]] for choice in choices}
    assert marked["timer send: sends"] == ["TOY"]
    assert marked["flip (to right)"] == []


def test_a_choice_tells_what_comes_of_it() -> None:
    session = Session(toy_system(), [], {"number": "#"}, hidden=["switch.flips_left"])
    told = {choice.title: choice.details for choice in session.choices}
    assert told["timer send: sends"] == ("sender: idle → waiting, number 0 → 1", "sends Data #1")
    assert told["flip (to right)"] == ("sender: turns", "sender: side left → right", "switch: left → right")


def test_an_old_page_changes_nothing() -> None:
    session = Session(toy_system(), [])
    old = session.revision
    session.take(old, 0)
    for change in (session.take, session.back_to, session.restart):
        with pytest.raises(OutOfDate):
            change(old, 0)
    assert len(session.trace) == 1


@pytest.mark.parametrize("number", [-1, 99])
def test_what_is_not_there_is_refused_in_words(number: int) -> None:
    session = Session(toy_system(), [])
    for change, words in ((session.take, "no choice"), (session.back_to, "no step"), (session.restart, "no initial")):
        with pytest.raises(ModelError, match=words):
            change(session.revision, number)


def test_hostile_names_pass_through_on_one_line() -> None:
    session = Session(evil_system(), [])
    walk(session, [0, 0])
    assert not [text for text in texts(session.view()) if "\n" in text]


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from itertools.chain.from_iterable(map(texts, value.values()))
        case list() | tuple():
            yield from itertools.chain.from_iterable(map(texts, value))


# on the protocol


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(load("minimal"), reading("literal"))


@pytest.fixture(scope="module")
def run() -> Run:
    return check_scenario(load("minimal"), reading("literal"), ALL_PROPERTIES)


@pytest.mark.broad
def test_a_session_marks_exactly_where_a_check_finds_the_first_violation(bench: Workbench, run: Run) -> None:
    violated = [entry for entry in run.judgements if isinstance(entry.verdict, Violated) and entry.verdict.trace]
    known = known_answers()["minimal", "literal"].verdicts
    assert {entry.property.identifier for entry in violated} == {n for n, word in known.items() if word == "violated"}
    for entry in violated:
        assert isinstance(entry.verdict, Violated) and entry.verdict.trace is not None
        bench.session.jump(entry.verdict.trace)
        path = bench.session.view()["path"]
        assert isinstance(path, list)
        name = entry.property.identifier
        where = [number for number, step in enumerate(path, start=1) if name in [known for known, _ in step["broken"]]]
        assert where == [len(entry.verdict.trace)]


def test_what_is_watched_is_what_a_check_judges(bench: Workbench, run: Run) -> None:
    judged = {entry.property.identifier for entry in run.judgements
              if entry.property.kind in (Kind.INVARIANT, Kind.STEP) and entry.property.clause}  # fmt: skip
    watched = {entry.identifier for entry in bench.session.watched}
    assert watched <= judged
    assert not [name for name in judged - watched if isinstance(run.verdict(name), Violated)]


def test_a_jump_ends_where_the_property_breaks_and_says_so(bench: Workbench) -> None:
    assert bench.jump_to("BIND-1") == "BIND-1 is violated: 8 steps"
    assert [entry.identifier for entry in bench.session.broken] == ["BIND-1"]
    assert bench.jump_to("W-F2H").startswith("W-F2H is reached: ")
    assert bench.jump_to("BIND-3").startswith("BIND-3 holds; this is a shortest run in which it matters: ")


def test_a_jump_to_nowhere_says_why_and_changes_nothing(bench: Workbench) -> None:
    before = bench.session.revision
    with pytest.raises(ModelError, match="V4-1 is not judged here: "):
        bench.jump_to("V4-1")
    with pytest.raises(ModelError, match='unknown property "BIND-99"'):
        bench.jump_to("BIND-99")
    assert bench.session.revision == before


def test_a_saved_trace_replays_and_a_saved_test_is_python(bench: Workbench, run: Run, tmp_path: Path) -> None:
    trace = run.trace("BIND-1")
    assert trace is not None
    bench.session.jump(trace)
    saved = bench.as_trace()
    assert saved.name == "minimal-literal-BIND-1.itf.json"
    (tmp_path / saved.name).write_text(saved.text, encoding="utf-8")
    stored, replayed = stored_run(tmp_path / saved.name)
    assert replayed.states == bench.session.trace.states
    assert title_of(stored).startswith("BIND-1: the UE at home")
    bench.session.back_to(bench.session.revision, 7)
    assert not bench.session.broken
    saved = bench.as_trace()
    assert saved.name == "minimal-literal-explored.itf.json"
    (tmp_path / saved.name).write_text(saved.text, encoding="utf-8")
    stored, trace = stored_run(tmp_path / saved.name)
    assert (len(trace), title_of(stored)) == (7, "a run made in the explorer")
    for role in ("ue", "home_agent"):
        module = bench.as_test(role)
        assert module.name == f"test_minimal_literal_explored_{role}.py"
        compile(module.text, module.name, "exec")


def test_a_run_without_the_role_makes_no_test(bench: Workbench) -> None:
    bench.session.restart(bench.session.revision, 0)
    with pytest.raises(ModelError):
        bench.as_test("home_agent")
    with pytest.raises(ModelError, match='unknown role "hss"'):
        bench.as_test("hss")
