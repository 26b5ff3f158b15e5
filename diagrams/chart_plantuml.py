"""A sequence chart as PlantUML text. Participants are aliases; characters with a meaning are coded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagrams.labels import plain_line, wrapped
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
    Signal,
)

NOTE_WIDTH = 40
_SPECIAL = re.compile(r"[<>\\~\"%$!\[\]{}&@|^`]|\*\*+|//+|__+|--+|==+|''+|^['.:+#*=/]")


def escaped(text: str) -> str:
    """`text` with whatever PlantUML could take for markup, a link or a call as a character code."""
    return _SPECIAL.sub(lambda found: "".join(f"<U+{ord(c):04X}>" for c in found.group()), plain_line(text))


def chart_plantuml(chart: Chart) -> str:
    """The chart as PlantUML text; a message carries its number in brackets from sending to end."""
    aliases = {name: f"p{index}" for index, name in enumerate(chart.lifelines)}
    lines = ["@startuml", "hide footbox", f"title {escaped(chart.title)}"]
    for index, name in enumerate([*chart.lifelines, ""]):
        if index == chart.network_at:
            lines.append(f'queue "{NETWORK}" as n')
        if name:
            lines.append(f'participant "{escaped(chart.heading(name))}" as {aliases[name]}')
    lines += [line for note in chart.start for line in _item(chart, aliases, note)]
    for step in chart.steps:
        if step.number == chart.loop:
            lines.append("== from here the run repeats ==")
        lines.append(f"' step {step.number}")
        lines += [line for item in step.items for line in _item(chart, aliases, item)]
    for message in chart.in_flight:
        lines.append(f"note over n: {_text(f'{Fate.IN_FLIGHT.value}: {_numbered(message, message.title)}')}")
    if chart.loop is not None:
        lines.append(f"== {escaped(chart.for_ever)} ==")
    if chart.offence:
        lines.append(f"note across #FFDDDD: {_text(f'✗ {chart.offence}')}")
    return "\n".join([*lines, "@enduml", ""])


def _numbered(message: Message, text: str) -> str:
    return f"({message.number}) {text}"


def _text(text: str) -> str:
    return "\\n".join(escaped(line) for line in wrapped(text, NOTE_WIDTH))


def _item(chart: Chart, aliases: dict[str, str], item: Item) -> Iterator[str]:
    match item:
        case Note(_, None, text):
            yield f"note across: {_text(text)}"
        case Note(_, lifeline, text):
            yield f"note over {aliases[lifeline or '']}: {_text(text)}"
        case Signal(source, dest, text, refused):
            yield f"{aliases[source]} {'-->' if refused else '->'} {aliases[dest]} : {escaped(text)}"
        case Departure(number, translated):
            message = chart.message(number)
            text = escaped(_numbered(message, message.label))
            if message.fate is Fate.NO_ROOM:
                yield f"{aliases[message.sender]} ->x n : {text}: {message.fate.value}"
            elif translated:
                yield f"{aliases[message.sender]} -> {aliases[chart.translator]} : {text}"
                yield f"{aliases[chart.translator]} -> n : {escaped(_numbered(message, translated))}"
            else:
                yield f"{aliases[message.sender]} -> n : {text}"
        case Arrival(number, label, translated):
            message = chart.message(number)
            source = "n"
            if translated:
                source = aliases[chart.translator]
                yield f"n -> {source} : {escaped(_numbered(message, translated))}"
            text = escaped(_numbered(message, label))
            arrow, end = ("-->", " (discarded)") if message.fate is Fate.DISCARDED else ("->", "")
            yield f"{source} {arrow} {aliases[message.receiver or '']} : {text}{end}"
        case Ending(number):
            message = chart.message(number)
            text = _numbered(message, f"{message.title}: {message.fate.value}")
            if message.receiver is None:
                yield f"note over n: {_text(text)}"
            else:
                yield f"n -->x {aliases[message.receiver]} : {escaped(text)}"
        case Copying(number, copy):
            message = chart.message(number)
            yield f"n -> n : {escaped(f'duplicated: {_numbered(message, message.title)} as ({copy})')}"
