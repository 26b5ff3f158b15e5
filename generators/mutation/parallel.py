"""A campaign on several processors: each process has its own stages and takes mutants as it finishes others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed

from checker.search import Limits
from checker.worker_processes import worker_processes
from generators.mutation.campaign import MOST_STAGES, Outcome, outcome_of
from generators.mutation.table_mutants import TableMutant, table_mutant
from generators.mutation.trial import Stage
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

TOGETHER = 8  # mutants handed over at a time: neighbours are often the same system, which is tried once

_stages: list[Stage] = []
_limits = Limits()
_most_stages = MOST_STAGES


def stages_for(
    scenarios: Sequence[str], reading_name: str, expected: Mapping[str, Sequence[str]] | None = None
) -> list[Stage]:
    """A stage for each scenario. expected: scenario -> properties known to hold there. Raises ModelError."""
    read = reading(reading_name)
    return [
        Stage(load(name), read, ALL_PROPERTIES, None if expected is None else expected.get(name)) for name in scenarios
    ]


def outcomes(
    mutants: Sequence[TableMutant], scenarios: Sequence[str], reading_name: str, limits: Limits, *,
    processes: int = 1, most_stages: int = MOST_STAGES, expected: Mapping[str, Sequence[str]] | None = None,
    finished: Callable[[int], None] = lambda count: None,
) -> Iterator[Outcome]:  # fmt: skip
    """What becomes of the mutants, as it becomes known. finished: told how many are done."""
    done = 0
    if processes == 1:
        stages = stages_for(scenarios, reading_name, expected)
        for mutant in mutants:
            yield outcome_of(mutant, stages, limits, most_stages=most_stages)
            done += 1
            finished(done)
        return
    names = [mutant.identifier for mutant in mutants]
    portions = [names[start : start + TOGETHER] for start in range(0, len(names), TOGETHER)]
    with worker_processes(processes, _prepared, list(scenarios), reading_name, expected, limits, most_stages) as pool:
        for portion in as_completed([pool.submit(_tried, portion) for portion in portions]):
            for outcome in portion.result():
                yield outcome
                done += 1
            finished(done)


def _prepared(
    scenarios: Sequence[str], reading_name: str, expected: Mapping[str, Sequence[str]] | None, limits: Limits,
    most_stages: int,
) -> None:  # fmt: skip
    global _limits, _most_stages
    _limits, _most_stages = limits, most_stages
    _stages[:] = stages_for(scenarios, reading_name, expected)
    gc.freeze()  # the right models stay: no collection need look at them again


def _tried(names: Sequence[str]) -> list[Outcome]:
    return [
        outcome_of(table_mutant(name), _stages, _limits, most_stages=_most_stages) for name in names
    ]
