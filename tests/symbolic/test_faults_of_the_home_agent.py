"""Faults of 16-bit arithmetic written into the shipped home agent's tables, each found by Z3 at full width with
a run that replays: a UE that lost its counter meets an entry marked invalid (5.2.3.3), or asks for 16383 units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from checker.search import Limits
from checker.symbolic.bounded import BoundedSearch
from checker.trace import replay
from generators.changes import of_every_effect, together
from model.handover import Change, binding, handover
from model.home_agent_answers import BindingState, granted_ticks, sequence_number
from model.language.expressions import (
    Expression,
    Operand,
    constant,
    parameter,
)
from model.language.machines import Case, Effect, Machine, Send
from model.language.observations import Observation
from model.language.rewriting import substituted
from model.language.systems import System
from model.messages import BindingAcknowledgement, BindingUpdate, update
from model.readings import reading
from model.scenarios import Scenario, load
from properties.kinds import observations
from properties.registry import property_called

HALF = 1 << 15
ASKED = 16383  # units of 4 s: 65532 s
number, last = update.sequence_number, sequence_number
ahead = number - last
REACHED = 4  # steps to where the update arrives; in one more the entry could be forgotten first, and any number begins
STALE, BACK = "a newer update is refused as stale", "BIND-6"


def doubled(value: Expression, times: int) -> Expression:
    for _ in range(times):
        value = value + value
    return value


# Fault -> how the home agent tells that an update is newer, the last number accepted, the number that comes,
# and what is found.
WINDOWS: dict[str, tuple[Expression, int, int, str]] = {
    "window compared with <= instead of <": (ahead < HALF, 100, 100, BACK),
    "ahead by exactly half the range counts as newer": (~(number == last) & (ahead <= HALF), 100, 100 + HALF, BACK),
    "no wrap from 65535 to 0": (last < number, 65535, 0, STALE),
    "sequence number truncated to 8 bits":
        (number.is_ahead_of(last) & ~(doubled(ahead, 8) == 0), 100, 356, STALE),
    "signed comparison": ((last + HALF) < (number + HALF), HALF - 1, HALF, STALE),
}  # fmt: skip
GRANTS: dict[str, Expression] = {
    "lifetime units mixed: units taken for seconds": doubled(update.asked_ticks, 2),
    "granted lifetime above the requested one by one": update.asked_ticks + 1,
}


def with_window(newer: Expression) -> Change:
    """Every guard of the home agent that compares sequence numbers compares them wrongly."""
    right = number.is_ahead_of(last)

    def rewritten(item: Case) -> Case:
        return item if item.when is None else replace(item, when=substituted(item.when, {right: newer}))

    def change(machines: Mapping[str, Machine]) -> None:
        table = machines["home_agent"].decisions
        table[:] = [replace(entry, cases=tuple(map(rewritten, entry.cases))) for entry in table]

    return change


def with_field(actor: str, message: object, field: str, old: Expression, new: Operand) -> Change:
    """Wherever `actor` sends `message` with `old` in a field, it sends `new`."""

    def rewritten(effect: Effect) -> Effect:
        if not isinstance(effect, Send) or effect.template.message is not message:
            return effect
        if effect.template.fields[field] is not old:
            return effect
        return replace(effect, template=effect.template.with_fields(**{field: new}))

    def change(machines: Mapping[str, Machine]) -> None:
        labels = {item.label for entry in machines[actor].decisions for item in entry.cases}
        for label in labels:
            of_every_effect(actor, label, rewritten)(machines)

    return change


def starting(system: System, **values: bool | int | str) -> System:
    """The system with other initial values ("actor__variable")."""
    chosen = {name.replace("__", "."): value for name, value in values.items()}
    return replace(system, variables=tuple(
        replace(entry, initial=(chosen[entry.name],)) if entry.name in chosen else entry for entry in system.variables
    ))  # fmt: skip


def meeting(change: Change | None, remembered: int, coming: int) -> tuple[Scenario, System]:
    """A home agent that remembers one number, and a UE whose next update has another."""
    scenario = load("minimal").at_width(16)
    system = handover(scenario, reading("intended"), change)
    return scenario, starting(
        system, home_agent__state=BindingState.INVALID.value, home_agent__sequence_number=remembered,
        home_agent__newest_processed=remembered, ue__sequence_number=(coming - 1) % 65536,
    )  # fmt: skip


def looked_for(scenario: Scenario, system: System, what: str) -> Observation:
    if what == STALE:
        rows = [action.name for action in system.actions if "BindingUpdate: stale" in action.name]
        assert rows
        return Observation(STALE, in_steps={name: number.is_ahead_of(last) for name in rows})
    asked = property_called(what)
    return next(found for found in observations(asked, system, binding(scenario, reading("intended")), 1)
                if found.name == asked.violation_name)  # fmt: skip


def shortest(scenario: Scenario, system: System, what: str, steps: int) -> int | None:
    """The length of a shortest run that shows it, replayed; None if no run of so many steps does."""
    seen = looked_for(scenario, system, what)
    search = BoundedSearch(system, [seen], Limits(steps=steps))
    stopped = search.run(None)
    found = search.sightings.get(seen.name)
    if found is None:
        assert stopped == f"no run of up to {steps} steps shows it; longer ones were not looked at"
        return None
    replay(system, what, found.initial, found.path)
    return len(found.path)


def lifetimes(granted: Expression | None) -> tuple[Scenario, System]:
    """Lifetimes of up to 65535 units, of which the UE asks for 16383."""
    scenario = load("lifetimes").at_width(16)
    clock = scenario.clock.model_copy(update={"lifetime_asked": 65535, "lifetime_granted_at_most": 65535})
    scenario = scenario.model_copy(update={"clock": clock})
    changes = [with_field("ue", BindingUpdate, "asked_ticks", parameter("lifetime_asked"), constant(ASKED))]
    if granted is not None:
        changes.append(with_field("home_agent", BindingAcknowledgement, "granted_ticks", granted_ticks, granted))
    return scenario, handover(scenario, reading("intended"), together(*changes))


@pytest.mark.parametrize("fault", [
    pytest.param(name, marks=[] if name.startswith("ahead by exactly") else pytest.mark.slow) for name in WINDOWS
])  # fmt: skip
def test_a_home_agent_with_a_wrong_window_is_found_out_at_16_bits(fault: str) -> None:
    wrong, remembered, coming, what = WINDOWS[fault]
    assert shortest(*meeting(with_window(wrong), remembered, coming), what, REACHED) == REACHED + 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", WINDOWS)
def test_the_shipped_home_agent_does_neither_at_the_same_numbers(fault: str) -> None:
    _, remembered, coming, what = WINDOWS[fault]
    assert shortest(*meeting(None, remembered, coming), what, REACHED) is None


@pytest.mark.slow
@pytest.mark.parametrize("fault", GRANTS)
def test_a_home_agent_that_grants_more_than_was_asked_is_found_out_at_16_bits(fault: str) -> None:
    assert shortest(*lifetimes(GRANTS[fault]), "BIND-13a", 8) is not None


@pytest.mark.slow
def test_the_shipped_home_agent_grants_no_more_than_was_asked() -> None:
    assert shortest(*lifetimes(None), "BIND-13a", 5) is None
