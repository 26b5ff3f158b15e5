"""From which of its control states each row of a machine fires: in runs, or anywhere in an exploration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from checker.trace import Trace
from diagrams.emphasis import RowKey, row_key
from model.language.expressions import variable
from model.language.observations import Observation
from model.language.systems import System

Places = Mapping[RowKey, Collection[str]]


def firings_to_look_for(system: System, machine: str) -> list[Observation]:
    """What an exploration must look for so that `places_seen` can answer."""
    control = variable(f"{machine}.state")
    wanted = []
    for number, key, state in _pairs(system, machine):
        steps = {action.name: control == state for action in system.actions
                 if any(row_key(row) == key for row in action.rows)}  # fmt: skip
        if steps:
            wanted.append(Observation(_name(number, state), in_steps=steps))
    return wanted


def places_seen(system: System, machine: str, sightings: Collection[str]) -> Places:
    """The states from which each row fires. sightings: names of what an exploration saw of `firings_to_look_for`."""
    found: dict[RowKey, set[str]] = {}
    for number, key, state in _pairs(system, machine):
        if _name(number, state) in sightings:
            found.setdefault(key, set()).add(state)
    return found


def firings_in(traces: Iterable[Trace], machine: str) -> dict[RowKey, Counter[str]]:
    """How often each row fires in runs, by the state from which it does."""
    found: dict[RowKey, Counter[str]] = {}
    for trace in traces:
        control = trace.system.variable_index[f"{machine}.state"]
        for before, step in zip(trace.states, trace.steps, strict=False):
            for row in step.action.rows:
                if row.machine == machine:
                    found.setdefault(row_key(row), Counter())[str(before.values[control])] += 1
    return found


def _pairs(system: System, machine: str) -> Iterator[tuple[int, RowKey, str]]:
    for number, row in enumerate(system.machine(machine).rows):
        for state in row.states:
            yield number, row_key(row), state


def _name(number: int, state: str) -> str:
    return f"row {number} from {state}"
