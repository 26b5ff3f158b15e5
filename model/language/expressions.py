"""Expressions: immutable trees, built with Python operators and shared (equal trees are one object).
`==` builds an equality; use `is` to compare trees. Meaning: `interpretation.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self, TypeAlias
from weakref import ref

from model.language.domains import Value, plain
from model.language.errors import ModelError


class Operator(Enum):
    CONSTANT = "constant"  # payload: value
    VARIABLE = "variable"  # payload: name
    NEXT = "next"  # payload: name; the value after the step (step properties)
    FIELD = "field"  # payload: (scope, field); scope: received, sent, event, flight
    NOT = "not"
    AND = "and"
    OR = "or"
    EQUAL = "equal"
    LESS = "less"
    ADD = "add"  # modulo the range of a Modular domain
    SUBTRACT = "subtract"
    AHEAD = "ahead"  # serial numbers: 1 .. 2**(bits-1)-1 steps ahead of
    IF = "if"
    CHOICE = "choice"  # payload: (ambiguity, alternatives); one operand an alternative
    PARAMETER = "parameter"  # payload: name
    LOOKUP = "lookup"  # payload: table name; operand: the key
    IN_FLIGHT = "in flight"  # payload: (channel, message or None); operand: condition
    FULL = "full"  # payload: channel
    SENDS = "sends"  # payload: message type name (step properties)
    RECEIVES = "receives"  # payload: message type name (step properties)
    OCCURS = "occurs"  # payload: (machine, trigger or None) (step properties)
    ENABLED = "enabled"  # payload: tuple of machine names, or "delivery"
    IN_SOME_COPY = "in some copy"  # of replicated systems (properties only)
    IN_AT_MOST_ONE_COPY = "in at most one copy"

    __hash__ = object.__hash__  # members are compared by identity; the inherited hash is slow


BITS = {operator: 1 << number for number, operator in enumerate(Operator)}

Payload: TypeAlias = Value | tuple["Value | tuple[str, ...] | None", ...] | None


Key: TypeAlias = tuple[Operator, type, object, tuple[int, ...]]  # operator, type of the payload, payload, operands

_shared: dict[Key, ref[Expression]] = {}  # every node that is in use


class Expression:
    """A node of a tree. Build with the functions below, never directly."""

    __slots__ = ("__weakref__", "_below", "mentioned", "operands", "operator", "payload")
    operator: Operator
    operands: tuple[Expression, ...]
    payload: Payload
    _below: tuple[Expression, ...] | None  # what `post_order` found before this node, once it was asked
    mentioned: int  # a bit for each operator in the tree (see `BITS`)

    def becomes(self, value: Operand) -> Assignment:
        """The effect of giving this variable a new value."""
        if self.operator is not Operator.VARIABLE:
            raise ModelError(f"only a variable can be assigned, not: {self}")
        return Assignment(str(self.payload), literal(value))

    def is_one_of(self, *values: Operand) -> Expression:
        return any_of(self == value for value in values)

    def is_ahead_of(self, other: Operand) -> Expression:
        """Serial-number order: 1 to 2**(bits-1) - 1 steps ahead, modulo 2**bits."""
        return build(Operator.AHEAD, None, self, literal(other))

    def __invert__(self) -> Expression:
        return negation(self)

    def __and__(self, other: Operand) -> Expression:
        return all_of((self, literal(other)))

    def __or__(self, other: Operand) -> Expression:
        return any_of((self, literal(other)))

    def implies(self, other: Operand) -> Expression:
        return negation(self) | other

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return equality(self, literal(other))

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return negation(equality(self, literal(other)))

    def __lt__(self, other: Operand) -> Expression:
        return order(self, literal(other))

    def __gt__(self, other: Operand) -> Expression:
        return order(literal(other), self)

    def __le__(self, other: Operand) -> Expression:
        return negation(self > other)

    def __ge__(self, other: Operand) -> Expression:
        return negation(self < other)

    def __add__(self, other: Operand) -> Expression:
        return build(Operator.ADD, None, self, literal(other))

    def __sub__(self, other: Operand) -> Expression:
        return build(Operator.SUBTRACT, None, self, literal(other))

    __hash__ = object.__hash__  # by identity: equal trees are one object

    def __bool__(self) -> bool:
        raise ModelError(f"an expression has no truth value of its own; use & | ~, not and/or/not: {self}")

    def __deepcopy__(self, memo: object) -> Expression:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return (build_tree, (self.operator, self.payload, self.operands))

    def __repr__(self) -> str:
        return text_of(self)


Operand: TypeAlias = Expression | Value | Enum


@dataclass(frozen=True)
class Assignment:
    """The effect `variable := value`; effects of one step are simultaneous."""

    variable: str
    value: Expression


def build_tree(operator: Operator, payload: Payload, operands: tuple[Expression, ...]) -> Expression:
    key: Key = (operator, type(payload), payload, tuple(map(id, operands)))
    known = _shared.get(key)
    found = None if known is None else known()
    if found is None:
        found = object.__new__(Expression)
        found.operator = operator
        found.payload = payload
        found.operands = operands
        found._below = None
        found.mentioned = BITS[operator]
        for operand in operands:
            found.mentioned |= operand.mentioned
        _shared[key] = _Shared(found, key)
    return found


class _Shared(ref[Expression]):
    """A node in `_shared`, which forgets it when nobody uses it any more."""

    __slots__ = ("key",)

    key: Key

    def __new__(cls, node: Expression, key: Key) -> Self:
        made = super().__new__(cls, node, _forget)
        made.key = key
        return made

    def __init__(self, node: Expression, key: Key) -> None:
        """Nothing is left to do."""


def _forget(gone: ref[Expression]) -> None:
    assert isinstance(gone, _Shared)
    if _shared.get(gone.key) is gone:  # else an equal node was built since
        del _shared[gone.key]


def build(operator: Operator, payload: Payload, *operands: Expression) -> Expression:
    return build_tree(operator, payload, operands)


def constant(value: Value | Enum) -> Expression:
    return build(Operator.CONSTANT, plain(value))


TRUE = constant(True)
FALSE = constant(False)


def literal(value: object) -> Expression:
    """An operand as an expression; plain values and enumeration members become constants."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool | int | str | Enum):
        return constant(value)
    raise ModelError(f"not an expression, a truth value, a number or a name: {value!r}")


def variable(name: str) -> Expression:
    return build(Operator.VARIABLE, name)


def after(expression: Expression) -> Expression:
    """The value of `expression` after the step (for step properties)."""
    if expression.operator is Operator.VARIABLE:
        return build(Operator.NEXT, expression.payload)
    if expression.operator is Operator.IN_FLIGHT or expression.operator is Operator.FULL:
        raise ModelError(f"channels cannot be looked at after a step: {expression}")
    if expression.operator in QUANTIFIERS:
        raise ModelError(f"copies cannot be looked at after a step: {expression}")
    return rebuilt(expression, tuple(after(operand) for operand in expression.operands))


def field_of(scope: str, name: str) -> Expression:
    return build(Operator.FIELD, (scope, name))


def parameter(name: str) -> Expression:
    """A constant that the scenario gives."""
    return build(Operator.PARAMETER, name)


def lookup(table: str, key: Operand) -> Expression:
    """The entry of a table that the scenario gives."""
    return build(Operator.LOOKUP, table, literal(key))


def negation(expression: Expression) -> Expression:
    if expression is TRUE:
        return FALSE
    if expression is FALSE:
        return TRUE
    if expression.operator is Operator.NOT:
        return expression.operands[0]
    return build(Operator.NOT, None, expression)


def _junction(operator: Operator, parts: Iterable[Operand], unit: Expression) -> Expression:
    """The conjunction or disjunction of parts, flattened, without repeated or absorbed parts."""
    zero = negation(unit)
    dual = Operator.OR if operator is Operator.AND else Operator.AND
    kept: dict[Expression, None] = {}
    for part in parts:
        for piece in _pieces(literal(part), operator, dual):
            if piece is zero:
                return zero
            if piece is not unit:
                kept[piece] = None
    kept = {piece: None for piece in kept if not _absorbed(piece, kept, operator, dual)}
    if any(negation(piece) in kept for piece in kept):
        return zero
    if not kept:
        return unit
    return next(iter(kept)) if len(kept) == 1 else build_tree(operator, None, tuple(kept))


def _pieces(part: Expression, operator: Operator, dual: Operator) -> Iterator[Expression]:
    """The operands of a nested junction; "not (a or b)" in a conjunction counts as "not a and not b"."""
    if part.operator is operator:
        yield from part.operands
    elif part.operator is Operator.NOT and part.operands[0].operator is dual:
        for operand in part.operands[0].operands:
            yield from _pieces(negation(operand), operator, dual)
    else:
        yield part


def _absorbed(piece: Expression, kept: Mapping[Expression, None], operator: Operator, dual: Operator) -> bool:
    """Whether another kept part makes `piece` redundant: a, and (a or b); not a, and not (a and b)."""
    if piece.operator is dual:
        return any(operand in kept for operand in piece.operands)
    if piece.operator is Operator.NOT and piece.operands[0].operator is operator:
        return any(negation(operand) in kept for operand in piece.operands[0].operands)
    return False


def all_of(parts: Iterable[Operand]) -> Expression:
    return _junction(Operator.AND, parts, TRUE)


def any_of(parts: Iterable[Operand]) -> Expression:
    return _junction(Operator.OR, parts, FALSE)


def conjuncts(condition: Expression) -> tuple[Expression, ...]:
    """What has to be true for the condition to be; nothing if it always is."""
    if condition.operator is Operator.AND:
        return condition.operands
    return () if condition is TRUE else (condition,)


def equality(left: Expression, right: Expression) -> Expression:
    if left is right:
        return TRUE
    if left.operator is Operator.CONSTANT and right.operator is Operator.CONSTANT:
        return constant(left.payload == right.payload)
    if right is TRUE:
        return left
    if right is FALSE:
        return negation(left)
    for fixed, other in ((left, right), (right, left)):
        if _is_constant(fixed) and _is_constant(other) and other.operator is Operator.IF:
            condition, then, otherwise = other.operands
            return if_then_else(condition, equality(then, fixed), equality(otherwise, fixed))
    return build(Operator.EQUAL, None, left, right)


def order(left: Expression, right: Expression) -> Expression:
    """left < right; two constant numbers are compared at once."""
    constants = left.operator is right.operator is Operator.CONSTANT
    if constants and isinstance(left.payload, int) and isinstance(right.payload, int):
        return constant(left.payload < right.payload)
    return build(Operator.LESS, None, left, right)


def _is_constant(expression: Expression) -> bool:
    """A constant, or a choice between constants."""
    return expression.operator is Operator.CONSTANT or (
        expression.operator is Operator.IF and all(_is_constant(branch) for branch in expression.operands[1:])
    )


def if_then_else(condition: Operand, then: Operand, otherwise: Operand) -> Expression:
    condition, then, otherwise = literal(condition), literal(then), literal(otherwise)
    if condition is TRUE or then is otherwise:
        return then
    if condition is FALSE:
        return otherwise
    if then is TRUE:
        return condition | otherwise
    if then is FALSE:
        return negation(condition) & otherwise
    if otherwise is TRUE:
        return negation(condition) | then
    if otherwise is FALSE:
        return condition & then
    return build(Operator.IF, None, condition, then, otherwise)


def in_flight(channel: str, condition: Operand = True, message: str | None = None) -> Expression:
    """Some message on `channel` (of type `message`, if named) satisfies `condition` over flight fields."""
    return build(Operator.IN_FLIGHT, (channel, message), literal(condition))


def full(channel: str) -> Expression:
    return build(Operator.FULL, channel)


def sends(message: str) -> Expression:
    return build(Operator.SENDS, message)


def receives(message: str) -> Expression:
    return build(Operator.RECEIVES, message)


def occurs(machine: str, trigger: str | None = None) -> Expression:
    """The step is one of `machine` (with this trigger)."""
    return build(Operator.OCCURS, (machine, trigger))


def enabled(*machines: str) -> Expression:
    """Some action of one of these machines can be taken; "delivery" stands for any message in flight."""
    return build(Operator.ENABLED, machines)


def in_some_copy(condition: Operand) -> Expression:
    """`condition` holds in one of the copies of a replicated system (for properties)."""
    return build(Operator.IN_SOME_COPY, None, _about_states(literal(condition)))


def in_at_most_one_copy(condition: Operand) -> Expression:
    """`condition` does not hold in two copies of a replicated system at once (for properties)."""
    return build(Operator.IN_AT_MOST_ONE_COPY, None, _about_states(literal(condition)))


QUANTIFIERS = (Operator.IN_SOME_COPY, Operator.IN_AT_MOST_ONE_COPY)


def _about_states(condition: Expression) -> Expression:
    of_steps = (Operator.NEXT, Operator.SENDS, Operator.RECEIVES, Operator.OCCURS)
    for node in post_order(condition):
        if node.operator in of_steps or node.operator in QUANTIFIERS:
            raise ModelError(f"only states of copies can be compared, nothing else: {node}")
    return condition


def rebuilt(expression: Expression, operands: tuple[Expression, ...]) -> Expression:
    """The node with other operands, simplified where that is obvious."""
    if operands == () or all(new is old for new, old in zip(operands, expression.operands, strict=True)):
        return expression
    match expression.operator:
        case Operator.NOT:
            return negation(operands[0])
        case Operator.AND:
            return all_of(operands)
        case Operator.OR:
            return any_of(operands)
        case Operator.EQUAL:
            return equality(operands[0], operands[1])
        case Operator.IF:
            return if_then_else(*operands)
        case Operator.LESS:
            return order(operands[0], operands[1])
        case _:
            return build_tree(expression.operator, expression.payload, operands)


def mentions(expression: Expression, *operators: Operator) -> bool:
    """Whether any of these operators occurs in the tree."""
    return bool(expression.mentioned & sum(BITS[operator] for operator in operators))


def post_order(
    expression: Expression, stop: Mapping[Expression, object] | None = None
) -> Iterator[Expression]:
    """Every distinct node, operands before the node that uses them. No recursion: trees may be deep."""
    if stop is None:
        if expression._below is None:
            expression._below = tuple(_walk(expression, {}))[:-1]
        yield from expression._below
        yield expression
    else:
        yield from _walk(expression, stop)


def _walk(expression: Expression, stop: Mapping[Expression, object]) -> Iterator[Expression]:
    seen: set[Expression] = set()
    stack: list[tuple[Expression, bool]] = [(expression, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            if not node.operands or node in stop:
                yield node
            else:
                stack.append((node, True))
                stack.extend((operand, False) for operand in reversed(node.operands))


_SYMBOLS = {Operator.EQUAL: " = ", Operator.LESS: " < ", Operator.ADD: " + ", Operator.SUBTRACT: " - ",
            Operator.AND: " and ", Operator.OR: " or ", Operator.AHEAD: " is ahead of "}  # fmt: skip


def text_of(expression: Expression) -> str:
    """The expression in words, for labels and error messages."""
    parts: dict[Expression, str] = {}
    for node in post_order(expression):
        parts[node] = _text_of_node(node, [parts[operand] for operand in node.operands])
    return parts[expression]


def _text_of_node(node: Expression, operands: list[str]) -> str:
    payload = node.payload
    match node.operator:
        case Operator.CONSTANT:
            return str(payload).lower() if isinstance(payload, bool) else str(payload)
        case Operator.VARIABLE | Operator.PARAMETER:
            return str(payload)
        case Operator.FULL:
            return f"{payload} is full"
        case Operator.NEXT:
            return f"{payload}'"
        case Operator.FIELD:
            assert isinstance(payload, tuple)
            return f"{payload[0]}.{payload[1]}"
        case Operator.NOT:
            inner = node.operands[0]
            if inner.operator is Operator.EQUAL:
                return " ≠ ".join(_wrapped(operand, text_of(operand)) for operand in inner.operands)
            return f"not {_wrapped(inner, operands[0])}"
        case Operator.IF:
            return f"({operands[1]} if {operands[0]} else {operands[2]})"
        case Operator.CHOICE:
            assert isinstance(payload, tuple) and isinstance(payload[1], tuple)
            return f"{payload[0]}({', '.join(f'{n}: {t}' for n, t in zip(payload[1], operands, strict=True))})"
        case Operator.LOOKUP:
            return f"{payload} of {operands[0]}"
        case Operator.IN_FLIGHT:
            assert isinstance(payload, tuple)
            which = f"{payload[1] or 'message'} on {payload[0]}"
            return which if operands[0] == "true" else f"{which} with {operands[0]}"
        case Operator.SENDS | Operator.RECEIVES:
            return f"{node.operator.value} {payload}"
        case Operator.IN_SOME_COPY | Operator.IN_AT_MOST_ONE_COPY:
            return f"{node.operator.value} ({operands[0]})"
        case Operator.OCCURS | Operator.ENABLED:
            assert isinstance(payload, tuple)
            return f"{node.operator.value}({', '.join(str(part) for part in payload if part)})"
        case _:
            return _SYMBOLS[node.operator].join(map(_wrapped, node.operands, operands))


def _wrapped(node: Expression, text: str) -> str:
    compound = (Operator.AND, Operator.OR, Operator.EQUAL, Operator.LESS, Operator.AHEAD, Operator.ADD,
                Operator.SUBTRACT)  # fmt: skip
    return f"({text})" if node.operator in compound else text
