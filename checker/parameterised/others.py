"""One copy among any number of others: the others are how many of them are where, none, one or several, and
what each of them may do to what all share. What one may do is what the copy itself was seen to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from checker.parameterised.meeting import Change, Meeting
from model.language.domains import Integer
from model.language.errors import ModelError
from model.language.expressions import (
    QUANTIFIERS,
    TRUE,
    Expression,
    Operator,
    all_of,
    any_of,
    constant,
    if_then_else,
    post_order,
    rebuilt,
    variable,
)
from model.language.observations import Observation
from model.language.systems import Action, ActionKind, ResolvedMachine, SystemVariable
from model.language.type_checking import check_system

OTHERS = "others"
TOGETHER = "all others together"
SEVERAL = 2  # two or more
Own = tuple[bool, ...]


class Others:
    """The system of one copy among others, of which each may make the `changes`."""

    def __init__(self, meeting: Meeting, changes: Collection[Change]) -> None:
        self.meeting, self.changes = meeting, sorted(changes, key=meeting.text)
        _require_nobody_at_start(meeting)
        found = dict.fromkeys(own for change in self.changes for own in (change.before.own, change.after.own))
        self.counters: Mapping[Own, str] = {
            own: f"{OTHERS}.number_{index}" for index, own in enumerate((own for own in found if any(own)), start=1)
        }
        alone = meeting.alone
        counters = tuple(
            SystemVariable(name, Integer(0, SEVERAL), (0,), OTHERS, False, f"none, one or several: {self._own(own)}")
            for own, name in self.counters.items()
        )
        together = ResolvedMachine(OTHERS, "environment", TOGETHER, (TOGETHER,), (), ())
        self.system = replace(
            alone, variables=(*alone.variables, *counters), machines=(*alone.machines, together),
            actions=(*alone.actions, *self._actions()), symmetries=(),
        )  # fmt: skip
        check_system(self.system)

    def _own(self, own: Own) -> str:
        return ", ".join(str(entry if value else ~entry) for entry, value in zip(self.meeting.asked, own, strict=True))

    def _actions(self) -> Iterator[Action]:
        for change in self.changes:
            for number, (guard, assignments) in enumerate(self._ways(change), start=1):
                name = f"[another] {self.meeting.text(change)}" + (f" ({number})" if number > 1 else "")
                yield Action(name, ActionKind.EVENT, OTHERS, TOGETHER, guard, assignments)

    def _ways(self, change: Change) -> Iterator[tuple[Expression, dict[str, Expression]]]:
        """Guards and effects: of several, when one has left there may be one or several."""
        before, after = change
        names = self.meeting.shared
        here = all_of(variable(name) == value for name, value in zip(names, before.shared, strict=True))
        effects = {
            name: constant(new) for name, old, new in zip(names, before.shared, after.shared, strict=True) if old != new
        }
        if before.own == after.own:
            yield here & self._some(before.own), effects
            return
        if any(after.own):
            counter = self.counters[after.own]
            effects[counter] = if_then_else(variable(counter) == 0, constant(1), constant(SEVERAL))
        if not any(before.own):
            yield here, effects
            return
        left = self.counters[before.own]
        yield here & (variable(left) == 1), {**effects, left: constant(0)}
        yield here & (variable(left) == SEVERAL), {**effects, left: constant(1)}
        yield here & (variable(left) == SEVERAL), effects

    def _some(self, own: Own) -> Expression:
        """There is another copy with these; with none of them there may always be one more."""
        return TRUE if not any(own) else variable(self.counters[own]) > 0

    # what is looked for

    def observed(self, observation: Observation) -> Observation:
        """An observation of the one copy, its quantifiers about it and all others."""
        return Observation(
            observation.name,
            None if observation.in_states is None else self._unquantified(observation.in_states),
            {name: self._unquantified(condition) for name, condition in observation.in_steps.items()},
        )

    def _unquantified(self, condition: Expression) -> Expression:
        done: dict[Expression, Expression] = {}
        for node in post_order(condition):
            if node.operator in QUANTIFIERS:
                done[node] = self._of_all(node.operator, node.operands[0])
            else:
                done[node] = rebuilt(node, tuple(done[operand] for operand in node.operands))
        return done[condition]

    def _of_all(self, operator: Operator, asked: Expression) -> Expression:
        index = self.meeting.asked.index(asked)
        counters = [variable(name) for own, name in self.counters.items() if own[index]]
        some = any_of(counter > 0 for counter in counters)
        if operator is Operator.IN_SOME_COPY:
            return asked | some
        pairs = [(one > 0) & (other > 0) for at, one in enumerate(counters) for other in counters[:at]]
        two = any_of([*(counter == SEVERAL for counter in counters), *pairs])
        return ~(asked & some) & ~two

    def is_of_others(self, action: str) -> bool:
        return self.system.actions[self.system.action_index[action]].machine == OTHERS


def _require_nobody_at_start(meeting: Meeting) -> None:
    for index, entry in enumerate(meeting.asked):
        if any(place.own[index] for place in meeting.starts):
            raise ModelError(f'"{entry}" is true of a copy at the start: how many others start so is not known')
