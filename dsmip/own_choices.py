"""For implementers: the smallest sets of an actor's own choices that keep its properties whatever the other actor
chooses, among everything that the text and its readings know of. Computed in small scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from checker.repair.against_peers import AgainstPeers, own_menu
from checker.repair.choices import Settled
from checker.repair.failures import Demand, Failure, NotDecided
from checker.repair.minimal_sets import Repairs, minimal_repairs
from checker.search import Limits
from dsmip.known_answers import known_answers
from model.readings import ACTORS
from properties.kinds import Property

# states of a scenario under `intended`, beyond which those with every peer are too many: UEs differ in more
MOST_STATES = {"ue": 7_000, "home_agent": 3_000}
HANDOVERS = {"AMB-01": "from-registered"}  # which handovers a property speaks of: nobody's choice
Report = Callable[[str], None]


@dataclass(frozen=True)
class OwnChoices:
    """What one actor secures by itself, with choices of its own as `intended` has them.

    kept: its properties that hold with every peer once all are made. repairs: the smallest sets that do for these.
    not_kept: for each other property a run with all of them made, and the peer's choices in it. left_out:
    scenario -> peers with which it has too many states.
    """

    actor: str
    scenarios: tuple[str, ...]
    kept: tuple[Property, ...]
    not_kept: tuple[Failure, ...]
    repairs: Repairs
    left_out: Mapping[str, Sequence[Settled]]


def own_choices(wanted: Sequence[Demand], limits: Limits, report: Report = lambda text: None) -> list[OwnChoices]:
    """For each actor, in those of the scenarios that are small enough."""
    known = known_answers()
    return [
        _of_actor(actor, [demand for demand in wanted
                          if known[demand.scenario.name, "intended"].states <= MOST_STATES[actor]], limits, report)
        for actor in ACTORS
    ]  # fmt: skip


def _of_actor(actor: str, wanted: Sequence[Demand], limits: Limits, report: Report) -> OwnChoices:
    menu = own_menu(actor, "literal", "intended", HANDOVERS, [demand.scenario for demand in wanted])
    own = [Demand(demand.scenario, tuple(entry for entry in demand.properties if entry.actor == actor))
           for demand in wanted]  # fmt: skip
    own = [demand for demand in own if demand.properties]
    examiner = AgainstPeers(actor, menu, own, limits)
    everything = {name: values[0] for name, values in menu.offered.items()}
    not_kept: dict[str, Failure] = {}
    try:
        for demand in own:
            report(f"{actor} against every peer, in {demand.scenario.name}")
            not_kept.update(_lost(demand, everything, examiner))
        left = [Demand(demand.scenario, tuple(entry for entry in demand.properties
                                              if entry.identifier not in not_kept)) for demand in own]  # fmt: skip
        repairs = minimal_repairs(menu, [demand for demand in left if demand.properties], examiner,
                                  report=lambda text: report(f"{actor}: {text}"))  # fmt: skip
    except NotDecided as reason:
        left, repairs = [], Repairs((), (), str(reason), examiner.explorations)
    kept = dict.fromkeys(entry for demand in left for entry in demand.properties)
    return OwnChoices(actor, tuple(demand.scenario.name for demand in own), tuple(kept), tuple(not_kept.values()),
                      repairs, examiner.left_out)  # fmt: skip


def _lost(demand: Demand, settled: Settled, examiner: AgainstPeers) -> dict[str, Failure]:
    """A run for each property that fails with some peer: asked again without those found, until nothing fails."""
    found: dict[str, Failure] = {}
    while True:
        left = tuple(entry for entry in demand.properties if entry.identifier not in found)
        failures = examiner.failures(Demand(demand.scenario, left), settled) if left else []
        if not failures:
            return found
        found.update({failure.property.identifier: failure for failure in failures})
