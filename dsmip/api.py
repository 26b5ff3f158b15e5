"""The small public interface: load a scenario, check it."""

from __future__ import annotations

from collections.abc import Sequence

from checker.checking import Run, check_scenario
from checker.search import Limits
from model.readings import reading
from model.scenarios import Scenario, load
from properties.registry import ALL_PROPERTIES, property_called


def load_scenario(name_or_path: str) -> Scenario:
    """A shipped scenario by name, or a TOML file by path. Raises ModelError."""
    return load(name_or_path)


def check(
    scenario: Scenario | str,
    *,
    reading_name: str = "intended",
    choices: Sequence[str] = (),
    properties: Sequence[str] = (),
    memory: int | None = None,
    seconds: float | None = None,
    reduce: bool = True,
) -> Run:
    """Explore a scenario and judge its properties (all, or those named).

    choices: such as "AMB-02=sa-first". memory: bytes. reduce: symmetry may be used. Raises ModelError
    for anything unknown.
    """
    given = load(scenario) if isinstance(scenario, str) else scenario
    wanted = [property_called(name) for name in properties] or list(ALL_PROPERTIES)
    return check_scenario(given, reading(reading_name, choices), wanted, limits=Limits(memory, seconds), reduce=reduce)
