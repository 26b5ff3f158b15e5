"""Normal forms of expressions: ordered decision diagrams over enumerations, truth values and atoms.
Expressions with the same form have the same value in every state. The reverse may fail: numbers are
not looked into, so that two forms of one condition on numbers can differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from model.language.domains import Boolean, Domain, Enumeration, Value
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.symmetry import Permutation, Renaming
from model.language.systems import System, SystemChannel
from model.language.type_checking import Scope, channel_fields, operand_domain

Form: TypeAlias = int
Key: TypeAlias = tuple[object, ...]

MOST_VALUES = 64  # of a domain whose values are told apart
MOST_NODES = 400_000  # in one set of diagrams
LEAF = 1 << 60  # stands where a decision has its term


class Diagrams:
    """Diagrams that share their nodes: equal diagrams have equal numbers.

    A node is a leaf (a constant or an opaque term) or a decision on a term, with one child a value.
    """

    def __init__(self) -> None:
        self._numbers: dict[Key, Form] = {}
        self._terms: list[int] = []  # of each node: the term decided on; LEAF for a leaf
        self._children: list[tuple[Form, ...]] = []
        self._leaves: dict[Form, Key] = {}
        self._order: dict[Key, int] = {}
        self._applied: dict[Key, Form] = {}
        self.true = self.constant(True)
        self.false = self.constant(False)

    # nodes

    def _node(self, key: Key, term: int, children: tuple[Form, ...]) -> Form:
        found = self._numbers.get(key)
        if found is None:
            found = len(self._terms)
            if found > MOST_NODES:
                raise ModelError("the expressions are too large for a normal form")
            self._numbers[key] = found
            self._terms.append(term)
            self._children.append(children)
        return found

    def leaf(self, key: Key) -> Form:
        form = self._node(("leaf", key), LEAF, ())
        self._leaves[form] = key
        return form

    def constant(self, value: Value) -> Form:
        return self.leaf(("constant", type(value), value))

    def _decision(self, term: int, children: Sequence[Form]) -> Form:
        """The diagram that takes child i where the term has its i-th value."""
        first = children[0]
        if all(child == first for child in children):
            return first
        above = min(self._terms[child] for child in children)
        if term < above:
            return self._node((term, *children), term, tuple(children))
        width = next(len(self._children[child]) for child in children if self._terms[child] == above)
        return self._decision(above, [
            self._decision(term, [self._restricted(child, above, index) for child in children])
            for index in range(width)
        ])  # fmt: skip

    def _restricted(self, form: Form, term: int, index: int) -> Form:
        return self._children[form][index] if self._terms[form] == term else form

    def term(self, key: Key, values: Sequence[Value]) -> Form:
        """The value of a term that has one of `values`."""
        order = self._order.setdefault(key, len(self._order))
        return self._decision(order, [self.constant(value) for value in values])

    def atom(self, key: Key) -> Form:
        order = self._order.setdefault(key, len(self._order))
        return self._decision(order, [self.false, self.true])

    # operations

    def mapped(self, name: object, form: Form, leaf: Callable[[Key], Form]) -> Form:
        """`leaf` applied to every leaf. name: tells the operation from all others."""
        return self._apply(("map", name), (form,), lambda leaves: leaf(leaves[0]))

    def combined(self, name: object, forms: Sequence[Form], leaf: Callable[[Sequence[Key]], Form]) -> Form:
        """`leaf` applied to the leaves of several diagrams, whichever decisions lead there."""
        return self._apply(("combine", name), tuple(forms), leaf)

    def _apply(self, name: Key, forms: tuple[Form, ...], leaf: Callable[[Sequence[Key]], Form]) -> Form:
        key = (name, forms)
        found = self._applied.get(key)
        if found is None:
            term = min(self._terms[form] for form in forms)
            if term == LEAF:
                found = leaf([self._leaves[form] for form in forms])
            else:
                width = next(len(self._children[form]) for form in forms if self._terms[form] == term)
                found = self._decision(term, [
                    self._apply(name, tuple(self._restricted(form, term, index) for form in forms), leaf)
                    for index in range(width)
                ])  # fmt: skip
            self._applied[key] = found
        return found

    def choice(self, condition: Form, then: Form, otherwise: Form) -> Form:
        if condition == self.true or then == otherwise:
            return then
        if condition == self.false:
            return otherwise
        key = ("choice", condition, then, otherwise)
        found = self._applied.get(key)
        if found is None:
            forms = (condition, then, otherwise)
            term = min(self._terms[form] for form in forms)
            width = next(len(self._children[form]) for form in forms if self._terms[form] == term)
            found = self._decision(term, [
                self.choice(*(self._restricted(form, term, index) for form in forms)) for index in range(width)
            ])  # fmt: skip
            self._applied[key] = found
        return found

    def negation(self, form: Form) -> Form:
        return self.choice(form, self.false, self.true)

    def junction(self, operator: Operator, forms: Sequence[Form]) -> Form:
        result = self.true if operator is Operator.AND else self.false
        for form in forms:
            if operator is Operator.AND:
                result = self.choice(result, form, self.false)
            else:
                result = self.choice(result, self.true, form)
        return result

    def comparison(self, operator: Operator, left: Form, right: Form) -> Form:
        """EQUAL, LESS or AHEAD."""

        def of_leaves(leaves: Sequence[Key]) -> Form:
            one, other = leaves
            if operator is Operator.EQUAL:
                if one == other:
                    return self.true
                if one[0] == other[0] == "constant":
                    return self.false
                return self.atom((operator, *sorted((one, other), key=repr)))
            return self.atom((operator, one, other))

        return self.combined(operator, (left, right), of_leaves)

    def arithmetic(self, operator: Operator, domain: Domain, left: Form, right: Form) -> Form:
        def of_leaves(leaves: Sequence[Key]) -> Form:
            return self.leaf((operator, domain, *leaves))

        return self.combined((operator, domain), (left, right), of_leaves)


class Surroundings:
    """What a message field means where an expression stands. fields: scope -> the channel and message type
    (None: any on it) whose fields they are."""

    def __init__(self, scope: Scope, fields: dict[str, tuple[SystemChannel, str | None]]) -> None:
        self.scope = scope
        self.fields = fields
        self.key = tuple((name, channel.name, message) for name, (channel, message) in sorted(fields.items()))

    def in_flight(self, channel: SystemChannel, message: str | None) -> Surroundings:
        inner = self.scope.with_flight(channel, message)
        return Surroundings(inner, {**self.fields, "flight": (channel, message)})


class Forms:
    """Normal forms of what expressions of a system become under one permutation of it."""

    def __init__(self, system: System, permutation: Permutation, diagrams: Diagrams) -> None:
        self.system = system
        self.permutation = permutation
        self.diagrams = diagrams
        self._known: dict[tuple[Expression, Key], Form] = {}

    def form(self, expression: Expression, around: Surroundings) -> Form:
        """The form of the expression that has, in the permuted state, the value that `expression` has in
        the state itself. Raises ModelError if there are too many cases to tell apart."""
        key = (expression, around.key)
        found = self._known.get(key)
        if found is None:
            found = self._form(expression, around)
            self._known[key] = found
        return found

    def _form(self, expression: Expression, around: Surroundings) -> Form:
        diagrams = self.diagrams
        payload = expression.payload
        match expression.operator:
            case Operator.CONSTANT:
                assert isinstance(payload, bool | int | str)
                return diagrams.constant(payload)
            case Operator.VARIABLE:
                index = self.system.variable_index[str(payload)]
                there = self.system.variables[self.permutation.variables[index]]
                return self._term(("variable", there.name), there.domain, self.permutation.values[index])
            case Operator.FIELD:
                return self._field(expression, around)
            case Operator.IN_FLIGHT:
                assert isinstance(payload, tuple)
                index = self.system.channel_index[str(payload[0])]
                channel = self.system.channels[index]
                there_name = self.system.channels[self.permutation.channels[index]].name
                message = None if payload[1] is None else str(payload[1])
                inner = self.form(expression.operands[0], around.in_flight(channel, message))
                if inner == diagrams.false:
                    return diagrams.false
                return diagrams.atom(("in flight", there_name, message, inner))
            case Operator.FULL:
                index = self.system.channel_index[str(payload)]
                return diagrams.atom(("full", self.system.channels[self.permutation.channels[index]].name))
            case _:
                return self._operation(expression, around)

    def _operation(self, expression: Expression, around: Surroundings) -> Form:
        diagrams = self.diagrams
        operands = [self.form(operand, around) for operand in expression.operands]
        match expression.operator:
            case Operator.NOT:
                return diagrams.negation(operands[0])
            case Operator.AND | Operator.OR:
                return diagrams.junction(expression.operator, operands)
            case Operator.IF:
                return diagrams.choice(operands[0], operands[1], operands[2])
            case Operator.EQUAL | Operator.LESS | Operator.AHEAD:
                return diagrams.comparison(expression.operator, operands[0], operands[1])
            case Operator.ADD | Operator.SUBTRACT:
                domain = operand_domain(expression, around.scope)
                return diagrams.arithmetic(expression.operator, domain, operands[0], operands[1])
            case other:
                raise ModelError(f'"{other.value}" has no normal form: {expression}')

    def _field(self, expression: Expression, around: Surroundings) -> Form:
        assert isinstance(expression.payload, tuple)
        kind, name = str(expression.payload[0]), str(expression.payload[1])
        channel, message = around.fields[kind]
        number = self.system.channel_index[channel.name]
        renamings = {
            self.permutation.fields[number][index][list(entry.fields).index(name)]
            for index, entry in enumerate(channel.messages)
            if message in (None, entry.name) and name in entry.fields
        }
        if len(renamings) != 1:
            raise ModelError(f"{expression} is renamed in some messages and not in others")
        return self._term(("field", kind, name), channel_fields(channel, message)[name], renamings.pop())

    def _term(self, key: Key, domain: Domain, renaming: Renaming) -> Form:
        """A variable or field, read as what it was before its values were renamed."""
        if isinstance(domain, Boolean | Enumeration) and domain.size <= MOST_VALUES:
            if renaming is None:
                return self.diagrams.term(key, domain.values)
            before = dict(zip(renaming, domain.values, strict=True))
            return self.diagrams.term(key, [before[value] for value in domain.values])
        if renaming is not None:
            raise ModelError(f"{key[-1]} has too many values to be told apart")
        return self.diagrams.leaf(key)

    def image(self, renaming: Renaming, domain: Domain, form: Form) -> Form:
        """The value of `form`, renamed."""
        if renaming is None:
            return form
        images = dict(zip(domain.values, renaming, strict=True))

        def of_leaf(key: Key) -> Form:
            if key[0] != "constant":
                raise ModelError(f"{key[-1]} has too many values to be told apart")
            return self.diagrams.constant(images[key[2]])  # type: ignore[index]

        return self.diagrams.mapped(renaming, form, of_leaf)
