"""The transition relation of a system in Z3, one move at a time: an action, with the slot of the message
it takes, has a guard and the new terms of the components it changes; all others stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import z3

from checker.symbolic.components import EMPTY, Component, Components, Slot
from model.language.domains import Boolean, Integer, bits_of
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.interpretation import State
from model.language.machines import Alter
from model.language.observations import Observation
from model.language.systems import Action, ActionKind, Sending, System, SystemChannel
from model.language.type_checking import Scope, scope_of_action
from model.language.z3_terms import Encoder, Terms

Contents = Mapping[str, z3.ExprRef]  # the terms of one slot, by component of the slot it started in


@dataclass(frozen=True)
class Move:
    """One way to take a step. effects: component -> term over the state before. fault: a value leaves
    its domain (None: cannot be). overflows: channel -> a reply finds no room there."""

    action: Action
    slot: int | None
    guard: z3.BoolRef
    effects: Mapping[str, z3.ExprRef]
    fault: z3.BoolRef | None
    overflows: Mapping[str, z3.BoolRef]
    losses: tuple[z3.BoolRef, ...] = ()

    @property
    def faults(self) -> tuple[z3.BoolRef, ...]:
        """What no proof may leave open: a value leaves its domain, or a reply is lost where nothing may be."""
        return self.losses if self.fault is None else (self.fault, *self.losses)


class StateTerms(Terms):
    """Terms in which variables are components, and message fields those of given slots.

    messages: scope ("received", "flight") -> field -> term.
    """

    def __init__(self, encoding: Encoding, scope: Scope, messages: Mapping[str, Mapping[str, z3.ExprRef]]) -> None:
        super().__init__(encoding.encoder, scope)
        self.encoding = encoding
        self.messages = messages

    def leaf(self, node: Expression) -> z3.ExprRef:
        payload = node.payload
        match node.operator:
            case Operator.VARIABLE:
                return self.encoding.constant(str(payload))
            case Operator.FIELD:
                assert isinstance(payload, tuple)
                fields = self.messages.get(str(payload[0]), {})
                if str(payload[1]) not in fields:
                    raise ModelError(f'"{node}" has no meaning here')
                return fields[str(payload[1])]
            case Operator.FULL:
                return self.encoding.occupied(self.encoding.components.slots[str(payload)][-1])
            case Operator.IN_FLIGHT:
                return self._some_message(node)
            case other:
                raise ModelError(f'"{other.value}" has no term in a state: {node}')

    def _some_message(self, node: Expression) -> z3.BoolRef:
        assert isinstance(node.payload, tuple)
        name, wanted = node.payload
        channel = self.scope.channels[str(name)]
        found: list[z3.BoolRef] = []
        for slot in self.encoding.components.slots[channel.name]:
            contents = self.encoding.contents(slot)
            for kind, message in enumerate(channel.messages):
                if wanted in (None, message.name):
                    terms = StateTerms(
                        self.encoding, self.scope.with_flight(channel, message.name),
                        {**self.messages, "flight": self.encoding.fields(slot, contents, kind)},
                    )  # fmt: skip
                    holds = self.encoding.has_kind(slot, contents, kind + 1)
                    found.append(z3.And(holds, terms.truth(node.operands[0])))
        return self.encoder.some(found)


class Encoding:
    """The components of a system as Z3 constants of one context, its initial states and its moves."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.components = Components(system)
        self.encoder = Encoder(system)
        self.context = self.encoder.context
        self.constants = {
            name: self.named(component, name) for name, component in self.components.by_name.items()
        }
        self._scope = Scope(system, {})
        self.moves: tuple[Move, ...] = tuple(move for action in system.actions for move in self._moves(action))

    def named(self, component: Component, name: str) -> z3.ExprRef:
        """A constant of the component's sort."""
        if isinstance(component.domain, Boolean):
            return z3.Bool(name, self.context)
        return z3.BitVec(name, bits_of(component.domain), self.context)

    def constant(self, name: str) -> z3.ExprRef:
        return self.constants[name]

    def code(self, name: str, code: int) -> z3.ExprRef:
        """A code of a component as a literal term."""
        domain = self.components.by_name[name].domain
        if isinstance(domain, Boolean):
            return z3.BoolVal(bool(code), self.context)
        return z3.BitVecVal(code, bits_of(domain), self.context)

    def code_in(self, model: z3.ModelRef, term: z3.ExprRef) -> int:
        """The code that a model gives a term."""
        found = model.eval(term, model_completion=True)
        return found.as_long() if isinstance(found, z3.BitVecNumRef) else int(z3.is_true(found))

    # what may be asked of states

    def condition(self, expression: Expression) -> z3.BoolRef:
        """A condition on states."""
        return StateTerms(self, self._scope, {}).truth(expression)

    def step_condition(self, move: Move, expression: Expression) -> z3.BoolRef:
        """A condition on the state before a move and the message it takes."""
        return self._terms(move.action, move.slot).truth(expression)

    def sightings(self, observation: Observation, move: Move) -> z3.BoolRef | None:
        """The step that takes `move` is one looked for; None if it never is."""
        condition = observation.in_steps.get(move.action.name)
        return None if condition is None else z3.And(move.guard, self.step_condition(move, condition))

    def is_initial(self) -> z3.BoolRef:
        parts = [
            self.encoder.some(
                self.constant(entry.name) == self.code(entry.name, entry.domain.encode(value))
                for value in entry.initial
            )
            for entry in self.system.variables
        ]
        for slots in self.components.slots.values():
            parts += [self.constant(name) == self.code(name, 0) for slot in slots for name in slot.names]
        return self.encoder.every([*parts, self.condition(self.system.initially)])

    def well_formed(self) -> list[z3.BoolRef]:
        """Every code stands for a value; slots fill from the first on; what a slot does not use is 0."""
        parts = [part for name in self.components.names if (part := self._in_range(name)) is not None]
        for channel in self.system.channels:
            slots = self.components.slots[channel.name]
            for before, slot in pairwise(slots):
                parts.append(z3.Implies(self.occupied(slot), self.occupied(before)))
            for slot in slots:
                contents = self.contents(slot)
                for kind in range(len(channel.messages) + 1):
                    used = slot.fields[kind - 1].values() if kind else ()
                    unused = [name for name in slot.names[1:] if name not in used]
                    if unused:
                        zero = self.encoder.every(self.constant(name) == self.code(name, 0) for name in unused)
                        parts.append(z3.Implies(self.has_kind(slot, contents, kind), zero))
        return parts

    def _in_range(self, name: str) -> z3.BoolRef | None:
        term, domain = self.constant(name), self.components.by_name[name].domain
        if not isinstance(term, z3.BitVecRef) or domain.size == 1 << bits_of(domain):
            return None
        return z3.ULT(term, z3.BitVecVal(domain.size, bits_of(domain), self.context))

    def holds_state(self, codes: Mapping[str, int]) -> z3.BoolRef:
        return self.encoder.every(self.constant(name) == self.code(name, code) for name, code in codes.items())

    def state_in(self, model: z3.ModelRef, constants: Mapping[str, z3.ExprRef] | None = None) -> dict[str, int]:
        """The codes that a model gives the components (or the constants that stand for them)."""
        return {name: self.code_in(model, term) for name, term in (constants or self.constants).items()}

    def state(self, codes: Mapping[str, int]) -> State:
        return self.components.state(codes)

    # slots

    def contents(self, slot: Slot) -> Contents:
        return {name: self.constant(name) for name in slot.names}

    def occupied(self, slot: Slot) -> z3.BoolRef:
        return self._is_occupied(slot, self.contents(slot))

    def _is_occupied(self, slot: Slot, contents: Contents) -> z3.BoolRef:
        return z3.Not(contents[slot.kind] == self.code(slot.kind, EMPTY))

    def has_kind(self, slot: Slot, contents: Contents, kind: int) -> z3.BoolRef:
        return contents[slot.kind] == self.code(slot.kind, kind)

    def fields(self, slot: Slot, contents: Contents, kind: int) -> dict[str, z3.ExprRef]:
        """The fields of a message of type `kind` (from 0)."""
        return {field: contents[name] for field, name in slot.fields[kind].items()}

    # moves

    def _terms(self, action: Action, slot: int | None) -> StateTerms:
        scope = scope_of_action(self.system, action)
        if slot is None:
            return StateTerms(self, scope, {})
        channel, kind = self._taken(action)
        place = self.components.slots[channel.name][slot]
        return StateTerms(self, scope, {"received": self.fields(place, self.contents(place), kind)})

    def _taken(self, action: Action) -> tuple[SystemChannel, int]:
        assert action.channel is not None and action.message is not None
        channel = self.system.channels[self.system.channel_index[action.channel]]
        return channel, channel.index_of(action.message)

    def _moves(self, action: Action) -> Iterable[Move]:
        if action.channel is None:
            yield self._move(action, None)
        else:
            channel, _ = self._taken(action)
            for slot in range(channel.capacity):
                yield self._move(action, slot)

    def _move(self, action: Action, slot: int | None) -> Move:
        terms = self._terms(action, slot)
        guards = [terms.truth(action.guard)]
        if slot is not None:
            guards.append(self._can_take(action, slot))
        effects: dict[str, z3.ExprRef] = {}
        faults: list[z3.BoolRef] = []
        for name, value in action.assignments.items():
            effects[name] = self._value(terms, value, name, faults)
        queues = {channel.name: self._rows(channel) for channel in self.system.channels}
        touched: list[str] = []
        if action.channel is not None and slot is not None:
            touched.append(action.channel)
            rows = queues[action.channel]
            if action.kind is ActionKind.DUPLICATION:
                longer = [*rows[: slot + 1], self._copy(action, rows[slot], True), *rows[slot + 1 :]]
                queues[action.channel] = longer[: len(rows)]
            else:
                queues[action.channel] = [*rows[:slot], *rows[slot + 1 :], self._nothing(action.channel)]
        for alter in action.alters:
            touched.append(alter.channel)
            queues[alter.channel] = self._altered(terms, alter.channel, queues[alter.channel], alter, faults)
        overflows: dict[str, z3.BoolRef] = {}
        for sending in action.sends:
            touched.append(sending.channel)
            rows = queues[sending.channel]
            full = self._present(sending.channel, rows[-1])
            before = overflows.get(sending.channel)
            overflows[sending.channel] = full if before is None else z3.Or(before, full)
            queues[sending.channel] = self._appended(terms, sending, rows, faults)
        for name in dict.fromkeys(touched):
            for place, row in zip(self.components.slots[name], queues[name], strict=True):
                for component, term in zip(place.names, row, strict=True):
                    if term is not self.constant(component):
                        effects[component] = term
        return Move(
            action, slot, self.encoder.every(guards),
            {name: term for name, term in effects.items() if not term.eq(self.constant(name))},
            self.encoder.some(faults) if faults else None, overflows,
            tuple(term for name, term in overflows.items()
                  if not self.system.channels[self.system.channel_index[name]].loses),
        )  # fmt: skip

    def _value(self, terms: StateTerms, value: Expression, component: str, faults: list[z3.BoolRef]) -> z3.ExprRef:
        domain = self.components.by_name[component].domain
        if isinstance(domain, Integer):
            outside = terms.outside(value, domain)
            if outside is not None:
                faults.append(outside)
        return terms.term(value, domain)

    # channel contents as rows: one list of terms a slot, in the order of `Slot.names`

    def _rows(self, channel: SystemChannel) -> list[list[z3.ExprRef]]:
        return [[self.constant(name) for name in slot.names] for slot in self.components.slots[channel.name]]

    def _nothing(self, channel: str) -> list[z3.ExprRef]:
        return [self.code(name, 0) for name in self.components.slots[channel][0].names]

    def _present(self, channel: str, row: Sequence[z3.ExprRef]) -> z3.BoolRef:
        return z3.Not(row[0] == self.code(self.components.slots[channel][0].kind, EMPTY))

    def _same(self, one: Sequence[z3.ExprRef], other: Sequence[z3.ExprRef]) -> z3.BoolRef:
        return self.encoder.every(left == right for left, right in zip(one, other, strict=True))

    def _field(self, channel: SystemChannel, row: Sequence[z3.ExprRef], field: str) -> z3.ExprRef:
        """A field that every message type has: the lane or the copy mark."""
        slot = self.components.slots[channel.name][0]
        return row[slot.names.index(slot.fields[0][field])]

    def _copy(self, action: Action, row: Sequence[z3.ExprRef], marked: bool) -> list[z3.ExprRef]:
        channel, _ = self._taken(action)
        slot = self.components.slots[channel.name][0]
        place = slot.names.index(slot.fields[0][channel.copy_mark])
        return [*row[:place], z3.BoolVal(marked, self.context), *row[place + 1 :]]

    def _is_copy(self, channel: SystemChannel, row: Sequence[z3.ExprRef]) -> z3.BoolRef:
        mark = self._field(channel, row, channel.copy_mark)
        assert isinstance(mark, z3.BoolRef)
        return mark

    def _can_take(self, action: Action, slot: int) -> z3.BoolRef:
        """The slot holds a message of the type, and its turn has come (as in `channel_contents`)."""
        channel, kind = self._taken(action)
        rows = self._rows(channel)
        own = rows[slot]
        parts = [self.has_kind(self.components.slots[channel.name][slot], self.contents(
            self.components.slots[channel.name][slot]), kind + 1)]  # fmt: skip
        copied = self._is_copy(channel, own)
        if action.kind in (ActionKind.RECEIPT, ActionKind.UNDELIVERABLE):
            if channel.reorders:
                original = self._copy(action, own, False)
                there = self.encoder.some(self._same(row, original) for row in rows if row is not own)
                parts.append(z3.Not(z3.And(copied, there)))
            else:
                lane = self._field(channel, own, channel.lane)
                parts += [z3.Not(self._field(channel, row, channel.lane) == lane) for row in rows[:slot]]
            return self.encoder.every(parts)
        if not channel.reorders:
            parts += [z3.Not(self._same(row, own)) for row in rows[:slot]]
        mark = self._copy(action, own, True)
        there = self.encoder.some(self._same(row, mark) for row in rows if row is not own)
        parts.append(z3.Or(copied, z3.Not(there)))
        if action.kind is ActionKind.DUPLICATION:
            parts.append(z3.Not(copied))
        return self.encoder.every(parts)

    def _appended(
        self, terms: StateTerms, sending: Sending, rows: Sequence[Sequence[z3.ExprRef]], faults: list[z3.BoolRef]
    ) -> list[list[z3.ExprRef]]:
        """The contents with one more message in the first empty slot, or unchanged if there is none."""
        channel = self.system.channels[self.system.channel_index[sending.channel]]
        kind = channel.index_of(sending.message.name)
        slots = self.components.slots[channel.name]
        own: list[z3.BoolRef] = []
        written = {slots[0].kind: self.code(slots[0].kind, kind + 1)}
        for field, component in slots[0].fields[kind].items():
            written[component] = self._value(terms, sending.carried[field], component, own)
        if own:
            faults.append(z3.And(z3.Not(self._present(channel.name, rows[-1])), self.encoder.some(own)))
        message = [written.get(name, self.code(name, 0)) for name in slots[0].names]
        result: list[list[z3.ExprRef]] = []
        for number, row in enumerate(rows):
            here = z3.Not(self._present(channel.name, row))
            if number:
                here = z3.And(here, self._present(channel.name, rows[number - 1]))
            result.append([z3.If(here, new, old) for new, old in zip(message, row, strict=True)])
        return result

    def _altered(
        self, terms: StateTerms, name: str, rows: list[list[z3.ExprRef]], alter: Alter, faults: list[z3.BoolRef]
    ) -> list[list[z3.ExprRef]]:
        """The contents after `alter` changed every message that satisfies its condition."""
        channel = self.system.channels[self.system.channel_index[name]]
        kind = channel.index_of(alter.message)
        slot = self.components.slots[name][0]
        if channel.lane in alter.fields and not channel.reorders:
            rows = self._in_lane_order(channel, rows)
        result: list[list[z3.ExprRef]] = []
        for row in rows:
            flight = {field: row[slot.names.index(component)] for field, component in slot.fields[kind].items()}
            inner = StateTerms(
                self, terms.scope.with_flight(channel, alter.message), {**terms.messages, "flight": flight}
            )
            applies = z3.And(row[0] == self.code(slot.kind, kind + 1), inner.truth(alter.when))
            changed = list(row)
            own: list[z3.BoolRef] = []
            for field, value in alter.fields.items():
                component = slot.fields[kind][field]
                place = slot.names.index(component)
                changed[place] = z3.If(applies, self._value(inner, value, component, own), row[place])
            if own:
                faults.append(z3.And(applies, self.encoder.some(own)))
            result.append(changed)
        return result

    def _in_lane_order(self, channel: SystemChannel, rows: list[list[z3.ExprRef]]) -> list[list[z3.ExprRef]]:
        """Sorted by lane, stable, empty slots last: the order in which queues stand in canonical contents."""
        rows = list(rows)
        for last in range(len(rows) - 1, 0, -1):
            for number in range(last):
                one, other = rows[number], rows[number + 1]
                swap = z3.And(self._present(channel.name, other), self._after(channel, one, other))
                rows[number] = [z3.If(swap, right, left) for left, right in zip(one, other, strict=True)]
                rows[number + 1] = [z3.If(swap, left, right) for left, right in zip(one, other, strict=True)]
        return rows

    def _after(self, channel: SystemChannel, one: Sequence[z3.ExprRef], other: Sequence[z3.ExprRef]) -> z3.BoolRef:
        left, right = self._field(channel, one, channel.lane), self._field(channel, other, channel.lane)
        if isinstance(left, z3.BoolRef) and isinstance(right, z3.BoolRef):
            return z3.And(left, z3.Not(right))
        assert isinstance(left, z3.BitVecRef) and isinstance(right, z3.BitVecRef)
        return z3.ULT(right, left)
