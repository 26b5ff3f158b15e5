"""How many random examples a test draws where the default of the profile is not right for it."""

from __future__ import annotations

from hypothesis import settings

FEW = 100  # what Hypothesis draws where nobody says otherwise


def drawn(count: int) -> int:
    """So many; in proportion more under the profile `thorough` (fifty times as many)."""
    return count * max(1, settings().max_examples // FEW)
