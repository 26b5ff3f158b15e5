"""A reading with some of its choices settled: what a repair is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.readings import AMBIGUITIES, BY_IDENTIFIER, Ambiguity, Reading

Settled = Mapping[str, str]  # ambiguity -> alternative; one that is missing is as the reading has it
AS_READ = ""  # the value of an ambiguity that is not settled


@dataclass(frozen=True)
class Menu:
    """What can be settled: ambiguity, or that of one actor ("ue.AMB-06") -> alternatives other than what the reading
    has. reading: its name. fixed: what is settled whatever one chooses."""

    reading: str
    offered: Mapping[str, tuple[str, ...]]
    fixed: Settled = field(default_factory=dict)

    @property
    def base(self) -> Reading:
        """What everything is that no choice settles."""
        return with_settled(self.reading, self.fixed)

    def choices(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.offered.items() for value in values]


def menu(reading: str, towards: str = "intended") -> Menu:
    """For every ambiguity on which two readings differ, what the other one has."""
    offered = {}
    for ambiguity in AMBIGUITIES:
        now, then = values_in(reading, ambiguity), values_in(towards, ambiguity)
        if now != then and len(then) == 1:
            offered[ambiguity.identifier] = then
    return Menu(reading, offered)


def other_values(settled: Settled) -> list[dict[str, str]]:
    """The same choices with one of them answered otherwise, whatever the reading has."""
    found = []
    for name, value in settled.items():
        for other in BY_IDENTIFIER[name].alternatives:
            if other != value:
                found.append({**settled, name: other})
    return found


def values_in(reading: str, ambiguity: Ambiguity) -> tuple[str, ...]:
    """What a named reading has for an ambiguity."""
    return Reading(reading).choices[ambiguity.identifier]


def with_settled(reading: str, settled: Settled) -> Reading:
    """The reading with these choices switched; also those that have no public switch."""
    return Reading(reading, {(None, name): value for name, value in sorted(settled.items())})


def texts(settled: Settled) -> tuple[str, ...]:
    """As a user writes them: "AMB-02=sa-first"."""
    return tuple(f"{name}={value}" for name, value in sorted(settled.items()))
