"""The change that `--mutant`, or a trace found with one, asks for."""

from __future__ import annotations

from model.handover import Change


def change_of(mutant: str | None) -> Change | None:
    """The mutant's change of the machines; None for no mutant. Raises ModelError for an unknown one."""
    if mutant is None:
        return None
    from generators.mutation.lookup import change_called

    return change_called(mutant)
