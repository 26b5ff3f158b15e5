"""The words of a question: names, numbers, quoted values and signs, each with the column where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from model.language.errors import ModelError, nearest

LONGEST = 2_000  # characters of a question
OWN_WORDS = ("reachable", "always", "never", "when", "after", "implies", "sends", "receives", "decision")
PATTERN = re.compile(
    r"""\s*(?:
    (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*'?)
  | (?P<number>\d{1,9}(?!\d))
  | (?P<quoted>"[^"]*"|'[^']*')
  | (?P<sign><=|>=|!=|==|[=<>()+,:\-])
    )""",
    re.VERBOSE,
)


class QuestionError(ModelError):
    """A question that makes no sense. The message says in which column, and what is meant instead."""

    def __init__(self, column: int, reason: str) -> None:
        self.column = column
        super().__init__(f"question, column {column}: {reason}")


@dataclass(frozen=True)
class Word:
    """kind: "name", "number", "quoted", "sign" or "end". column: from 1."""

    kind: str
    text: str
    column: int

    def is_(self, *texts: str) -> bool:
        return self.kind in ("name", "sign") and self.text in texts


def words_of(question: str) -> Iterator[Word]:
    """All words, and the end. Raises QuestionError at a character that starts no word."""
    if len(question) > LONGEST:
        raise QuestionError(LONGEST, f"{len(question)} characters; at most {LONGEST} are read")
    position, length = 0, len(question.rstrip())
    while position < length:
        match = PATTERN.match(question, position)
        if match is None:
            column = position + len(question[position:]) - len(question[position:].lstrip()) + 1
            raise QuestionError(column, f'"{question[column - 1]}" has no meaning here')
        kind = str(match.lastgroup)
        text = match.group(kind)
        yield Word(kind, text[1:-1] if kind == "quoted" else text, match.start(kind) + 1)
        position = match.end()
    yield Word("end", "", length + 1)


def unknown(word: Word, known: list[str], what: str = "name") -> QuestionError:
    hint = nearest(word.text, [*known, *OWN_WORDS] if what == "name" else known)
    if len(hint) > 200:
        hint = "`dsmip ask --names` lists all"
    return QuestionError(word.column, f'unknown {what} "{word.text}": {hint}')
