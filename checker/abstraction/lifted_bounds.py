"""Which bounds of a scenario a proof still has: what is never seen where a bound is lifted holds without it. Numbers
and budgets are hidden, so that whatever they decide may go either way; channels carry sets of messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from checker.abstraction.message_sets import MessageSets, explore_with_sets
from checker.abstraction.sets_again import explore_again
from checker.explicit.engine import explore
from checker.search import Limits, ProgressReport
from checker.symbolic.explored_certificates import explored_again
from checker.symbolic.second_solver import second_solver
from model.language.domains import Modular
from model.language.errors import ModelError
from model.language.hiding import hiding
from model.language.observations import Observation
from model.language.predicates import follow_values
from model.language.systems import System

NUMBERS, CHANNELS = "sequence numbers", "messages in flight"
BUDGETS = {  # variable -> the bound it keeps, as words
    "access.movements_left": "movements",
    "ue.retransmissions_left": "retransmissions",
    "ue.refreshes_left": "renewals",
    "access.remappings_left": "NAT remappings",
    "access.duplications_left": "duplications",
    "security_association.ends_left": "ends of associations",
    "security_association.failures_left": "failures of set-ups",
    "lifetimes.expiries_left": "ends of lifetimes",
    "home_agent.restarts_left": "restarts",
    "attacker.forgeries_left": "forgeries",
    "attacker.interceptions_left": "interceptions",
}
MOST_STATES = 6_000_000


@dataclass(frozen=True)
class Attempt:
    """One abstraction that was explored. lifted: bounds it does without. held: observations never seen in it. states:
    None where nothing was explored: because of what failed, or because no step could be looked for. again: what a
    second exploration, by other code, says to the same effect, in words; None if there was none."""

    lifted: tuple[str, ...]
    states: int | None
    seconds: float
    held: frozenset[str]
    failed: str | None = None
    again: str | None = None


@dataclass(frozen=True)
class Lifting:
    """bounds: all that the system has and that can be lifted. attempts: the widest first."""

    bounds: tuple[str, ...]
    attempts: tuple[Attempt, ...]

    def lifted(self, name: str) -> frozenset[str] | None:
        """Bounds that can be lifted all at once for the proof that an observation never occurs; None: not shown."""
        found = self._widest(name)
        return None if found is None else frozenset(found.lifted)

    def again(self, name: str) -> str | None:
        """The second word on that, if there is one."""
        found = self._widest(name)
        return None if found is None else found.again

    def _widest(self, name: str) -> Attempt | None:
        found = [attempt for attempt in self.attempts if name in attempt.held]
        return max(found, key=lambda attempt: len(attempt.lifted)) if found else None

    def left(self, name: str) -> tuple[str, ...]:
        """Bounds that its proof still has."""
        lifted = self.lifted(name) or frozenset()
        return tuple(bound for bound in self.bounds if bound not in lifted)


def budgets_of(system: System) -> dict[str, str]:
    """Variable -> words for its bound, of budgets that the system has something of."""
    return {
        entry.name: BUDGETS[entry.name] for entry in system.variables
        if entry.name in BUDGETS and entry.domain.size > 1
    }  # fmt: skip


def lift_bounds(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None, *,
    solver: str | None = None,
) -> Lifting:  # fmt: skip
    """Try to do without all bounds, then without fewer, for what is still open; at last without all again, where what
    is open asks whether a number has a certain value. limits.seconds: for all attempts. solver: the second one; given
    its name, what shows something is explored again, by other code.

    Says nothing about what it does not list as held; what is listed never occurs in `system`.
    """
    budgets = budgets_of(system)
    bounds = (NUMBERS, *budgets.values(), CHANNELS)
    impossible = frozenset(entry.name for entry in observations if entry.impossible)
    attempts = [Attempt(bounds, None, 0.0, impossible)] if impossible else []
    started = monotonic()

    def within() -> Limits:
        """What is left of the time, for one more attempt."""
        left = None if limits.seconds is None else round(limits.seconds - (monotonic() - started), 1)
        return replace(limits, seconds=left, states=MOST_STATES)

    rest = [entry for entry in observations if not entry.impossible]
    for variables, channels in _tries(budgets, any(channel.duplicates for channel in system.channels)):
        if not rest:
            break
        now = within()
        lifted = (NUMBERS, *(budgets[name] for name in variables), *((CHANNELS,) if channels else ()))
        if now.seconds is not None and now.seconds <= 0:
            attempts.append(Attempt(lifted, None, 0.0, frozenset(), "no time was left"))
            continue
        attempts.append(_attempt(system, rest, lifted, variables, channels, now, progress, solver))
        rest = [entry for entry in rest if entry.name not in attempts[-1].held]
    if rest and (followed := follow_values(system, rest)) is not None:
        now = within()
        if now.seconds is None or now.seconds > 0:
            attempts.append(_attempt(*followed, bounds, tuple(budgets), True, now, progress, solver))
    return Lifting(bounds, tuple(attempts))


def _tries(budgets: dict[str, str], copies: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Budgets to lift, and whether channels become sets: all, all but the channels, all but one, one, none. Channels
    that make copies cannot be kept where numbers are hidden."""
    names = tuple(budgets)
    yield names, True
    if not copies:
        yield names, False
    if len(names) > 1:
        for one in names:
            yield tuple(name for name in names if name != one), copies
    if len(names) > 2:
        for one in names:
            yield (one,), copies
    if names or not copies:
        yield (), copies


def _attempt(
    system: System, rest: Sequence[Observation], lifted: tuple[str, ...], variables: Sequence[str], channels: bool,
    limits: Limits, progress: ProgressReport | None, solver: str | None,
) -> Attempt:  # fmt: skip
    started = monotonic()
    numbers = [entry.name for entry in system.variables if isinstance(entry.domain, Modular)]
    fields = {name for channel in system.channels for message in channel.messages
              for name, entry in message.fields.items() if isinstance(entry.domain, Modular)}  # fmt: skip
    try:
        wider, wanted = hiding(system, rest, [*numbers, *variables], fields, flights=channels)
        if channels:
            sets = explore_with_sets(wider, wanted, limits, progress)
            held = frozenset() if sets.stopped else frozenset(entry.name for entry in wanted) - sets.seen
            again = _sets_again(wider, wanted, sets, limits) if solver is not None and held else None
            return Attempt(lifted, sets.states, monotonic() - started, held, sets.stopped, again)
        found = explore(wider, wanted, limits, progress)
    except ModelError as error:
        return Attempt(lifted, None, monotonic() - started, frozenset(), str(error))
    doubt = found.doubt(loss=all(channel.loses for channel in system.channels))
    held = frozenset() if doubt else frozenset(entry.name for entry in wanted if entry.name not in found.sightings)
    again = None if solver is None or not held else _text_again(wider, wanted, held, solver, limits)
    return Attempt(lifted, found.states, monotonic() - started, held, doubt, again)


def _sets_again(
    system: System, wanted: Sequence[Observation], sets: MessageSets, limits: Limits
) -> str | None:  # fmt: skip
    found = explore_again(system, wanted, sets, limits)
    if found.unknown or not found.seen <= sets.seen:
        raise RuntimeError("the compiled exploration of message sets contradicts the other one")
    return None if found.stopped else f"message sets explored again, {found.states:,} states, compiled"


def _text_again(
    system: System, wanted: Sequence[Observation], held: frozenset[str], solver: str, limits: Limits
) -> str | None:  # fmt: skip
    seen = {entry.name: [entry] for entry in wanted if entry.name in held}
    found = explored_again(system, seen, second_solver(solver), seconds=limits.seconds)
    if found.seen:
        raise RuntimeError("the exploration of the text contradicts the compiled one")
    return None if found.stopped or found.faulty else f"bounds lifted, {found.states:,} states explored again from text"
