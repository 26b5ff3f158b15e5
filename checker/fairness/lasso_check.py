"""Whether a trace really is a fair run for ever that breaks a response property. Judged from the trace
alone, by the interpretation: whoever found it, this is what makes it a counterexample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.fairness.responses import Response
from checker.trace import Trace
from model.language.channel_contents import is_copy
from model.language.interpretation import Interpretation, State
from model.language.systems import Action, System
from properties.fairness import FairnessGroup, Strength


def lasso_faults(trace: Trace, response: Response) -> list[str]:
    """What is wrong with `trace` as a counterexample, in words; nothing if it is one."""
    return [*loop_faults(trace, response.groups), *_breaking_faults(trace, response)]


def loop_faults(trace: Trace, groups: Sequence[FairnessGroup]) -> Iterator[str]:
    """Why the trace is no fair run for ever."""
    if trace.loop is None:
        yield "the run has no loop"
        return
    states = trace.states
    if states[-1] != states[trace.loop]:
        yield f"the loop does not close: the state after step {len(trace)} is not that after step {trace.loop}"
        return
    interpretation = Interpretation(trace.system)
    possible = [_possible(interpretation, state, groups) for state in states[trace.loop :]]
    taken: set[FairnessGroup] = set()
    for state, step in zip(states[trace.loop :], trace.steps[trace.loop :], strict=False):
        copy = _takes_copy(trace.system, step.action, step.position, state)
        taken |= {group for group in groups if group.has(step.action, copy)}
    for group in groups:
        if group in taken:
            continue
        if group.strength is Strength.WEAK and all(group in here for here in possible):
            yield f'the run is not fair: "{group.name}" stays possible and never happens'
        if group.strength is Strength.STRONG and any(group in here for here in possible):
            yield f'the run is not fair: "{group.name}" is possible again and again and never happens'


def _possible(interpretation: Interpretation, state: State, groups: Sequence[FairnessGroup]) -> set[FairnessGroup]:
    steps = list(interpretation.steps(state))
    system = interpretation.system
    return {
        group for group in groups
        if any(group.has(step.action, _takes_copy(system, step.action, step.position, state)) for step in steps)
    }  # fmt: skip


def _takes_copy(system: System, action: Action, position: int | None, state: State) -> bool:
    if position is None or action.channel is None:
        return False
    index = system.channel_index[action.channel]
    return is_copy(system.channels[index], state.channels[index][position])


def _breaking_faults(trace: Trace, response: Response) -> Iterator[str]:
    """Why the trace does not break the property: it never matters, or the goal is reached after all."""
    if trace.loop is None:
        return
    interpretation = Interpretation(trace.system)
    states = trace.states
    reached = [interpretation.holds(response.goal, state) for state in states]
    last = max((index for index, there in enumerate(reached) if there), default=-1)
    if last >= trace.loop:
        yield "the goal is reached in the loop"
        return
    for index in range(last + 1, trace.loop + 1):
        if response.at is not None and interpretation.holds(response.at, states[index]):
            return
        if index > 0:
            step, before = trace.steps[index - 1], states[index - 1]
            condition = response.by.get(step.action.name)
            fields = interpretation.taken(step.action, before, step.position)
            scope = interpretation.scope(step.action)
            if condition is not None and interpretation.evaluate(condition, before, fields, scope):
                return
    yield "after the last time that the goal is reached it is never called for"
