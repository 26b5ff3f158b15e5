"""Terms of the SMT-LIB text of certificates, read and evaluated for many states at once: a column of codes for each
component. Shares nothing with solvers, nor with the compiled engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.language.errors import ModelError

Column = NDArray[Any]  # bool for truth values, unsigned for bit-vectors
Rows = NDArray[np.intp]  # which states of a batch
TOKEN = re.compile(r"\(|\)|\|[^|]*\||[^\s()|]+")
WIDEST = 64


@dataclass(frozen=True, eq=False)
class Term:
    """A node of a term that is shared wherever the same text stands. width: 0 for a truth value."""

    word: str
    operands: tuple[Term, ...] = ()
    width: int = 0
    value: int = 0


class TermReader:
    """Reads terms over components of the widths given. definitions: what symbols without arguments stand for."""

    def __init__(self, widths: Mapping[str, int]) -> None:
        self.widths, self.definitions = widths, dict[str, Term]()
        self._known: dict[tuple[object, ...], Term] = {}

    def read(self, text: str) -> Term:
        """Raises ModelError for what is no term."""
        stack: list[list[Term | str]] = [[]]
        for token in TOKEN.findall(text):
            if token == "(":
                stack.append([])
            elif token == ")":
                if len(stack) < 2:
                    raise ModelError("a bracket too many in a term")
                done = stack.pop()
                stack[-1].append(self._applied(done))
            else:
                stack[-1].append(token)
        if len(stack) != 1 or len(stack[0]) != 1:
            raise ModelError("no single term")
        return self._leaf(stack[0][0])

    def _shared(self, word: str, operands: tuple[Term, ...] = (), width: int = 0, value: int = 0) -> Term:
        key = (word, *map(id, operands), width, value)
        if key not in self._known:
            self._known[key] = Term(word, operands, width, value)
        return self._known[key]

    def _leaf(self, part: Term | str) -> Term:
        if isinstance(part, Term):
            return part
        if part in ("true", "false"):
            return self._shared(part)
        if part.startswith("#b"):
            return self._shared("constant", width=len(part) - 2, value=int(part[2:], 2))
        name = part.strip("|")
        if name in self.definitions:
            return self.definitions[name]
        if name in self.widths:
            return self._shared(f"|{name}|", width=self.widths[name])
        raise ModelError(f'"{name}" stands for nothing')

    def _applied(self, parts: list[Term | str]) -> Term:
        head, *rest = parts
        if head == "_":  # the name of an operation with numbers: put together by the caller
            return self._shared("_ " + " ".join(str(part) for part in rest))
        operands = tuple(self._leaf(part) for part in rest)
        word = head if isinstance(head, str) else head.word
        match word.split():
            case ["_", "zero_extend", by]:
                return self._shared("zero_extend", operands, operands[0].width + int(by))
            case ["_", "extract", high, "0"]:
                return self._shared("extract", operands, int(high) + 1)
            case [("and" | "or" | "not" | "=" | "bvult" | "bvslt")]:
                return self._shared(word, operands)
            case [("bvadd" | "bvsub")]:
                return self._shared(word, operands, operands[0].width)
            case ["ite"]:
                return self._shared(word, operands, operands[1].width)
        raise ModelError(f'"{word}" is no operation of certificates')


class Batch:
    """Some states, and what terms are in them. columns: component -> its codes."""

    def __init__(self, columns: Mapping[str, Column], size: int) -> None:
        self.columns, self.size = columns, size
        self.all = np.arange(size)
        self._where: dict[Term, Rows] = {}

    def where(self, condition: Term, among: Rows | None = None) -> Rows:
        """The states in which a condition is true, of all or of those given."""
        if among is not None:
            return among if not len(among) else self._narrowed(condition, among)
        if condition not in self._where:
            self._where[condition] = self._narrowed(condition, None)
        return self._where[condition]

    def _narrowed(self, condition: Term, among: Rows | None) -> Rows:
        if condition.word == "and":
            rows = among
            for part in condition.operands:
                rows = self.where(part, rows)
                if not len(rows):
                    break
            return self.all if rows is None else rows
        if condition.word == "or":
            rest = self.all if among is None else among
            true = np.zeros(self.size, dtype=bool)
            for part in condition.operands:
                rows = self.where(part, None if among is None and rest is self.all else rest)
                if len(rows):
                    true[rows] = True
                    rest = rest[~true[rest]]
                if not len(rest):
                    break
            return np.flatnonzero(true)
        rows = self.all if among is None else among
        found: Rows = rows[self.values(condition, rows)]
        return found

    def values(self, term: Term, rows: Rows) -> Column:
        """The values of a term in these states."""
        return self._values(term, rows, {})

    def _values(self, term: Term, rows: Rows, known: dict[Term, Column]) -> Column:
        if term not in known:
            known[term] = self._value(term, rows, known)
        return known[term]

    def _value(self, term: Term, rows: Rows, known: dict[Term, Column]) -> Column:
        if term.word.startswith("|"):
            column = self.columns[term.word[1:-1]][rows]
            return column.astype(bool) if term.width == 0 else column.astype(_kind(term.width))
        if term.word == "constant":
            return np.full(len(rows), term.value, dtype=_kind(term.width))
        if term.word in ("true", "false"):
            return np.full(len(rows), term.word == "true")
        given = [self._values(operand, rows, known) for operand in term.operands]
        return OPERATIONS[term.word](term, given)


def _kind(width: int) -> type[np.unsignedinteger]:
    if width > WIDEST:
        raise ModelError(f"numbers of {width} bits are too wide to evaluate")
    return np.uint32 if width <= WIDEST // 2 else np.uint64


def _mask(column: Column, width: int) -> Column:
    kind = _kind(width)
    kept: Column = column.astype(kind) & kind((1 << width) - 1)
    return kept


def _signed(column: Column, width: int) -> Column:
    """Unsigned numbers in the order of what they stand for as signed ones."""
    turned: Column = column ^ np.asarray(1 << (width - 1), dtype=_kind(width))
    return turned


OPERATIONS: Mapping[str, Callable[[Term, list[Column]], Column]] = {
    "and": lambda term, given: np.logical_and.reduce(given),
    "or": lambda term, given: np.logical_or.reduce(given),
    "not": lambda term, given: ~given[0],
    "=": lambda term, given: given[0] == given[1],
    "bvult": lambda term, given: given[0] < given[1],
    "bvslt": lambda term, given: _signed(given[0], term.operands[0].width) < _signed(given[1], term.operands[1].width),
    "bvadd": lambda term, given: _mask(given[0] + given[1], term.width),
    "bvsub": lambda term, given: _mask(given[0] - given[1], term.width),
    "ite": lambda term, given: np.where(given[0], given[1], given[2]),
    "zero_extend": lambda term, given: given[0].astype(_kind(term.width)),
    "extract": lambda term, given: _mask(given[0], term.width),
}
