"""The text of a system once for each state of a run, and what joins one state to the next: every symbol of the
text carries the number of its state."""

from __future__ import annotations

import re

from checker.symbolic.system_text import SystemText
from checker.symbolic.text_syntax import SmtLib

SYNTAX = SmtLib()
SYMBOL = re.compile(r"\|([^|]+)\||\b(start|(?:move|seen)\.\d+(?:\.guard|\.fault)?)(?=[\s()]|$)")
OF_ALL_STATES = ("(set-logic", ";", "(define-fun formed.")


def at(state: int, text: str) -> str:
    """The text about one state of a run; `state` from 0."""
    return SYMBOL.sub(lambda found: f"|{found[1] or found[2]}@{state}|", text)


def unrolled(section: str, exporter: SystemText, steps: int) -> str:
    """Definitions of `steps` + 1 states of a run and of the steps between them, from the definitions of one."""
    lines = section.splitlines()
    own = [line for line in lines if not line.startswith(OF_ALL_STATES)]
    parts = [line for line in lines if line.startswith(OF_ALL_STATES) and not line.startswith(";")]
    for state in range(steps + 1):
        parts += [at(state, line) for line in own if state < steps or ".next." not in line.split(" () ", 1)[0]]
    for state in range(steps):
        parts += _step(exporter, state)
    return "\n".join(parts)


def step(state: int) -> str:
    """The condition that one step leads from a state to the one after it."""
    return f"|step@{state}|"


def differ(exporter: SystemText, one: int, other: int) -> str:
    """The condition that two states are not the same."""
    return SYNTAX.no(SYNTAX.both([
        SYNTAX.same(at(one, SYNTAX.name(name)), at(other, SYNTAX.name(name))) for name in exporter.components.names
    ]))  # fmt: skip


def _step(exporter: SystemText, state: int) -> list[str]:
    """Which move a step takes is a number; each component has the value that this move gives it."""
    moves = exporter.moves
    width = max(1, len(moves).bit_length())
    chosen = f"|chosen@{state}|"
    taken = [SYNTAX.same(chosen, SYNTAX.number(number, width)) for number in range(len(moves))]
    guards = [SYNTAX.both([taken[number], at(state, f"move.{number}.guard")]) for number in range(len(moves))]
    values = []
    for name in exporter.components.names:
        value = at(state, SYNTAX.name(name))
        for number, move in enumerate(moves):
            if name in move.effects:
                value = SYNTAX.choose(taken[number], at(state, f"|move.{number}.next.{name}|"), value)
        values.append(SYNTAX.same(at(state + 1, SYNTAX.name(name)), value))
    return [f"(declare-const {chosen} (_ BitVec {width}))",
            f"(define-fun {step(state)} () Bool {SYNTAX.both([SYNTAX.either(guards), *values])})"]  # fmt: skip
