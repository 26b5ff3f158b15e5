"""Faults of 16-bit arithmetic in a home agent's comparisons, each found by Z3 at full width with a run that
replays, while the faultless comparison is proved equal to the rule (RFC 6275, 9.5.1 and 6.1.7)."""

from __future__ import annotations

from enum import Enum

import pytest
import z3

from checker.search import Limits
from checker.symbolic.bounded import BoundedSearch
from checker.symbolic.encoding import Encoding
from checker.trace import replay
from model.language.binding import Binding
from model.language.domains import Modular, Sizes
from model.language.expressions import Expression, variable
from model.language.flattening import compose
from model.language.machines import Machine, decision
from model.language.observations import observe_states
from model.language.systems import System

FULL = 16
HALF = 1 << (FULL - 1)
number, last = variable("update.number"), variable("update.last")
asked = variable("update.asked")


class State(Enum):
    WAITING = "waiting"


def shifted(value: Expression, bits: int) -> Expression:
    """The value times 2**bits, modulo the range."""
    for _ in range(bits):
        value = value + value
    return value


ahead = number - last
NEWER = {  # how a wrong home agent tells that an update is newer
    "window compared with <= instead of <": ~(number == last) & (ahead <= HALF),
    "ahead by exactly half the range counts as newer": number.is_ahead_of(last) | (ahead == HALF),
    "no wrap from 65535 to 0": last < number,
    "sequence number truncated to 8 bits": number.is_ahead_of(last) & ~(shifted(ahead, 8) == 0),
    "signed comparison": (last + HALF) < (number + HALF),
}
GRANTS = {  # what a wrong home agent grants, in units of 4 s
    "lifetime units mixed: units taken for seconds": shifted(asked, 2),
    "granted lifetime above the requested one by one": asked + 1,
}


def arithmetic() -> System:
    """Two numbers and a lifetime that may become anything, in steps of 1 and of 4096."""
    machine = Machine("update", State, State.WAITING)
    for name, start in (("number", 65534), ("last", 65535), ("asked", 16383)):
        entry = machine.variable(name, Modular("wide"), initial=start)
        for step in (1, 4096):
            machine.transition(f"{name} grows by {step}", trigger=decision(f"{name} {step}"), source=State.WAITING,
                               then=[entry.becomes(entry + step)])  # fmt: skip
    return compose("arithmetic", [machine], [], Binding(Sizes(widths={"wide": FULL})))


def first_run(wrong: Expression, steps: int) -> int | None:
    """The length of a shortest run to a state with the condition, replayed; None if there is none so short."""
    system = arithmetic()
    search = BoundedSearch(system, [observe_states("wrong", wrong, system)], Limits(steps=steps))
    search.run(None)
    found = search.sightings.get("wrong")
    if found is None:
        return None
    replay(system, "wrong", found.initial, found.path)
    return len(found.path)


@pytest.mark.parametrize("fault", NEWER)
def test_a_wrong_comparison_of_sequence_numbers_is_found_at_16_bits(fault: str) -> None:
    assert first_run(~(NEWER[fault] == number.is_ahead_of(last)), 12) is not None


@pytest.mark.parametrize("fault", GRANTS)
def test_a_wrong_lifetime_is_found_at_16_bits(fault: str) -> None:
    assert first_run(asked < GRANTS[fault], 2) is not None


def test_the_rule_of_rfc_6275_is_what_is_ahead_of_means() -> None:
    """Last = 15: 16 to 32782 pass, 32783 to 65535 and 0 to 15 fail."""
    rule = ~(number == last) & (ahead < HALF)
    encoding = Encoding(arithmetic())
    difference = encoding.condition(~(rule == number.is_ahead_of(last)))
    solver = z3.Solver(ctx=encoding.context)
    assert solver.check(difference) == z3.unsat
    for value, passes in ((16, True), (32782, True), (32783, False), (65535, False), (0, False), (15, False)):
        here = encoding.condition((last == 15) & (number == value) & number.is_ahead_of(last))
        assert (solver.check(here) == z3.sat) is passes
