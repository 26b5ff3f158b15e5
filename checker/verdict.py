"""What an answer is: HOLDS with its evidence, VIOLATED with a trace, UNKNOWN with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.search import Sighting
from checker.trace import Trace


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on. complete: every reachable state was seen.

    states, transitions, depth: of the search (depth: largest distance from an initial state).
    fairness: what a response property assumes to happen in the end, in words.
    abstractions: the bounds and assumptions under which the verdict is meant, in words. assumptions: what this
    property takes for granted besides.
    reductions: what made the search smaller without changing its answer, in words.
    """

    engine: str
    complete: bool
    states: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    fingerprint: str
    abstractions: tuple[str, ...]
    reductions: tuple[str, ...] = ()
    fairness: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holds:
    """True in every reachable state or step, or of every fair run.

    vacuous: its antecedent never occurs in this scenario.
    example: where a shortest run to the antecedent, or to the witness itself, was sighted.
    """

    evidence: Evidence
    vacuous: bool = False
    example: Sighting | None = None


@dataclass(frozen=True)
class Violated:
    """False somewhere. trace: a shortest run that shows it, replayed two ways and at 16-bit sequence
    numbers (of a response property: a stem and a loop); None where a witness cannot occur at all."""

    evidence: Evidence
    trace: Trace | None


@dataclass(frozen=True)
class Unknown:
    """Neither was established, for the reason given."""

    evidence: Evidence
    reason: str


Verdict: TypeAlias = Holds | Violated | Unknown


def word(verdict: Verdict) -> str:
    """The verdict as one word for machines: "holds", "violated" or "unknown"."""
    match verdict:
        case Holds():
            return "holds"
        case Violated():
            return "violated"
        case Unknown():
            return "unknown"
