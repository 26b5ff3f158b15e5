"""Names and expressions in Promela. Values of an enumeration are numbers with names (cpp macros), so
that a variable takes a few bits of SPIN's state vector; mtype would take a byte and has 255 names."""

from __future__ import annotations

from generators.exports.expression_text import ExpressionText, Level, Message, Text
from generators.exports.names import Names
from generators.exports.promela_layout import Place, layout_of, offset, stored_bits
from model.language.domains import Boolean, Domain, Enumeration, Modular, Value
from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, Operator
from model.language.systems import Action, System
from model.language.type_checking import Scope, scope_of_action

_PROMELA = """active always assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan cond d_step
D_proctype do else empty enabled equivalent eval eventually false fi for full get_priority goto hidden if implies in
init inline int len local ltl mtype nempty never next nfull not notrace np_ od of or and pc_value pid print printf
printm priority proctype provided R release return run select set_priority short show skip STDIN strong stronguntil
timeout trace true typedef U unless unsigned until V W weak weakuntil X xr xs"""
_C = """asm auto case char const continue default double enum extern float long register restrict signed sizeof
static struct switch typedef union void volatile while inline typeof linux unix i386 errno assert main NULL EOF
stdin stdout stderr exit abort memcpy memset malloc free uchar ushort uint ulong now trpt trail this State Trans
Index Addproc Printf reported"""
_OWN = """i ready m a b slot value mask half said claim claim_text claim_seen REPORT_ALL NO_PROPERTIES QUIET WITNESSES
RESPONSE groups condition before waiting"""
RESERVED = [*_PROMELA.split(), *_C.split(), *_OWN.split()]


class PromelaWords:
    """The names of everything in one file."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names = Names(RESERVED)
        self.layouts = {channel.name: layout_of(channel) for channel in system.channels}
        for variable in system.variables:
            self.variable(variable.name)
        for channel in system.channels:
            self.slots(channel.name)
        self.nothing = self.own("nothing")
        self.ahead = self.own("ahead")
        self.in_domain = self.own("in_its_domain")
        self.place = self.own("place")

    def own(self, name: str) -> str:
        """A name that the file needs beside the model's."""
        return self.names.of(("own", name), name)

    def variable(self, name: str) -> str:
        return self.names.of(("variable", name), name)

    def slots(self, channel: str) -> str:
        """The array of a channel's messages in flight."""
        return self.names.of(("channel", channel), channel)

    def of_channel(self, what: str, channel: str) -> str:
        return self.names.of((what, "of channel", channel), f"{what} {channel}")

    def getter(self, channel: str, kind: int, name: str) -> str:
        """The macro that reads a field of a message in flight."""
        return self.names.of(("getter", channel, kind, name), self._field(channel, kind, name))

    def setter(self, channel: str, kind: int, name: str) -> str:
        """The macro that puts a value where the field stands in a message."""
        return self.names.of(("setter", channel, kind, name), f"{self._field(channel, kind, name)} is")

    def _field(self, channel: str, kind: int, name: str) -> str:
        messages = self.layouts[channel].channel.messages
        return f"{channel} {name}" if len(messages) == 1 else f"{channel} {messages[kind].name} {name}"

    def part(self, number: int) -> str:
        return self.own(f"bits_{number + 1}")

    def message_type(self, channel: str, name: str) -> str:
        return self.names.of(("message type", channel, name), f"{channel} {name}")

    def is_of_type(self, channel: str, slot: str, name: str) -> str:
        return f"{self.of_channel('type on', channel)}({slot}) == {self.message_type(channel, name)}"

    def member(self, domain: Enumeration, value: Value) -> str:
        return self.names.of(("member", domain, value), f"{domain.name} {value}")

    def enumerations(self) -> list[Enumeration]:
        """In the order in which variables and messages use them."""
        domains: dict[Enumeration, None] = {}
        for variable in self.system.variables:
            if isinstance(variable.domain, Enumeration):
                domains[variable.domain] = None
        for layout in self.layouts.values():
            for fields in layout.fields:
                domains.update({place.domain: None for place in fields.values()
                                if isinstance(place.domain, Enumeration)})  # fmt: skip
        return list(domains)

    def code(self, value: Value, domain: Domain) -> str:
        """A value as it is stored: names of an enumeration, numbers from 0."""
        if isinstance(domain, Enumeration):
            return self.member(domain, value)
        if isinstance(domain, Boolean):
            return "true" if value else "false"
        return str(int(value) - offset(domain))

    def present(self, channel: str, position: int) -> str:
        return f"{self.slots(channel)}[{position}].{self.part(0)} != {self.nothing}"

    def absent(self, channel: str, position: int) -> str:
        return f"{self.slots(channel)}[{position}].{self.part(0)} == {self.nothing}"


def declared(domain: Domain, name: str, what: str) -> str:
    """The declaration of a variable that holds the stored values of `domain`."""
    return f"unsigned {name} : {stored_bits(domain, what)}"


class PromelaText(ExpressionText):
    """Expressions over the state before the step."""

    def __init__(self, words: PromelaWords, action: Action | None = None, place: str = "i") -> None:
        system = words.system
        scope = Scope(system, {}) if action is None else scope_of_action(system, action)
        messages = {}
        if action is not None and action.channel is not None and action.message is not None:
            kind = system.channels[system.channel_index[action.channel]].index_of(action.message)
            messages["received"] = Message(action.channel, kind, f"{words.slots(action.channel)}[{place}]")
        super().__init__(system, scope, messages)
        self.words = words

    def variable(self, name: str) -> Text:
        return self._decoded(self.words.variable(name), self.system.domain(name))

    def field(self, message: Message, name: str) -> Text:
        place = self.place(message.channel, message.kind, name)
        return self._decoded(f"{self.words.getter(message.channel, message.kind, name)}({message.place})", place.domain)

    def place(self, channel: str, kind: int, name: str) -> Place:
        layout = self.words.layouts[channel]
        if name not in layout.fields[kind]:
            raise ModelError(f'channel "{channel}": {layout.channel.messages[kind].name} has no field "{name}"')
        return layout.fields[kind][name]

    def _decoded(self, text: str, domain: Domain) -> Text:
        less = -offset(domain)
        return Text(f"{text} - {less}", Level.SUM) if less else Text(text, Level.ATOM)

    def stored(self, expression: Expression, domain: Domain) -> str:
        """The value as it is stored in a variable or field of `domain`."""
        less = -offset(domain)
        if expression.operator is Operator.CONSTANT:
            return self.words.code(expression.payload, domain)  # type: ignore[arg-type]
        value = self.of(expression, domain)
        return f"{value.within(Level.ATOM)} + {less}" if less else value.text

    def literal(self, value: Value, domain: Domain) -> str:
        return self.words.member(domain, value) if isinstance(domain, Enumeration) else str(int(value))

    def modular(self, operator: Operator, left: Text, right: Text, domain: Modular) -> Text:
        mask = domain.modulus - 1
        if operator is Operator.AHEAD:
            return Text(f"{self.words.ahead}({left.text}, {right.text}, {mask}, {domain.modulus // 2})", Level.ATOM)
        sign = "+" if operator is Operator.ADD else "-"
        return Text(f"(({left.within(Level.ATOM)} {sign} {right.within(Level.ATOM)}) & {mask})", Level.ATOM)

    def choice(self, condition: Text, then: Text, otherwise: Text) -> Text:
        test = condition.within(Level.COMPARISON)
        return Text(f"({test} -> {then.within(Level.ATOM)} : {otherwise.within(Level.ATOM)})", Level.ATOM)

    def full(self, channel: str) -> Text:
        capacity = self.system.channels[self.system.channel_index[channel]].capacity
        return Text(self.words.present(channel, capacity - 1), Level.COMPARISON)

    def room(self, channel: str) -> Text:
        capacity = self.system.channels[self.system.channel_index[channel]].capacity
        return Text(self.words.absent(channel, capacity - 1), Level.COMPARISON)

    def in_flight(self, expression: Expression) -> Text:
        assert isinstance(expression.payload, tuple)
        name, kind = str(expression.payload[0]), expression.payload[1]
        condition = expression.operands[0]
        channel = self.words.layouts[name].channel
        kinds: list[tuple[int, str | None]] = [(0, None)]
        if len(channel.messages) > 1 and kind is not None:
            kinds = [(channel.index_of(str(kind)), str(kind))]
        elif len(channel.messages) > 1 and condition is not TRUE:
            kinds = [(number, message.name) for number, message in enumerate(channel.messages)]
        parts: list[str] = []
        for position in range(channel.capacity):
            slot = f"{self.words.slots(name)}[{position}]"
            for number, message in kinds:
                test = self.words.present(name, position)
                if message is not None:
                    test = self.words.is_of_type(name, slot, message)
                inner = self.at_flight(condition, Message(name, number, slot), None if kind is None else str(kind))
                parts.append(test if inner == self.TRUE else f"({test} && {inner})")
        if len(parts) == 1:
            return Text(parts[0], Level.ATOM if parts[0].startswith("(") else Level.COMPARISON)
        return Text(" || ".join(parts), Level.OR)
