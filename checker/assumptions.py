"""What a verdict takes for granted beyond its scenario's bounds: properties that rest on the order of sequence numbers
are false where a packet comes back after half of the numbers were used."""

from __future__ import annotations

from model.language.expressions import Operator, mentions
from model.scenarios import Scenario
from properties.kinds import Property

NEWEST = "home_agent.newest_processed"  # what late packets are compared with, over the whole run


def rests_on_order(entry: Property) -> bool:
    """Whether it compares numbers that may be any number of updates apart."""
    return any(
        mentions(condition, Operator.AHEAD) and NEWEST in str(condition) for condition in (entry.whenever, entry.then)
    )


def assumptions_of(entry: Property, scenario: Scenario) -> tuple[str, ...]:
    """In words, for this property in this scenario; nothing for most."""
    if not rests_on_order(entry):
        return ()
    kept = "anti-replay: no packet is accepted twice; " if scenario.security.anti_replay else "no anti-replay; "
    return (f"{kept}no packet outlives 32767 Binding Updates, half of the sequence numbers: without this it is false",)
