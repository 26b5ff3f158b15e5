"""`dsmip certificate check`: a proof checked from its file alone, by what did not make it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.symbolic.certificates import CertificateRefused, CertificateUndecided, check_certificate, read_certificate
from checker.symbolic.explored_certificates import check_explored
from checker.symbolic.second_solver import second_solver
from dsmip import quantities
from dsmip.certificate_files import violations_of
from dsmip.console import say
from dsmip.failures import UNKNOWN
from dsmip.mutant_option import change_of
from model.handover import handover
from model.language.errors import ModelError
from model.readings import reading
from model.scenario_sets import is_shipped
from model.scenarios import from_data


def check_file(path: Path, solver: str, time: str | None) -> int:
    """The exit code: 0 the certificate proves what it says, 1 it does not, 3 the check was cut short. Raises
    ModelError for what is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: not UTF-8 text at byte {error.start}") from None
    limit = None if time is None else quantities.seconds(time)
    asked = second_solver(solver, limit)
    try:
        certificate = read_certificate(text, str(path))
        scenario, entry, change, properties = _origin(certificate.about, str(path))
        seen = violations_of(scenario, entry, change, properties)
        system = handover(scenario, entry, change)
        if certificate.explored is not None:
            found = check_explored(certificate, system, seen, asked, limit)
            how = (f"all {found.states:,} states that it says, explored again from its text; {asked.name} confirms"
                   " that there is no other start")  # fmt: skip
        else:
            queries = check_certificate(certificate, system, seen, asked)
            how = f"{len(certificate.lemmas)} lemmas, {queries} queries answered by {asked.name}"
    except CertificateUndecided as error:
        say(f"dsmip: {path}: UNKNOWN: {error}")
        return UNKNOWN
    except CertificateRefused as error:
        say(f"dsmip: {path}: REFUSED: {error}")
        return 1
    changed = [] if is_shipped(scenario, at_any_width=True) else ["not as it ships"]
    mutant = [] if change is None else [f"WITH THE MUTANT {certificate.about['mutant']}"]
    where = ", ".join([scenario.name, *changed, entry.name, *entry.switched_texts, *mutant])
    print(f"{path}: proves {', '.join(properties)} in {where}: {how}.")
    print(f"Within these bounds: {'; '.join(scenario.abstractions())}.")
    return 0


def _origin(about: Mapping[str, Any], file: str) -> tuple[Any, Any, Any, list[str]]:
    """Scenario, reading, change and properties that a certificate names. Raises ModelError."""
    properties, choices = about.get("properties"), about.get("choices")
    name, mutant = about.get("reading"), about.get("mutant")
    lists = isinstance(properties, list) and isinstance(choices, list)
    texts = lists and all(isinstance(text, str) for text in [*(properties or []), *(choices or [])])
    if (
        not texts
        or not isinstance(name, str)
        or not isinstance(about.get("scenario"), dict)
        or not (mutant is None or isinstance(mutant, str))
    ):
        raise ModelError(f"{file}, line 2: scenario, reading, choices or properties are missing; prove again")
    if not properties or len(set(properties)) < len(properties):
        raise ModelError(f"{file}, line 2: names {'a property twice' if properties else 'no property'}; prove again")
    scenario = from_data(about["scenario"], file)
    return scenario, reading(name, choices or []), change_of(mutant), list(properties or [])
