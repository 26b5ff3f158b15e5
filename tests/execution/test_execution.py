"""The transitions machines and the interpretation must do the same, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.execution import Execution, ExecutionError, confirm
from model.language.expressions import FALSE, TRUE, constant, variable
from model.language.interpretation import Interpretation, State
from model.language.systems import ActionKind, ResolvedRow, System
from tests.execution.parcels import parcel_system
from tests.toys import toy_system

SYSTEMS = {
    "toy with queues": toy_system(),
    "toy with reordering": toy_system(reordering=True),
    "toy at 16 bits without loss": toy_system(width=16, loss=False, capacity=3),
    "parcels with reordering": parcel_system(),
    "parcels in queues": parcel_system(reordering=False, moves=5),
}


def walk(system: System, data: st.DataObject, length: int) -> tuple[State, list[tuple[str, int | None]], list[State]]:
    interpretation = Interpretation(system)
    initial = state = data.draw(st.sampled_from(interpretation.initial_states()))
    path: list[tuple[str, int | None]] = []
    states: list[State] = []
    for _ in range(length):
        steps = list(interpretation.steps(state))
        if not steps:
            break
        step = steps[data.draw(st.integers(0, len(steps) - 1))]
        state = step.state
        path.append((step.action.name, step.position))
        states.append(state)
    return initial, path, states


@pytest.mark.parametrize("name", SYSTEMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_random_walk_replays_identically(name: str, data: st.DataObject) -> None:
    confirm(SYSTEMS[name], *walk(SYSTEMS[name], data, 25))


@pytest.mark.parametrize("name", SYSTEMS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_same_steps_are_possible_and_have_the_same_effects(name: str, data: st.DataObject) -> None:
    system = SYSTEMS[name]
    interpretation = Interpretation(system)
    initial, path, _ = walk(system, data, 12)
    execution = Execution(system, initial)
    for action, position in path:
        steps = list(interpretation.steps(execution.state))
        assert execution.enabled() == [(step.action.name, step.position) for step in steps]
        for step in steps:
            occurrence = execution.perform(step.action.name, step.position)
            assert (occurrence.after, occurrence.overflow) == (step.state, step.overflow)
            assert execution.undo() is occurrence
        execution.perform(action, position)


def test_every_kind_of_action_occurs_in_the_systems_walked() -> None:
    kinds = {action.kind for system in SYSTEMS.values() for action in system.actions}
    assert kinds == set(ActionKind)


def changed(system: System, machine: str, title: str, **changes: object) -> System:
    """The system whose actions stay while one row of a table is changed."""

    def table(row: ResolvedRow) -> ResolvedRow:
        return replace(row, **changes) if row.title == title else row  # type: ignore[arg-type]

    machines = tuple(
        replace(entry, rows=tuple(map(table, entry.rows))) if entry.name == machine else entry
        for entry in system.machines
    )
    return replace(system, machines=machines)


NUMBER = variable("sender.number")
SENDS = ("sender: send: sends", None)


def expected_after(system: System, *path: tuple[str, int | None]) -> list[State]:
    execution = Execution(system)
    return [execution.perform(*step).after for step in path]


@pytest.mark.parametrize(
    ("title", "changes", "said"),
    [
        ("sends", {"assignments": {"sender.number": NUMBER + 2}}, '"sender.number" is 2, expected 1'),
        ("sends", {"dest": "idle"}, '"sender.state" is idle, expected waiting'),
        ("sends", {"sends": ()}, 'channel "up" holds nothing, expected Data'),
        ("sends", {"guard": FALSE}, 'machine "sender", state "idle": no row takes "timer send" now'),
        ("sends", {"states": ("waiting",)}, 'machine "sender", state "idle": no row for "timer send"'),
    ],
)
def test_wrong_table_is_noticed(title: str, changes: dict[str, object], said: str) -> None:
    system = toy_system()
    states = expected_after(system, SENDS)
    with pytest.raises(ExecutionError, match="step 1") as error:
        confirm(changed(system, "sender", title, **changes), Execution(system).state, [SENDS], states)
    assert said in str(error.value)


def test_overlapping_guards_are_noticed() -> None:
    system = toy_system()
    overlapping = changed(system, "receiver", "old", guard=TRUE)
    execution = Execution(overlapping)
    execution.perform(*SENDS)
    with pytest.raises(ExecutionError, match='the machines took "receiver: old", another action'):
        execution.perform("receiver: receives Data: new", 0)


def test_driving_by_hand_finds_the_rows() -> None:
    execution = Execution(toy_system())
    sender, receiver = execution.actors["sender"], execution.actors["receiver"]
    execution.fire_timer("sender", "send")
    assert (sender.state, sender["number"]) == ("waiting", 1)
    execution.duplicate("up")
    execution.deliver("up")
    assert (receiver.state, receiver["last"]) == ("holding", 1)
    execution.lose("up")
    execution.happen("flip")
    assert (sender["side"], execution.actors["switch"].state) == ("right", "right")
    execution.deliver("down")
    assert sender.state == "idle"
    assert [occurrence.action.name for occurrence in execution.log][2] == "receiver: receives Data: new"
    assert execution.state.channels == ((), ())


def test_open_choice_is_an_argument() -> None:
    execution = Execution(parcel_system())
    execution.fire_timer("clerk", "shift")
    with pytest.raises(ExecutionError, match="AMB-01 is open, choose answers or keeps-quiet"):
        execution.deliver("way")
    answered = execution.deliver("way", AMB_01="answers")
    assert [message.message for message in answered.sent] == ["Return"]
    execution.undo()
    assert execution.deliver("way", AMB_01="keeps-quiet").sent == ()


def test_fields_are_delivered_translated() -> None:
    execution = Execution(parcel_system())
    sent = execution.fire_timer("clerk", "shift").sent[0]
    assert (sent.fields["number"], sent.carried["place"]) == (1, "north")
    occurrence = execution.deliver("way", AMB_01="keeps-quiet")
    assert occurrence.taken is not None and occurrence.taken["number"] == 2
    assert execution.actors["clerk"]["last"] == 2


def test_event_fields_are_free_or_computed() -> None:
    execution = Execution(parcel_system())
    occurrence = execution.happen("road moves", to="south")
    assert occurrence.action.name == "road: road moves (to south): towards south; clerk: notices"
    assert execution.actors["road"]["count"] == 1
    for fields in ({}, {"to": "south", "number": 1}, {"to": "west"}):
        with pytest.raises(ExecutionError, match="no row takes"):
            execution.happen("road moves", **fields)


def test_message_to_nowhere_is_dropped_not_delivered() -> None:
    execution = Execution(parcel_system())
    execution.fire_timer("clerk", "shift")
    execution.happen("road moves", to="south")
    with pytest.raises(ExecutionError, match="reaches nobody"):
        execution.deliver("way")
    execution.drop("way")
    assert execution.state.channels == ((),)


def test_refused_step_changes_nothing() -> None:
    system = changed(toy_system(), "sender", "turns", guard=FALSE)
    execution = Execution(system)
    before = execution.state
    with pytest.raises(ExecutionError, match=r'machine "sender".* no row takes "event flip"'):
        execution.happen("flip")
    assert execution.state == before and execution.log == []


def test_value_outside_its_domain_is_refused() -> None:
    system = changed(toy_system(), "switch", "to the right", assignments={"switch.flips_left": constant(9)})
    with pytest.raises(ExecutionError, match=r'"switch\.flips_left" becomes 9, outside 0 to 2'):
        Execution(system).happen("flip")


def test_errors_name_what_is_known() -> None:
    execution = Execution(toy_system())
    for attempt, said in [
        (lambda: execution.perform("sender: send: send"), 'did you mean "sender: send: sends"?'),
        (lambda: execution.fire_timer("sendr", "send"), 'did you mean "sender"?'),
        (lambda: execution.fire_timer("sender", "snd"), 'did you mean "timer send"?'),
        (lambda: execution.happen("flop"), 'did you mean "flip"?'),
        (lambda: execution.happen("flip", side="left"), 'event "flip" has no field "side"'),
        (lambda: execution.happen("flip", to="left"), 'no row takes "event flip"'),
        (lambda: execution.deliver("up"), 'channel "up" has no message at position 0: it holds 0'),
        (lambda: execution.lose("upp"), 'did you mean "up"?'),
        (lambda: execution.drop("up"), 'channel "up" has no message'),
        (lambda: execution.perform("up: Data is lost"), "takes a message"),
        (lambda: execution.actors["sender"]["numbr"], 'did you mean "number"?'),
        (execution.undo, "nothing to undo"),
    ]:
        with pytest.raises(ExecutionError) as error:
            attempt()  # type: ignore[no-untyped-call]
        assert said in str(error.value)
