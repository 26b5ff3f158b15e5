"""A digest of everything a system can do: its reachable states and the steps between them, whatever the
order in which they are found and however rows are called. Equal digests mean equal behaviour."""

from __future__ import annotations

import ctypes
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b

from checker.explicit.action_code import action_and_position
from checker.explicit.engine import ExplicitSearch
from checker.explicit.parts import undivided
from checker.search import Limits
from model.language.systems import System

BYTES = 16  # of a digest: with some 10^9 states, two different sets agree with a chance of some 10^-20
MODULUS = 1 << (8 * BYTES)


@dataclass(frozen=True)
class Behaviour:
    """states, transitions: how many. state_set: digest of the set of states. step_set: digest of the steps, each
    by the state before, who acts on what, and the state after."""

    states: int
    transitions: int
    state_set: int
    step_set: int


def behaviour(system: System, limits: Limits = Limits()) -> Behaviour | None:  # noqa: B008
    """The behaviour of a system; None if a limit was passed before everything was seen.

    Systems to be compared must have the same variables and channels. Raises ModelError if a value leaves
    its domain.
    """
    with closing(ExplicitSearch(system, (), limits, parts=undivided(system))) as search:
        if search.run() is not None:
            return None
        count = search.tables.count
        digests = [_number(*search.state_words(index)) for index in range(count)]
        who = [_number(action.kind.value, action.machine, action.trigger, action.channel, action.message)
               for action in system.actions]  # fmt: skip
        targets = (ctypes.c_uint64 * search.most_successors)()
        labels = (ctypes.c_uint64 * search.most_successors)()
        into, from_ = ctypes.addressof(targets), ctypes.addressof(labels)
        steps, transitions = 0, 0
        for index in range(count):
            found = search.write_steps(index, into, from_)
            transitions += found
            leaving = {(*_actor_and_position(who, labels[edge]), digests[targets[edge]]) for edge in range(found)}
            steps += _number(digests[index], *sorted(leaving))
        return Behaviour(count, transitions, sum(digests) % MODULUS, steps % MODULUS)


def _actor_and_position(who: list[int], label: int) -> tuple[int, int]:
    action, position = action_and_position(label)
    return who[action], -1 if position is None else position


def _number(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=BYTES).digest())
