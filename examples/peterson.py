"""Peterson's algorithm: two processes, two flags and a turn keep each other out of the critical section.
Every reading or writing of a shared variable is a step of its own. Run it: python -m examples.peterson"""

from __future__ import annotations

from enum import Enum

from examples.exploring import show
from model.language.binding import Binding
from model.language.domains import Enumeration
from model.language.expressions import variable
from model.language.flattening import compose
from model.language.machines import Machine, decision
from model.language.observations import Observation, observe_states
from model.language.systems import System

NAMES = ("left", "right")


class Memory(Enum):
    SHARED = "shared"


class At(Enum):
    ELSEWHERE = "elsewhere"
    FLAGGED = "flagged"  # its flag is up, the turn not yet given away
    WAITING = "waiting"
    CRITICAL = "critical"


def system(*, gives_turn_away: bool = True) -> System:
    """Both processes. gives_turn_away: without it a process takes the turn for itself, and the algorithm fails."""
    memory = Machine("memory", Memory, Memory.SHARED)
    flags = {name: memory.variable(f"flag_{name}", meaning=f"{name} wants to enter") for name in NAMES}
    turn = memory.variable("turn", Enumeration("Turn", NAMES), initial="left", meaning="who goes first if both want to")

    processes = []
    for me, other in (NAMES, reversed(NAMES)):
        process = Machine(me, At, At.ELSEWHERE)
        process.transition("raises its flag", trigger=decision("ask"), source=At.ELSEWHERE, dest=At.FLAGGED,
                           then=[flags[me].becomes(True)])  # fmt: skip
        process.transition("gives the turn away", trigger=decision("yield"), source=At.FLAGGED, dest=At.WAITING,
                           then=[turn.becomes(other if gives_turn_away else me)])  # fmt: skip
        process.transition("enters", trigger=decision("enter"), source=At.WAITING, dest=At.CRITICAL,
                           when=~flags[other] | (turn == me))  # fmt: skip
        process.transition("leaves", trigger=decision("leave"), source=At.CRITICAL, dest=At.ELSEWHERE,
                           then=[flags[me].becomes(False)])  # fmt: skip
        processes.append(process)
    return compose("Peterson", [memory, *processes], [], Binding())


def observations(built: System) -> list[Observation]:
    """The first must never be seen; the second shows that entering is possible while the other waits."""
    left, right = (variable(f"{name}.state") for name in NAMES)
    return [
        observe_states("both are in the critical section", (left == At.CRITICAL) & (right == At.CRITICAL), built),
        observe_states("one waits while the other is inside", (left == At.WAITING) & (right == At.CRITICAL), built),
    ]


if __name__ == "__main__":
    for right_way in (True, False):
        processes = system(gives_turn_away=right_way)
        show(processes, observations(processes))
