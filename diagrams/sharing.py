"""What several rows of a picture do alike, said once under a letter, so that a picture stays on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from diagrams.row_text import RowText, sending_text

WORTH = 50  # letters of what is shared, at least; shorter texts are read faster where they stand
Part = tuple[str, str]  # the sending that a field belongs to, or empty; the text of the field or the effect


@dataclass(frozen=True)
class Shared:
    """letter: its name in the picture. sending: "send BindingUpdate" if the texts are fields, else empty."""

    letter: str
    sending: str
    texts: tuple[str, ...]
    rows: int


def shared_parts(rows: Sequence[RowText]) -> list[Shared]:
    """Effects, or fields of one message, that the same two or more rows have alike."""
    found: dict[Part, list[int]] = {}
    for number, row in enumerate(rows):
        for part in dict.fromkeys(_parts(row)):
            found.setdefault(part, []).append(number)
    together: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for (sending, text), numbers in found.items():
        if len(numbers) > 1:
            together.setdefault((sending, tuple(numbers)), []).append(text)
    worth = [(*key, texts) for key, texts in together.items() if sum(map(len, texts)) >= WORTH]
    return [
        Shared(letter, sending, tuple(texts), len(numbers))
        for letter, (sending, numbers, texts) in zip(_letters(), worth, strict=False)
    ]


def effects_with(row: RowText, shared: Sequence[Shared]) -> list[str]:
    """The effects of a row, those that it shares by their letters."""
    letters = {(entry.sending, text): entry.letter for entry in shared for text in entry.texts}
    effects: list[str] = []
    for effect, fields in _effects(row):
        if not fields:
            effects.append(letters.get(("", effect), effect))
            continue
        sending = _sending(effect)
        said = dict.fromkeys(letters.get((sending, field), field) for field in fields)
        effects.append(sending_text(sending, [*said]))
    return [*dict.fromkeys(effects)]


def _parts(row: RowText) -> Iterator[Part]:
    for effect, fields in _effects(row):
        if fields:
            yield from ((_sending(effect), field) for field in fields)
        else:
            yield "", effect


def _effects(row: RowText) -> Iterator[tuple[str, tuple[str, ...]]]:
    fields = row.fields or ((),) * len(row.effects)
    return zip(row.effects, fields, strict=True)


def _sending(effect: str) -> str:
    return effect.partition(" (")[0]


def _letters() -> Iterator[str]:
    yield from ascii_uppercase
    for first in ascii_uppercase:
        for second in ascii_uppercase:
            yield first + second
