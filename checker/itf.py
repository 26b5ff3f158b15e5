"""Traces in files: the Informal Trace Format (ITF), which other tools read too. A file says which
scenario, reading and property it belongs to; whoever loads it composes that system and replays it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from checker.trace import Packet, Trace, closed, replay
from model.language.channel_contents import Contents
from model.language.domains import Value
from model.language.errors import ModelError
from model.language.interpretation import State, field_values
from model.language.systems import System

TOOL = "dsmip"
VERSION = 1
INITIAL_ACTION = "init"
LARGEST_PLAIN = 2**53

Json = bool | int | str | float | None | Sequence["Json"] | Mapping[str, "Json"]


class TraceFileError(ModelError):
    """A trace file that cannot be read. One line: which file, where in it, what to do."""


@dataclass(frozen=True)
class StoredTrace:
    """What a file holds. initial: the variables at the start. path: (action, position of the message
    taken). states: every state as written. meta: scenario, reading, property and the like. loop: the state
    to which the last one is equal, and from which the run repeats; None for a run that ends."""

    file: str
    initial: Mapping[str, Value]
    path: tuple[tuple[str, int | None], ...]
    states: tuple[Mapping[str, Json], ...]
    meta: Mapping[str, Json]
    loop: int | None = None


def save(trace: Trace, path: str | Path, about: Mapping[str, Json]) -> None:
    """Write a trace; the file appears complete or not at all. Raises OSError.

    about: what to embed (scenario, reading, choices ...), as JSON values.
    """
    _write(Path(path), as_text(trace, about))


def as_text(trace: Trace, about: Mapping[str, Json]) -> str:
    """The content of the file that `save` writes."""
    system = trace.system
    meta = {"property": trace.about, "fingerprint": system.fingerprint, **about}
    names = [variable.name for variable in system.variables] + [channel.name for channel in system.channels]
    states = [_state({"index": 0}, INITIAL_ACTION, trace.initial, system)]
    for index, step in enumerate(trace.steps, start=1):
        details: dict[str, Json] = {
            "index": index,
            "action": step.action.name,
            "position": step.position,
            "taken": None if step.taken is None else _packet(step.taken),
            "sent": [_packet(packet) for packet in step.sent],
            "overflow": step.overflow,
        }
        states.append(_state(details, step.action.name, step.state, system))
    document = {
        "#meta": {**meta, "format": "ITF", "tool": TOOL, "version": VERSION},
        "vars": [*names, "action"],
        "states": states,
        **({} if trace.loop is None else {"loop": trace.loop}),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def load(path: str | Path) -> StoredTrace:
    """Read a trace that `save` wrote. Raises TraceFileError."""
    file = str(path)
    document = _document(file)
    for key in ("vars", "states"):
        if not isinstance(document.get(key), list):
            _fail(file, f'no list "{key}"', "not a trace in the Informal Trace Format")
    meta = document.get("#meta")
    tool = meta.get("tool") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or tool != TOOL:
        author = f'"{tool}"' if tool else "another tool"
        _fail(file, f"written by {author}", f"only traces saved by {TOOL} can be replayed")
    version = _value(meta.get("version"))
    if version != VERSION:
        _fail(file, f"format version {version}", f"this program reads version {VERSION}; save the trace again")
    names = document["vars"]
    states = document["states"]
    assert isinstance(names, list) and isinstance(states, list)
    if not states:
        _fail(file, '"states" is empty', "a trace has at least its initial state; save it again")
    records: list[Mapping[str, Json]] = []
    for index, state in enumerate(states):
        if not isinstance(state, dict):
            _fail(file, f"state {index} is not a record", "the file is damaged; save the trace again")
        missing = [str(name) for name in names if name not in state]
        if missing:
            _fail(file, f'state {index} has no "{missing[0]}"', "the file is damaged; save the trace again")
        records.append({str(name): _value(state[name]) for name in names})
    steps = tuple(_step(file, index, state) for index, state in enumerate(states) if index > 0)
    initial = {name: value for name, value in records[0].items() if isinstance(value, bool | int | str)}
    initial.pop("action", None)
    loop = _value(document.get("loop"))
    if loop is not None and (isinstance(loop, bool) or not isinstance(loop, int) or not 0 <= loop < len(states)):
        _fail(file, f'"loop" is {loop}, and there are states 0 to {len(states) - 1}', "the file is damaged")
    return StoredTrace(file, initial, steps, tuple(records), meta, loop)


def replayed(stored: StoredTrace, system: System) -> Trace:
    """The stored trace as a run of `system`. Raises TraceFileError, naming the step, if it is none."""
    names = [variable.name for variable in system.variables]
    for name in names:
        if name not in stored.initial:
            _fail(stored.file, f'state 0 has no variable "{name}"', "the trace belongs to another model")
    initial = State(tuple(stored.initial[name] for name in names), ((),) * len(system.channels))
    about = stored.meta.get("property")
    try:
        trace = replay(system, str(about or ""), initial, stored.path)
        if stored.loop is not None:
            trace = closed(trace, stored.loop)
    except ModelError as error:
        _fail(stored.file, str(error), "the model or the scenario has changed since the trace was saved")
    for index, recorded in enumerate(stored.states):
        state = trace.initial if index == 0 else trace.steps[index - 1].state
        for name, value in _variables(state, system).items():
            if recorded.get(name) != _value(value):
                _fail(stored.file, f'state {index}: "{name}" is now {value}, was {recorded.get(name)}',
                      "the model or the scenario has changed since the trace was saved")  # fmt: skip
    return trace


# writing


def _state(details: Mapping[str, Json], action: str, state: State, system: System) -> dict[str, Json]:
    return {"#meta": details, **_variables(state, system), "action": action}


def _variables(state: State, system: System) -> dict[str, Json]:
    values: dict[str, Json] = {
        variable.name: _written(value) for variable, value in zip(system.variables, state.values, strict=True)
    }
    for index, contents in enumerate(state.channels):
        values[system.channels[index].name] = _flights(system, index, contents)
    return values


def _flights(system: System, index: int, contents: Contents) -> list[Json]:
    channel = system.channels[index]
    return [
        {
            "message": channel.messages[flight.message].name,
            **{name: _written(value) for name, value in field_values(channel, flight).items()},
        }
        for flight in contents
    ]


def _packet(packet: Packet) -> dict[str, Json]:
    fields: dict[str, Json] = {name: _written(value) for name, value in packet.fields.items()}
    return {"channel": packet.channel, "message": packet.message, "fields": fields}


def _written(value: Value) -> Json:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_PLAIN:
        return {"#bigint": str(value)}
    return value


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# reading


def _fail(file: str, found: str, advice: str) -> NoReturn:
    raise TraceFileError(f"{file}: {found}; {advice}") from None


def _document(file: str) -> dict[str, Json]:
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        _fail(file, f"cannot be read ({error.strerror})", "name a trace saved by dsmip")
    except UnicodeDecodeError as error:
        _fail(file, f"not text at byte {error.start}", "a trace is JSON in UTF-8; save it again")
    except json.JSONDecodeError as error:
        _fail(file, f"not JSON at line {error.lineno}, column {error.colno} ({error.msg})",
              "the file is damaged; save the trace again")  # fmt: skip
    except (RecursionError, ValueError):
        _fail(file, "JSON too deep or with too large a number", "the file is damaged; save the trace again")
    if not isinstance(document, dict):
        _fail(file, "no record at the top", "not a trace in the Informal Trace Format")
    return document


def _value(value: Json) -> Json:
    """A value with every {"#bigint": "12"} as an integer."""
    if isinstance(value, dict):
        digits = value.get("#bigint")
        if len(value) == 1 and isinstance(digits, str) and digits.removeprefix("-").isdecimal():
            return int(digits)
        return {name: _value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_value(part) for part in value]
    return value


def _step(file: str, index: int, state: Mapping[str, Json]) -> tuple[str, int | None]:
    details = state.get("#meta")
    if not isinstance(details, dict):
        _fail(file, f'state {index} has no "#meta"', "the step cannot be replayed; save the trace again")
    for key in ("action", "position"):
        if key not in details:
            _fail(file, f'state {index}, "#meta" has no "{key}"', "the step cannot be replayed; save the trace again")
    action, position = details["action"], _value(details["position"])
    if not isinstance(action, str):
        _fail(file, f'state {index}: "action" is not a name', "the file is damaged; save the trace again")
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        _fail(file, f'state {index}: "position" is not a number', "the file is damaged; save the trace again")
    return action, position
