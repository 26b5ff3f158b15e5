"""One small wrong change of a row, as an operator proposes it, and the pieces that operators share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.handover import Change
from model.language.domains import Domain, Enumeration
from model.language.expressions import Assignment, Expression, Operator, post_order
from model.language.machines import Case, Decision, Effect, EffectChoice, Machine, Send, Trigger

WORDS_OF_A_TERM = 4


@dataclass(frozen=True)
class Variation:
    """detail: what of the row, in the mutant's identifier. description: what it does wrong, in words.
    guarding: it changes when the row is taken, so rows below it may be taken instead. builder: what an
    implementation would write once, for all rows that send it: variations with the same one are one mutant."""

    operator: str
    detail: str
    description: str
    change: Change
    guarding: bool = False
    builder: tuple[object, ...] = ()


@dataclass(frozen=True)
class Rule:
    """All cases of one machine that share a label: one rule, in one or several groups of states."""

    machine: Machine
    label: str
    cases: tuple[Case, ...]
    decisions: tuple[Decision, ...]

    @property
    def trigger(self) -> Trigger:
        return self.decisions[0].trigger

    def assignments(self) -> Iterator[Assignment]:
        """What the rule writes, ghosts left out: they serve properties and are not behaviour."""
        seen: dict[tuple[str, Expression], None] = {}
        for effect in self.effects():
            if isinstance(effect, Assignment) and not self.machine.variables[effect.variable].ghost:
                seen[effect.variable, effect.value] = None
        yield from (Assignment(name, value) for name, value in seen)

    def sends(self) -> list[Send]:
        return [effect for effect in self.effects() if isinstance(effect, Send)]

    def effects(self) -> Iterator[Effect]:
        for item in self.cases:
            yield from settled(item.then)


def settled(effects: Sequence[Effect]) -> Iterator[Effect]:
    """Effects with those of every choice."""
    for effect in effects:
        if isinstance(effect, EffectChoice):
            for alternative in effect.alternatives.values():
                yield from settled(alternative)
        else:
            yield effect


def rules(machine: Machine) -> list[Rule]:
    """The table by labels, in the order written."""
    cases: dict[str, list[Case]] = {}
    decisions: dict[str, list[Decision]] = {}
    for entry in machine.decisions:
        for item in entry.cases:
            cases.setdefault(item.label, []).append(item)
            decisions.setdefault(item.label, []).append(entry)
    return [Rule(machine, label, tuple(found), tuple(decisions[label])) for label, found in cases.items()]


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def short(name: object) -> str:
    """The last part of a dotted name."""
    return str(name).rpartition(".")[2]


def named(expression: Expression) -> str:
    """What an expression speaks of, for an identifier: the first variables, fields and constants in it."""
    words: dict[str, None] = {}
    for node in post_order(expression):
        match node.operator:
            case Operator.VARIABLE | Operator.PARAMETER:
                words[short(node.payload)] = None
            case Operator.FIELD:
                assert isinstance(node.payload, tuple)
                words[str(node.payload[1])] = None
            case Operator.CONSTANT if not isinstance(node.payload, bool):
                words[str(node.payload)] = None
            case Operator.CHOICE:
                assert isinstance(node.payload, tuple)
                words[str(node.payload[0])] = None
            case _:
                pass
    return slug(" ".join(list(words)[:WORDS_OF_A_TERM])) or "condition"


def domain_in(machine: Machine, trigger: Trigger, node: Expression) -> Domain | None:
    """The domain of a variable of the machine or a field of the message at hand; None for other nodes."""
    if node.operator is Operator.VARIABLE and str(node.payload) in machine.variables:
        return machine.variables[str(node.payload)].domain
    if node.operator is Operator.FIELD and isinstance(node.payload, tuple):
        scope, name = str(node.payload[0]), str(node.payload[1])
        if scope == "received" and trigger.message is not None:
            return trigger.message.fields[name].domain
        if scope == "event" and trigger.event is not None:
            return trigger.event.fields[name]
    return None


def other_value(domain: Domain | None, value: object) -> str | None:
    """The value of an enumeration that follows another one; None where there is none to choose."""
    if not isinstance(domain, Enumeration) or not domain.members or value not in domain.members:
        return None
    if len(domain.members) == 1:
        return None
    return str(domain.members[(domain.members.index(str(value)) + 1) % len(domain.members)])
