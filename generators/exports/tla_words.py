"""Names and expressions in TLA+. Values of enumerations are strings, as the model has them."""

from __future__ import annotations

from generators.exports.expression_text import ExpressionText, Level, Message, Text
from generators.exports.names import Names, quoted
from model.language.domains import Boolean, Domain, Enumeration, Integer, Modular, Value
from model.language.expressions import TRUE, Expression, Operator
from model.language.systems import Action, System
from model.language.type_checking import Scope, scope_of_action

_TLA = """ASSUME ASSUMPTION AXIOM CASE CHOOSE CONSTANT CONSTANTS DOMAIN ELSE ENABLED EXCEPT EXTENDS IF IN INSTANCE LET
LOCAL MODULE OTHER UNION SUBSET THEN THEOREM UNCHANGED VARIABLE VARIABLES WITH WF_ SF_ LAMBDA RECURSIVE PROOF BY OBVIOUS
OMITTED QED HAVE TAKE PICK WITNESS SUFFICES DEFINE HIDE USE NEW STATE ACTION TEMPORAL DEF DEFS ONLY LEMMA PROPOSITION
COROLLARY PROVE TRUE FALSE BOOLEAN STRING Nat Int Real Infinity Seq Len Head Tail Append SubSeq SelectSeq Cardinality
IsFiniteSet div"""
_OWN = "Init Next Spec vars TypeOK Ahead Contents i a b m n q"
RESERVED = [*_TLA.split(), *_OWN.split(), *(f"q{number}" for number in range(40)), *(f"m{n}" for n in range(20))]


def _style(name: str) -> str:
    """Names that start like a fairness operator are not allowed."""
    return f"n_{name}" if name[:3] in ("WF_", "SF_") else name


class TlaWords:
    """The names of everything in one module."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names = Names(RESERVED)
        self._fields = Names(RESERVED)
        self._strings: dict[Enumeration, Names] = {}
        for variable in system.variables:
            self.variable(variable.name)
        for channel in system.channels:
            self.contents(channel.name)

    def own(self, name: str) -> str:
        return self.names.of(("own", name), name, _style)

    def variable(self, name: str) -> str:
        return self.names.of(("variable", name), name, _style)

    def contents(self, channel: str) -> str:
        return self.names.of(("channel", channel), channel, _style)

    def of_channel(self, what: str, channel: str) -> str:
        return self.names.of((what, "of channel", channel), f"{what} {channel}", _style)

    def field(self, name: str) -> str:
        """Names of fields stand by themselves in TLA+."""
        return self._fields.of(name, name, _style)

    @property
    def type_field(self) -> str:
        return self._fields.of(("the type",), "message")

    def message_type(self, name: str) -> str:
        return self._string(Enumeration("message types"), name)

    def member(self, domain: Enumeration, value: Value) -> str:
        return self._string(domain, str(value))

    def _string(self, domain: Enumeration, text: str) -> str:
        """A string in quotes; names of one enumeration stay different."""
        known = self._strings.setdefault(domain, Names(()))
        plain = quoted(text)
        name = known.of(text, text, lambda _: plain)
        return f'"{name}"'

    def values_of(self, domain: Domain) -> str:
        match domain:
            case Boolean():
                return "BOOLEAN"
            case Enumeration():
                return "{" + ", ".join(self.member(domain, member) for member in domain.members) + "}"
            case Integer():
                return f"{domain.low}..{domain.top}"
            case Modular():
                return f"0..{domain.modulus - 1}"

    def set_of(self, domain: Domain) -> str:
        """The values of a domain; those of an enumeration have a definition of their own."""
        if isinstance(domain, Enumeration):
            return self.names.of(("set", domain), domain.name, _style)
        return self.values_of(domain)

    def value(self, value: Value, domain: Domain) -> str:
        if isinstance(domain, Enumeration):
            return self.member(domain, value)
        return str(value).upper() if isinstance(value, bool) else str(value)

    def enumerations(self) -> list[Enumeration]:
        domains = [variable.domain for variable in self.system.variables]
        domains += [entry.domain for channel in self.system.channels for message in channel.messages
                    for entry in message.fields.values()]  # fmt: skip
        return list(dict.fromkeys(domain for domain in domains if isinstance(domain, Enumeration)))


class TlaText(ExpressionText):
    """Expressions over the state before the step, that is without primes."""

    AND = "/\\"
    OR = "\\/"
    NOT = "~"
    EQUAL = "="
    UNEQUAL = "#"
    TRUE = "TRUE"
    FALSE = "FALSE"

    def __init__(self, words: TlaWords, action: Action | None = None) -> None:
        system = words.system
        scope = Scope(system, {}) if action is None else scope_of_action(system, action)
        messages = {}
        if action is not None and action.channel is not None and action.message is not None:
            kind = system.channels[system.channel_index[action.channel]].index_of(action.message)
            messages["received"] = Message(action.channel, kind, f"{words.contents(action.channel)}[i]")
        super().__init__(system, scope, messages)
        self.words = words
        self._depth = 0

    def variable(self, name: str) -> Text:
        return Text(self.words.variable(name), Level.ATOM)

    def field(self, message: Message, name: str) -> Text:
        return Text(f"{message.place}.{self.words.field(name)}", Level.ATOM)

    def literal(self, value: Value, domain: Domain) -> str:
        return self.words.value(value, domain)

    def modular(self, operator: Operator, left: Text, right: Text, domain: Modular) -> Text:
        if operator is Operator.AHEAD:
            return Text(f"Ahead({left.text}, {right.text}, {domain.modulus})", Level.ATOM)
        sign = "+" if operator is Operator.ADD else "-"
        return Text(f"(({left.within(Level.ATOM)} {sign} {right.within(Level.ATOM)}) % {domain.modulus})", Level.ATOM)

    def choice(self, condition: Text, then: Text, otherwise: Text) -> Text:
        return Text(f"(IF {condition.text} THEN {then.text} ELSE {otherwise.text})", Level.ATOM)

    def full(self, channel: str) -> Text:
        return Text(f"Len({self.words.contents(channel)}) = {self._capacity(channel)}", Level.COMPARISON)

    def room(self, channel: str) -> Text:
        return Text(f"Len({self.words.contents(channel)}) < {self._capacity(channel)}", Level.COMPARISON)

    def _capacity(self, channel: str) -> int:
        return self.system.channels[self.system.channel_index[channel]].capacity

    def in_flight(self, expression: Expression) -> Text:
        assert isinstance(expression.payload, tuple)
        name, kind = str(expression.payload[0]), expression.payload[1]
        condition = expression.operands[0]
        channel = self.system.channels[self.system.channel_index[name]]
        contents = self.words.contents(name)
        if condition is TRUE and (kind is None or len(channel.messages) == 1):
            return Text(f"{contents} # <<>>", Level.COMPARISON)
        self._depth += 1
        bound = f"m{self._depth}"  # TLA+ does not let a name be bound twice
        kinds = [(channel.index_of(str(kind)), str(kind))] if kind is not None else [
            (number, message.name) for number, message in enumerate(channel.messages)]  # fmt: skip
        parts = []
        for number, message in kinds:
            inner = self.at_flight(condition, Message(name, number, bound), None if kind is None else str(kind))
            test = f"{bound}.{self.words.type_field} = {self.words.message_type(message)}"
            tests = [*([test] if len(channel.messages) > 1 else []), *([inner] if inner != self.TRUE else [])]
            parts.append(" /\\ ".join(tests) or self.TRUE)
        self._depth -= 1
        joined = parts[0] if len(parts) == 1 else " \\/ ".join(f"({part})" for part in parts)
        return Text(f"(\\E {bound} \\in Contents({contents}) : {joined})", Level.ATOM)
