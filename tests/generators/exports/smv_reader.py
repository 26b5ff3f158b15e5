"""Reads the part of SMV that exported files use, by SMV's own rules, and explores what it describes.
It knows nothing of the model: only the text of a file. Expressions become Python ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

TOKEN = re.compile(r"\s+|\d+|[A-Za-z_][A-Za-z0-9_$#\\]*|\.\.|:=|->|!=|<=|>=|[-+!&|=<>?:;,(){}]")
SECTIONS = ("VAR", "IVAR", "DEFINE", "INIT", "TRANS", "ASSIGN", "INVARSPEC", "LTLSPEC")
# loosest first (NuSMV 2.6 manual, 2.2.4)
BINARY = [{"->"}, {"|"}, {"&"}, {"=", "!=", "<", ">", "<=", ">="}, {"in"}, {"+", "-"}, {"mod"}]
PYTHON = {"|": "or", "&": "and", "=": "==", "mod": "%"}


class SmvError(Exception):
    """The text is no SMV of the kind that is read here."""


def tokens(text: str) -> list[str]:
    found, position = [], 0
    text = re.sub(r"--[^\n]*", "", text)
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise SmvError(f"not SMV: {text[position : position + 40]!r}")
        position = match.end()
        if match[0].strip():
            found.append(match[0])
    return found


@dataclass
class Reader:
    """One file, read. variables: name -> its values. invariants: name -> condition. formulas: name -> words."""

    words: list[str]
    position: int = 0
    variables: dict[str, list[Any]] = field(default_factory=dict)
    inputs: dict[str, list[Any]] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    initial: list[str] = field(default_factory=list)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    following: dict[str, str] = field(default_factory=dict)
    invariants: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, list[str]] = field(default_factory=dict)

    # words

    @property
    def next(self) -> str:
        return self.words[self.position] if self.position < len(self.words) else ""

    def take(self, expected: str | None = None) -> str:
        word = self.next
        if expected is not None and word != expected:
            before = " ".join(self.words[max(0, self.position - 12) : self.position])
            raise SmvError(f"{expected!r} expected, not {word!r}, after {before!r}")
        self.position += 1
        return word

    def read(self) -> Reader:
        self.take("MODULE")
        self.take("main")
        while self.next:
            section = self.take()
            if section not in SECTIONS:
                raise SmvError(f"unknown section {section!r}")
            getattr(self, f"read_{section.lower()}")()
        return self

    def in_section(self) -> bool:
        return bool(self.next) and self.next not in SECTIONS

    # sections

    def read_var(self) -> None:
        while self.in_section():
            name = self.take()
            if name in self.variables:
                raise SmvError(f"{name} is declared twice")
            self.variables[name] = self.domain()

    def read_ivar(self) -> None:
        name = self.take()
        self.inputs[name] = self.domain()

    def domain(self) -> list[Any]:
        self.take(":")
        if self.next == "boolean":
            self.take()
            values: list[Any] = [False, True]
        elif self.next == "{":
            self.take()
            values = [self.take()]
            while self.next == ",":
                self.take()
                values.append(self.take())
            self.take("}")
            if len(set(values)) != len(values):
                raise SmvError(f"a value stands twice in {values}")
        else:
            low = self.number()
            self.take("..")
            values = list(range(low, self.number() + 1))
        self.take(";")
        return values

    def number(self) -> int:
        if self.next == "-":
            self.take()
            return -int(self.take())
        return int(self.take())

    def read_define(self) -> None:
        while self.in_section():
            name = self.take()
            self.take(":=")
            if name in self.defined:
                raise SmvError(f"{name} is defined twice")
            self.defined[name] = self.expression()
            self.take(";")

    def read_init(self) -> None:
        self.initial.append(self.expression())
        self.take(";")

    def read_trans(self) -> None:
        """A conjunction of "(input = value -> condition)"."""
        while self.next != "TRUE":
            self.take("(")
            (name,) = self.inputs
            self.take(name)
            self.take("=")
            value = self.take()
            self.take("->")
            self.chosen.setdefault(value, []).append(self.expression())
            self.take(")")
            if self.take() == ";":
                return
        self.take("TRUE")
        self.take(";")

    def read_assign(self) -> None:
        while self.in_section():
            self.take("next")
            self.take("(")
            name = self.take()
            self.take(")")
            self.take(":=")
            if name in self.following:
                raise SmvError(f"{name} is assigned twice")
            self.following[name] = self.expression()
            self.take(";")

    def read_invarspec(self) -> None:
        self.take("NAME")
        name = self.take()
        self.take(":=")
        self.invariants[name] = self.expression()
        self.take(";")

    def read_ltlspec(self) -> None:
        self.take("NAME")
        name = self.take()
        self.take(":=")
        end = self.words.index(";", self.position)
        self.formulas[name] = self.words[self.position : end]
        self.position = end + 1

    # expressions, as Python text

    def expression(self) -> str:
        condition = self.binary(0)
        if self.next != "?":
            return condition
        self.take()
        then = self.expression()
        self.take(":")
        return f"({then} if {condition} else {self.expression()})"

    def binary(self, level: int) -> str:
        if level == len(BINARY):
            return self.unary()
        left = self.binary(level + 1)
        if self.next in BINARY[level] & {"|", "&"}:
            sign, parts = self.next, [left]
            while self.next == sign:
                self.take()
                parts.append(self.binary(level + 1))
            return "(" + f" {PYTHON[sign]} ".join(parts) + ")"
        while self.next in BINARY[level]:
            sign = self.take()
            right = self.binary(level + 1)
            left = f"(not {left} or {right})" if sign == "->" else f"({left} {PYTHON.get(sign, sign)} {right})"
        return left

    def unary(self) -> str:
        word = self.take()
        if word == "!":
            return f"(not {self.unary()})"
        if word == "-":
            return f"(-{self.unary()})"
        if word == "(":
            inside = self.expression()
            self.take(")")
            return f"({inside})"
        if word == "{":
            members = [self.expression()]
            while self.next == ",":
                self.take()
                members.append(self.expression())
            self.take("}")
            return "(" + ", ".join(members) + ",)"
        if word == "case":
            return self.cases()
        return self.named(word)

    def cases(self) -> str:
        result = "("
        while self.next != "esac":
            condition = self.expression()
            self.take(":")
            value = self.expression()
            self.take(";")
            result += f"{value} if {condition} else "
        self.take("esac")
        return result + "nothing_fits())"

    def named(self, word: str) -> str:
        if word.isdigit():
            return word
        if word in ("TRUE", "FALSE"):
            return word.capitalize()
        if word in self.variables:
            return f"v[{list(self.variables).index(word)}]"
        if word in self.inputs:
            return "step"
        if word in self.defined:
            return f"defined[{word!r}](v, step)"
        constants = {value for values in (*self.variables.values(), *self.inputs.values()) for value in values}
        if word not in constants:
            raise SmvError(f"unknown name {word!r}")
        return repr(word)


State = tuple[Any, ...]


@dataclass(frozen=True)
class Explored:
    """steps: the states before and after, and the input; stops are among them."""

    states: int
    transitions: int
    broken: frozenset[str]
    initial: tuple[State, ...]
    steps: tuple[tuple[State, str, State], ...]


def explored(text: str, limit: int = 100_000) -> Explored:
    """Every reachable state of the file. Raises SmvError if a variable leaves its values."""
    reader = Reader(tokens(text)).read()
    if set(reader.following) != set(reader.variables):
        raise SmvError("not every variable has a next value")
    compiled = compiler(reader)
    chosen = {value: compiled(" and ".join(parts)) for value, parts in reader.chosen.items()}
    (steps,) = reader.inputs.values()
    if set(chosen) != set(steps[:-1]):
        raise SmvError("not every step has a condition")
    following = {value: _after(reader, value, compiled) for value in steps}
    invariants = {name: compiled(expression) for name, expression in reader.invariants.items()}
    allowed = [set(values) for values in reader.variables.values()]
    initial = _initial(reader, compiled)
    waiting, seen, broken = list(initial), set(initial), set()
    taken: list[tuple[State, str, State]] = []
    while waiting:
        state = waiting.pop()
        broken |= {name for name, holds in invariants.items() if name not in broken and not holds(state)}
        if following[steps[-1]](state) != state:
            raise SmvError("the step that stands for a stop changes something")
        taken.append((state, steps[-1], state))
        for value in steps[:-1]:
            if not chosen[value](state):
                continue
            after = following[value](state)
            if any(part not in values for part, values in zip(after, allowed, strict=True)):
                raise SmvError(f"a value outside its domain after {value}")
            taken.append((state, value, after))
            if after not in seen:
                if len(seen) > limit:
                    raise SmvError("too many states")
                seen.add(after)
                waiting.append(after)
    return Explored(len(seen), len(taken) - len(seen), frozenset(broken), tuple(initial), tuple(taken))


def compiler(reader: Reader) -> Callable[..., Callable[..., Any]]:
    """Makes functions of a state, and of a step where that is given, from expressions."""
    functions: dict[str, Any] = {}
    scope = {"defined": functions}

    def compiled(expression: str) -> Callable[..., Any]:
        made: Callable[..., Any] = eval(f"lambda v, step=None: {expression}", scope)
        return made

    functions.update({name: compiled(expression) for name, expression in reader.defined.items()})
    return compiled


def _after(reader: Reader, value: str, compiled: Callable[..., Any]) -> Callable[..., Any]:
    """The state after one step: the input is known, so most cases fall away."""
    parts = [f"(lambda v, step: {reader.following[name]})(v, {value!r})" for name in reader.variables]
    made: Callable[..., Any] = compiled("(" + ", ".join(parts) + ",)")
    return made


def _initial(reader: Reader, compiled: Callable[..., Any]) -> list[tuple[Any, ...]]:
    """States that satisfy INIT. What a part fixes, "x = value" or "x in {...}", is not enumerated."""
    values: Mapping[str, list[Any]] = dict(reader.variables)
    names = list(reader.variables)
    condition = " and ".join(reader.initial)
    fixed: dict[str, list[Any]] = {}
    for index, name in enumerate(names):
        match = re.search(rf"\(v\[{index}\] (==|in) (\([^()]*\)|'[^']*'|-?\d+|True|False|\(-\d+\))\)", condition)
        if match is not None and "v[" not in match[2]:
            given = eval(match[2])
            fixed[name] = list(given) if match[1] == "in" else [given]
    holds = compiled(condition)
    options = [fixed.get(name, values[name]) for name in names]
    return [state for state in product(*options) if holds(state)]
