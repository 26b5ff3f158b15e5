"""What the smallest repair leaves open where more can happen than in the scenarios it was searched in: larger ones
are not searched for repairs, but single choices are tried there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.repair.choices import Settled, values_in, with_settled
from checker.repair.failures import Demand, broken_under
from checker.search import Limits
from checker.trace import Trace
from model.readings import BY_IDENTIFIER, Reading
from properties.kinds import Property

BEYOND = {"network-detach": "AMB-34", "no-anti-replay": "AMB-22", "ipv4-home-address": "AMB-17"}
"""A scenario that shows what a choice is good for, and the choice."""

Broken = tuple[tuple[Property, Trace], ...]


@dataclass(frozen=True)
class Beyond:
    """What a choice does in a scenario. as_written: where it alone is as written and all else as intended, what breaks.
    left: what the repair does not restore there; still: what it does not restore together with the choice."""

    demand: Demand
    written: str
    choice: str
    as_written: Broken
    left: Broken
    still: Broken

    def as_json(self) -> dict[str, object]:
        return {
            "scenario": self.demand.scenario.name, "as_written": self.written, "choice": self.choice,
            "breaks_alone": [
                {"property": entry.identifier, "statement": entry.statement,
                 "steps": [step.action.name for step in trace.steps]} for entry, trace in self.as_written
            ],
            "broken_with_the_repair": [entry.identifier for entry, _ in self.left],
            "broken_with_both": [entry.identifier for entry, _ in self.still],
        }  # fmt: skip


def beyond(
    repair: Settled, wanted: Callable[[str], Demand], limits: Limits, report: Callable[[str], None]
) -> list[Beyond]:
    """Each of these choices in its scenario. wanted: what has to hold in one. Raises NotDecided."""
    found = []
    for scenario, name in BEYOND.items():
        demand = wanted(scenario)
        (intended,) = values_in("intended", BY_IDENTIFIER[name])
        written = next(value for value in values_in("literal", BY_IDENTIFIER[name]) if value != intended)
        report(f"{name} in {scenario}")
        found.append(Beyond(
            demand, f"{name}={written}", f"{name}={intended}",
            _broken(demand, with_settled("intended", {name: written}), limits),
            _broken(demand, with_settled("literal", repair), limits),
            _broken(demand, with_settled("literal", {**repair, name: intended}), limits),
        ))  # fmt: skip
    return found


def _broken(demand: Demand, read: Reading, limits: Limits) -> Broken:
    return tuple((entry, verdict.trace)
                 for entry, verdict in broken_under(demand.scenario, read, demand.properties, limits)
                 if verdict.trace is not None)  # fmt: skip
