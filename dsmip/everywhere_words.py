"""One set of choices for all scenarios, as a program and as a reader at the terminal get it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.repair.choices import texts
from checker.repair.everywhere import Completed, Everywhere


def everywhere_as_json(found: Everywhere | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "scenarios": [demand.scenario.name for demand in found.demands],
        "repair": list(texts(found.repair)),
        "completed": [_completed(entry) for entry in found.completed],
        "still_broken": [{"scenario": name, "property": entry.identifier} for name, entry in found.still],
        "without": {
            f"{name}={value}": {"scenario": found.without[name][0],
                                "breaks": [entry.identifier for entry in found.without[name][1]]}
            if name in found.without else None
            for name, value in sorted(found.repair.items())
        },
    }  # fmt: skip


def _completed(entry: Completed) -> dict[str, object]:
    return {
        "scenario": entry.demand.scenario.name,
        "left_broken": [one.identifier for one in entry.left],
        "choice": None if entry.choice is None else "=".join(entry.choice),
        "as_written": None if entry.choice is None else f"{entry.choice[0]}={entry.written}",
        "breaks_alone": [
            {"property": one.identifier, "statement": one.statement,
             "steps": [step.action.name for step in trace.steps]} for one, trace in entry.as_written
        ],
    }  # fmt: skip


def everywhere_in_words(found: Everywhere) -> Iterator[str]:
    """Lines for the terminal."""
    for entry in found.completed:
        further = "more than one choice" if entry.choice is None else "=".join(entry.choice)
        left = ", ".join(one.identifier for one in entry.left)
        yield f"In {entry.demand.scenario.name} the first of them leaves {left} broken; it takes {further} as well"
    yield (f"Tried in all {len(found.demands)} scenarios of the sets default and variants: "
           f"{', '.join(texts(found.repair))}")
    if found.still:
        still = ", ".join(f"{entry.identifier} in {name}" for name, entry in found.still)
        yield f"Left broken: {still}"
    else:
        yield "With them holds what holds under intended, response properties too."
    spare = sorted(name for name in found.repair if name not in found.without)
    yield f"Not needed: {', '.join(spare)}" if spare else "Without any one of them something breaks."
