"""A sequence chart as SVG of its own: lifelines and the network as columns, time downwards.
A message in flight is a dotted line in the network. Colours follow the reader's light or dark theme."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from diagrams.labels import columns_of, wrapped
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
from diagrams.svg_accessibility import SVG, document, name_root

LETTER = 7.9  # width to reckon with for a letter of 14 px, in px; proportional fonts are narrower
LINE = 19
GAP = 380  # between neighbouring columns
QUIET_GAP = 136  # behind a lifeline of a machine that exchanges no messages
TRANSLATOR_GAP = 300  # between the translator and the network
SLOT = 18
BANK = 5  # between a message in flight and the side of the network
MARGIN = 24
GUTTER = 40  # left of everything, for numbers of one digit
SIGN = 16  # the mark of the offending step and the space behind it
DIGIT = 9

STYLE = """
text{font:14px Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1b1f24}
.paper{fill:#ffffff}.head{font-weight:bold}.headbox{fill:#eef4fb;stroke:#1b1f24}
.lifeline{stroke:#8c959f}.bank{stroke:#8c959f;stroke-dasharray:6 6}
.step{fill:#57606a;font-size:12px}.changes{fill:#57606a}
.state{fill:#e6f0fb;stroke:#0b4a94}.statetext{fill:#0b4a94;font-weight:bold}
.arrow{stroke:#116329;fill:none;stroke-width:1.6}.tip{fill:#116329}.open{fill:#ffffff;stroke:#116329}
.signal{stroke:#1b1f24;fill:none;stroke-width:1.2}.signaltip{fill:#1b1f24}
.signalopen{fill:#ffffff;stroke:#1b1f24}
.message{fill:#116329}.slot{stroke:#116329;stroke-width:1.6;stroke-dasharray:2 4}
.lost{fill:#a40e26}.cross{stroke:#a40e26;stroke-width:2.4}.leader{stroke:#a40e26;stroke-dasharray:3 3}
.band{fill:#fff8e1;stroke:#7d5a00}.bandtext{fill:#5c4200}
.offence{fill:#ffebe9;stroke:#a40e26;stroke-width:2}.offencetext{fill:#82071e;font-weight:bold}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.paper{fill:#0d1117}.headbox{fill:#1c2b3d;stroke:#e6edf3}.lifeline,.bank{stroke:#6e7681}.step,.changes{fill:#a5b0bd}
.state{fill:#12263f;stroke:#8cc2ff}.statetext{fill:#8cc2ff}.arrow,.slot{stroke:#7ee2a0}
.signal{stroke:#e6edf3}.signaltip{fill:#e6edf3}.signalopen{fill:#0d1117;stroke:#e6edf3}
.tip,.message{fill:#7ee2a0}.open{fill:#0d1117;stroke:#7ee2a0}.lost{fill:#ff9492}.cross,.leader{stroke:#ff9492}
.band{fill:#2e2610;stroke:#e3b341}.bandtext{fill:#f2cc60}
.offence{fill:#3c1618;stroke:#ff9492}.offencetext{fill:#ffb3b0}}"""
# in a page with other pictures, the rules must touch this one only
_SCOPED_STYLE = re.sub(r"(?<=[},\n])(?=\.|text)", ".sequence-chart ", STYLE)


def chart_svg(chart: Chart) -> str:
    """The chart as an SVG document."""
    return _Drawing(chart).document()


class _Drawing:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.y = float(MARGIN)
        self.behind: list[Element] = []
        self.front: list[Element] = []
        self.open_slots: dict[int, float] = {}
        self.network_width = SLOT * max(1, chart.slots)
        self.columns: list[float] = []
        self.network = 0.0
        self.gutter = _gutter(chart)
        x = self.gutter + 60
        for index in range(len(chart.lifelines) + 1):
            if index == chart.network_at:
                self.network = x
                x += self.network_width + GAP
            if index < len(chart.lifelines):
                self.columns.append(x)
                x += self._gap(index)
        self.right = max([*self.columns, self.network + self.network_width])
        self.width = self.right + 60 + MARGIN

    def _gap(self, index: int) -> int:
        """The room behind a lifeline."""
        name = self.chart.lifelines[index]
        if name in self.chart.quiet:
            return QUIET_GAP
        return TRANSLATOR_GAP if name == self.chart.translator else GAP

    def _letters(self, index: int, on_right: bool) -> int:
        """How many letters stand in a line beside a lifeline."""
        gap = self._gap(index) if on_right or index in (0, self.chart.network_at) else self._gap(index - 1)
        return int((gap - 44) / LETTER)

    def document(self) -> str:
        chart = self.chart
        self._paragraph(chart.title, "head")
        top = self._heads()
        self._start()
        for step in chart.steps:
            if step.number == chart.loop:
                self._band("from here the run repeats", "band")
            self.y += 10
            offends = step.number == chart.offending
            text = f"✗ {step.number}" if offends else str(step.number)
            self._text(self.gutter - 8, self.y + 14, text, "offencetext" if offends else "step", "end")
            begin = self.y
            for item in step.items:
                self._item(item)
            if self.y == begin:
                self.y += LINE
        for message in chart.in_flight:
            self._ending(message)
        if chart.loop is not None:
            self._band(chart.for_ever, "band")
        bottom = self.y + 8
        self.y = bottom
        if chart.offence:
            self._band(f"✗ {chart.offence}", "offence")
        height = self.y + MARGIN
        root = Element(f"{{{SVG}}}svg", {"viewBox": f"0 0 {_n(self.width)} {_n(height)}"})
        name_root(root, chart.title, chart.description, self.width)
        root.set("style", f"max-width:{_n(self.width)}px;width:100%;height:auto")
        style = ElementTree.SubElement(root, f"{{{SVG}}}style")
        style.text = _SCOPED_STYLE
        root.set("class", "sequence-chart")
        root.append(_element("rect", "paper", x=0, y=0, width=self.width, height=height))
        for x in self.columns:
            root.append(_element("line", "lifeline", x1=x, y1=top, x2=x, y2=bottom))
        for x in (self.network - BANK, self.network + self.network_width + BANK):
            root.append(_element("line", "bank", x1=x, y1=top, x2=x, y2=bottom))
        root.extend(self.behind)
        root.extend(self.front)
        for element in root:
            element.tail = "\n"
        return document(root)

    # parts

    def _add(self, tag: str, style: str, **numbers: float) -> Element:
        element = _element(tag, style, **numbers)
        self.front.append(element)
        return element

    def _text(self, x: float, y: float, text: str, style: str, anchor: str = "start") -> None:
        element = self._add("text", style, x=x, y=y)
        element.set("text-anchor", anchor)
        element.text = text

    def _paragraph(self, text: str, style: str) -> None:
        for line in wrapped(text, int((self.width - 2 * MARGIN) / LETTER)):
            self._text(MARGIN, self.y + 14, line, style)
            self.y += LINE
        self.y += 8

    def _heads(self) -> float:
        """The names of the columns; returns where the lifelines begin."""
        centres = [*self.columns, self.network + self.network_width / 2]
        headings = [*(self.chart.heading(name) for name in self.chart.lifelines), NETWORK]
        names = [wrapped(name, 12) for name in headings]
        height = 12 + LINE * max(len(lines) for lines in names)
        for centre, lines in zip(centres, names, strict=True):
            box = self._add("rect", "headbox", x=centre - 60, y=self.y, width=120, height=height)
            box.set("rx", "6")
            first = self.y + height / 2 - LINE * len(lines) / 2 + 14
            for index, line in enumerate(lines):
                self._text(centre, first + LINE * index, line, "head", "middle")
        self.y += height
        return self.y

    def _start(self) -> None:
        """What has no lifeline, then the states of all lifelines side by side."""
        beside = [note for note in self.chart.start if note.lifeline is not None]
        for note in self.chart.start:
            if note.lifeline is None:
                self._item(note)
        begin, ends = self.y, [self.y]
        for note in beside:
            self.y = begin
            self._item(note)
            ends.append(self.y)
        self.y = max(ends)

    def _item(self, item: Item) -> None:
        match item:
            case Note(_, None, text):
                self._band(text, "band")
            case Note():
                self._note(item)
            case Signal():
                self._signal(item)
            case Departure(number, translated):
                self._departure(self.chart.message(number), translated)
            case Arrival(number, label, translated):
                self._arrival(self.chart.message(number), label, translated)
            case Ending(number):
                self._ending(self.chart.message(number))
            case Copying(number, copy):
                self._copying(self.chart.message(number), self.chart.message(copy))

    def _band(self, text: str, style: str) -> None:
        left, right = self.gutter, self.width - MARGIN
        lines = wrapped(text, int((right - left - 20) / LETTER))
        height = LINE * len(lines) + 8
        box = self._add("rect", style, x=left, y=self.y + 4, width=right - left, height=height)
        box.set("rx", "4")
        for index, line in enumerate(lines):
            self._text((left + right) / 2, self.y + 21 + LINE * index, line, f"{style}text", "middle")
        self.y += height + 8

    def _note(self, note: Note) -> None:
        """Text beside a lifeline: on its right, on its left for the last column and where there is more room."""
        index = self.chart.lifelines.index(note.lifeline or "")
        x = self.columns[index]
        quiet = note.lifeline in self.chart.quiet
        on_left = quiet or x == self.right
        letters = self._letters(index, not on_left)
        if note.kind is NoteKind.STATE:
            self._state(x, wrapped(note.text, letters), x + 60 if quiet else self.width - MARGIN)
            return
        for line in wrapped(note.text, letters):
            self._text(x - 10 if on_left else x + 10, self.y + 15, line, note.kind.value, "end" if on_left else "start")
            self.y += LINE

    def _state(self, x: float, lines: list[str], right: float) -> None:
        """A rounded box on the lifeline, moved so that it neither leaves the picture nor ends right of `right`."""
        width = max(columns_of(line) for line in lines) * LETTER * 1.05 + 20
        left = min(max(x - width / 2, self.gutter), right - width)
        height = LINE * len(lines) + 4
        box = self._add("rect", "state", x=left, y=self.y + 3, width=width, height=height)
        box.set("rx", "9")
        for index, line in enumerate(lines):
            self._text(left + width / 2, self.y + 18 + LINE * index, line, "statetext", "middle")
        self.y += height + 6

    def _signal(self, signal: Signal) -> None:
        """Words beside the lifeline from which an arrow leads to another."""
        lifelines = self.chart.lifelines
        self._note(Note(NoteKind.ACTION, signal.source, signal.text))
        self.y += 5
        start, end = (self.columns[lifelines.index(name)] for name in (signal.source, signal.dest))
        self._arrow(start, end, signal.refused, "signal")

    # messages

    def _slot(self, slot: int) -> float:
        return self.network + SLOT * (slot + 0.5)

    def _close(self, slot: int) -> None:
        x = self._slot(slot)
        self.behind.append(_element("line", "slot", x1=x, y1=self.open_slots.pop(slot), x2=x, y2=self.y))

    def _label(self, index: int, to_right: bool, text: str) -> None:
        """A message's label between its lifeline and the network; the arrow follows below it."""
        lifeline = self.columns[index]
        for line in wrapped(text, self._letters(index, to_right)):
            self._text(lifeline + 12 if to_right else lifeline - 12, self.y + 15, line, "message",
                       "start" if to_right else "end")  # fmt: skip
            self.y += LINE
        self.y += 5

    def _departure(self, message: Message, translated: str) -> None:
        index = self.chart.lifelines.index(message.sender)
        x = self.columns[index]
        to_right = x < self.network
        self._label(index, to_right, message.label)
        if translated:
            index = self.chart.lifelines.index(self.chart.translator)
            self._arrow(x, self.columns[index])
            x, to_right = self.columns[index], True
            self._label(index, to_right, translated)
        if message.fate is Fate.NO_ROOM:
            end = self.network - 8 if to_right else self.network + self.network_width + 8
            self._add("line", "arrow", x1=x, y1=self.y, x2=end, y2=self.y)
            self._cross(end, self.y)
            self.y += 8
            self._beside_network(f"{message.fate.value}: {message.title}", self.y)
        else:
            end = self._slot(message.slot)
            self._add("line", "arrow", x1=x, y1=self.y, x2=end, y2=self.y)
            self._add("circle", "tip", cx=end, cy=self.y, r=3.5)
            self.open_slots[message.slot] = self.y
        self.y += 8

    def _arrival(self, message: Message, label: str, translated: str) -> None:
        index = self.chart.lifelines.index(message.receiver or "")
        x, start = self.columns[index], self._slot(message.slot)
        if translated:
            translator = self.chart.lifelines.index(self.chart.translator)
            self._label(translator, True, translated)
            self._close(message.slot)
            self._arrow(start, self.columns[translator])
            start = self.columns[translator]
        refused = message.fate is Fate.DISCARDED
        self._label(index, x < self.network, f"{label} (discarded)" if refused else label)
        if not translated:
            self._close(message.slot)
        self._arrow(start, x, refused)

    def _arrow(self, start: float, lifeline: float, refused: bool = False, style: str = "arrow") -> None:
        """A line with a head at a lifeline; open and dashed if what it stands for is refused."""
        to_right = start < lifeline
        end = lifeline - 1 if to_right else lifeline + 1
        shaft = self._add("line", style, x1=start, y1=self.y, x2=end, y2=self.y)
        if refused:
            shaft.set("stroke-dasharray", "6 4")
        back = end - 11 if to_right else end + 11
        of_style = "" if style == "arrow" else style
        tip = _element("polygon", f"{of_style}{'open' if refused else 'tip'}")
        tip.set("points", f"{_n(end)},{_n(self.y)} {_n(back)},{_n(self.y - 5)} {_n(back)},{_n(self.y + 5)}")
        self.front.append(tip)
        self.y += 8

    def _beside_network(self, text: str, y: float) -> None:
        """Words on the network's right, or on its left if it stands last."""
        last = self.network + self.network_width == self.right
        x = self.network - 12 if last else self.network + self.network_width + 12
        lines = wrapped(text, int((GAP - 44) / LETTER))
        for index, line in enumerate(lines):
            self._text(x, y + 5 + LINE * index, line, "lost", "end" if last else "start")
        self.y = max(self.y, y + 5 + LINE * (len(lines) - 1))

    def _cross(self, x: float, y: float) -> None:
        for slope in (-5, 5):
            self._add("line", "cross", x1=x - 5, y1=y - slope, x2=x + 5, y2=y + slope)

    def _leader(self, slot: int) -> None:
        last = self.network + self.network_width == self.right
        end = self.network - 8 if last else self.network + self.network_width + 8
        self._add("line", "leader", x1=self._slot(slot), y1=self.y, x2=end, y2=self.y)

    def _ending(self, message: Message) -> None:
        self.y += 12
        self._close(message.slot)
        self._leader(message.slot)
        if message.fate is Fate.IN_FLIGHT:
            self._add("circle", "open", cx=self._slot(message.slot), cy=self.y, r=4.5)
        else:
            self._cross(self._slot(message.slot), self.y)
        self._beside_network(f"{message.fate.value}: {message.title}", self.y)
        self.y += 10

    def _copying(self, message: Message, copy: Message) -> None:
        self.y += 12
        start, end = self._slot(message.slot), self._slot(copy.slot)
        self._leader(max(message.slot, copy.slot))
        self._add("line", "arrow", x1=start, y1=self.y, x2=end, y2=self.y)
        self._add("circle", "tip", cx=end, cy=self.y, r=3.5)
        self.open_slots[copy.slot] = self.y
        self._beside_network(f"duplicated: {message.title}", self.y)
        self.y += 10


def _gutter(chart: Chart) -> float:
    """The room on the left, where the widest number stands between a margin and the chart."""
    widths = [DIGIT * len(str(step.number)) + SIGN * (step.number == chart.offending) for step in chart.steps]
    return max(GUTTER, 8 + 6 + max(widths, default=0))


def _element(tag: str, style: str, **numbers: float) -> Element:
    return Element(f"{{{SVG}}}{tag}", {"class": style, **{name: _n(value) for name, value in numbers.items()}})


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
