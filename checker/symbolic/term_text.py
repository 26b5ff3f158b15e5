"""A condition that Z3 came up with, as SMT-LIB text for a certificate, and in words."""

from __future__ import annotations

import z3

from checker.symbolic.components import Components
from model.language.domains import Integer, Modular

# how each operation is spelt, in SMT-LIB and between its operands in words
INFIX = {
    z3.Z3_OP_AND: ("and", "and"), z3.Z3_OP_OR: ("or", "or"), z3.Z3_OP_EQ: ("=", "="), z3.Z3_OP_IMPLIES: ("=>", "→"),
    z3.Z3_OP_ULEQ: ("bvule", "≤"), z3.Z3_OP_ULT: ("bvult", "<"), z3.Z3_OP_UGEQ: ("bvuge", "≥"),
    z3.Z3_OP_UGT: ("bvugt", ">"), z3.Z3_OP_SLEQ: ("bvsle", "≤ (signed)"), z3.Z3_OP_SLT: ("bvslt", "< (signed)"),
    z3.Z3_OP_SGEQ: ("bvsge", "≥ (signed)"), z3.Z3_OP_SGT: ("bvsgt", "> (signed)"), z3.Z3_OP_BADD: ("bvadd", "+"),
    z3.Z3_OP_BSUB: ("bvsub", "-"), z3.Z3_OP_BMUL: ("bvmul", "*"), z3.Z3_OP_CONCAT: ("concat", "joined to"),
    z3.Z3_OP_BAND: ("bvand", "&"), z3.Z3_OP_BOR: ("bvor", "|"), z3.Z3_OP_BXOR: ("bvxor", "xor"),
    z3.Z3_OP_XOR: ("xor", "xor"), z3.Z3_OP_DISTINCT: ("distinct", "≠"),
}  # fmt: skip
PREFIX = {z3.Z3_OP_NOT: ("not", "not"), z3.Z3_OP_BNOT: ("bvnot", "inverted"), z3.Z3_OP_BNEG: ("bvneg", "minus")}


class NoText(Exception):
    """The condition has an operation that certificates do not have."""


def names_in(term: z3.ExprRef) -> tuple[str, ...]:
    """The components that a condition speaks of."""
    found: dict[str, None] = {}
    waiting = [term]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children())
        if _is_component(node):
            found[node.decl().name()] = None
    return tuple(found)


def smt_text(term: z3.ExprRef) -> str:
    """Raises NoText."""
    kind = term.decl().kind()
    if isinstance(term, z3.BitVecNumRef):
        return f"#b{term.as_long():0{term.size()}b}"
    if z3.is_true(term) or z3.is_false(term):
        return str(z3.is_true(term)).lower()
    if _is_component(term):
        return f"|{term.decl().name()}|"
    operands = " ".join(smt_text(child) for child in term.children())
    if kind in INFIX:
        return f"({INFIX[kind][0]} {operands})"
    if kind in PREFIX:
        return f"({PREFIX[kind][0]} {operands})"
    if kind == z3.Z3_OP_ITE:
        return f"(ite {operands})"
    if kind == z3.Z3_OP_EXTRACT:
        high, low = term.params()
        return f"((_ extract {high} {low}) {operands})"
    raise NoText(f'"{term.decl().name()}" has no place in a certificate')


def in_words(term: z3.ExprRef, components: Components) -> str:
    """Values by their names where a component is compared with one. Raises NoText."""
    kind, children = term.decl().kind(), term.children()
    if kind == z3.Z3_OP_NOT and children[0].decl().kind() == z3.Z3_OP_EQ:
        return _equality(children[0], components, "≠")
    if kind == z3.Z3_OP_EQ:
        return _equality(term, components, "=")
    if isinstance(term, z3.BitVecNumRef):
        return str(term.as_long())
    if z3.is_true(term) or z3.is_false(term):
        return str(z3.is_true(term)).lower()
    if _is_component(term):
        return str(term.decl().name())
    inner = [_inner(child, components) for child in children]
    if kind in INFIX:
        return f" {INFIX[kind][1]} ".join(inner)
    if kind in PREFIX:
        return f"{PREFIX[kind][1]} {inner[0]}"
    if kind == z3.Z3_OP_ITE:
        return f"{inner[1]} if {inner[0]} else {inner[2]}"
    if kind == z3.Z3_OP_EXTRACT:
        high, low = term.params()
        return f"bit {low} of {inner[0]}" if high == low else f"bits {low} to {high} of {inner[0]}"
    raise NoText(f'"{term.decl().name()}" has no words')


def _inner(term: z3.ExprRef, components: Components) -> str:
    text = in_words(term, components)
    return f"({text})" if term.decl().kind() in INFIX and term.decl().kind() != z3.Z3_OP_EQ else text


def _equality(term: z3.ExprRef, components: Components, relation: str) -> str:
    left, right = term.children()
    if isinstance(left, z3.BitVecNumRef):
        left, right = right, left
    if _is_component(left) and isinstance(right, z3.BitVecNumRef):
        name, code = left.decl().name(), right.as_long()
        if name.endswith(".kind"):
            return components.kind_in_words(name, code, relation == "=")
        domain = components.by_name[name].domain
        value = domain.decode(code) if code < domain.size and not isinstance(domain, Modular | Integer) else code
        if isinstance(domain, Integer):
            value = code + domain.low
        return f"{name} {relation} {value}"
    return f"{_inner(left, components)} {relation} {_inner(right, components)}"


def _is_component(term: z3.ExprRef) -> bool:
    return term.num_args() == 0 and term.decl().kind() == z3.Z3_OP_UNINTERPRETED
