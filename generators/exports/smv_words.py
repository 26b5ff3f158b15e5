"""Names and expressions in SMV. Values of enumerations are symbolic constants with the model's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generators.exports.expression_text import ExpressionText, Level, Message, Text
from generators.exports.names import Names
from generators.exports.records import RecordField, record_of
from model.language.domains import Boolean, Domain, Enumeration, Integer, Modular, Value
from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, Operator
from model.language.systems import Action, System
from model.language.type_checking import Scope, scope_of_action

_SMV = """MODULE DEFINE MDEFINE CONSTANTS VAR IVAR FROZENVAR INIT TRANS INVAR SPEC CTLSPEC LTLSPEC PSLSPEC COMPUTE NAME
INVARSPEC FAIRNESS JUSTICE COMPASSION ISA ASSIGN CONSTRAINT SIMPWFF CTLWFF LTLWFF PSLWFF COMPWFF IN MIN MAX MIRROR PRED
PREDICATES process array of boolean integer real clock word word1 bool signed unsigned extend resize sizeof uwconst
swconst toint count floor abs max min sin cos exp tan ln pi pow asin acos atan sqrt EX AX EF AF EG AG E F O G H X Y Z A
U S V T R BU EBF ABF EBG ABG case esac mod next init union in xor xnor self TRUE FALSE typeof noncontinuous time
READ WRITE CONSTARRAY main"""
RESERVED = _SMV.split()


@dataclass(frozen=True)
class Slot:
    """The contents of one place of a channel, as texts: the type of the message, and its fields by name."""

    kind: str
    fields: Mapping[str, str]


class SmvWords:
    """The names of everything in one file."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names = Names(RESERVED)
        self.records = {channel.name: record_of(channel) for channel in system.channels}
        for variable in system.variables:
            self.variable(variable.name)
        self.step = self.own("step")
        self.stops = self.own("nothing_happens")

    def own(self, name: str) -> str:
        return self.names.of(("own", name), name)

    def variable(self, name: str) -> str:
        return self.names.of(("variable", name), name)

    def constant(self, text: str) -> str:
        """Constants are shared by all enumerations that have them."""
        return self.names.of(("constant", text), text)

    def kind(self, channel: str, position: int) -> str:
        return self.names.of(("kind", channel, position), f"{channel} {position + 1} message")

    def field(self, channel: str, position: int, place: RecordField) -> str:
        return self.names.of(("field", channel, position, place.name), f"{channel} {position + 1} {place.name}")

    def slots(self, channel: str) -> list[Slot]:
        """A channel's places in the state before the step."""
        record = self.records[channel]
        return [
            Slot(self.kind(channel, position),
                 {place.name: self.field(channel, position, place) for place in record.fields})
            for position in range(record.channel.capacity)
        ]  # fmt: skip

    @property
    def nothing(self) -> str:
        return self.constant("nothing")

    def empty(self, channel: str) -> Slot:
        """No message: every field has its first value, so that equal contents are equal states."""
        fields = self.records[channel].fields
        return Slot(self.nothing, {place.name: self.value(place.domain.values[0], place.domain) for place in fields})

    def value(self, value: Value, domain: Domain) -> str:
        if isinstance(domain, Enumeration):
            return self.constant(str(value))
        return str(value).upper() if isinstance(value, bool) else str(value)

    def type_of(self, domain: Domain) -> str:
        match domain:
            case Boolean():
                return "boolean"
            case Enumeration():
                return "{" + ", ".join(self.constant(member) for member in domain.members) + "}"
            case Integer():
                return f"{domain.low}..{domain.top}"
            case Modular():
                return f"0..{domain.modulus - 1}"


class SmvText(ExpressionText):
    """Expressions over the state before the step. position: of the message that the action takes."""

    AND = "&"
    OR = "|"
    EQUAL = "="
    TRUE = "TRUE"
    FALSE = "FALSE"

    def __init__(self, words: SmvWords, action: Action | None = None, position: int = 0) -> None:
        system = words.system
        scope = Scope(system, {}) if action is None else scope_of_action(system, action)
        super().__init__(system, scope)
        self.words = words
        self.places: dict[str, Slot] = {}
        if action is not None and action.channel is not None and action.message is not None:
            self.at("received", action.channel, action.message, words.slots(action.channel)[position])

    def at(self, scope: str, channel: str, message: str, slot: Slot) -> None:
        """Let `scope` stand for the message in `slot`."""
        kind = self.system.channels[self.system.channel_index[channel]].index_of(message)
        place = f"{scope}@{slot.kind}"
        self.places[place] = slot
        self.messages[scope] = Message(channel, kind, place)

    def variable(self, name: str) -> Text:
        return Text(self.words.variable(name), Level.ATOM)

    def field(self, message: Message, name: str) -> Text:
        places = self.words.records[message.channel].places[message.kind]
        if name not in places:
            raise ModelError(f'channel "{message.channel}": this message has no field "{name}"')
        return Text(self.places[message.place].fields[places[name].name], Level.ATOM)

    def literal(self, value: Value, domain: Domain) -> str:
        return self.words.value(value, domain)

    def modular(self, operator: Operator, left: Text, right: Text, domain: Modular) -> Text:
        one, other, modulus = left.within(Level.ATOM), right.within(Level.ATOM), domain.modulus
        if operator is Operator.ADD:
            return Text(f"(({one} + {other}) mod {modulus})", Level.ATOM)
        difference = f"(({one} + {modulus} - {other}) mod {modulus})"
        if operator is Operator.SUBTRACT:
            return Text(difference, Level.ATOM)
        return Text(f"1 <= {difference} & {difference} < {modulus // 2}", Level.AND)

    def choice(self, condition: Text, then: Text, otherwise: Text) -> Text:
        test = condition.within(Level.ATOM)
        return Text(f"({test} ? {then.within(Level.ATOM)} : {otherwise.within(Level.ATOM)})", Level.ATOM)

    def full(self, channel: str) -> Text:
        return Text(f"{self.words.slots(channel)[-1].kind} != {self.words.nothing}", Level.COMPARISON)

    def room(self, channel: str) -> Text:
        return Text(f"{self.words.slots(channel)[-1].kind} = {self.words.nothing}", Level.COMPARISON)

    def in_flight(self, expression: Expression) -> Text:
        assert isinstance(expression.payload, tuple)
        name, kind = str(expression.payload[0]), expression.payload[1]
        condition = expression.operands[0]
        channel = self.words.records[name].channel
        kinds: list[tuple[int, str | None]] = [(0, None)]
        if len(channel.messages) > 1 and kind is not None:
            kinds = [(channel.index_of(str(kind)), str(kind))]
        elif len(channel.messages) > 1 and condition is not TRUE:
            kinds = [(number, message.name) for number, message in enumerate(channel.messages)]
        parts: list[str] = []
        for slot in self.words.slots(name):
            place = f"flight@{slot.kind}@{len(self.places)}"
            self.places[place] = slot
            for number, message in kinds:
                test = f"{slot.kind} != {self.words.nothing}"
                if message is not None:
                    test = f"{slot.kind} = {self.words.constant(message)}"
                inner = self.at_flight(condition, Message(name, number, place), None if kind is None else str(kind))
                parts.append(test if inner == self.TRUE else f"({test} & {inner})")
        if len(parts) == 1:
            return Text(parts[0], Level.ATOM if parts[0].startswith("(") else Level.COMPARISON)
        return Text(" | ".join(parts), Level.OR)
