"""A campaign on several processors: each process has its own stages and takes mutants as it finishes others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed

from checker.search import Limits
from checker.worker_processes import worker_processes
from generators.mutation.campaign import Outcome, outcomes_of
from generators.mutation.table_mutants import TableMutant, table_mutant
from generators.mutation.trial import Stage
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

PORTION = 48  # mutants handed over at a time: neighbours are often the same system, which is tried once

_stages: list[Stage] = []
_limits = Limits()
_most_stages: int | None = None


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
    processes: int = 1, most_stages: int | None = None, expected: Mapping[str, Sequence[str]] | None = None,
    finished: Callable[[int], None] = lambda count: None,
) -> Iterator[Outcome]:  # fmt: skip
    """What becomes of the mutants, as it becomes known. finished: told how many are done."""
    done = 0
    portions = [mutants[start : start + PORTION] for start in range(0, len(mutants), PORTION)]
    if processes == 1:
        stages = stages_for(scenarios, reading_name, expected)
        for portion in portions:
            for outcome in outcomes_of(portion, stages, limits, most_stages):
                yield outcome
                done += 1
            finished(done)
        return
    with worker_processes(processes, _prepared, list(scenarios), reading_name, expected, limits, most_stages) as pool:
        handed_over = [pool.submit(_tried, [mutant.identifier for mutant in portion]) for portion in portions]
        for answer in as_completed(handed_over):
            for outcome in answer.result():
                yield outcome
                done += 1
            finished(done)


def _prepared(
    scenarios: Sequence[str], reading_name: str, expected: Mapping[str, Sequence[str]] | None, limits: Limits,
    most_stages: int | None,
) -> None:  # fmt: skip
    global _limits, _most_stages
    _limits, _most_stages = limits, most_stages
    _stages[:] = stages_for(scenarios, reading_name, expected)
    gc.freeze()  # the right models stay: no collection need look at them again


def _tried(names: Sequence[str]) -> list[Outcome]:
    return outcomes_of([table_mutant(name) for name in names], _stages, _limits, _most_stages)
