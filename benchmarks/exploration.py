"""One exploration as a process of its own, for the benchmarks: prints what was found as JSON.
Nothing is observed and nothing reduced: it is what a peer does with a model that has no properties."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from inspect import signature
from time import monotonic, process_time

from benchmarks.measured_process import largest_memory
from checker.checking import explorer
from checker.search import Exploration, Limits
from model.handover import handover_of_one
from model.language.errors import ModelError
from model.language.replication import replicated
from model.readings import reading
from model.scenarios import load


def main(scenario_name: str, reading_name: str, engine: str, seconds: float) -> None:
    scenario = load(scenario_name)
    system = handover_of_one(scenario, reading(reading_name, []))
    if scenario.ue.count > 1:
        system = replicated(system, scenario.ue.count)[0]
    explore: Callable[..., Exploration] = explorer(engine)
    whole = {"reduce": False} if "reduce" in signature(explore).parameters else {}
    before, started, used = largest_memory(figure="VmRSS"), monotonic(), process_time()
    found = explore(system, [], Limits(seconds=seconds), **whole)
    print(json.dumps({
        "complete": found.complete, "stopped": found.stopped, "states": found.states,
        "transitions": found.transitions, "depth": found.depth, "search_seconds": monotonic() - started,
        "search_cpu_seconds": process_time() - used, "table_bytes": found.memory,
        "growth_bytes": largest_memory() - before,
    }))  # fmt: skip


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
    except ModelError as error:
        sys.exit(str(error))
