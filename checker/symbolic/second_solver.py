"""Solvers other than Z3, from PyPI, that read SMT-LIB text: bitwuzla, or cvc5 where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol

from model.language.errors import ModelError, nearest


class SolverUnavailable(ModelError):
    """The solver is not installed."""


class SecondSolver(Protocol):
    name: str

    def define(self, text: str) -> None:
        """Take in declarations and definitions. Raises ModelError if it cannot read them."""

    def can_hold(self, conditions: Sequence[str]) -> bool | None:
        """Whether all conditions can be true at once; None if the solver does not know."""


class Bitwuzla:
    name = "bitwuzla"

    def __init__(self, seconds: float | None) -> None:
        library = _library("bitwuzla", "pip install bitwuzla")
        options = library.Options()
        if seconds is not None:
            options.set(library.Option.TIME_LIMIT_PER, max(1, int(seconds * 1000)))
        self._library = library
        self._parser = library.Parser(library.TermManager(), options, "smt2")
        self._solver: Any = None

    def define(self, text: str) -> None:
        try:
            self._parser.parse(text, True, False)
        except self._library.BitwuzlaException as error:
            raise ModelError(f"bitwuzla cannot read it: {error}") from None
        self._solver = self._parser.bitwuzla()

    def can_hold(self, conditions: Sequence[str]) -> bool | None:
        self._solver.push(1)
        try:
            for condition in conditions:
                self._solver.assert_formula(self._parser.parse_term(condition))
            answer = self._solver.check_sat()
        except self._library.BitwuzlaException as error:
            raise ModelError(f"bitwuzla cannot read it: {error}") from None
        finally:
            self._solver.pop(1)
        return {self._library.Result.SAT: True, self._library.Result.UNSAT: False}.get(answer)


class Cvc5:
    name = "cvc5"

    def __init__(self, seconds: float | None) -> None:
        self._library = _library("cvc5", "pip install 'dsmip[proof]'")
        self._solver = self._library.Solver()
        self._solver.setOption("incremental", "true")
        if seconds is not None:
            self._solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
        self._parser = self._library.InputParser(self._solver)

    def define(self, text: str) -> None:
        self._run(text)

    def can_hold(self, conditions: Sequence[str]) -> bool | None:
        asserted = "".join(f"(assert {condition})" for condition in conditions)
        answer = self._run(f"(push 1){asserted}(check-sat)(pop 1)")
        return {"sat": True, "unsat": False}.get(answer.strip())

    def _run(self, text: str) -> str:
        self._parser.setStringInput(self._library.InputLanguage.SMT_LIB_2_6, text, "certificate")
        symbols, said = self._parser.getSymbolManager(), ""
        try:
            while not (command := self._parser.nextCommand()).isNull():
                said += command.invoke(self._solver, symbols)
        except RuntimeError as error:
            raise ModelError(f"cvc5 cannot read it: {error}") from None
        return said


SOLVERS: dict[str, Callable[[float | None], SecondSolver]] = {"bitwuzla": Bitwuzla, "cvc5": Cvc5}


def second_solver(name: str, seconds: float | None = None) -> SecondSolver:
    """The solver of this name; `seconds` for each query. Raises ModelError if unknown or not installed."""
    if name not in SOLVERS:
        raise ModelError(f'unknown solver "{name}": {nearest(name, SOLVERS)}')
    return SOLVERS[name](seconds)


def _library(name: str, how: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise SolverUnavailable(f"the solver {name} is not installed: {how}") from None
