"""Native code of expressions over a packed state. Truth values are one bit; numbers are themselves;
names are their codes. What `interpretation.evaluate` says, without branches."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explicit.function_text import FunctionText, Operand
from checker.explicit.packing import Layout, Piece, SlotLayout
from model.language.domains import BOOLEAN, Boolean, Domain, Enumeration, Integer, Modular
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.type_checking import Scope, operand_domain


@dataclass(frozen=True)
class MessageAtHand:
    """A message whose fields an expression may read."""

    slot: SlotLayout
    kind: int
    code: Operand


class ExpressionCode:
    """Writes expressions into one function whose state is at the pointer `%state`.

    messages: what the scopes "received" and "flight" stand for.
    """

    def __init__(
        self, text: FunctionText, layout: Layout, scope: Scope, messages: dict[str, MessageAtHand] | None = None
    ) -> None:
        self.text = text
        self.layout = layout
        self.scope = scope
        self.messages = messages or {}
        self._known: dict[tuple[int, int, Domain | None], Operand] = {}
        self._kept: list[object] = []

    # the state

    def word(self, index: int) -> Operand:
        return self.text.load(self.text.element("%state", index))

    def variable(self, name: str) -> Operand:
        index = self.layout.system.variable_index[name]
        piece = self.layout.variable_pieces[index]
        domain = self.layout.system.variables[index].domain
        if isinstance(domain, Boolean):
            return self.text.resized(self.text.shift_right(64, self.word(piece.word), piece.shift), 64, 1)
        return self.decoded(self._piece(piece), domain)

    def _piece(self, piece: Piece) -> Operand:
        shifted = self.text.shift_right(64, self.word(piece.word), piece.shift)
        return self.text.masked(64, shifted, piece.width if piece.shift + piece.width < 64 else 64)

    def slot(self, channel: int, position: int) -> Operand:
        """The code of a message in flight (0: none), as wide as the slot's register."""
        register = self.layout.slots[channel].register
        code: Operand = 0
        for piece in self.layout.slot_pieces[channel][position]:
            part = self.text.resized(self._piece(piece), 64, register)
            code = self.text.disjunction(register, code, self.text.shift_left(register, part, piece.offset))
        return code

    def slots(self, channel: int) -> list[Operand]:
        return [self.slot(channel, position) for position in range(len(self.layout.slot_pieces[channel]))]

    def tag(self, slot: SlotLayout, code: Operand) -> Operand:
        """Type of a message + 1; 0 if there is none."""
        shifted = self.text.shift_right(slot.register, code, slot.tag_shift)
        return self.text.resized(self.text.masked(slot.register, shifted, slot.tag_width), slot.register, 64)

    def field(self, message: MessageAtHand, name: str) -> Operand:
        slot = message.slot
        if name not in slot.fields[message.kind]:
            kind = slot.channel.messages[message.kind].name
            raise ModelError(f'channel "{slot.channel.name}": {kind} has no field "{name}"')
        place = slot.fields[message.kind][name]
        shifted = self.text.shift_right(slot.register, message.code, place.shift)
        if isinstance(place.domain, Boolean):
            return self.text.resized(shifted, slot.register, 1)
        code = self.text.resized(self.text.masked(slot.register, shifted, place.width), slot.register, 64)
        return self.decoded(code, place.domain)

    # codes and values

    def decoded(self, code: Operand, domain: Domain) -> Operand:
        if isinstance(domain, Boolean):
            return self.text.resized(code, 64, 1)
        return self.text.add(64, code, domain.low) if isinstance(domain, Integer) else code

    def encoded(self, value: Operand, domain: Domain) -> Operand:
        if isinstance(domain, Boolean):
            return self.text.resized(value, 1, 64)
        return self.text.subtract(64, value, domain.low) if isinstance(domain, Integer) else value

    def in_domain(self, expression: Expression, domain: Domain) -> Operand:
        """Whether the value lies in `domain`; 1 where that is plain from the expression."""
        if not isinstance(domain, Integer):
            return 1
        low, high = self._bounds(expression, domain)
        if domain.low <= low and high <= domain.top:
            return 1
        offset = self.text.subtract(64, self.value(expression, domain), domain.low)
        return self.text.compare("ult", 64, offset, domain.size)

    def _bounds(self, expression: Expression, domain: Integer) -> tuple[int, int]:
        operands = expression.operands
        match expression.operator:
            case Operator.CONSTANT:
                return int(expression.payload), int(expression.payload)  # type: ignore[arg-type]
            case Operator.ADD | Operator.SUBTRACT:
                (low, high), (other_low, other_high) = (self._bounds(operand, domain) for operand in operands)
                if expression.operator is Operator.ADD:
                    return low + other_low, high + other_high
                return low - other_high, high - other_low
            case Operator.IF:
                (low, high), (other_low, other_high) = (self._bounds(operand, domain) for operand in operands[1:])
                return min(low, other_low), max(high, other_high)
            case _:  # checked to lie within the domain
                return domain.low, domain.top

    # expressions

    def condition(self, expression: Expression) -> Operand:
        return self.value(expression, BOOLEAN)

    def value(self, expression: Expression, domain: Domain) -> Operand:
        """The value of `expression` where one of `domain` is expected."""
        if expression.operator is Operator.CONSTANT:
            payload = expression.payload
            if isinstance(domain, Enumeration):
                return domain.encode(payload)  # type: ignore[arg-type]
            return int(payload)  # type: ignore[arg-type]
        names = domain if isinstance(domain, Enumeration) else None
        key = (id(expression), id(self.messages.get("flight")), names)
        found = self._known.get(key)
        if found is None:
            found = self._computed(expression, domain)
            self._known[key] = found
            self._kept.append((expression, self.messages.get("flight")))
        return found

    def _computed(self, expression: Expression, domain: Domain) -> Operand:
        text, operands = self.text, expression.operands
        match expression.operator:
            case Operator.VARIABLE:
                return self.variable(str(expression.payload))
            case Operator.FIELD:
                assert isinstance(expression.payload, tuple)
                scope, name = str(expression.payload[0]), str(expression.payload[1])
                if scope not in self.messages:
                    raise ModelError(f'"{expression}" has no meaning here: there is no {scope} message')
                return self.field(self.messages[scope], name)
            case Operator.NOT:
                return text.negation(self.condition(operands[0]))
            case Operator.AND:
                result: Operand = 1
                for operand in operands:
                    result = text.conjunction(1, result, self.condition(operand))
                return result
            case Operator.OR:
                result = 0
                for operand in operands:
                    result = text.disjunction(1, result, self.condition(operand))
                return result
            case Operator.EQUAL | Operator.LESS:
                inner = operand_domain(expression, self.scope)
                left, right = self.value(operands[0], inner), self.value(operands[1], inner)
                relation = "eq" if expression.operator is Operator.EQUAL else "slt"
                return text.compare(relation, 1 if isinstance(inner, Boolean) else 64, left, right)
            case Operator.ADD | Operator.SUBTRACT | Operator.AHEAD:
                return self._arithmetic(expression, operand_domain(expression, self.scope))
            case Operator.IF:
                chosen = self.condition(operands[0])
                width = 1 if isinstance(domain, Boolean) else 64
                return text.select(width, chosen, self.value(operands[1], domain), self.value(operands[2], domain))
            case Operator.IN_FLIGHT:
                return self._in_flight(expression)
            case Operator.FULL:
                channel = self.layout.system.channel_index[str(expression.payload)]
                register = self.layout.slots[channel].register
                return text.compare("ne", register, self.slots(channel)[-1], 0)
            case other:
                raise ModelError(f'"{other.value}" has no value in a state: {expression}')

    def _arithmetic(self, expression: Expression, domain: Domain) -> Operand:
        text = self.text
        left, right = (self.value(operand, domain) for operand in expression.operands)
        combine = text.add if expression.operator is Operator.ADD else text.subtract
        result = combine(64, left, right)
        if not isinstance(domain, Modular):
            return result
        result = text.masked(64, result, domain.bits)
        if expression.operator is not Operator.AHEAD:
            return result
        return text.compare("ult", 64, text.subtract(64, result, 1), domain.modulus // 2 - 1)

    def _in_flight(self, expression: Expression) -> Operand:
        assert isinstance(expression.payload, tuple)
        name, message = expression.payload
        index = self.layout.system.channel_index[str(name)]
        slot = self.layout.slots[index]
        kinds = range(len(slot.channel.messages)) if message is None else [slot.channel.index_of(str(message))]
        outer_scope, outer_flight = self.scope, self.messages.get("flight")
        self.scope = self.scope.with_flight(slot.channel, None if message is None else str(message))
        found: Operand = 0
        for code in self.slots(index):
            tag = self.tag(slot, code)
            for kind in kinds:
                self.messages["flight"] = MessageAtHand(slot, kind, code)
                here = self.text.conjunction(
                    1, self.text.compare("eq", 64, tag, kind + 1), self.condition(expression.operands[0])
                )
                found = self.text.disjunction(1, found, here)
        self.scope = outer_scope
        if outer_flight is None:
            del self.messages["flight"]
        else:
            self.messages["flight"] = outer_flight
        return found
