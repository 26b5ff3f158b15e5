"""Expressions as text with infix operators. A language fills in its signs and its way to name things;
parentheses stand wherever a reader might wonder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from model.language.domains import BOOLEAN, Boolean, Domain, Modular, Value
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.systems import System
from model.language.type_checking import Scope, operand_domain


class Level(IntEnum):
    """How firmly a text holds together; a junction may stand unbracketed only in its like."""

    ATOM = 0
    COMPARISON = 1
    SUM = 2
    AND = 3
    OR = 4
    CHOICE = 5


class Text(NamedTuple):
    text: str
    level: Level

    def within(self, loosest: Level) -> str:
        return self.text if self.level <= loosest else f"({self.text})"


class Message(NamedTuple):
    """A message whose fields an expression may read. kind: position of its type on `channel`.

    place: the text that stands before ".field" or the like.
    """

    channel: str
    kind: int
    place: str


class ExpressionText(ABC):
    """Writes expressions over one system in one scope. messages: what "received" and "flight" stand for.

    known: expressions that have been computed before, and where.
    """

    AND = "&&"
    OR = "||"
    NOT = "!"
    EQUAL = "=="
    UNEQUAL = "!="
    TRUE = "true"
    FALSE = "false"

    def __init__(self, system: System, scope: Scope, messages: Mapping[str, Message] | None = None) -> None:
        self.system = system
        self.scope = scope
        self.messages = dict(messages or {})
        self.known: dict[Expression, str] = {}

    # what a language says

    @abstractmethod
    def variable(self, name: str) -> Text: ...

    @abstractmethod
    def field(self, message: Message, name: str) -> Text: ...

    @abstractmethod
    def literal(self, value: Value, domain: Domain) -> str: ...

    @abstractmethod
    def modular(self, operator: Operator, left: Text, right: Text, domain: Modular) -> Text: ...

    @abstractmethod
    def choice(self, condition: Text, then: Text, otherwise: Text) -> Text: ...

    @abstractmethod
    def full(self, channel: str) -> Text: ...

    @abstractmethod
    def room(self, channel: str) -> Text:
        """The opposite of `full`."""

    @abstractmethod
    def in_flight(self, expression: Expression) -> Text: ...

    # what all languages have in common

    def condition(self, expression: Expression, within: Level = Level.CHOICE) -> str:
        return self.of(expression, BOOLEAN).within(within)

    def value(self, expression: Expression, domain: Domain, within: Level = Level.CHOICE) -> str:
        return self.of(expression, domain).within(within)

    def of(self, expression: Expression, domain: Domain) -> Text:
        """The text of `expression` where a value of `domain` is expected."""
        if expression in self.known:
            return Text(self.known[expression], Level.ATOM)
        operands = expression.operands
        match expression.operator:
            case Operator.CONSTANT:
                return self.constant(expression.payload, domain)  # type: ignore[arg-type]
            case Operator.VARIABLE:
                return self.variable(str(expression.payload))
            case Operator.FIELD:
                assert isinstance(expression.payload, tuple)
                scope, name = str(expression.payload[0]), str(expression.payload[1])
                if scope not in self.messages:
                    raise ModelError(f'"{expression}" has no meaning here: there is no {scope} message')
                return self.field(self.messages[scope], name)
            case Operator.NOT:
                if operands[0].operator is Operator.EQUAL:
                    return self._compared(operands[0], self.UNEQUAL)
                if operands[0].operator is Operator.FULL and operands[0] not in self.known:
                    return self.room(str(operands[0].payload))
                # bracketed in comparisons: in TLA+ a negation binds less than "="
                return Text(f"{self.NOT}{self.condition(operands[0], Level.ATOM)}", Level.COMPARISON)
            case Operator.AND:
                return Text(f" {self.AND} ".join(self.condition(o, Level.COMPARISON) for o in operands), Level.AND)
            case Operator.OR:
                return Text(f" {self.OR} ".join(self.condition(o, Level.COMPARISON) for o in operands), Level.OR)
            case Operator.EQUAL:
                return self._compared(expression, self.EQUAL)
            case Operator.LESS:
                return self._compared(expression, "<")
            case Operator.ADD | Operator.SUBTRACT | Operator.AHEAD:
                inner = operand_domain(expression, self.scope)
                left, right = self.of(operands[0], inner), self.of(operands[1], inner)
                if isinstance(inner, Modular):
                    return self.modular(expression.operator, left, right, inner)
                sign = "+" if expression.operator is Operator.ADD else "-"
                return Text(f"{left.within(Level.ATOM)} {sign} {right.within(Level.ATOM)}", Level.SUM)
            case Operator.IF:
                return self.choice(
                    self.of(operands[0], BOOLEAN), self.of(operands[1], domain), self.of(operands[2], domain)
                )
            case Operator.IN_FLIGHT:
                return self.in_flight(expression)
            case Operator.FULL:
                return self.full(str(expression.payload))
            case other:
                raise ModelError(f'"{other.value}" has no value in a state: {expression}')

    def constant(self, value: Value, domain: Domain) -> Text:
        if isinstance(domain, Boolean):
            return Text(self.TRUE if value else self.FALSE, Level.ATOM)
        text = self.literal(value, domain)
        return Text(text, Level.SUM if text.startswith("-") else Level.ATOM)

    def _compared(self, expression: Expression, sign: str) -> Text:
        inner = operand_domain(expression, self.scope)
        left, right = (self.value(operand, inner, Level.ATOM) for operand in expression.operands)
        return Text(f"{left} {sign} {right}", Level.COMPARISON)

    # conditions on messages in flight

    def at_flight(self, condition: Expression, message: Message, kind: str | None) -> str:
        """`condition` for one message in flight; kind: its type's name, None for all types."""
        outer_scope, outer = self.scope, self.messages.get("flight")
        channel = self.system.channels[self.system.channel_index[message.channel]]
        self.scope = self.scope.with_flight(channel, kind)
        self.messages["flight"] = message
        try:
            return self.condition(condition, Level.COMPARISON)
        finally:
            self.scope = outer_scope
            if outer is None:
                del self.messages["flight"]
            else:
                self.messages["flight"] = outer
