"""A system without some of its variables and message fields, which can do all that the system can: where it asked
what is hidden, either answer may come. What such a system never shows, no value of what is hidden shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from model.language.domains import Boolean
from model.language.errors import ModelError
from model.language.expressions import (
    FALSE,
    Expression,
    Operator,
    all_of,
    any_of,
    build_tree,
    constant,
    post_order,
)
from model.language.messages import MessageType
from model.language.observations import Observation
from model.language.rewriting import nodes_of, substituted
from model.language.systems import Action, Sending, System, SystemChannel
from model.language.type_checking import check_system

MOST_ASKED = 10  # questions to what is hidden in one action, each with two answers
LARGEST_CAPACITY = 2
Answers = Mapping[Expression, Expression]


@dataclass(frozen=True)
class Hidden:
    """variables: names. fields: names of message fields, whatever the message. flights: also what is in flight, as
    far as conditions ask for it."""

    variables: frozenset[str]
    fields: frozenset[str]
    flights: bool = False

    def __contains__(self, node: Expression) -> bool:
        """Whether a leaf is hidden."""
        match node.operator:
            case Operator.VARIABLE:
                return node.payload in self.variables
            case Operator.FIELD:
                assert isinstance(node.payload, tuple)
                return node.payload[1] in self.fields
            case Operator.IN_FLIGHT | Operator.FULL:
                return self.flights
        return False


class _Depends(Exception):
    """Something visible gets a value that what is hidden decides."""

    def __init__(self, variable: str | None, field: str | None) -> None:
        super().__init__(variable or field)
        self.variable, self.field = variable, field


def hiding(
    system: System, observations: Sequence[Observation], variables: Collection[str], fields: Collection[str] = (), *,
    flights: bool = False,
) -> tuple[System, list[Observation]]:  # fmt: skip
    """The system without these variables and fields, and without what takes its values from them; and what to look
    for in it. An observation is sighted there if it is in `system`; the reverse need not be.

    flights: also without answers to questions after what is in flight; channels must then be told apart no more
    by who uses them. Raises ModelError where too much is asked of what is hidden, or channels tell messages apart
    by it.
    """
    hidden = Hidden(frozenset(variables), frozenset(fields), flights)
    if hidden.fields and not flights:
        _require_alike(system)
    while True:
        if any(hidden.fields & {channel.lane, channel.copy_mark} for channel in system.channels):
            raise ModelError("what tells messages of a channel apart cannot be hidden")
        try:
            return _Hiding(system, hidden).all(observations)
        except _Depends as found:
            more = hidden.variables | ({found.variable} if found.variable else set())
            hidden = replace(hidden, variables=more, fields=hidden.fields | ({found.field} if found.field else set()))
            if hidden.fields and not flights:
                _require_alike(system)


def _require_alike(system: System) -> None:
    """A copy waits for its original, told by all of its fields: nothing is hidden where there are copies."""
    for channel in system.channels:
        if channel.duplicates:
            raise ModelError(f'channel "{channel.name}" duplicates: which message a copy is of shows in all its fields')
        if channel.capacity > LARGEST_CAPACITY:
            raise ModelError(f'channel "{channel.name}" holds more than {LARGEST_CAPACITY} messages')
    for action in system.actions:
        for sending in action.sends:
            channel = system.channels[system.channel_index[sending.channel]]
            if sending.carried[channel.copy_mark] is not FALSE:
                raise ModelError(f'action "{action.name}" sends copies: what of shows in all their fields')


class _Hiding:
    def __init__(self, system: System, hidden: Hidden) -> None:
        self.system, self.hidden = system, hidden
        self.messages: dict[str, MessageType] = {}

    def all(self, observations: Sequence[Observation]) -> tuple[System, list[Observation]]:
        channels = tuple(self._channel(channel) for channel in self.system.channels)
        seen: list[dict[str, Expression]] = [{} for _ in observations]
        actions: list[Action] = []
        for action in self.system.actions:
            wanted = [entry.in_steps.get(action.name, FALSE) for entry in observations]
            for part, conditions in self._parts(action, wanted):
                actions.append(part)
                for found, condition in zip(seen, conditions, strict=True):
                    if condition is not FALSE:
                        found[part.name] = condition
        result = replace(
            self.system, name=f"{self.system.name}, in part",
            variables=tuple(entry for entry in self.system.variables if entry.name not in self.hidden.variables),
            channels=channels, actions=tuple(actions), initially=self._possible(self.system.initially), symmetries=(),
            machines=tuple(replace(machine, invariants=()) for machine in self.system.machines),
        )  # fmt: skip
        check_system(result)
        return result, [
            Observation(entry.name, None if entry.in_states is None else self._possible(entry.in_states), steps)
            for entry, steps in zip(observations, seen, strict=True)
        ]

    def _channel(self, channel: SystemChannel) -> SystemChannel:
        for message in channel.messages:
            kept = {name: entry for name, entry in message.fields.items() if name not in self.hidden.fields}
            self.messages[f"{channel.name} {message.name}"] = MessageType(message.name, kept)
        return replace(channel, messages=tuple(
            self.messages[f"{channel.name} {message.name}"] for message in channel.messages
        ))  # fmt: skip

    # one action

    def _parts(self, action: Action, wanted: Sequence[Expression]) -> Iterator[tuple[Action, list[Expression]]]:
        """The ways in which an action can go on with what is hidden, each with what is looked for in it."""
        ways: dict[tuple[object, ...], list[tuple[Expression, list[Expression]]]] = {}
        parts: dict[tuple[object, ...], Action] = {}
        for answers in self._answers(self._expressions(action)):
            guard = self._with(action.guard, answers)
            if guard is FALSE:
                continue
            part = self._part(action, answers)
            key = self._effects(part)
            parts.setdefault(key, part)
            conditions = [guard & self._possible(self._with(entry, answers)) if entry is not FALSE else FALSE
                          for entry in wanted]  # fmt: skip
            ways.setdefault(key, []).append((guard, conditions))
        for number, (key, found) in enumerate(ways.items(), start=1):
            name = action.name if len(ways) == 1 else f"{action.name} (way {number})"
            guard = any_of(entry for entry, _ in found)
            conditions = [any_of(entries[index] for _, entries in found) for index in range(len(wanted))]
            yield replace(parts[key], name=name, guard=guard), conditions

    def _expressions(self, action: Action) -> list[Expression]:
        found = [action.guard]
        found += [value for name, value in action.assignments.items() if name not in self.hidden.variables]
        found += [value for sending in action.sends for name, value in sending.carried.items()
                  if name not in self.hidden.fields]  # fmt: skip
        return found

    def _part(self, action: Action, answers: Answers) -> Action:
        assignments: dict[str, Expression] = {}
        for name, value in action.assignments.items():
            if name not in self.hidden.variables:
                assignments[name] = self._with(value, answers)
                if self._mentions(assignments[name]):
                    raise _Depends(name, None)
        for alter in action.alters:
            visible = [value for name, value in alter.fields.items() if name not in self.hidden.fields]
            if any(self._mentions(entry) for entry in (alter.when, *visible)):
                raise ModelError(f'action "{action.name}" alters messages by what is hidden')
        return replace(
            action, assignments=assignments, sends=tuple(self._sending(entry, answers) for entry in action.sends),
            alters=tuple(
                replace(alter, fields={name: value for name, value in alter.fields.items()
                                       if name not in self.hidden.fields})
                for alter in action.alters
            ), rows=(), event={}, delivery={},
        )  # fmt: skip

    def _sending(self, sending: Sending, answers: Answers) -> Sending:
        message = self.messages[f"{sending.channel} {sending.message.name}"]
        carried = {name: self._with(sending.carried[name], answers) for name in message.fields}
        for name, value in carried.items():
            if self._mentions(value):
                raise _Depends(None, name)
        return replace(sending, message=message, fields=carried, carried=carried)

    def _effects(self, part: Action) -> tuple[object, ...]:
        return (
            tuple(part.assignments.items()),
            tuple((sending.channel, tuple(sending.carried.items())) for sending in part.sends),
        )

    # what is asked of what is hidden

    def _mentions(self, expression: Expression) -> bool:
        return any(node in self.hidden for node in post_order(expression))

    def _questions(self, expressions: Sequence[Expression]) -> list[Expression]:
        """The smallest conditions about what is hidden. What is asked of messages in flight counts as one."""
        found: dict[Expression, None] = {}
        for expression in expressions:
            within = {inner for node in nodes_of(expression, Operator.IN_FLIGHT)
                      for inner in post_order(node.operands[0])}  # fmt: skip
            about: set[Expression] = set()
            for node in post_order(expression):
                if node in self.hidden or any(operand in about for operand in node.operands):
                    if node.operator is Operator.IN_FLIGHT or (node not in within and self._is_condition(node)):
                        found[node] = None
                    else:
                        about.add(node)
        if len(found) > MOST_ASKED:
            raise ModelError(f"more than {MOST_ASKED} conditions at once are about what is hidden")
        return list(found)

    def _is_condition(self, node: Expression) -> bool:
        match node.operator:
            case Operator.EQUAL | Operator.LESS | Operator.AHEAD | Operator.FULL:
                return True
            case Operator.VARIABLE:
                return isinstance(self.system.domain(str(node.payload)), Boolean)
            case Operator.FIELD:
                assert isinstance(node.payload, tuple)
                return any(
                    isinstance(message.fields[str(node.payload[1])].domain, Boolean)
                    for channel in self.system.channels for message in channel.messages
                    if str(node.payload[1]) in message.fields
                )  # fmt: skip
        return node.operator in (Operator.NOT, Operator.AND, Operator.OR)

    def _answers(self, expressions: Sequence[Expression]) -> Iterator[Answers]:
        """Every combination of answers."""
        questions = self._questions(expressions)
        for values in product((False, True), repeat=len(questions)):
            yield {
                node: self._in_flight(node, value) if node.operator is Operator.IN_FLIGHT and node not in self.hidden
                else constant(value)
                for node, value in zip(questions, values, strict=True)
            }

    def _in_flight(self, node: Expression, answer: bool) -> Expression:
        """Some message may be one asked for (answer: yes), or is one whatever is hidden of it (no)."""
        condition = node.operands[0]
        inner = self._possible(condition) if answer else self._certain(condition)
        assert isinstance(node.payload, tuple)
        return FALSE if inner is FALSE else build_tree(Operator.IN_FLIGHT, node.payload, (inner,))

    def _with(self, expression: Expression, answers: Answers) -> Expression:
        return substituted(expression, answers) if answers else expression

    def _possible(self, expression: Expression) -> Expression:
        """True where some answers make it true."""
        return any_of(self._with(expression, answers) for answers in self._answers([expression]))

    def _certain(self, expression: Expression) -> Expression:
        """True where all answers make it true."""
        return all_of(self._with(expression, answers) for answers in self._answers([expression]))
