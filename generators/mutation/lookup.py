"""Mutants by identifier, those with names of their own and those made from the tables."""

from __future__ import annotations

from generators.mutants import MUTANTS, Mutant
from generators.mutation.table_mutants import TableMutant, by_identifier
from model.handover import Change
from model.language.errors import ModelError, nearest


def change_called(identifier: str) -> Change:
    """The change of the machines that a mutant is. Raises ModelError naming the nearest mutant."""
    return mutant_called(identifier).change


def mutant_called(identifier: str) -> Mutant | TableMutant:
    """Raises ModelError naming the nearest mutant."""
    for entry in MUTANTS:
        if entry.identifier == identifier:
            return entry
    known = by_identifier()
    if identifier in known:
        return known[identifier]
    names = [*(entry.identifier for entry in MUTANTS), *known]
    raise ModelError(f'unknown mutant "{identifier}": {hint(identifier, names)}')


def hint(identifier: str, known: list[str]) -> str:
    """The nearest mutant; where none is near, where to look: there are too many to list."""
    found = nearest(identifier, known)
    return found if found.startswith("did you mean") else "`dsmip mutants` lists them"
