"""Which of the shipped scenarios are checked by default, and which are too large for that."""

from __future__ import annotations

from model.language.errors import ModelError, nearest
from model.scenarios import Scenario, load, shipped

LARGE = ("clause-5.2", "reordering", "three-ue")
SETS = ("default", "large", "all")


def scenario_set(name: str) -> list[str]:
    """The shipped scenarios of a set: "large" needs most time and memory, "default" is the rest.

    Raises ModelError for an unknown set.
    """
    if name not in SETS:
        raise ModelError(f'unknown set "{name}": {nearest(name, SETS)}')
    return [entry for entry in shipped() if name == "all" or (entry in LARGE) == (name == "large")]


def is_shipped(scenario: Scenario) -> bool:
    """Whether it is a shipped scenario as it ships, not a changed one of the same name."""
    return scenario.name in shipped() and scenario == load(scenario.name)
