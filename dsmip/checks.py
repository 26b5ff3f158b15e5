"""The checks that a command is asked for: which scenarios under which readings, and their runs, several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from checker.checking import Run, check_scenario
from checker.search import Limits
from dsmip import quantities
from dsmip.console import reporting, working
from dsmip.engine_options import EngineOptions
from dsmip.many_checks import Task, jobs_for, results_in_order
from model.handover import Change
from model.language.errors import ModelError
from model.readings import Reading, reading
from model.scenario_sets import scenario_set
from model.scenarios import Scenario, load
from properties.kinds import Property
from properties.registry import ALL_PROPERTIES, property_called

DEFAULT_READINGS = ("literal", "intended")


@dataclass(frozen=True)
class Checks:
    """What to explore, and what to judge there."""

    scenarios: Sequence[Scenario]
    readings: Sequence[Reading]
    properties: Sequence[Property]
    limits: Limits

    def runs(
        self, jobs: int | None = None, *, engine: EngineOptions, change: Change | None = None, reduce: bool = True,
        look_for_dead_ends: bool = False,
    ) -> Iterator[Run]:  # fmt: skip
        """The runs, scenario by scenario. jobs: how many scenarios at a time; default: one a processor.

        Raises KeyboardInterrupt after a run that was interrupted, BrokenProcessPool if a worker was killed.
        """
        tasks = [
            partial(_one_scenario, scenario, self.readings, self.properties, engine=engine, change=change,
                    limits=self.limits, reduce=reduce, look_for_dead_ends=look_for_dead_ends)
            for scenario in self.scenarios
        ]  # fmt: skip
        weights = [scenario.ue.count for scenario in self.scenarios]
        for run in _at_the_same_time(tasks, jobs_for(len(tasks), 1 if engine.has_workers else jobs), weights):
            yield run
            if run.exploration.interrupted:
                raise KeyboardInterrupt


def checks_for(
    scenarios: Sequence[str], set_name: str | None, readings: Sequence[str], choices: Sequence[str],
    properties: Sequence[str], memory: str | None, time: str | None,
) -> Checks:  # fmt: skip
    """What was asked for on a command line; what was left out has its default. Raises ModelError."""
    if scenarios and set_name is not None:
        raise ModelError("--set: give a set or names of scenarios, not both")
    loaded = [load(name) for name in scenarios or scenario_set(set_name or "default")]
    names = [scenario.name for scenario in loaded]
    for given, scenario in zip(scenarios, loaded, strict=False):
        if names.count(scenario.name) > 1:
            raise ModelError(f'{given}: another scenario of this run is called "{scenario.name}" too: name one anew')
    return Checks(
        loaded,
        [reading(name, choices) for name in readings or DEFAULT_READINGS],
        [property_called(name) for name in properties] or list(ALL_PROPERTIES),
        quantities.limits(memory, time),
    )


def _one_scenario(
    scenario: Scenario, readings: Sequence[Reading], properties: Sequence[Property], *, engine: EngineOptions,
    change: Change | None, limits: Limits, reduce: bool, look_for_dead_ends: bool,
) -> Iterator[Run]:  # fmt: skip
    """Its runs, a reading each."""
    for entry in readings:
        with reporting(f"{scenario.name}, {entry.name}") as progress:
            yield check_scenario(
                scenario, entry, properties, change=change, engine=engine.search(f"{scenario.name}-{entry.name}"),
                limits=limits, progress=progress, reduce=reduce, look_for_dead_ends=look_for_dead_ends,
            )  # fmt: skip


def _at_the_same_time(tasks: Sequence[Task], jobs: int, weights: Sequence[int]) -> Iterator[Run]:
    """The runs in their order; with one job, in this process. weights: see `results_in_order`."""
    if jobs == 1:
        for task in tasks:
            yield from task()
        return
    with working("scenarios") as tell:
        text = f"of {len(tasks)} done, {jobs} at a time"
        yield from results_in_order(tasks, jobs, lambda done: tell(f"{done} {text}"), weights)
