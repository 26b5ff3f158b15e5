"""A sequence chart for the terminal: lifelines and the network as columns, time downwards.
A message in flight is a dotted line in the network, from where it was sent to where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from diagrams.labels import columns_of, columns_of_character, wrapped
from diagrams.sequence_chart import (
    NETWORK,
    Arrival,
    Chart,
    Copying,
    Departure,
    Ending,
    Fate,
    Item,
    Message,
    Note,
    NoteKind,
    Signal,
)

NARROWEST, WIDEST = 60, 160
QUIET_GAP = 8  # behind a lifeline of a machine that exchanges no messages


@dataclass(frozen=True)
class Signs:
    """The characters a chart is drawn with."""

    lifeline: str = "│"
    slot: str = "┊"
    line: str = "─"
    dashed: str = "╌"
    from_right: str = "├"
    from_left: str = "┤"
    into_from_left: str = "┐"
    into_from_right: str = "┌"
    out_to_right: str = "└"
    out_to_left: str = "┘"
    right: str = "▶"
    left: str = "◀"
    refused_right: str = "▷"
    refused_left: str = "◁"
    cross: str = "╳"
    last: str = "╵"
    rule: str = "═"
    arrow: str = "→"
    offence: str = "✗"


UNICODE = Signs()
ASCII = Signs("|", ":", "-", ".", "+", "+", "+", "+", "+", "+", ">", "<", ")", "(", "x", "'", "=", "->", "X")

_STYLES = {"name": "bold", "action": "", "state": "bold cyan", "changes": "dim", "message": "green",
           "lost": "bold yellow", "band": "magenta", "offence": "bold red", "number": "dim",
           "frame": "dim"}  # fmt: skip


def chart_text(chart: Chart, width: int = 80, *, ascii_only: bool = False) -> str:
    """The chart in lines of at most `width` columns (from 60 to 160), each ended by a newline."""
    return "".join(f"{line.text}\n" for line in _lines(chart, width, ascii_only))


def chart_rich(chart: Chart, width: int = 80, *, ascii_only: bool = False) -> Text:
    """The same lines in colour, for a rich console."""
    text = Text(no_wrap=True)
    for line in _lines(chart, width, ascii_only):
        for characters, style in line.runs:
            text.append(characters, _STYLES.get(style, ""))
        text.append("\n")
    return text


class _Line:
    """A row of terminal cells; a wide character fills its second cell with nothing."""

    def __init__(self, width: int) -> None:
        self.cells = [" "] * width
        self.styles = ["frame"] * width

    def put(self, column: int, text: str, style: str = "frame") -> None:
        for character in text:
            size = columns_of_character(character)
            if size == 0:
                if column > 0:
                    self.cells[column - 1] += character
                continue
            if column + size > len(self.cells):
                return
            for offset in range(size):
                self.cells[column + offset] = character if offset == 0 else ""
                self.styles[column + offset] = style
            column += size

    @property
    def text(self) -> str:
        return "".join(self.cells).rstrip()

    @property
    def runs(self) -> Iterator[tuple[str, str]]:
        left = len(self.text)
        for cell, style in zip(self.cells, self.styles, strict=True):
            if left > 0:
                yield cell[:left], style
                left -= len(cell)


def _lines(chart: Chart, width: int, ascii_only: bool) -> list[_Line]:
    drawing = _Drawing(chart, max(NARROWEST, min(width, WIDEST)), ASCII if ascii_only else UNICODE)
    drawing.draw()
    if ascii_only:
        for line in drawing.lines:
            line.cells = [cell if cell.isascii() else "?" * min(1, len(cell)) for cell in line.cells]
    return drawing.lines


class _Drawing:
    def __init__(self, chart: Chart, width: int, signs: Signs) -> None:
        self.chart = chart
        self.width = width
        self.signs = signs
        self.lines: list[_Line] = []
        self.active: set[int] = set()
        self.gutter = len(str(chart.count)) + 1
        self.band = max(1, 2 * chart.slots - 1)
        self.columns: list[int] = []
        self.network = 0
        self._place()

    def _place(self) -> None:
        """Columns: gutter, then lifelines and the network with gaps between them; `rooms` are the gaps."""
        lifelines, at = self.chart.lifelines, self.chart.network_at
        columns = [*lifelines[:at], NETWORK, *lifelines[at:]]
        weights = [self._weight(name) for name in columns[:-1]]
        quiet = sum(weight == 0 for weight in weights)
        room = max(0, self.width - self.gutter - len(lifelines) - self.band - quiet * QUIET_GAP)
        parts = [room * sum(weights[:n]) // max(1, sum(weights)) for n in range(len(weights) + 1)]
        self.rooms = [
            max(1, parts[n + 1] - parts[n]) if weight else QUIET_GAP for n, weight in enumerate(weights)
        ]
        column = self.gutter
        for number in range(len(columns)):
            if number == at:
                self.network = column
                column += self.band
            else:
                self.columns.append(column)
                column += 1
            column += self.rooms[number] if number < len(self.rooms) else 0

    def _weight(self, name: str) -> int:
        """What part of the free columns stands behind a lifeline; 0: few, and no part."""
        if name in self.chart.quiet:
            return 0
        return 2 if name == self.chart.translator else 3

    def _room(self, index: int, on_right: bool) -> int:
        """The free columns beside a lifeline."""
        place = index + (index >= self.chart.network_at) - (not on_right)
        return self.rooms[place] if 0 <= place < len(self.rooms) else 0

    def _network_room(self) -> tuple[int, bool]:
        """The free columns beside the network, and whether they are on its right: there, unless it stands last."""
        on_right = self.chart.network_at < len(self.columns)
        return self.rooms[self.chart.network_at - (not on_right)] if self.rooms else 0, on_right

    # lines

    def draw(self) -> None:
        self._text(self.chart.title, "name")
        self._header()
        self._start()
        for step in self.chart.steps:
            if step.number == self.chart.loop:
                self._band("from here the run repeats", "band")
            self._add()
            first = len(self.lines)
            for item in step.items:
                self._item(item)
            if len(self.lines) == first:
                self._add()
            self.lines[first].put(0, str(step.number).rjust(self.gutter - 1), "number")
            if step.number == self.chart.offending:
                self.lines[first].put(self.gutter - 1, self.signs.offence, "offence")
        for message in self.chart.in_flight:
            self._ending(message, self.signs.last)
        if self.chart.loop is not None:
            self._band(self.chart.for_ever, "band")
        if self.chart.offence:
            self._text(f"{self.signs.offence} {self._signed(self.chart.offence)}", "offence")

    def _signed(self, text: str) -> str:
        return text.replace("→", self.signs.arrow).replace("…", "…" if self.signs is UNICODE else "...")

    def _add(self) -> _Line:
        line = _Line(self.width)
        for column in self.columns:
            line.put(column, self.signs.lifeline)
        for slot in self.active:
            line.put(self._slot(slot), self.signs.slot, "message")
        self.lines.append(line)
        return line

    def _slot(self, slot: int) -> int:
        return self.network + 2 * slot

    def _text(self, text: str, style: str) -> None:
        for part in wrapped(self._signed(text), self.width):
            line = _Line(self.width)
            line.put(0, part, style)
            self.lines.append(line)

    def _header(self) -> None:
        places = [*self.columns, self.network + self.band // 2]
        names = [wrapped(self.chart.heading(name), self._head(n)) for n, name in enumerate(self.chart.lifelines)]
        names.append([NETWORK])
        height = max(len(parts) for parts in names)
        for index in range(height):
            line = _Line(self.width)
            for place, parts in zip(places, names, strict=True):
                if index >= height - len(parts):
                    part = parts[index - height + len(parts)]
                    left = max(0, min(place - columns_of(part) // 2, self.width - columns_of(part)))
                    line.put(left, part, "name")
            self.lines.append(line)

    def _head(self, index: int) -> int:
        """How wide the name of a lifeline may be."""
        rooms = [room for room in (self._room(index, False), self._room(index, True)) if room]
        return max(3, min(rooms, default=self.width) - 1)

    def _start(self) -> None:
        for note in self.chart.start:
            if note.lifeline is None:
                self._band(note.text, "band")
        for note in self.chart.start:
            if note.lifeline is not None:
                self._note(note)

    def _item(self, item: Item) -> None:
        match item:
            case Note(lifeline=None):
                self._band(item.text, "band")
            case Note():
                self._note(item)
            case Signal():
                self._signal(item)
            case Departure(message, translated):
                self._departure(self.chart.message(message), translated)
            case Arrival(message, label, translated):
                self._arrival(self.chart.message(message), label, translated)
            case Ending(message):
                self._ending(self.chart.message(message), self.signs.cross)
            case Copying(message, copy):
                self._copying(self.chart.message(message), self.chart.message(copy))

    def _band(self, text: str, style: str) -> None:
        room = self.width - self.gutter
        for part in wrapped(self._signed(text), room - 6):
            line = self._add()
            line.put(self.gutter, self.signs.rule * room, style)
            line.put(self.gutter + (room - columns_of(part) - 2) // 2, f" {part} ", style)

    def _beside(self, index: int) -> tuple[int, bool]:
        """Where text about lifeline `index` goes: the width there, and whether it stands on the right."""
        on_right = self._room(index, True) > 0 and self.chart.lifelines[index] not in self.chart.quiet
        return max(1, self._room(index, on_right) - 2), on_right

    def _note(self, note: Note) -> None:
        index = self.chart.lifelines.index(note.lifeline or "")
        width, on_right = self._beside(index)
        text = self._signed(note.text)
        if note.kind is NoteKind.STATE:
            text = f"[{text}]"
        for part in wrapped(text, width):
            column = self.columns[index] + 2 if on_right else self.columns[index] - 1 - columns_of(part)
            self._add().put(column, part, note.kind.value)

    def _signal(self, signal: Signal) -> None:
        index = self.chart.lifelines.index(signal.dest)
        start, end = self.columns[self.chart.lifelines.index(signal.source)], self.columns[index]
        leftwards = start > end
        line = self._arrow(start, end, signal.text, index, dashed=signal.refused, on_right=leftwards, style="action")
        line.put(start, self.signs.from_left if leftwards else self.signs.from_right)
        heads = self._heads(signal.refused)
        line.put(end + 1 if leftwards else end - 1, heads[not leftwards], "action")

    def _heads(self, refused: bool) -> tuple[str, str]:
        """Of an arrow to the left, of one to the right."""
        signs = self.signs
        return (signs.refused_left, signs.refused_right) if refused else (signs.left, signs.right)

    # messages

    def _departure(self, message: Message, translated: str) -> None:
        index, label = self.chart.lifelines.index(message.sender), message.label
        start, to_right = self.columns[index], index < self.chart.network_at
        signs = self.signs
        if translated:
            translator = self.chart.lifelines.index(self.chart.translator)
            line = self._arrow(start, self.columns[translator], label, index)
            line.put(start, signs.from_right)
            line.put(self.columns[translator] - 1, signs.right, "message")
            index, start, to_right, label = translator, self.columns[translator], True, translated
        if message.fate is Fate.NO_ROOM:
            end = self.network - 1 if to_right else self.network + self.band
            line = self._arrow(start, end, label, index)
            line.put(end, signs.cross, "lost")
            self._beside_network(f"{message.fate.value}: {message.title}")
        else:
            end = self._slot(message.slot)
            line = self._arrow(start, end, label, index)
            line.put(end, signs.into_from_left if to_right else signs.into_from_right, "message")
            self.active.add(message.slot)
        line.put(start, signs.from_right if to_right else signs.from_left)

    def _arrival(self, message: Message, label: str, translated: str) -> None:
        index = self.chart.lifelines.index(message.receiver or "")
        start, end, to_right = self._slot(message.slot), self.columns[index], index >= self.chart.network_at
        signs = self.signs
        if translated:
            translator = self.chart.lifelines.index(self.chart.translator)
            line = self._arrow(start, self.columns[translator], translated, translator)
            line.put(start, signs.out_to_left, "message")
            line.put(self.columns[translator] + 1, signs.left, "message")
            self.active.discard(message.slot)
            start = self.columns[translator]
        refused = message.fate is Fate.DISCARDED
        text = f"{label} (discarded)" if refused else label
        line = self._arrow(start, end, text, index, dashed=refused)
        if translated:
            line.put(start, signs.from_left)
        else:
            line.put(start, signs.out_to_right if to_right else signs.out_to_left, "message")
        line.put(end - 1 if to_right else end + 1, self._heads(refused)[to_right], "message")
        self.active.discard(message.slot)

    def _arrow(
        self, start: int, end: int, label: str, index: int, *, dashed: bool = False, on_right: bool | None = None,
        style: str = "message",
    ) -> _Line:  # fmt: skip
        """A line between two columns, the label on it if it fits, else above, beside the lifeline `index`.

        on_right: on which side of this the label stands; by default towards the network.
        """
        rightwards = index < self.chart.network_at if on_right is None else on_right
        lifeline, room = self.columns[index], self._room(index, rightwards)
        label = self._signed(label)
        parts = [label] if columns_of(label) <= room - 7 else wrapped(label, max(1, room - 2))
        above = columns_of(label) > room - 7
        if above:
            for part in parts:
                column = lifeline + 2 if rightwards else lifeline - 1 - columns_of(part)
                self._add().put(column, part, style)
        line = self._add()
        shaft = self.signs.dashed if dashed else self.signs.line
        for column in range(min(start, end) + 1, max(start, end)):
            if column not in self.columns and column not in [self._slot(slot) for slot in self.active]:
                line.put(column, shaft, style)
        if not above:
            column = lifeline + 4 if rightwards else lifeline - 3 - columns_of(label)
            line.put(column - 1, f" {label} ", style)
        return line

    def _beside_network(self, text: str, line: _Line | None = None) -> None:
        """Words about the network in the gap on its right (on its left if it stands last)."""
        room, on_right = self._network_room()
        for part in wrapped(self._signed(text), max(1, room - 4)):
            column = self.network + self.band + 2 if on_right else self.network - 2 - columns_of(part)
            (line or self._add()).put(column, part, "lost")
            line = None

    def _leader(self, line: _Line, slot: int) -> None:
        """Dots from a slot to the words about it."""
        on_right = self.chart.network_at < len(self.columns)
        here = self._slot(slot)
        ends = (here + 1, self.network + self.band + 1) if on_right else (self.network - 1, here)
        taken = [self._slot(other) for other in self.active]
        for column in range(*ends):
            if column not in taken:
                line.put(column, self.signs.dashed, "lost")

    def _ending(self, message: Message, sign: str) -> None:
        line = self._add()
        self._leader(line, message.slot)
        line.put(self._slot(message.slot), sign, "lost")
        self.active.discard(message.slot)
        self._beside_network(f"{message.fate.value}: {message.title}", line)

    def _copying(self, message: Message, copy: Message) -> None:
        line = self._add()
        first, second = self._slot(message.slot), self._slot(copy.slot)
        for column in range(min(first, second) + 1, max(first, second)):
            line.put(column, self.signs.line, "message")
        nearest = max if self.chart.network_at < len(self.columns) else min
        self._leader(line, nearest(message.slot, copy.slot))
        rightwards = second > first
        line.put(first, self.signs.from_right if rightwards else self.signs.from_left, "message")
        line.put(second, self.signs.into_from_left if rightwards else self.signs.into_from_right, "message")
        self.active.add(copy.slot)
        self._beside_network(f"duplicated: {message.title}", line)


__all__ = ["chart_rich", "chart_text"]
