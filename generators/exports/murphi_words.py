"""Names and expressions in Murphi. A value of an enumeration carries the enumeration's name, since Murphi
has one name space for all of them."""

from __future__ import annotations

from generators.exports.expression_text import ExpressionText, Level, Message, Text
from generators.exports.names import Names
from generators.exports.records import RecordField, record_of
from model.language.domains import Boolean, Domain, Enumeration, Integer, Modular, Value, describe
from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, Operator
from model.language.systems import Action, System
from model.language.type_checking import Scope, scope_of_action

_MURPHI = """alias array assert assume begin boolean by case clear const constant cover do else elseif elsif end
endalias endcase endexists endfor endforall endfunction endif endprocedure endrecord endrule endruleset endstartstate
endswitch endwhile enum error exists false flushing for forall function if in int interleaved invariant isundefined
ismember let liveness multiset multisetadd multisetcount multisetremove multisetremovepred new of ormap procedure
process program property put real record return rule ruleset scalarset smallset startstate string switch then to
traceuntil true type undefine undefined union var while"""
RESERVED = [*_MURPHI.split(), *["i", "j", "m", "a", "b", "place", "room"]]


LARGEST_RANGE = 1 << 30  # two such numbers can be added


class MurphiWords:
    """The names of everything in one file."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names = Names(RESERVED)
        self._fields = Names(RESERVED)
        self.records = {channel.name: record_of(channel) for channel in system.channels}
        for variable in system.variables:
            self.variable(variable.name)
        for channel in system.channels:
            self.slots(channel.name)

    def own(self, name: str) -> str:
        return self.names.of(("own", name), name)

    def variable(self, name: str) -> str:
        return self.names.of(("variable", name), name)

    def slots(self, channel: str) -> str:
        return self.names.of(("channel", channel), channel)

    def of_channel(self, what: str, channel: str) -> str:
        return self.names.of((what, "of channel", channel), f"{what} {channel}")

    def record_field(self, place: RecordField) -> str:
        """Names of fields stand by themselves in Murphi."""
        return self._fields.of(place.name, place.name)

    @property
    def type_field(self) -> str:
        return self._fields.of(("the type",), "message")

    def nothing(self, channel: str) -> str:
        """The type of a message that is not there."""
        return self.names.of(("nothing", channel), f"{channel} nothing")

    def message_type(self, channel: str, name: str) -> str:
        return self.names.of(("message type", channel, name), f"{channel} {name}")

    def member(self, domain: Enumeration, value: Value) -> str:
        return self.names.of(("member", domain, value), f"{domain.name} {value}")

    def type_name(self, domain: Enumeration) -> str:
        return self.names.of(("type", domain), domain.name)

    def type_of(self, domain: Domain) -> str:
        if isinstance(domain, Integer | Modular) and domain.size > LARGEST_RANGE:
            raise ModelError(f"{describe(domain)}: too wide; rumur computes with 32 bits")
        match domain:
            case Boolean():
                return "boolean"
            case Enumeration():
                return self.type_name(domain)
            case Integer():
                return f"{domain.low}..{domain.top}"
            case Modular():
                return f"0..{domain.modulus - 1}"

    def enumerations(self) -> list[Enumeration]:
        """In the order in which variables and messages use them."""
        domains = [variable.domain for variable in self.system.variables]
        domains += [place.domain for record in self.records.values() for place in record.fields]
        return list(dict.fromkeys(domain for domain in domains if isinstance(domain, Enumeration)))

    def value(self, value: Value, domain: Domain) -> str:
        if isinstance(domain, Enumeration):
            return self.member(domain, value)
        return str(value).lower()

    def is_there(self, channel: str, position: int | str) -> str:
        return f"{self.slots(channel)}[{position}].{self.type_field} != {self.nothing(channel)}"

    def is_free(self, channel: str, position: int | str) -> str:
        return f"{self.slots(channel)}[{position}].{self.type_field} = {self.nothing(channel)}"


class MurphiText(ExpressionText):
    """Expressions over the state before the step."""

    AND = "&"
    OR = "|"
    EQUAL = "="

    def __init__(self, words: MurphiWords, action: Action | None = None) -> None:
        system = words.system
        scope = Scope(system, {}) if action is None else scope_of_action(system, action)
        messages = {}
        if action is not None and action.channel is not None and action.message is not None:
            kind = system.channels[system.channel_index[action.channel]].index_of(action.message)
            messages["received"] = Message(action.channel, kind, f"{words.slots(action.channel)}[i]")
        super().__init__(system, scope, messages)
        self.words = words

    def variable(self, name: str) -> Text:
        return Text(self.words.variable(name), Level.ATOM)

    def field(self, message: Message, name: str) -> Text:
        places = self.words.records[message.channel].places[message.kind]
        if name not in places:
            raise ModelError(f'channel "{message.channel}": this message has no field "{name}"')
        return Text(f"{message.place}.{self.words.record_field(places[name])}", Level.ATOM)

    def literal(self, value: Value, domain: Domain) -> str:
        return self.words.value(value, domain)

    def modular(self, operator: Operator, left: Text, right: Text, domain: Modular) -> Text:
        one, other, modulus = left.within(Level.ATOM), right.within(Level.ATOM), domain.modulus
        if operator is Operator.ADD:
            return Text(f"(({one} + {other}) % {modulus})", Level.ATOM)
        difference = f"(({one} + {modulus} - {other}) % {modulus})"
        if operator is Operator.SUBTRACT:
            return Text(difference, Level.ATOM)
        return Text(f"1 <= {difference} & {difference} < {modulus // 2}", Level.AND)

    def choice(self, condition: Text, then: Text, otherwise: Text) -> Text:
        test = condition.within(Level.ATOM)
        return Text(f"({test} ? {then.within(Level.ATOM)} : {otherwise.within(Level.ATOM)})", Level.ATOM)

    def full(self, channel: str) -> Text:
        return Text(self.words.is_there(channel, self._last(channel)), Level.COMPARISON)

    def room(self, channel: str) -> Text:
        return Text(self.words.is_free(channel, self._last(channel)), Level.COMPARISON)

    def _last(self, channel: str) -> int:
        return self.system.channels[self.system.channel_index[channel]].capacity - 1

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
        for position in range(channel.capacity):
            slot = f"{self.words.slots(name)}[{position}]"
            for number, message in kinds:
                test = self.words.is_there(name, position)
                if message is not None:
                    test = f"{slot}.{self.words.type_field} = {self.words.message_type(name, message)}"
                inner = self.at_flight(condition, Message(name, number, slot), None if kind is None else str(kind))
                parts.append(test if inner == self.TRUE else f"({test} & {inner})")
        if len(parts) == 1:
            return Text(parts[0], Level.ATOM if parts[0].startswith("(") else Level.COMPARISON)
        return Text(" | ".join(parts), Level.OR)
