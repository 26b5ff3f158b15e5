"""Explores a system and says in plain text what was seen: what the examples do when they are run."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.engine import explore
from checker.search import Limits, Sighting
from checker.trace import TraceStep, replay
from model.language.observations import Observation
from model.language.systems import System


def show(system: System, observations: Sequence[Observation]) -> None:
    """Print the number of states, and for each observation the shortest run to it, if there is one."""
    found = explore(system, observations, Limits())
    print(f"{system.name}: {found.states:,} states, {found.transitions:,} transitions, depth {found.depth}")
    for observation in observations:
        sighting = found.sightings.get(observation.name)
        if sighting is not None:
            print(f"  {observation.name}: after {len(sighting.path)} steps")
            for number, line in enumerate(lines_of(system, observation.name, sighting), start=1):
                print(f"    {number}. {line}")
        elif found.complete:
            print(f"  {observation.name}: never")
        else:
            print(f"  {observation.name}: not seen before the {found.stopped}")


def lines_of(system: System, name: str, sighting: Sighting) -> list[str]:
    """The steps of a run: the action and the variables that it changes."""
    return [_line(step) for step in replay(system, name, sighting.initial, sighting.path).steps]


def _line(step: TraceStep) -> str:
    changes = ", ".join(f"{name} = {new}" for name, (_, new) in step.changes.items())
    return f"{step.action.name}" + (f"  ({changes})" if changes else "")
