"""What a system means: order of arrival, lanes, copies, loss, overflow, effects of one step together."""

from __future__ import annotations

from enum import Enum

import pytest

from model.language.binding import Binding
from model.language.channel_contents import Contents, Flight, duplicable
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes, Value
from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, full, in_flight
from model.language.flattening import compose
from model.language.interpretation import Interpretation, State, Step
from model.language.machines import Alter, Event, Machine, decision, event, receipt, send, timer
from model.language.messages import Channel, MessageType, any_in_flight, field, flying, received
from model.language.systems import ActionKind, System
from tests.toys import toy_system


class Phase(Enum):
    ONE = "one"
    TWO = "two"


LANE = Enumeration("Lane", ("left", "right"))
NUMBER = Modular("number")
FIELDS = {
    "number": field(NUMBER, 0, "serial number"),
    "lane": field(LANE, "left", "where it was sent"),
    "copied": field(BOOLEAN, False, "made by the network"),
}
DATA, NOTE = MessageType("Data", FIELDS), MessageType("Note", FIELDS)


def machine(name: str = "actor") -> Machine:
    return Machine(name, Phase, Phase.ONE)


def road(name: str = "road", deliverable: Expression = TRUE, **translations: dict[str, Expression]) -> Channel:
    return Channel(name, (DATA, NOTE), "capacity", "lane", "copied", "loss", "duplication", "reordering",
                   "actor.copies_left", translations.get("on_sending", {}), translations.get("on_delivery", {}),
                   deliverable)  # fmt: skip


def system_of(
    *machines: Machine, channels: tuple[Channel, ...] | None = None, loss: bool = False, duplication: bool = False,
    reordering: bool = False, capacity: int = 3,
) -> System:  # fmt: skip
    parameters = {"loss": loss, "duplication": duplication, "reordering": reordering}
    sizes = Sizes(widths={"number": 3}, bounds={"capacity": capacity, "copies": 1})
    return compose("road", machines, channels or (road(),), Binding(sizes, parameters))


def flight(number: int, lane: str = "left", *, copied: bool = False, kind: int = 0) -> Flight:
    return Flight(kind, (number, lane, copied))


def receiver() -> tuple[Machine, Expression]:
    """Remembers the number received last; counts nothing."""
    actor = machine()
    last = actor.variable("last", NUMBER, initial=0)
    actor.variable("copies_left", Integer(0, "copies"), initial=1)
    for kind in (DATA, NOTE):
        actor.transition(kind.name, trigger=receipt(kind), source=list(Phase), then=last.becomes(received(kind).number))
    return actor, last


def with_contents(system: System, *contents: Contents) -> State:
    return State(tuple(variable.initial[0] for variable in system.variables), contents)


def steps(system: System, state: State, kind: ActionKind | None = None) -> list[Step]:
    return [step for step in Interpretation(system).steps(state) if kind in (None, step.action.kind)]


def value(system: System, state: State, name: str) -> Value:
    return state.values[system.variable_index[name]]


def arrivals(system: System, contents: Contents) -> list[Value]:
    found = steps(system, with_contents(system, contents), ActionKind.RECEIPT)
    return [value(system, step.state, "actor.last") for step in found]


def test_queue_delivers_the_first_of_each_lane() -> None:
    system = system_of(receiver()[0])
    assert arrivals(system, (flight(5), flight(1), flight(7, "right"))) == [5, 7]


def test_queue_delivers_nothing_past_a_message_of_another_type() -> None:
    system = system_of(receiver()[0])
    assert arrivals(system, (flight(5, kind=1), flight(1))) == [5]


def test_multiset_delivers_each_distinct_message() -> None:
    system = system_of(receiver()[0], reordering=True)
    assert sorted(map(int, arrivals(system, (flight(1), flight(1), flight(5))))) == [1, 5]


def test_message_taken_is_gone() -> None:
    system = system_of(receiver()[0])
    (step,) = steps(system, with_contents(system, (flight(1), flight(2))))
    assert step.state.channels == ((flight(2),),)


def test_state_of_a_multiset_does_not_depend_on_the_order_of_sending() -> None:
    for reordering, same in ((True, True), (False, False)):
        actor = machine()
        actor.variable("copies_left", Integer(0, 1), initial=0)
        for number in (1, 2):
            actor.transition(f"sends {number}", trigger=decision(f"send {number}"), source=Phase.ONE,
                             then=send(DATA(number=number), on="road"))  # fmt: skip
        system = system_of(actor, reordering=reordering)
        run = Interpretation(system)
        start = run.initial_states()[0]
        one, two = system.actions[:2]
        forwards = run.step(two, None, run.step(one, None, start).state).state
        backwards = run.step(one, None, run.step(two, None, start).state).state
        assert (forwards == backwards) is same


def test_lanes_keep_their_own_order() -> None:
    system = system_of(receiver()[0])
    contents = (flight(3), flight(1, "right"), flight(2, "right"))
    left, right = steps(system, with_contents(system, contents), ActionKind.RECEIPT)
    assert left.state.channels == ((flight(1, "right"), flight(2, "right")),)
    assert right.state.channels == ((flight(3), flight(2, "right")),)


# faults


def test_any_message_of_a_queue_can_be_lost() -> None:
    system = system_of(receiver()[0], loss=True)
    lost = steps(system, with_contents(system, (flight(1), flight(2))), ActionKind.LOSS)
    assert [step.state.channels for step in lost] == [((flight(2),),), ((flight(1),),)]


def test_no_faults_unless_switched_on() -> None:
    system = system_of(receiver()[0])
    assert {action.kind for action in system.actions} == {ActionKind.RECEIPT}


@pytest.mark.parametrize("reordering", [True, False])
def test_copy_follows_its_original_and_is_itself_not_copied(reordering: bool) -> None:
    system = system_of(receiver()[0], duplication=True, reordering=reordering)
    (step,) = steps(system, with_contents(system, (flight(2),)), ActionKind.DUPLICATION)
    assert step.state.channels == ((flight(2), flight(2, copied=True)),)
    assert value(system, step.state, "actor.copies_left") == 0
    (channel,) = system.channels
    assert duplicable(channel, step.state.channels[0]) == []
    (arrival,) = steps(system, step.state, ActionKind.RECEIPT)
    assert arrival.state.channels == ((flight(2, copied=True),),)


def test_copy_stays_behind_its_original_in_a_queue() -> None:
    system = system_of(receiver()[0], duplication=True)
    first, _ = steps(system, with_contents(system, (flight(2), flight(1))), ActionKind.DUPLICATION)
    assert first.state.channels == ((flight(2), flight(2, copied=True), flight(1)),)


def test_of_original_and_copy_the_copy_is_lost() -> None:
    system = system_of(receiver()[0], loss=True, reordering=True)
    (step,) = steps(system, with_contents(system, (flight(2), flight(2, copied=True))), ActionKind.LOSS)
    assert step.state.channels == ((flight(2),),)


def test_full_channel_and_spent_budget_prevent_duplication() -> None:
    system = system_of(receiver()[0], duplication=True, capacity=2)
    assert not steps(system, with_contents(system, (flight(1), flight(2))), ActionKind.DUPLICATION)
    state = with_contents(system, (flight(1),))
    spent = tuple(0 if name == "actor.copies_left" else state.values[i] for name, i in system.variable_index.items())
    assert not steps(system, state._replace(values=spent), ActionKind.DUPLICATION)


# sending


def test_timer_waits_for_room_and_reply_overflows() -> None:
    actor, _ = receiver()
    actor.change("Note", then=(send(DATA(number=7), on="other"),))
    actor.transition("tick", trigger=timer("t"), source=Phase.ONE, then=send(DATA(), on="other"))
    system = system_of(actor, channels=(road(), road("other")), capacity=1)
    note = (flight(1, kind=1),)
    open_, closed = with_contents(system, note, ()), with_contents(system, note, (flight(3),))
    assert [step.action.kind for step in steps(system, open_)] == [ActionKind.RECEIPT, ActionKind.TIMER]
    assert not steps(system, open_)[0].overflow
    replies = [step for step in steps(system, closed) if step.action.message == "Note"]
    assert [step.overflow for step in replies] == [True]
    assert replies[0].state.channels == ((), (flight(3),))
    assert not steps(system, closed, ActionKind.TIMER)


def test_room_made_by_the_message_taken_counts() -> None:
    actor, _ = receiver()
    actor.change("Note", then=(send(DATA(number=7), on="road"),))
    system = system_of(actor, capacity=1)
    (step,) = steps(system, with_contents(system, (flight(1, kind=1),)))
    assert (step.overflow, step.state.channels) == (False, ((flight(7),),))


def test_messages_are_translated_when_sent_and_when_delivered() -> None:
    actor, last = receiver()
    actor.transition("tick", trigger=timer("t"), source=Phase.ONE, then=send(DATA(number=last + 1), on="road"))
    channel = road(on_sending={"number": flying(DATA).number + 1}, on_delivery={"number": flying(DATA).number + 3})
    system = system_of(actor, channels=(channel,))
    (sent,) = steps(system, with_contents(system, ()))
    assert sent.state.channels == ((flight(2),),)
    delivered = steps(system, sent.state, ActionKind.RECEIPT)
    assert [value(system, step.state, "actor.last") for step in delivered] == [5]


def test_undeliverable_message_is_dropped_at_its_turn() -> None:
    system = system_of(receiver()[0], channels=(road(deliverable=flying(DATA).number != 3),))
    found = steps(system, with_contents(system, (flight(3), flight(1))))
    assert [(step.action.kind, step.state.channels) for step in found] == [(ActionKind.UNDELIVERABLE, ((flight(1),),))]


# steps


def test_assignments_of_one_step_are_simultaneous() -> None:
    actor = machine()
    actor.variable("copies_left", Integer(0, 1), initial=0)
    one, two = actor.variable("a", NUMBER, initial=1), actor.variable("b", NUMBER, initial=2)
    actor.transition("swap", trigger=timer("t"), source=Phase.ONE, dest=Phase.TWO,
                     then=[one.becomes(two), two.becomes(one), send(DATA(number=one), on="road")])  # fmt: skip
    system = system_of(actor)
    (step,) = steps(system, with_contents(system, ()))
    assert [value(system, step.state, name) for name in ("actor.a", "actor.b", "actor.state")] == [2, 1, "two"]
    assert step.state.channels == ((flight(1),),)


def test_event_moves_emitter_and_subscribers_at_once() -> None:
    change = Event("change", "weather", {"to": LANE, "by": NUMBER})
    weather, actor = machine("weather"), receiver()[0]
    weather.transition("turns", trigger=event(change), source=Phase.ONE, emits={"by": 6})
    lane = actor.variable("lane", LANE, initial="left")
    number = actor.variable("number", NUMBER, initial=5)
    actor.transition("follows", trigger=event(change), source=list(Phase), when=change.view.to != lane,
                     then=[lane.becomes(change.view.to), number.becomes(number + change.view.by)])  # fmt: skip
    system = system_of(weather, actor)
    (step,) = steps(system, with_contents(system, ()))
    assert step.action.name == "weather: change (to right): turns; actor: follows"
    assert (value(system, step.state, "actor.lane"), value(system, step.state, "actor.number")) == ("right", 3)


def test_alter_changes_matching_messages_in_flight_only() -> None:
    actor, last = receiver()
    actor.transition("shift", trigger=timer("t"), source=Phase.ONE, then=[
        Alter("road", "Data", flying(DATA).number == last + 1, {"number": flying(DATA).number + 4}),
    ])  # fmt: skip
    system = system_of(actor)
    contents = (flight(1), flight(2), flight(1, kind=1), flight(1, "right"))
    (step,) = steps(system, with_contents(system, contents), ActionKind.TIMER)
    assert step.state.channels == ((flight(5), flight(2), flight(1, kind=1), flight(5, "right")),)


def test_questions_to_a_channel() -> None:
    system = system_of(receiver()[0], capacity=2)
    run, state = Interpretation(system), with_contents(system, (flight(4), flight(5, kind=1)))
    assert run.holds(full("road") & in_flight("road"), state)
    assert run.holds(any_in_flight(road(), NOTE, flying(NOTE).number == 5), state)
    assert not run.holds(any_in_flight(road(), DATA, flying(DATA).number == 5), state)
    assert run.holds(any_in_flight(road(), None, flying(DATA).number == 5), state)


def test_every_combination_of_initial_values_is_a_start() -> None:
    actor = machine()
    actor.variable("copies_left", Integer(0, 1), initial=[0, 1])
    actor.variable("lane", LANE, initial="either")
    assert len(Interpretation(system_of(actor)).initial_states()) == 4


def test_value_that_leaves_its_domain_stops_the_run() -> None:
    actor = machine()
    left = actor.variable("copies_left", Integer(0, 1), initial=0)
    actor.transition("spends", trigger=timer("t"), source=Phase.ONE, then=left.becomes(left - 1))
    system = system_of(actor)
    with pytest.raises(ModelError, match=r'"actor.copies_left" becomes -1, outside its domain'):
        steps(system, with_contents(system, ()))


def test_toy_reaches_the_other_side() -> None:
    """A send, its receipt and the acknowledgement's receipt bring the sender back with one number more."""
    system = toy_system(loss=False, duplication=False)
    run = Interpretation(system)
    state = run.initial_states()[0]
    for name in ("sender: send: sends", "receiver: receives Data: new", "sender: receives Acknowledgement: accepted"):
        state = next(step.state for step in run.steps(state) if step.action.name == name)
    assert value(system, state, "sender.state") == "idle"
    assert value(system, state, "sender.number") == value(system, state, "receiver.last") == 1
