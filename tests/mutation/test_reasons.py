"""Reasons in writing that name another scenario are borne out there."""

from __future__ import annotations

import pytest

from generators.mutation.campaign import outcomes_of
from generators.mutation.parallel import stages_for
from generators.mutation.table_mutants import table_mutant
from generators.mutation.trial import Fate

ELSEWHERE = [
    ("key-management", "ue.always-then.removal-acknowledged.association-address-key-management", Fate.EQUIVALENT),
    ("ipv4-home-address", "ha.drop-value-term.initial-registration.ipv4-home-address-free-"
     "ipv4-home-address-free-ipv4-home-address-bound", Fate.EQUIVALENT),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "mutant", "fate"), ELSEWHERE)
def test_a_survivor_s_fate_elsewhere_is_what_its_reason_says(scenario: str, mutant: str, fate: Fate) -> None:
    (outcome,) = outcomes_of([table_mutant(mutant)], stages_for([scenario], "intended"))
    assert outcome.fate is fate
