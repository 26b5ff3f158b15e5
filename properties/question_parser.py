"""The grammar of questions: conditions over named state, with `and`, `or`, `not`, `implies`, comparisons,
steps (`sends`, `receives`, `event`, ...) and messages in flight. What makes no sense is named by its column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from model.language.domains import BOOLEAN, Boolean, Domain, Enumeration, Integer, Modular, Value, describe
from model.language.errors import ModelError, nearest
from model.language.expressions import (
    TRUE,
    Expression,
    Operator,
    after,
    any_of,
    constant,
    field_of,
    in_flight,
    negation,
    occurs,
    post_order,
    receives,
    sends,
    variable,
)
from model.language.messages import MessageType
from model.language.systems import System
from model.language.type_checking import Scope, domain_of
from properties import terms
from properties.question_words import QuestionError, Word, unknown, words_of

NAMED_CONDITIONS: dict[str, tuple[Expression, str]] = {
    "quiescent": (terms.quiescent, "nothing in flight, nothing unanswered, nothing has ended by itself since"),
    "registered": (terms.registered, "the UE is registered"),
    "at_home": (terms.at_home, "the UE is at home"),
    "bound": (terms.bound, "the home agent has a binding"),
    "nothing_in_flight": (terms.nothing_in_flight, "no message is on its way"),
    "nothing_unanswered": (terms.nothing_unanswered, "no update and no set-up of an association is unanswered"),
}
OPENINGS = ("reachable", "always", "never", "when", "after")
RESERVED = {"and", "or", "not", "implies", "is", "in", "true", "false", "sends", "receives", "event", "timer",
            "decision", "where", *OPENINGS}  # fmt: skip
DEEPEST = 30  # parentheses
OF_STEPS = (Operator.NEXT, Operator.SENDS, Operator.RECEIVES, Operator.OCCURS)


class Form(Enum):
    """What a question asks."""

    REACHABLE = "can it be reached?"
    ALWAYS = "is it always so?"


@dataclass(frozen=True)
class Asked:
    """form: what is asked of `then`, wherever `whenever` is true."""

    form: Form
    whenever: Expression
    then: Expression


def messages_of(system: System) -> dict[str, MessageType]:
    return {message.name: message for channel in system.channels for message in channel.messages}


def triggers_of(system: System) -> set[tuple[str, str]]:
    words = {"event": "event", "timer": "timer", "decides": "decision"}
    return {
        (words[row.trigger.kind.value], row.trigger.name)
        for machine in system.machines for row in machine.rows if row.trigger.kind.value in words
    }  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """An expression, or a word whose meaning depends on what it is compared with (`loose`)."""

    expression: Expression | None
    domain: Domain | None
    word: Word
    loose: bool = False


class Parser:
    """Reads one question about `system`."""

    def __init__(self, text: str, system: System) -> None:
        self.text = text
        self.system = system
        self.scope = Scope(system, {})
        self.words = list(words_of(text))
        self.place = 0
        self.depth = 0
        self.flight: MessageType | None = None

    @property
    def next(self) -> Word:
        return self.words[self.place]

    def take(self) -> Word:
        word = self.next
        self.place = min(self.place + 1, len(self.words) - 1)
        return word

    def expect(self, *texts: str) -> Word:
        if not self.next.is_(*texts):
            found = f'"{self.next.text}"' if self.next.kind != "end" else "the end"
            raise QuestionError(self.next.column, f"{' or '.join(repr(text) for text in texts)} is needed, not {found}")
        return self.take()

    # the whole

    def asked(self) -> Asked:
        if self.next.kind == "end":
            raise QuestionError(1, 'nothing is asked; try: reachable ue.state = "registered" and not bound')
        opening = self.take().text if self.next.is_(*OPENINGS) else "reachable"
        match opening:
            case "when":
                whenever = self.condition()
                self.expect(":")
                result = Asked(Form.ALWAYS, whenever, self.condition())
            case "after":
                start = self.next.column
                whenever = self.condition()
                if not speaks_of_steps(whenever):
                    raise QuestionError(start, "after what step? name one: sends, receives, event, timer, decision")
                self.expect(":")
                start = self.next.column
                result = Asked(Form.ALWAYS, whenever, self._after(self.condition(), start))
            case "always":
                result = Asked(Form.ALWAYS, TRUE, self.condition())
            case "never":
                result = Asked(Form.ALWAYS, TRUE, negation(self.condition()))
            case _:
                result = Asked(Form.REACHABLE, TRUE, self.condition())
        if self.next.kind != "end":
            raise QuestionError(self.next.column, f'"{self.next.text}" is not expected here; "and", "or" or the end is')
        return result

    def _after(self, condition: Expression, column: int) -> Expression:
        try:
            return condition if speaks_of_steps(condition) else after(condition)
        except ModelError as error:
            raise QuestionError(column, str(error)) from None

    # conditions

    def condition(self) -> Expression:
        left = self._any()
        if self.next.is_("implies"):
            self.take()
            return left.implies(self.condition())
        return left

    def _any(self) -> Expression:
        found = self._all()
        while self.next.is_("or"):
            self.take()
            found = found | self._all()
        return found

    def _all(self) -> Expression:
        found = self._negated()
        while self.next.is_("and"):
            self.take()
            found = found & self._negated()
        return found

    def _negated(self) -> Expression:
        negative = False
        while self.next.is_("not"):
            self.take()
            negative = not negative
        found = self._comparison()
        return negation(found) if negative else found

    def _comparison(self) -> Expression:
        if self.next.is_("sends", "receives", "event", "timer", "decision"):
            return self._step()
        if self.next.is_("in"):
            return self._in_flight()
        left = self._term()
        sign = self.next
        if sign.is_("is"):
            return self._is(left)
        if not sign.is_("=", "==", "!=", "<", ">", "<=", ">="):
            return self._truth(left)
        self.take()
        right = self._term()
        one, other = self._settled(left, right)
        if sign.text not in ("=", "==", "!=") and not isinstance(one.domain or other.domain, Integer):
            hint = "; use: is ahead of" if isinstance(one.domain or other.domain, Modular) else ""
            raise QuestionError(sign.column, f'only numbers can be compared with "{sign.text}"{hint}')
        a, b = one.expression, other.expression
        assert a is not None and b is not None
        match sign.text:
            case "=" | "==":
                return a == b
            case "!=":
                return a != b
            case "<":
                return a < b
            case ">":
                return a > b
            case "<=":
                return a <= b
            case _:
                return a >= b

    def _is(self, left: _Part) -> Expression:
        self.take()
        if self.next.is_("not"):
            self.take()
            one, other = self._settled(left, self._term())
            return one.expression != other.expression  # type: ignore[return-value]
        if self.next.is_("ahead"):
            self.take()
            self.expect("of")
            one, other = self._settled(left, self._term())
            if not isinstance(one.domain, Modular) or one.expression is None or other.expression is None:
                raise QuestionError(left.word.column, "only sequence numbers can be ahead of each other")
            return one.expression.is_ahead_of(other.expression)
        if self.next.is_("one"):
            self.take()
            self.expect("of")
            self.expect("(")
            found = [self._equal(left, self._term())]
            while self.next.is_(","):
                self.take()
                found.append(self._equal(left, self._term()))
            self.expect(")")
            return any_of(found)
        return self._equal(left, self._term())

    def _equal(self, left: _Part, right: _Part) -> Expression:
        one, other = self._settled(left, right)
        assert one.expression is not None and other.expression is not None
        return one.expression == other.expression

    def _truth(self, part: _Part) -> Expression:
        part = self._as_name(part) if part.loose else part
        if not isinstance(part.domain, Boolean) or part.expression is None:
            words = describe(part.domain) if part.domain else "a value"
            raise QuestionError(part.word.column, f'"{part.word.text}" is {words}; compare it with something')
        return part.expression

    # terms

    def _term(self) -> _Part:
        left = self._primary()
        while self.next.is_("+", "-"):
            sign = self.take()
            one, other = self._settled(left, self._primary())
            if not isinstance(one.domain, Integer | Modular) or one.expression is None or other.expression is None:
                raise QuestionError(sign.column, f'only numbers can be combined with "{sign.text}"')
            made = one.expression + other.expression if sign.text == "+" else one.expression - other.expression
            left = _Part(made, one.domain, left.word)
        return left

    def _primary(self) -> _Part:
        word = self.take()
        match word.kind:
            case "number":
                return _Part(constant(int(word.text)), None, word)
            case "quoted":
                return _Part(None, None, word, loose=True)
            case "name" if word.text in ("true", "false"):
                return _Part(constant(word.text == "true"), BOOLEAN, word)
            case "name" if word.text not in RESERVED:
                return self._name(word)
            case "sign" if word.text == "(":
                self.depth += 1
                if self.depth > DEEPEST:
                    raise QuestionError(word.column, f"more than {DEEPEST} parentheses inside each other")
                inner = self.condition()
                self.expect(")")
                self.depth -= 1
                return _Part(inner, BOOLEAN, word)
            case "end":
                raise QuestionError(word.column, "the question ends where a name or a value is needed")
            case _:
                raise QuestionError(word.column, f'"{word.text}" stands where a name or a value is needed')

    def _name(self, word: Word) -> _Part:
        """A variable, its value after the step (name'), a field, a named condition; else a loose word."""
        name, primed = word.text.removesuffix("'"), word.text.endswith("'")
        if self.flight is not None and name in self.flight.fields and not primed:
            return _Part(field_of("flight", name), self.flight.fields[name].domain, word)
        if name in NAMED_CONDITIONS:
            # a value may have the same name: `ue.state = registered`
            condition = NAMED_CONDITIONS[name][0]
            return _Part(after(condition) if primed else condition, BOOLEAN, word, loose=not primed)
        if name in self.scope.variables:
            found = after(variable(name)) if primed else variable(name)
            return _Part(found, domain_of(found, self.scope), word)
        scope, _, field = name.partition(".")
        if scope in ("sent", "received") and field:
            return _Part(field_of(scope, field), self._domain_of_field(word, field), word)
        return _Part(None, None, word, loose=True)

    def _domain_of_field(self, word: Word, name: str) -> Domain:
        known = {field: entry.domain for message in messages_of(self.system).values()
                 for field, entry in message.fields.items()}  # fmt: skip
        if name not in known:
            raise QuestionError(word.column, f'no message has a field "{name}": {nearest(name, known)}')
        return known[name]

    def _as_name(self, part: _Part) -> _Part:
        if part.expression is not None:
            return part
        if part.word.kind == "quoted":
            raise QuestionError(part.word.column, f'"{part.word.text}" in quotes is a value: compare a name with it')
        known = [*self.scope.variables, *NAMED_CONDITIONS]
        raise unknown(part.word, known)

    def _settled(self, left: _Part, right: _Part) -> tuple[_Part, _Part]:
        """Both sides with a domain: a loose word is a value of the other side's."""
        if left.loose and not right.loose and right.domain is not None and not isinstance(right.domain, Boolean):
            return self._value(left, right.domain), right
        if right.loose and left.domain is not None and not isinstance(left.domain, Boolean):
            return left, self._value(right, left.domain)
        for value, named in ((right, left), (left, right)):
            if value.word.kind == "quoted" and named.expression is not None:
                raise QuestionError(value.word.column, f'"{value.word.text}" in quotes is a value, and '
                                    f'"{named.word.text}" is {_described(named.domain)}')  # fmt: skip
        left, right = self._as_name(left), self._as_name(right)
        for one, other in ((left, right), (right, left)):
            if one.domain is None and other.domain is not None:
                settled = self._value(one, other.domain)
                return (settled, other) if one is left else (other, settled)
        if left.domain != right.domain and not all(isinstance(e.domain, Integer) for e in (left, right)):
            raise QuestionError(
                right.word.column,
                f'"{right.word.text}" is {_described(right.domain)}, "{left.word.text}" is {_described(left.domain)}',
            )
        return left, right

    def _value(self, part: _Part, domain: Domain) -> _Part:
        """A word or number as a value of `domain`. Spaces, hyphens and underscores are alike."""
        given: Value = part.word.text
        if part.expression is not None and part.expression.operator is Operator.CONSTANT:
            given = part.expression.payload  # type: ignore[assignment]
        if isinstance(domain, Enumeration):
            matching = [value for value in domain.members if _plain(value) == _plain(str(given))]
            if not matching:
                # the number that starts a status is enough: 135
                matching = [value for value in domain.members if value.split()[0] == str(given)]
            if not matching:
                hint = nearest(str(given), domain.members)
                raise QuestionError(part.word.column, f'"{given}" is no value of {domain.name}: {hint}')
            return _Part(constant(matching[0]), domain, part.word)
        if not domain.contains(given):
            raise QuestionError(part.word.column, f'"{given}" is impossible here: {describe(domain)}')
        return _Part(constant(given), domain, part.word)

    # steps and messages in flight

    def _step(self) -> Expression:
        kind, word = self.take(), self.take()
        if kind.text in ("sends", "receives"):
            known = list(messages_of(self.system))
            if word.text not in known:
                raise unknown(word, known, "message")
            return sends(word.text) if kind.text == "sends" else receives(word.text)
        triggers = [name for of, name in triggers_of(self.system) if of == kind.text]
        matching = [name for name in triggers if _plain(name) == _plain(word.text)]
        if not matching:
            raise unknown(word, triggers, kind.text)
        return any_of(
            occurs(row.machine, row.trigger.key)
            for machine in self.system.machines for row in machine.rows
            if row.trigger.name == matching[0] and row.trigger.kind.value in ("event", "timer", "decides")
        )  # fmt: skip

    def _in_flight(self) -> Expression:
        self.take()
        self.expect("flight")
        word = self.take()
        messages = messages_of(self.system)
        if word.text not in messages:
            raise unknown(word, list(messages), "message")
        condition: Expression = TRUE
        if self.next.is_("where"):
            self.take()
            self.expect("(")
            self.flight = messages[word.text]
            condition = self.condition()
            self.flight = None
            self.expect(")")
        return any_of(
            in_flight(channel.name, condition, word.text)
            for channel in self.system.channels if word.text in [message.name for message in channel.messages]
        )  # fmt: skip


def speaks_of_steps(condition: Expression) -> bool:
    """Of a step, or of the state after it; else of a state."""
    for node in post_order(condition):
        scope = node.payload[0] if isinstance(node.payload, tuple) else None
        if node.operator in OF_STEPS or (node.operator is Operator.FIELD and scope in ("sent", "received")):
            return True
    return False


def _described(domain: Domain | None) -> str:
    return "a number" if domain is None else describe(domain)


def _plain(text: str) -> str:
    return text.lower().replace("-", " ").replace("_", " ")


