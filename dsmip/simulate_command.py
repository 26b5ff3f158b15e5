"""`dsmip simulate`: the `transitions` machines run at random, or as somebody chooses."""

from __future__ import annotations

import sys

from dsmip.mutant_option import change_of
from model.execution import Execution, interactive, random_run
from model.execution.simulation import lines_of
from model.handover import handover
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load


def run_simulation(
    scenario: str, reading_name: str, choices: list[str], seed: int | None, steps: int, mutant: str | None
) -> None:
    change = change_of(mutant)
    system = handover(load(scenario), reading(reading_name, choices), change)
    if seed is not None:
        for number, occurrence in enumerate(random_run(system, seed, steps), start=1):
            print(f"{number:>3}. " + "\n     ".join(lines_of(occurrence)))
        return
    if not sys.stdin.isatty():
        raise ModelError("standard input is no terminal: give --seed N for a random run")

    def read(prompt: str) -> str:
        try:
            return input(prompt)
        except EOFError:
            return "q"

    interactive(Execution(system), read, print)
