"""Two jugs, of five and three gallons, a fountain and no scale: measure out exactly four gallons.
Run it: python -m examples.die_hard"""

from __future__ import annotations

from enum import Enum

from examples.exploring import show
from model.language.binding import Binding
from model.language.domains import Integer
from model.language.expressions import variable
from model.language.flattening import compose
from model.language.machines import Machine, case, decision, otherwise
from model.language.observations import Observation, observe_states
from model.language.systems import System

GOAL = 4  # gallons
BIG, SMALL = 5, 3  # gallons


class Fountain(Enum):
    RUNNING = "running"


def system(big: int = BIG, small: int = SMALL) -> System:
    """One machine with a variable for each jug, and six things to do with them. The effects of a step are
    simultaneous: each new value is computed from the old ones."""
    jugs = Machine("jugs", Fountain, Fountain.RUNNING)
    gallons = Integer(0, max(big, small))
    in_big = jugs.variable("big", gallons, initial=0, meaning="gallons in the big jug")
    in_small = jugs.variable("small", gallons, initial=0, meaning="gallons in the small jug")
    jugs.invariant("the small jug holds no more than fits into it", in_small <= small)
    together = in_big + in_small

    for label, becomes in (
        ("fill the big jug", in_big.becomes(big)), ("empty the big jug", in_big.becomes(0)),
        ("fill the small jug", in_small.becomes(small)), ("empty the small jug", in_small.becomes(0)),
    ):  # fmt: skip
        jugs.transition(label, trigger=decision(label), source=Fountain.RUNNING, then=becomes)
    jugs.on(decision("pour big into small")).decide(
        case("all of it", when=together <= small, then=[in_small.becomes(together), in_big.becomes(0)]),
        otherwise("until it is full", then=[in_small.becomes(small), in_big.becomes(together - small)]),
    )
    jugs.on(decision("pour small into big")).decide(
        case("all of it", when=together <= big, then=[in_big.becomes(together), in_small.becomes(0)]),
        otherwise("until it is full", then=[in_big.becomes(big), in_small.becomes(together - big)]),
    )
    return compose("die hard", [jugs], [], Binding())


def observations(built: System, goal: int = GOAL) -> list[Observation]:
    """What the puzzle asks for. The first state that shows it ends a shortest solution."""
    return [observe_states(f"{goal} gallons in the big jug", variable("jugs.big") == goal, built)]


if __name__ == "__main__":
    jugs = system()
    show(jugs, observations(jugs))
