"""Which of the shipped scenarios are checked by default, which are variants of those, and which are large."""

from __future__ import annotations

from model.language.errors import ModelError, nearest
from model.scenarios import Scenario, load, shipped

LARGE = ("clause-5.2", "reordering", "three-ue")
VARIANTS = (
    "every-access", "liveness-copies", "liveness-detach", "liveness-keepalive", "liveness-lifetimes",
    "liveness-schools-reversed", "mixed-schools-reversed", "no-anti-replay", "no-keys", "on-path-delay",
    "on-path-ike-peer", "refusals-and-lifetimes", "removal-overtakes", "replay-unnoticed", "revocation-overtaken",
    "two-ue",
)  # fmt: skip
SETS = ("default", "variants", "large", "all")


def scenario_set(name: str) -> list[str]:
    """The shipped scenarios of a set. "large" needs most time and memory; each of "variants" changes a scenario
    of "default" (one more link, fault or UE, one protection less, the schools exchanged); "default" is the rest.

    Raises ModelError for an unknown set.
    """
    if name not in SETS:
        raise ModelError(f'unknown set "{name}": {nearest(name, SETS)}')
    return [entry for entry in shipped() if name in ("all", _set_of(entry))]


def _set_of(scenario: str) -> str:
    return "large" if scenario in LARGE else "variants" if scenario in VARIANTS else "default"


def is_shipped(scenario: Scenario, *, at_any_width: bool = False) -> bool:
    """Whether it is a shipped scenario as it ships, not a changed one of the same name. at_any_width: its sequence
    numbers may have more or fewer bits."""
    if scenario.name not in shipped():
        return False
    own = load(scenario.name)
    return scenario == (own.at_width(scenario.bounds.sequence_number_bits) if at_any_width else own)
