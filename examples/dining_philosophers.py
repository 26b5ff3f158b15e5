"""Philosophers around a table, a fork between each two: all pick up the left fork first, and starve.
If one of them begins with the right fork, none does. Run it: python -m examples.dining_philosophers"""

from __future__ import annotations

from enum import Enum

from examples.exploring import show
from model.language.binding import Binding
from model.language.expressions import enabled, negation, variable
from model.language.flattening import compose
from model.language.machines import Machine, decision
from model.language.observations import Observation, observe_states
from model.language.systems import System


class Table(Enum):
    LAID = "laid"


class Doing(Enum):
    THINKING = "thinking"
    HOLDING_ONE = "holding one fork"
    EATING = "eating"


def system(philosophers: int = 3, *, one_is_left_handed: bool = False) -> System:
    """A table of so many (2 or more). one_is_left_handed: the last one takes its forks in the other order."""
    table = Machine("table", Table, Table.LAID)
    free = [table.variable(f"fork_{seat}", initial=True, meaning="lies on the table") for seat in range(philosophers)]

    diners = []
    for seat in range(philosophers):
        first, second = free[seat], free[(seat + 1) % philosophers]
        if one_is_left_handed and seat == philosophers - 1:
            first, second = second, first
        diner = Machine(f"philosopher_{seat}", Doing, Doing.THINKING)
        diner.transition("takes the first fork", trigger=decision("hunger"), source=Doing.THINKING,
                         dest=Doing.HOLDING_ONE, when=first, then=[first.becomes(False)])  # fmt: skip
        diner.transition("takes the second fork", trigger=decision("reach"), source=Doing.HOLDING_ONE,
                         dest=Doing.EATING, when=second, then=[second.becomes(False)])  # fmt: skip
        diner.transition("lays down both", trigger=decision("satisfied"), source=Doing.EATING, dest=Doing.THINKING,
                         then=[first.becomes(True), second.becomes(True)])  # fmt: skip
        diners.append(diner)
    kind = "one of them left-handed" if one_is_left_handed else "all alike"
    return compose(f"{philosophers} philosophers, {kind}", [table, *diners], [], Binding())


def observations(built: System) -> list[Observation]:
    """The deadlock; and neighbours who eat at the same time, which the forks must prevent."""
    diners = [machine.name for machine in built.machines if machine.name != "table"]
    eats = [variable(f"{name}.state") == Doing.EATING for name in diners]
    return [
        observe_states("nobody can do anything", negation(enabled(*diners)), built),
        observe_states("neighbours eat at the same time", eats[0] & eats[1], built),
    ]


if __name__ == "__main__":
    for handed in (False, True):
        table = system(one_is_left_handed=handed)
        show(table, observations(table))
