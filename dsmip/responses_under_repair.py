"""What the smallest repairs leave of response properties: repairs are searched over invariants and step properties,
so whether what has to follow does follow is looked at afterwards, with the choices that would restore it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.repair.choices import Menu, Settled, texts, with_settled
from checker.repair.failures import broken_under
from checker.search import Limits
from dsmip.known_answers import known_to_hold
from model.scenarios import Scenario, load
from properties.kinds import Kind, Property


@dataclass(frozen=True)
class Unanswered:
    """A response property that holds under `intended` and not under a repair.

    restored_by: the first single choice of `intended` with which it holds as well; None if no single one does.
    """

    scenario: str
    repair: Settled
    property: Property
    restored_by: str | None

    def as_json(self) -> dict[str, object]:
        return {"scenario": self.scenario, "repair": list(texts(self.repair)), "property": self.property.identifier,
                "statement": self.property.statement, "restored_by": self.restored_by}  # fmt: skip


def responses_under(
    repairs: Sequence[Settled], scenarios: Sequence[str], menu: Menu, limits: Limits, report: Callable[[str], None]
) -> list[Unanswered]:
    """Every response property that a repair does not restore. Raises NotDecided."""
    found = []
    for name in scenarios:
        scenario, wanted = load(name), known_to_hold(name, (Kind.RESPONSE,))
        for repair in repairs if wanted else ():
            report(f"what has to follow, in {name}")
            for entry in _violated(scenario, menu, repair, wanted, limits):
                found.append(Unanswered(name, repair, entry, _restoring(scenario, menu, repair, entry, limits, report)))
    return found


def _restoring(
    scenario: Scenario, menu: Menu, repair: Settled, entry: Property, limits: Limits, report: Callable[[str], None]
) -> str | None:
    for name, value in menu.choices():
        if name not in repair:
            report(f"{entry.identifier} with {name}={value}, in {scenario.name}")
            if not _violated(scenario, menu, {**repair, name: value}, [entry], limits):
                return f"{name}={value}"
    return None


def _violated(
    scenario: Scenario, menu: Menu, settled: Settled, wanted: Sequence[Property], limits: Limits
) -> list[Property]:
    broken = broken_under(scenario, with_settled(menu.reading, settled), wanted, limits)
    return [entry for entry, _ in broken if entry in wanted]
