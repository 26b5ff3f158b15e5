"""`dsmip diagram space`: the reachable states of a scenario from far."""

from __future__ import annotations

from pathlib import Path

from checker.explicit.regions import state_space
from diagrams.rendering import SPACE_SUFFIXES, render_space, target_of
from diagrams.space_diagram import space_picture
from dsmip import quantities
from dsmip.console import reporting, say
from dsmip.failures import UNKNOWN
from dsmip.mutant_option import change_of
from model.handover import handover
from model.readings import reading
from model.scenarios import load


def draw_space(
    scenario: str, target: Path, over: str, reading_name: str, choices: list[str], mutant: str | None, most: int,
    memory: str | None, time: str | None,
) -> int:  # fmt: skip
    """The exit code: 0 if the exploration was complete, else 3."""
    target_of(target, SPACE_SUFFIXES)
    given, read = load(scenario), reading(reading_name, choices)
    system = handover(given, read, change_of(mutant))
    names = [name.strip() for name in over.split(",") if name.strip()]
    with reporting(given.name) as progress:
        space = state_space(system, names, quantities.limits(memory, time), progress)
    words = [f"scenario {given.name}", f"reading {', '.join([read.name, *read.switched_texts])}"]
    words += [] if mutant is None else [f"mutant {mutant}"]
    picture = space_picture(space, ", ".join(words), most)
    say(f"written: {render_space(picture, target)}: {picture.counts}")
    return 0 if space.stopped is None else UNKNOWN
