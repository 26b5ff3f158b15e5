"""What the table checks find, at full widths, and how they say it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.language import table_cache, table_checks
from model.language.domains import BOOLEAN, Enumeration, Integer
from model.language.errors import ModelError
from model.language.expressions import Expression, full, if_then_else, in_flight
from model.language.machines import (
    Event,
    Machine,
    case,
    chosen,
    decision,
    event,
    otherwise,
    receipt,
    timer,
)
from model.language.systems import System
from model.language.table_cache import cache_file, checked_tables, tables_fingerprint
from model.language.table_checks import TableProblem, check_tables, require_sound_tables
from tests.language.tables import COLOUR, NUMBER, REQUEST, Light, light, request, system_of
from tests.toys import toy_system

ALL = list(Light)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def problems_of(system: System, kind: str) -> list[TableProblem]:
    return [problem for problem in check_tables(system) if problem.kind == kind]


def only(system: System, kind: str) -> TableProblem:
    (problem,) = problems_of(system, kind)
    return problem


def steady(machine: Machine) -> Machine:
    """Rows that make every state reachable, so that tests see only what they are about."""
    for before, after in ((Light.RED, Light.GREEN), (Light.GREEN, Light.AMBER), (Light.AMBER, Light.RED)):
        machine.transition(f"to {after.value}", trigger=timer("change"), source=before, dest=after)
    return machine


@pytest.mark.parametrize("width", [3, 16])
def test_sound_tables_have_no_problems(width: int) -> None:
    assert check_tables(toy_system(width=width)) == []


# disjoint


def overlapping() -> System:
    machine = steady(light())
    last = machine.variable("last", NUMBER, initial=0)
    machine.transition("newer", trigger=receipt(REQUEST), source=ALL, when=request.number.is_ahead_of(last))
    machine.transition("not newer", trigger=receipt(REQUEST), source=[Light.RED, Light.AMBER],
                       when=~request.number.is_ahead_of(last))  # fmt: skip
    machine.transition("green", trigger=receipt(REQUEST), source=Light.GREEN,
                       when=(request.colour == "green") | ~request.number.is_ahead_of(last))  # fmt: skip
    return system_of(machine)


def test_overlap_names_machine_rows_trigger_state_and_the_values_that_matter() -> None:
    problem = only(overlapping(), "overlap")
    assert problem.severity == "error"
    assert problem.rows == ("newer", "green")
    assert problem.state == "green"
    assert dict(problem.values) == {"colour": "green", "number": "0", "last": "32769"}
    assert problem.message == (
        'machine "light": rows "newer" and "green" overlap on receives Request in state "green" '
        "when number = 0, colour = green, last = 32769; make the guards disjoint"
    )


def test_every_overlapping_pair_is_reported() -> None:
    machine = steady(light())
    for label in "abc":
        machine.transition(label, trigger=decision("choose"), source=Light.RED)
    found = problems_of(system_of(machine), "overlap")
    assert {problem.rows for problem in found} == {("a", "b"), ("a", "c"), ("b", "c")}


def test_rows_of_different_states_or_triggers_do_not_overlap() -> None:
    machine = steady(light())
    machine.transition("a", trigger=decision("choose"), source=Light.RED)
    machine.transition("b", trigger=decision("choose"), source=Light.GREEN)
    machine.transition("c", trigger=decision("prefer"), source=Light.RED)
    assert check_tables(system_of(machine)) == []


def test_alternatives_of_one_ambiguity_are_not_compared() -> None:
    machine = steady(light())
    bright = machine.variable("bright")
    machine.on(receipt(REQUEST)).decide(
        case("first", when=chosen("AMB-1", one=bright, two=~bright)),
        otherwise("second"),
    )
    assert check_tables(system_of(machine, choices={"AMB-1": ("one", "two")})) == []


def test_overlap_under_one_settlement_is_found() -> None:
    machine = steady(light())
    bright = machine.variable("bright")
    machine.transition("first", trigger=decision("d"), source=Light.RED, when=chosen("AMB-1", one=bright, two=~bright))
    machine.transition("second", trigger=decision("d"), source=Light.RED, when=bright)
    problem = only(system_of(machine, choices={"AMB-1": ("one", "two")}), "overlap")
    assert problem.rows == ("first [AMB-1: one]", "second")


def test_local_invariant_is_assumed() -> None:
    machine = steady(light())
    first, second = machine.variable("first"), machine.variable("second")
    machine.transition("a", trigger=decision("d"), source=Light.RED, when=first)
    machine.transition("b", trigger=decision("d"), source=Light.RED, when=second)
    assert problems_of(system_of(machine), "overlap")
    machine.invariant("never both", ~(first & second))
    assert check_tables(system_of(machine)) == []


def test_invariants_that_no_state_satisfies_are_an_error() -> None:
    machine = steady(light())
    bright = machine.variable("bright")
    machine.invariant("dark", ~bright)
    machine.invariant("lit", bright)
    problem = only(system_of(machine), "contradiction")
    assert problem.severity == "error"
    assert problem.message == (
        'machine "light": no state satisfies its local invariants ("dark", "lit"); correct them'
    )


def test_rows_of_the_emitter_are_told_apart_by_the_fields_they_emit() -> None:
    change = Event("change colour", "light", {"to": COLOUR})
    machine = steady(light())
    for colour in ("red", "green"):
        machine.transition(f"shows {colour}", trigger=event(change), source=Light.RED, emits={"to": colour})
    assert check_tables(system_of(machine)) == []
    machine.transition("shows red too", trigger=event(change), source=Light.RED, emits={"to": "red"})
    assert only(system_of(machine), "overlap").rows == ("shows red", "shows red too")


def test_contents_of_channels_are_free_but_the_same_for_both_rows() -> None:
    machine = steady(light())
    waiting = in_flight("requests", request_in_flight_is_green())
    machine.transition("a", trigger=decision("d"), source=Light.RED, when=waiting & full("requests"))
    machine.transition("b", trigger=decision("d"), source=Light.RED, when=~waiting)
    assert check_tables(system_of(machine)) == []
    machine.transition("c", trigger=decision("d"), source=Light.RED, when=full("requests"))
    found = problems_of(system_of(machine), "overlap")
    assert [problem.rows for problem in found] == [("a", "c"), ("b", "c")]
    assert "requests is full = true" in found[0].message


def request_in_flight_is_green() -> Expression:
    from model.language.messages import flying

    return flying(REQUEST).colour == "green"


# complete


def test_gap_names_trigger_state_and_the_values_nobody_covers() -> None:
    machine = steady(light())
    machine.transition("small", trigger=receipt(REQUEST), source=ALL, when=request.amount < 3)
    machine.transition("large", trigger=receipt(REQUEST), source=[Light.RED, Light.AMBER], when=request.amount >= 3)
    machine.transition("largest", trigger=receipt(REQUEST), source=Light.GREEN, when=request.amount > 3)
    problem = only(system_of(machine), "gap")
    assert (problem.severity, problem.state, problem.values) == ("error", "green", (("amount", "3"),))
    assert problem.message == (
        'machine "light": no row says what happens on receives Request in state "green" when amount = 3; '
        "add a row, or discard the trigger with a reason"
    )


def test_enumeration_of_three_members_has_no_fourth_code() -> None:
    machine = steady(light())
    for colour in ("red", "amber", "green"):
        machine.transition(colour, trigger=receipt(REQUEST), source=ALL, when=request.colour == colour)
    assert check_tables(system_of(machine)) == []


def test_state_without_any_row_for_a_message_is_a_gap() -> None:
    machine = steady(light())
    machine.transition("a", trigger=receipt(REQUEST), source=[Light.RED, Light.GREEN])
    problem = only(system_of(machine), "gap")
    assert (problem.state, problem.values) == ("amber", ())


def test_gap_under_one_settlement_names_it() -> None:
    machine = steady(light())
    bright = machine.variable("bright")
    machine.transition("a", trigger=receipt(REQUEST), source=ALL, when=chosen("AMB-1", one=True, two=bright))
    found = problems_of(system_of(machine, choices={"AMB-1": ("one", "two")}), "gap")
    assert [problem.values for problem in found] == [(("AMB-1", "two"), ("bright", "false"))] * 3


def test_timers_and_decisions_need_no_row_for_every_case() -> None:
    machine = steady(light())
    machine.transition("a", trigger=timer("t"), source=Light.RED, when=machine.variable("bright"))
    assert check_tables(system_of(machine)) == []


@pytest.mark.parametrize(("unrefusable", "gaps"), [(False, 0), (True, 2)])
def test_subscribers_of_unrefusable_events_must_cover_every_case(unrefusable: bool, gaps: int) -> None:
    fall = Event("fall", "weather", {"amount": Integer(0, "limit")}, unrefusable=unrefusable)
    weather = Machine("weather", Light, Light.RED)
    weather.transition("rain", trigger=event(fall), source=Light.RED)
    subscriber = steady(light())
    subscriber.transition("wet", trigger=event(fall), source=Light.RED, when=fall.view.amount.is_one_of(0, 1, 2))
    subscriber.transition("soaked", trigger=event(fall), source=Light.RED, when=fall.view.amount == 3)
    assert len(problems_of(system_of(weather, subscriber), "gap")) == gaps


@pytest.mark.parametrize("declared", [True, False])
def test_event_fields_get_their_domains_from_the_system(declared: bool) -> None:
    """A name and a number that the scenario fills in, computed by the emitter with a condition."""
    fall = Event("fall", "weather", {"place": Enumeration("place"), "number": NUMBER, "amount": Integer(0, "limit")},
                 unrefusable=True)  # fmt: skip
    weather = Machine("weather", Light, Light.RED)
    bright = weather.variable("bright")
    if declared:
        weather.variable("place", Enumeration("place"), initial="here")
    emits = {"place": if_then_else(bright, "here", "there"), "number": if_then_else(bright, 3, 1),
             "amount": if_then_else(bright, 1, 3)}  # fmt: skip
    weather.transition("rain", trigger=event(fall), source=Light.RED, emits=emits)
    subscriber = steady(light())
    field = fall.view
    subscriber.on(event(fall)).decide(
        case("a", when=(field.place == "here") & (field.number == 3)),
        case("b", when=(field.place == "there") | (field.amount == 3)),
        case("c", when=field.number != 3),
    )
    problem = problems_of(system_of(weather, subscriber), "gap")
    assert all(found.machine == "light" for found in problem)
    assert not problem


# in range


def test_value_leaving_its_domain_is_found() -> None:
    machine = steady(light())
    tries = machine.variable("tries", Integer(0, 3), initial=0)
    machine.transition("again", trigger=timer("t"), source=Light.GREEN, then=tries.becomes(tries + 1))
    problem = only(system_of(machine), "out of range")
    assert (problem.severity, problem.rows, problem.state) == ("error", ("again",), "green")
    assert problem.message == (
        'machine "light": row "again" on timer t takes "tries" (light.tries + 1) outside 0 to 3 '
        'in state "green" when tries = 3; narrow the guard or widen the domain'
    )


def test_guard_that_keeps_a_value_in_its_domain_is_enough() -> None:
    machine = steady(light())
    tries = machine.variable("tries", Integer(-2, 2), initial=0)
    machine.transition("up", trigger=timer("t"), source=Light.RED, when=tries < 2, then=tries.becomes(tries + 1))
    machine.transition("down", trigger=timer("u"), source=Light.RED, when=tries > -2, then=tries.becomes(tries - 1))
    machine.transition("capped", trigger=timer("v"), source=Light.RED,
                       then=tries.becomes(if_then_else(tries + 2 > 2, 2, tries)))  # fmt: skip
    assert check_tables(system_of(machine)) == []


# warnings


def test_dead_row_is_a_warning() -> None:
    machine = steady(light())
    tries = machine.variable("tries", Integer(0, 3), initial=0)
    machine.transition("never", trigger=timer("t"), source=ALL, when=(tries > 1) & (tries < 2))
    problem = only(system_of(machine), "dead row")
    assert problem.severity == "warning"
    assert problem.message == (
        'machine "light": row "never" on timer t can never fire: its guard is false in every state'
    )
    require_sound_tables(system_of(machine))


def test_subscriber_of_an_event_that_never_happens_is_a_warning() -> None:
    machine = steady(light())
    machine.transition("wet", trigger=event(Event("fall", "nobody", {})), source=Light.RED)
    assert 'row "wet" on event fall can never fire' in only(system_of(machine), "dead row").message


def test_state_out_of_reach_is_a_warning() -> None:
    machine = light()
    tries = machine.variable("tries", Integer(0, 3), initial=0)
    machine.transition("on", trigger=timer("t"), source=Light.RED, dest=Light.GREEN)
    machine.transition("dead", trigger=timer("u"), source=Light.GREEN, dest=Light.AMBER, when=tries > tries)
    problem = only(system_of(machine), "unreachable state")
    assert (problem.severity, problem.state) == ("warning", "amber")


# effort, errors


def test_question_that_z3_gives_up_is_an_error() -> None:
    found = [problem for problem in check_tables(overlapping(), effort=1) if problem.kind == "undecided"]
    assert found and all(problem.severity == "error" for problem in found)
    assert 'machine "light": Z3 could not decide whether rows overlap on receives Request' in str(found)


def test_unsound_tables_are_refused_with_every_error() -> None:
    machine = steady(light())
    machine.transition("a", trigger=receipt(REQUEST), source=Light.RED)
    with pytest.raises(ModelError) as caught:
        require_sound_tables(system_of(machine))
    assert str(caught.value).count("no row says what happens") == 2


# cache


def test_checked_once_remembered_without_loading_z3() -> None:
    problems = checked_tables(overlapping())
    assert problems == check_tables(overlapping())
    program = (
        "import sys\n"
        "from tests.language.test_table_checks import overlapping\n"
        "from model.language.table_cache import checked_tables\n"
        "print(len(checked_tables(overlapping())), 'z3' in sys.modules)\n"
    )
    root = Path(__file__).parent.parent.parent
    answer = subprocess.run([sys.executable, "-c", program], cwd=root, env=dict(os.environ),
                            capture_output=True, text=True, check=True)  # fmt: skip
    assert answer.stdout == f"{len(problems)} False\n"


def test_second_question_is_answered_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    first = checked_tables(overlapping())
    monkeypatch.setattr(table_cache, "check_tables", lambda system: pytest.fail("checked again"))
    assert checked_tables(overlapping()) == first


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"\xff\xfe", b'{"KEY": 3}', b'{"KEY": [{}]}', b'{"KEY": [[1]]}', b"[" * 100_000,
    b'{"KEY": [{"kind": "gap", "severity": "none", "machine": "", "rows": [], "trigger": "", "state": "",'
    b' "values": [], "message": ""}]}',
])  # fmt: skip
def test_damaged_cache_is_ignored_and_replaced(content: bytes) -> None:
    key = tables_fingerprint(overlapping())
    cache_file().parent.mkdir(parents=True)
    cache_file().write_bytes(content.replace(b"KEY", key.encode()))
    assert checked_tables(overlapping()) == check_tables(overlapping())
    assert key in json.loads(cache_file().read_text())


def test_cache_that_cannot_be_written_is_ignored(own_cache: Path) -> None:
    (own_cache / "dsmip").write_text("a file where a folder is needed")
    assert len(checked_tables(overlapping())) == len(check_tables(overlapping()))


def test_old_entries_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_cache, "MOST_ENTRIES", 1)
    checked_tables(toy_system())
    checked_tables(overlapping())
    assert list(json.loads(cache_file().read_text())) == [tables_fingerprint(overlapping())]
    assert [path.name for path in cache_file().parent.iterdir()] == ["tables.json"]


def test_undecided_questions_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_cache, "check_tables", lambda system: table_checks.check_tables(system, effort=1))
    assert any(problem.kind == "undecided" for problem in checked_tables(overlapping()))
    assert not cache_file().exists()


def test_fingerprint_depends_on_local_invariants_and_widths() -> None:
    def fingerprint(*, invariant: bool, width: int) -> str:
        machine = steady(light())
        number = machine.variable("number", NUMBER, initial=0)
        if invariant:
            machine.invariant("small", number < 2)
        return tables_fingerprint(system_of(machine, width=width))

    found = {fingerprint(invariant=i, width=w) for i in (False, True) for w in (3, 4)}
    assert len(found) == 4
    assert fingerprint(invariant=True, width=3) in found


# speed


def large_system(triggers: int = 12, cases: int = 25) -> System:
    """A table of triggers * cases rows over 16-bit numbers; half in ordered decisions, half not."""
    machine = steady(light())
    last, previous = machine.variable("last", NUMBER, initial=0), machine.variable("previous", NUMBER, initial=0)
    bright = machine.variable("bright", BOOLEAN)
    for trigger in range(triggers):
        guards = [
            (last == index) & previous.is_ahead_of(last + trigger) & (bright if index % 2 else ~bright)
            for index in range(cases)
        ]
        name = timer(f"number {trigger}")
        if trigger % 2:
            machine.on(name).decide(*(case(f"case {i}", when=guard) for i, guard in enumerate(guards)))
        else:
            for index, guard in enumerate(guards):
                machine.transition(f"row {index}", trigger=name, source=ALL, when=guard)
    return system_of(machine)


def test_three_hundred_rows_are_checked() -> None:
    system = large_system()
    assert sum(len(machine.rows) for machine in system.machines) >= 300
    assert check_tables(system) == []
