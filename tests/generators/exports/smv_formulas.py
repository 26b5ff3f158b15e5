"""Decides the formulas of linear time in exported SMV files: "fairness -> (G (p -> F q) & ...)", read by SMV's
rules and judged on the explored file alone, by strongly connected components."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.generators.exports.smv_reader import Explored, Reader, SmvError, State, compiler, explored, tokens

Formula = tuple[Any, ...]
Edge = tuple[State, str, State]
Pair = tuple[Callable[[Edge], bool], Callable[[Edge], bool]]
TEMPORAL = {"G", "F", "X"}


def broken_formulas(text: str) -> dict[str, bool]:
    """Name of each LTLSPEC -> whether it is false."""
    reader = Reader(tokens(text)).read()
    graph = explored(text)
    return {name: _is_broken(reader, graph, words) for name, words in reader.formulas.items()}


def _split(words: list[str], sign: str) -> list[list[str]]:
    """At `sign`, outside all brackets."""
    parts: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += (word in "({") - (word in ")}")
        if word == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def parsed(words: list[str]) -> Formula:
    """("->", a, b), ("&", ...), ("|", ...), ("G", a), ("F", a), ("X", a) or ("atom", words)."""
    if not TEMPORAL & set(words):
        return ("atom", words)
    for sign in ("->", "|", "&"):
        parts = _split(words, sign)
        if sign == "->" and len(parts) > 2:
            parts = [parts[0], [word for part in parts[1:] for word in ["->", *part]][1:]]
        if len(parts) > 1:
            return (sign, *(parsed(part) for part in parts))
    if words[0] in TEMPORAL:
        return (words[0], parsed(words[1:]))
    if words[0] == "(" and words[-1] == ")":
        return parsed(words[1:-1])
    raise SmvError(f"no formula: {' '.join(words)[:80]}")


def _is_broken(reader: Reader, graph: Explored, words: list[str]) -> bool:
    compiled = compiler(reader)

    def atom(formula: Formula) -> Callable[[Edge], bool]:
        if formula[0] != "atom":
            raise SmvError(f"{formula[0]} stands where a condition is expected")
        condition = compiled(Reader(formula[1], 0, reader.variables, reader.inputs, reader.defined).expression())
        return lambda edge: bool(condition(edge[0], edge[1]))

    def again_and_again(formula: Formula) -> Callable[[Edge], bool]:
        if formula[0] != "G" or formula[1][0] != "F":
            raise SmvError("G F expected")
        return atom(formula[1][1])

    def pair(formula: Formula) -> Pair:
        if formula[0] == "->":
            return again_and_again(formula[1]), again_and_again(formula[2])
        return (lambda _: True), again_and_again(formula)

    formula = parsed(words)
    pairs: list[Pair] = []
    if formula[0] == "->":
        pairs = [pair(part) for part in (formula[1][1:] if formula[1][0] == "&" else [formula[1]])]
        formula = formula[2]
    if formula[0] == "atom":
        holds = atom(formula)
        return not all(holds(edge) for edge in graph.steps)
    for claim in formula[1:] if formula[0] == "&" else [formula]:
        if claim[0] != "G" or claim[1][0] != "->":
            raise SmvError("G (p -> ...) expected")
        called, then = atom(claim[1][1]), claim[1][2]
        later = then[0] == "X"
        then = then[1] if later else then
        if then[0] != "F":
            raise SmvError("F q expected")
        reached = atom(then[1])
        start = {edge[2] if later else edge[0] for edge in graph.steps if called(edge)}
        off = {edge[0] for edge in graph.steps if not reached(edge)}
        within = [edge for edge in graph.steps if edge[0] in off and edge[2] in off]
        region = _reached(start & off, within)
        if _fair([edge for edge in within if edge[0] in region], pairs):
            return True
    return False


def _reached(start: Iterable[State], edges: Iterable[Edge], *, back: bool = False) -> set[State]:
    after: dict[State, list[State]] = {}
    for one, _, other in edges:
        after.setdefault(other if back else one, []).append(one if back else other)
    seen = set(start)
    waiting = list(seen)
    while waiting:
        for state in after.get(waiting.pop(), ()):
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return seen


def _fair(edges: list[Edge], pairs: list[Pair]) -> bool:
    """Whether some run for ever along `edges` takes, for each pair of which it takes the first again and
    again, the second again and again."""
    left = {edge[0] for edge in edges}
    while left:
        state = next(iter(left))
        component = _reached([state], edges) & _reached([state], edges, back=True)
        left -= component
        inside = [edge for edge in edges if edge[0] in component and edge[2] in component]
        if not inside:
            continue
        bad = [first for first, second in pairs
               if any(first(edge) for edge in inside) and not any(second(edge) for edge in inside)]  # fmt: skip
        if not bad or _fair([edge for edge in inside if not any(first(edge) for first in bad)], pairs):
            return True
    return False
