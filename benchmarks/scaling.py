"""How the exploration grows with the model: one setting of a scenario is raised, the others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contestants import Case, Measurement, dsmip_exploration
from benchmarks.measured_process import ProgramError

HOME = {"name": "home", "family": "ipv6", "home": True}
BASE: dict[str, Any] = {
    "networks": [HOME, {"name": "foreign-1", "family": "ipv6"}],
    "channel": {"loss": True},
    "bounds": {"movements": 2, "retransmissions": 1, "messages_in_flight": 1, "sequence_number_bits": 6},
    "ue": {"wants_association_to_survive": True},
    "home_agent": {"key_management": True},
}


@dataclass(frozen=True)
class Size:
    """setting = value, and what came out; `failure` says why nothing did."""

    setting: str
    value: int
    engine: str
    measurement: Measurement | None
    failure: str | None = None


def variants() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Setting, its value, the scenario as data."""
    for ues in (1, 2, 3):
        yield "UEs", ues, {**BASE, "ue": {**BASE["ue"], "count": ues}}
    for foreign in (1, 2, 3, 4):
        links = [{"name": f"foreign-{number}", "family": "ipv6"} for number in range(1, foreign + 1)]
        yield "foreign networks", foreign, {**BASE, "networks": [HOME, *links]}
    for messages in (1, 2, 3, 4):
        yield "messages in flight", messages, {**BASE, "bounds": {**BASE["bounds"], "messages_in_flight": messages}}
    for movements in (1, 2, 3, 4):
        yield "movements", movements, {**BASE, "bounds": {**BASE["bounds"], "movements": movements}}


def measure(engine: str, reading: str, seconds: float, say: Callable[[str], None]) -> list[Size]:
    """After the first size of a setting that fails the larger ones are not tried. seconds: of one run."""
    contestant, found, failed = dsmip_exploration(engine), list[Size](), set[str]()
    with TemporaryDirectory(prefix="benchmark-scaling-") as folder:
        for setting, value, data in variants():
            if setting in failed:
                continue
            say(f"scaling: {setting} = {value}")
            path = Path(folder) / f"{setting.replace(' ', '-')}-{value}.toml".lower()
            path.write_text(_toml({"name": path.stem, "description": f"{setting}: {value}.", **data}), encoding="utf-8")
            try:
                found.append(Size(setting, value, engine, contestant.measure(Case(str(path), reading, False), seconds)))
            except ProgramError as error:
                failed.add(setting)
                found.append(Size(setting, value, engine, None, str(error)))
    return found


def _toml(data: dict[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if not isinstance(value, dict | list)]
    for key, value in data.items():
        tables = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        for table in tables:
            lines += [f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            lines += [f"{name} = {_value(entry)}" for name, entry in table.items()]
    return "\n".join([*lines, ""])


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
