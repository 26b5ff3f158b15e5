"""The text encoding, read back by Z3, says of every move what the Z3 encoding says."""

from __future__ import annotations

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings

from checker.symbolic.encoding import Encoding
from checker.symbolic.system_text import SystemText
from checker.symbolic.text_syntax import SmtLib
from model.handover import handover
from model.language.observations import Observation
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from tests.agreement.random_systems import systems
from tests.sampling import drawn
from tests.toys import toy_system


def parsed(text: str, encoding: Encoding) -> z3.BoolRef:
    declared = {f"|{name}|": term for name, term in encoding.constants.items()}
    bare = {name.strip("|"): term for name, term in declared.items()}
    (found,) = z3.parse_smt2_string(f"(assert {text})", decls=bare, ctx=encoding.context)
    return found


def assert_equivalent(system: System, observations: list[Observation]) -> None:
    encoding, text = Encoding(system), SystemText(system, SmtLib())
    solver = z3.Solver(ctx=encoding.context)
    solver.add(*encoding.well_formed())
    differences = []
    for move, written in zip(encoding.moves, text.moves, strict=True):
        assert (move.action, move.slot) == (written.action, written.slot)
        differences.append(move.guard != parsed(written.guard, encoding))
        no_fault = z3.And(move.guard, z3.Not(parsed(written.fault, encoding)))
        fault = move.fault if move.fault is not None else z3.BoolVal(False, encoding.context)
        differences.append(z3.And(move.guard, fault != parsed(written.fault, encoding)))
        for name in {**move.effects, **written.effects}:
            mine = move.effects.get(name, encoding.constant(name))
            other = written.effects.get(name, f"|{name}|")
            same = parsed(f"(= |{name}| {other})", encoding)
            differences.append(z3.And(no_fault, (encoding.constant(name) == mine) != same))
    differences.append(encoding.is_initial() != parsed(text.start(), encoding))
    for observation in observations:
        found = [encoding.sightings(observation, move) for move in encoding.moves]
        parts = [condition for condition in found if condition is not None]
        if observation.in_states is not None:
            parts.append(encoding.condition(observation.in_states))
        differences.append(encoding.encoder.some(parts) != parsed(text.seen(observation), encoding))
    own = z3.And(*encoding.well_formed(), encoding.context)
    other = z3.And(*[parsed(part, encoding) for _, part in text.well_formed()], encoding.context)
    assert solver.check(z3.Or(*differences, encoding.context)) == z3.unsat
    free = z3.Solver(ctx=encoding.context)
    assert free.check(own != other) == z3.unsat


@pytest.mark.broad
@settings(
    max_examples=drawn(8), suppress_health_check=list(HealthCheck), deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(systems())
def test_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assert_equivalent(*drawn)


def test_the_toy_system_at_full_width() -> None:
    for reordering in (False, True):
        assert_equivalent(toy_system(width=16, reordering=reordering), [])


@pytest.mark.slow
def test_the_scenario_minimal_at_full_width() -> None:
    assert_equivalent(handover(load("minimal").at_width(16), reading("intended")), [])
