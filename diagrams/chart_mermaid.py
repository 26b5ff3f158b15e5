"""A sequence chart as Mermaid text (sequenceDiagram). Participants are aliases; texts are escaped."""

from __future__ import annotations

from collections.abc import Iterator

from diagrams.labels import wrapped
from diagrams.mermaid import escaped
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

NOTE_WIDTH = 36


def chart_mermaid(chart: Chart) -> str:
    """The chart as Mermaid text; a message carries its number in brackets from sending to end."""
    aliases = {name: f"p{index}" for index, name in enumerate(chart.lifelines)}
    lines = ["sequenceDiagram", f"    accTitle: {escaped(chart.title)}", f"    accDescr: {escaped(chart.description)}"]
    for index, name in enumerate([*chart.lifelines, ""]):
        if index == chart.network_at:
            lines.append(f"    participant n as {NETWORK}")
        if name:
            lines.append(f"    participant {aliases[name]} as {escaped(chart.heading(name))}")
    everybody = _everybody(chart)
    lines += [f"    {line}" for note in chart.start for line in _item(chart, aliases, everybody, note, "")]
    for step in chart.steps:
        if step.number == chart.loop:
            lines.append(f"    Note over {everybody}: from here the run repeats")
        prefix = f"{step.number}. "
        for item in step.items:
            lines += [f"    {line}" for line in _item(chart, aliases, everybody, item, prefix)]
            prefix = ""
    for message in chart.in_flight:
        lines.append(f"    Note over n: {_text(f'{Fate.IN_FLIGHT.value}: {_numbered(message, message.title)}')}")
    if chart.loop is not None:
        lines.append(f"    Note over {everybody}: {_text(chart.for_ever)}")
    if chart.offence:
        lines.append(f"    Note over {everybody}: {_text(f'✗ {chart.offence}')}")
    return "\n".join([*lines, ""])


def _everybody(chart: Chart) -> str:
    """All participants, from the first to the last."""
    count = len(chart.lifelines)
    first = "n" if chart.network_at == 0 or count == 0 else "p0"
    last = "n" if chart.network_at >= count else f"p{count - 1}"
    return first if first == last else f"{first},{last}"


def _numbered(message: Message, text: str) -> str:
    return f"({message.number}) {text}"


def _text(text: str) -> str:
    return "<br/>".join(escaped(line) for line in wrapped(text, NOTE_WIDTH))


def _item(chart: Chart, aliases: dict[str, str], everybody: str, item: Item, prefix: str) -> Iterator[str]:
    match item:
        case Note(_, lifeline, text):
            where = everybody if lifeline is None else aliases[lifeline]
            yield f"Note over {where}: {_text(prefix + text)}"
        case Signal(source, dest, text, refused):
            yield f"{aliases[source]}{'-->>' if refused else '->>'}{aliases[dest]}: {escaped(prefix + text)}"
        case Departure(number, translated):
            message = chart.message(number)
            text = prefix + _numbered(message, message.label)
            if message.fate is Fate.NO_ROOM:
                yield f"{aliases[message.sender]}--xn: {escaped(f'{text}: {message.fate.value}')}"
            elif translated:
                yield f"{aliases[message.sender]}->>{aliases[chart.translator]}: {escaped(text)}"
                yield f"{aliases[chart.translator]}->>n: {escaped(_numbered(message, translated))}"
            else:
                yield f"{aliases[message.sender]}->>n: {escaped(text)}"
        case Arrival(number, label, translated):
            message = chart.message(number)
            source = "n"
            if translated:
                source = aliases[chart.translator]
                yield f"n->>{source}: {escaped(prefix + _numbered(message, translated))}"
                prefix = ""
            text = prefix + _numbered(message, label)
            arrow, end = ("-->>", " (discarded)") if message.fate is Fate.DISCARDED else ("->>", "")
            yield f"{source}{arrow}{aliases[message.receiver or '']}: {escaped(text + end)}"
        case Ending(number):
            message = chart.message(number)
            text = prefix + _numbered(message, f"{message.title}: {message.fate.value}")
            if message.receiver is None:
                yield f"Note over n: {_text(text)}"
            else:
                yield f"n--x{aliases[message.receiver]}: {escaped(text)}"
        case Copying(number, copy):
            message = chart.message(number)
            yield f"n->>n: {escaped(f'{prefix}duplicated: {_numbered(message, message.title)} as ({copy})')}"
