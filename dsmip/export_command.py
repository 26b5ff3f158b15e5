"""`dsmip export`: the model of a scenario as a file for another model checker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from dsmip.console import say
from dsmip.files import OutputError, write_atomically
from dsmip.known_answers import known_answers
from dsmip.mutant_option import change_of
from generators.exports.formats import format_called
from generators.exports.names import identifier
from generators.exports.subject import KnownCounts, Subject, subject_of
from model.language.errors import ModelError
from model.readings import Reading, reading
from model.scenario_sets import is_shipped
from model.scenarios import Scenario, load
from properties.registry import ALL_PROPERTIES, property_called


def export(
    format_name: str, scenario: str, folder: Path, reading_name: str, choices: Sequence[str],
    properties: Sequence[str], mutant: str | None, bits: int | None, as_json_text: bool,
) -> None:  # fmt: skip
    """Write the files. bits: of sequence numbers, None: as the scenario says. Raises ModelError or OutputError."""
    chosen = format_called(format_name)
    subject = exported_subject(_at_width(load(scenario), bits), reading(reading_name, choices), properties, mutant)
    parts = [subject.title, reading_name, *([mutant] if mutant else []), *([f"{bits}_bits"] if bits else [])]
    name = identifier("_".join(parts))
    files = chosen.files(subject, name)
    _make(folder)
    for file, text in files.items():
        write_atomically(folder / file, text)
        say(f"written: {folder / file}")
    if as_json_text:
        known = None if subject.known is None else vars(subject.known)
        print(json.dumps({
            "format": format_name, "files": [str(folder / file) for file in files],
            "fingerprint": subject.system.fingerprint, "known": known,
            "properties": [claim.name for claim in subject.claims]
            + [claim.name for claim in subject.responses if chosen.responses],
        }, indent=1))  # fmt: skip


def exported_subject(
    scenario: Scenario, read: Reading, properties: Sequence[str], mutant: str | None
) -> Subject:
    """What is exported of a scenario; with the recorded counts where it is a shipped one as it is shipped."""
    wanted = [property_called(name) for name in properties] or list(ALL_PROPERTIES)
    known = None
    plain = mutant is None and not read.switched_texts
    if plain and is_shipped(scenario):
        answer = known_answers().get((scenario.name, read.name))
        known = None if answer is None else KnownCounts(answer.states, answer.transitions, answer.depth)
    return subject_of(scenario, read, wanted, change=change_of(mutant), mutant=mutant, known=known)


def _at_width(scenario: Scenario, bits: int | None) -> Scenario:
    if bits is None:
        return scenario
    wider = scenario.at_width(bits)
    try:
        wider.require_width_rule()
    except ValueError as error:
        raise ModelError(f"--bits {bits}: {error}") from None
    return wider


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"--output {folder}: cannot be made: {error.strerror}; name another folder") from None
