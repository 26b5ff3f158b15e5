"""Z3's word on what one copy does to what copies share: from no state within the tables' invariants, at any
width, does a move make another change than those that the others are allowed. Uses no exploration's states."""

from __future__ import annotations

from collections.abc import Collection

import z3

from checker.parameterised.meeting import Change, Meeting
from checker.symbolic.bounded import ask
from checker.symbolic.encoding import Encoding, Move
from model.language.expressions import Operator
from model.language.rewriting import nodes_of


def other_changes(meeting: Meeting, changes: Collection[Change], rlimit: int = 50_000_000) -> list[str]:
    """Moves of one copy for which Z3 finds a change that is not among `changes`, from a place at which copies
    start or to which these lead. Empty: there is none. Raises SolverGaveUp if it cannot say.
    """
    encoding = Encoding(meeting.alone)
    solver = z3.SolverFor("QF_BV", ctx=encoding.context)
    solver.set("random_seed", 0)
    solver.set("rlimit", rlimit)
    solver.add(*encoding.well_formed())
    for machine in meeting.alone.machines:
        solver.add(*(encoding.condition(entry.condition) for entry in machine.invariants))
    visited = dict.fromkeys([*meeting.starts, *(place for change in changes for place in change)])
    terms = {place: encoding.condition(meeting.condition(place)) for place in meeting.places}
    names = {*meeting.shared} | {
        str(node.payload) for entry in meeting.asked for node in nodes_of(entry, Operator.VARIABLE)
    }
    found = []
    for move in encoding.moves:
        if names.isdisjoint(move.effects):
            continue
        allowed = [
            z3.And(terms[place], encoding.encoder.some(
                _after(encoding, move, terms[other]) for other in meeting.places
                if other == place or Change(place, other) in changes
            ))
            for place in visited
        ]  # fmt: skip
        start = encoding.encoder.some(terms[place] for place in visited)
        solver.push()
        solver.add(move.guard, start, z3.Not(encoding.encoder.some(allowed)))
        if ask(solver):
            found.append(move.action.name)
        solver.pop()
    return found


def _after(encoding: Encoding, move: Move, term: z3.BoolRef) -> z3.BoolRef:
    pairs = [(encoding.constant(name), new) for name, new in move.effects.items()]
    result = z3.substitute(term, *pairs)
    assert isinstance(result, z3.BoolRef)
    return result
