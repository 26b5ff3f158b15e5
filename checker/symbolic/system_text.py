"""A system as text, move by move, in any `Syntax`: a second encoding, short and plain, that shares nothing
with the Z3 one but the list of components. Integers are signed numbers of one width; certificates and
other people's checkers read what is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker.symbolic.components import EMPTY, Components, Slot
from checker.symbolic.text_syntax import Syntax
from model.language.domains import Boolean, Domain, Integer, Modular, bits_of
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.machines import Alter
from model.language.observations import Observation
from model.language.rewriting import nodes_of
from model.language.systems import Action, ActionKind, Sending, System, SystemChannel
from model.language.type_checking import Scope, domain_of, operand_domain, scope_of_action

Row = dict[str, str]  # the terms of one slot, by component of a channel's first slot


@dataclass(frozen=True)
class MoveText:
    """guard, fault: conditions on the state before. effects: component -> term over the state before."""

    title: str
    action: Action
    slot: int | None
    guard: str
    effects: Mapping[str, str]
    fault: str
    overflow: str


class SystemText:
    """The parts of a system in one syntax."""

    def __init__(self, system: System, syntax: Syntax) -> None:
        self.system, self.syntax = system, syntax
        self.components = Components(system)
        self.width = _integer_width(system)
        self.moves: tuple[MoveText, ...] = tuple(move for action in system.actions for move in self._moves(action))

    def bits(self, component: str) -> int:
        """Bits of a component; 0 for a truth value."""
        domain = self.components.by_name[component].domain
        return 0 if isinstance(domain, Boolean) else bits_of(domain)

    def code(self, component: str, code: int) -> str:
        return self.coded(self.components.by_name[component].domain, code)

    def coded(self, domain: Domain, code: int) -> str:
        if isinstance(domain, Boolean):
            return self.syntax.true if code else self.syntax.false
        return self.syntax.number(code, bits_of(domain))

    def start(self) -> str:
        """The condition of initial states."""
        syntax = self.syntax
        parts = []
        for entry in self.system.variables:
            codes = [self.coded(entry.domain, entry.domain.encode(value)) for value in entry.initial]
            parts.append(syntax.either([syntax.same(syntax.name(entry.name), code) for code in codes]))
        for slots in self.components.slots.values():
            parts += [syntax.same(syntax.name(name), self.code(name, 0)) for slot in slots for name in slot.names]
        return syntax.both([*parts, self.condition(self.system.initially)])

    def condition(self, expression: Expression) -> str:
        """A condition on states."""
        return _Texts(self, Scope(self.system, {}), {}).truth(expression)

    def seen(self, observation: Observation) -> str:
        """What an observation looks for: in a state, or in the step about to be taken."""
        parts = [] if observation.in_states is None else [self.condition(observation.in_states)]
        for move in self.moves:
            condition = observation.in_steps.get(move.action.name)
            if condition is not None:
                parts.append(self.syntax.both([move.guard, self.step_condition(move, condition)]))
        return self.syntax.either(parts)

    def step_condition(self, move: MoveText, condition: Expression) -> str:
        """A condition on the state before a move and the message it takes."""
        return self._texts(move.action, move.slot).truth(condition)

    def well_formed(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What holds of every state whatever the system does: the components concerned, and the condition."""
        syntax = self.syntax
        for name, component in self.components.by_name.items():
            size, width = component.domain.size, self.bits(name)
            if width and size < 1 << width:
                yield (name,), syntax.below(syntax.name(name), syntax.number(size, width))
        for channel in self.system.channels:
            slots = self.components.slots[channel.name]
            for before, slot in pairwise(slots):
                taken = syntax.no(self._empty(slot, self._row(slot)))
                yield (before.kind, slot.kind), syntax.no(syntax.both([self._empty(before, self._row(before)), taken]))
            for slot in slots:
                for name in slot.names[1:]:
                    users = [kind + 1 for kind, fields in enumerate(slot.fields) if name in fields.values()]
                    used = [syntax.same(syntax.name(slot.kind), self.code(slot.kind, kind)) for kind in users]
                    yield (slot.kind, name), syntax.either([*used, syntax.same(syntax.name(name), self.code(name, 0))])

    # slots

    def _row(self, slot: Slot) -> Row:
        first = self.components.slots[slot.kind.rpartition("[")[0]][0]
        return {own: self.syntax.name(name) for own, name in zip(first.names, slot.names, strict=True)}

    def _empty(self, slot: Slot, row: Row) -> str:
        first = next(iter(row))
        return self.syntax.same(row[first], self.code(slot.kind, EMPTY))

    def fields(self, slot: Slot, row: Row, kind: int) -> dict[str, str]:
        first = self.components.slots[slot.kind.rpartition("[")[0]][0]
        return {field: row[name] for field, name in first.fields[kind].items()}

    def has_kind(self, slot: Slot, row: Row, kind: int) -> str:
        return self.syntax.same(row[next(iter(row))], self.code(slot.kind, kind + 1))

    # moves

    def _texts(self, action: Action, slot: int | None) -> _Texts:
        scope = scope_of_action(self.system, action)
        if slot is None:
            return _Texts(self, scope, {})
        channel = self._channel(str(action.channel))
        place = self.components.slots[channel.name][slot]
        kind = channel.index_of(str(action.message))
        return _Texts(self, scope, {"received": self.fields(place, self._row(place), kind)})

    def _channel(self, name: str) -> SystemChannel:
        return self.system.channels[self.system.channel_index[name]]

    def _moves(self, action: Action) -> Iterator[MoveText]:
        capacity = 0 if action.channel is None else self._channel(action.channel).capacity
        for slot in range(capacity) if capacity else [None]:
            yield self._move(action, slot)

    def _move(self, action: Action, slot: int | None) -> MoveText:
        syntax, texts = self.syntax, self._texts(action, slot)
        guards = [texts.truth(action.guard)]
        faults: list[str] = []
        effects = {
            name: texts.stored(value, self.components.by_name[name].domain, faults)
            for name, value in action.assignments.items()
        }
        contents = {channel.name: [self._row(slot) for slot in self.components.slots[channel.name]]
                    for channel in self.system.channels}  # fmt: skip
        touched: dict[str, None] = {}
        if slot is not None:
            name = str(action.channel)
            touched[name] = None
            guards.append(self._its_turn(action, self._channel(name), contents[name], slot))
            rows = contents[name]
            if action.kind is ActionKind.DUPLICATION:
                contents[name] = [*rows[: slot + 1], self._marked(self._channel(name), rows[slot], True),
                                  *rows[slot + 1 :]][: len(rows)]  # fmt: skip
            else:
                nothing = {component: self.code(component, 0) for component in rows[0]}
                contents[name] = [*rows[:slot], *rows[slot + 1 :], nothing]
        for alter in action.alters:
            touched[alter.channel] = None
            contents[alter.channel] = self._altered(texts, alter, contents[alter.channel], faults)
        overflow: list[str] = []
        for sending in action.sends:
            touched[sending.channel] = None
            rows = contents[sending.channel]
            overflow.append(syntax.no(self._empty(self.components.slots[sending.channel][0], rows[-1])))
            contents[sending.channel] = self._appended(texts, sending, rows, faults)
        for name in touched:
            for place, row in zip(self.components.slots[name], contents[name], strict=True):
                effects.update(zip(place.names, row.values(), strict=True))
        where = "" if slot is None else f" (slot {slot + 1})"
        changed = {name: term for name, term in effects.items() if term != syntax.name(name)}
        return MoveText(f"{action.name}{where}", action, slot, syntax.both(guards), changed,
                        syntax.either(faults), syntax.either(overflow))  # fmt: skip

    def _its_turn(self, action: Action, channel: SystemChannel, rows: Sequence[Row], slot: int) -> str:
        """A message of the type is there, and may be taken, lost or duplicated now."""
        syntax, own = self.syntax, rows[slot]
        first = self.components.slots[channel.name][0]
        parts = [self.has_kind(first, own, channel.index_of(str(action.message)))]
        lane, mark = first.fields[0][channel.lane], first.fields[0][channel.copy_mark]

        def equal(one: Row, other: Row) -> str:
            return syntax.both([syntax.same(one[name], other[name]) for name in one])

        def elsewhere(wanted: Row) -> str:
            return syntax.either([equal(row, wanted) for number, row in enumerate(rows) if number != slot])

        arriving = action.kind in (ActionKind.RECEIPT, ActionKind.UNDELIVERABLE)
        if arriving and channel.reorders:
            parts.append(syntax.no(syntax.both([own[mark], elsewhere(self._marked(channel, own, False))])))
        elif arriving:
            parts += [syntax.no(syntax.same(row[lane], own[lane])) for row in rows[:slot]]
        else:
            if not channel.reorders:
                parts += [syntax.no(equal(row, own)) for row in rows[:slot]]
            parts.append(syntax.either([own[mark], syntax.no(elsewhere(self._marked(channel, own, True)))]))
            if action.kind is ActionKind.DUPLICATION:
                parts.append(syntax.no(own[mark]))
        return syntax.both(parts)

    def _marked(self, channel: SystemChannel, row: Row, marked: bool) -> Row:
        mark = self.components.slots[channel.name][0].fields[0][channel.copy_mark]
        return {**row, mark: self.syntax.true if marked else self.syntax.false}

    def _appended(self, texts: _Texts, sending: Sending, rows: Sequence[Row], faults: list[str]) -> list[Row]:
        syntax, slots = self.syntax, self.components.slots[sending.channel]
        kind = self._channel(sending.channel).index_of(sending.message.name)
        own: list[str] = []
        new = {component: self.code(component, 0) for component in slots[0].names}
        new[slots[0].kind] = self.code(slots[0].kind, kind + 1)
        for field, component in slots[0].fields[kind].items():
            new[component] = texts.stored(sending.carried[field], self.components.by_name[component].domain, own)
        if own:
            faults.append(syntax.both([self._empty(slots[0], rows[-1]), syntax.either(own)]))
        result: list[Row] = []
        for number, row in enumerate(rows):
            parts = [self._empty(slots[0], row)]
            if number:
                parts.append(syntax.no(self._empty(slots[0], rows[number - 1])))
            here = syntax.both(parts)
            result.append({name: syntax.choose(here, new[name], row[name]) for name in row})
        return result

    def _altered(self, texts: _Texts, alter: Alter, rows: list[Row], faults: list[str]) -> list[Row]:
        syntax, channel = self.syntax, self._channel(alter.channel)
        first, kind = self.components.slots[alter.channel][0], channel.index_of(alter.message)
        if channel.lane in alter.fields and not channel.reorders:
            rows = self._by_lane(channel, rows)
        result: list[Row] = []
        for row in rows:
            inner = _Texts(self, texts.scope.with_flight(channel, alter.message),
                           {**texts.messages, "flight": self.fields(first, row, kind)})  # fmt: skip
            applies = syntax.both([self.has_kind(first, row, kind), inner.truth(alter.when)])
            own: list[str] = []
            changed = dict(row)
            for field, value in alter.fields.items():
                component = first.fields[kind][field]
                stored = inner.stored(value, self.components.by_name[component].domain, own)
                changed[component] = syntax.choose(applies, stored, row[component])
            if own:
                faults.append(syntax.both([applies, syntax.either(own)]))
            result.append(changed)
        return result

    def _by_lane(self, channel: SystemChannel, rows: list[Row]) -> list[Row]:
        """Lane by lane, in the order of sending within each: bubbles of neighbours."""
        syntax, first = self.syntax, self.components.slots[channel.name][0]
        lane, rows = first.fields[0][channel.lane], list(rows)
        truth = isinstance(self.components.by_name[lane].domain, Boolean)
        for last in range(len(rows) - 1, 0, -1):
            for number in range(last):
                one, other = rows[number], rows[number + 1]
                after = (syntax.both([one[lane], syntax.no(other[lane])]) if truth
                         else syntax.below(other[lane], one[lane]))  # fmt: skip
                swap = syntax.both([syntax.no(self._empty(first, other)), after])
                rows[number] = {name: syntax.choose(swap, other[name], one[name]) for name in one}
                rows[number + 1] = {name: syntax.choose(swap, one[name], other[name]) for name in one}
        return rows


class _Texts:
    """Expressions as text, where variables are components and fields those of the messages at hand."""

    def __init__(self, owner: SystemText, scope: Scope, messages: Mapping[str, Mapping[str, str]]) -> None:
        self.owner, self.syntax, self.scope, self.messages = owner, owner.syntax, scope, messages
        self._done: dict[tuple[Expression, Domain | None], str] = {}

    def truth(self, node: Expression) -> str:
        return self.coded(node, Boolean())

    def stored(self, node: Expression, domain: Domain, faults: list[str]) -> str:
        """The code of a value that is stored; a fault if it may lie outside the domain."""
        if not isinstance(domain, Integer):
            return self.coded(node, domain)
        syntax, width = self.syntax, self.owner.width
        value = self.integer(node)
        if not (node.operator is Operator.CONSTANT or (domain_of(node, self.scope) == domain and self._plain(node))):
            low, high = self._signed(domain.low), self._signed(domain.top)
            faults.append(syntax.either([syntax.below_signed(value, low), syntax.below_signed(high, value)]))
        return syntax.lowest(syntax.minus(value, self._signed(domain.low)), min(bits_of(domain), width))

    def _plain(self, node: Expression) -> bool:
        return node.operator in (Operator.VARIABLE, Operator.FIELD)

    def _signed(self, number: int) -> str:
        width = self.owner.width
        return self.syntax.number(number % (1 << width), width)

    def integer(self, node: Expression) -> str:
        """An integer as a signed number of the system's width."""
        syntax = self.syntax
        match node.operator:
            case Operator.CONSTANT:
                assert type(node.payload) is int
                return self._signed(node.payload)
            case Operator.VARIABLE | Operator.FIELD:
                domain = domain_of(node, self.scope)
                assert isinstance(domain, Integer)
                code = syntax.widened(self._leaf(node), self.owner.width - bits_of(domain))
                return syntax.plus(code, self._signed(domain.low)) if domain.low else code
            case Operator.ADD:
                return syntax.plus(self.integer(node.operands[0]), self.integer(node.operands[1]))
            case Operator.SUBTRACT:
                return syntax.minus(self.integer(node.operands[0]), self.integer(node.operands[1]))
            case Operator.IF:
                condition, one, other = node.operands
                return syntax.choose(self.truth(condition), self.integer(one), self.integer(other))
            case other_operator:
                raise ModelError(f'"{other_operator.value}" is not an integer: {node}')

    def coded(self, node: Expression, domain: Domain) -> str:
        """The code of a value of a domain that is not one of integers."""
        key = (node, domain)
        if key not in self._done:
            self._done[key] = self._coded(node, domain)
        return self._done[key]

    def _coded(self, node: Expression, domain: Domain) -> str:
        syntax, operands = self.syntax, node.operands
        match node.operator:
            case Operator.CONSTANT:
                assert isinstance(node.payload, bool | int | str)
                if not domain.contains(node.payload):
                    raise ModelError(f'"{node}" is outside its domain')
                return self.owner.coded(domain, domain.encode(node.payload))
            case Operator.VARIABLE | Operator.FIELD:
                return self._leaf(node)
            case Operator.IF:
                one, other = (self.coded(operand, domain) for operand in operands[1:])
                return syntax.choose(self.truth(operands[0]), one, other)
            case Operator.ADD:
                return syntax.plus(*(self.coded(operand, domain) for operand in operands))
            case Operator.SUBTRACT:
                return syntax.minus(*(self.coded(operand, domain) for operand in operands))
            case Operator.NOT:
                return syntax.no(self.truth(operands[0]))
            case Operator.AND:
                return syntax.both([self.truth(operand) for operand in operands])
            case Operator.OR:
                return syntax.either([self.truth(operand) for operand in operands])
            case Operator.EQUAL | Operator.LESS | Operator.AHEAD:
                return self._compared(node)
            case Operator.FULL:
                slots = self.owner.components.slots[str(node.payload)]
                return syntax.no(self.owner._empty(slots[0], self.owner._row(slots[-1])))
            case Operator.IN_FLIGHT:
                return self._some_message(node)
            case unknown:
                raise ModelError(f'"{unknown.value}" has no text: {node}')

    def _leaf(self, node: Expression) -> str:
        if node.operator is Operator.VARIABLE:
            return self.syntax.name(str(node.payload))
        assert isinstance(node.payload, tuple)
        return self.messages[str(node.payload[0])][str(node.payload[1])]

    def _compared(self, node: Expression) -> str:
        syntax = self.syntax
        one, other = node.operands
        constants = all(operand.operator is Operator.CONSTANT for operand in node.operands)
        domain = Integer(0, 1) if constants and type(one.payload) is int else operand_domain(node, self.scope)
        if isinstance(domain, Integer):
            left, right = self.integer(one), self.integer(other)
            return syntax.same(left, right) if node.operator is Operator.EQUAL else syntax.below_signed(left, right)
        left, right = self.coded(one, domain), self.coded(other, domain)
        if node.operator is Operator.EQUAL:
            return syntax.same(left, right)
        if node.operator is Operator.LESS:
            return syntax.below(left, right)
        assert isinstance(domain, Modular)
        ahead = syntax.minus(left, right)
        half = syntax.number(domain.modulus // 2, domain.bits)
        return syntax.both([syntax.no(syntax.same(left, right)), syntax.below(ahead, half)])

    def _some_message(self, node: Expression) -> str:
        assert isinstance(node.payload, tuple)
        channel = self.scope.channels[str(node.payload[0])]
        found: list[str] = []
        for slot in self.owner.components.slots[channel.name]:
            row = self.owner._row(slot)
            for kind, message in enumerate(channel.messages):
                if node.payload[1] in (None, message.name):
                    inner = _Texts(self.owner, self.scope.with_flight(channel, message.name),
                                   {**self.messages, "flight": self.owner.fields(slot, row, kind)})  # fmt: skip
                    found.append(self.syntax.both([
                        self.owner.has_kind(slot, row, kind), inner.truth(node.operands[0])
                    ]))  # fmt: skip
        return self.syntax.either(found)


def _integer_width(system: System) -> int:
    """Bits in which no sum or difference of the system's integers overflows."""
    domains = [component.domain for component in Components(system).by_name.values()]
    bounds = [max(abs(domain.low), abs(domain.top)) for domain in domains if isinstance(domain, Integer)]
    depth = 1
    for action in system.actions:
        for expression in (action.guard, *action.assignments.values()):
            for operator in (Operator.ADD, Operator.SUBTRACT):
                depth = max(depth, len(nodes_of(expression, operator)))
            constants = [node.payload for node in nodes_of(expression, Operator.CONSTANT)]
            bounds += [abs(value) for value in constants if type(value) is int]
    return max(bounds, default=1).bit_length() + depth + 2
