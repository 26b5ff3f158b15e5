"""Whether data that say they are a suite can be run: roles, set-ups, messages, and that each step permits something."""

from __future__ import annotations

from generators.suites.cases import Suite, TestCase
from model.language.machines import TriggerKind
from model.messages import MESSAGES
from model.readings import ACTORS, reading
from model.scenarios import from_data

SETUP_KEYS = {"role", "scenario", "reading", "choices", "preferences"}


def checked(suite: Suite) -> Suite:
    """The suite itself. Raises ValueError, or ModelError for a scenario or reading that is none."""
    if suite.role not in ACTORS:
        raise ValueError(f'"role" is "{suite.role}", not one of {", ".join(ACTORS)}')
    if not isinstance(suite.setups, dict) or not suite.cases:
        raise ValueError('"setups" is no object' if suite.cases else "it has no tests")
    for name, setup in suite.setups.items():
        if missing := SETUP_KEYS - set(setup if isinstance(setup, dict) else ()):
            raise ValueError(f'set-up "{name}" lacks {", ".join(sorted(missing))}')
        if setup["role"] != suite.role:
            raise ValueError(f'set-up "{name}" is for the role "{setup["role"]}"')
        from_data(setup["scenario"], f'set-up "{name}"')
        reading(setup["reading"], setup["choices"])
    for case in suite.cases:
        if case.setup not in suite.setups:
            raise ValueError(f'test "{case.identifier}" has the set-up "{case.setup}", which is not there')
        _check_steps(case)
    return suite


def _check_steps(case: TestCase) -> None:
    beliefs = {0}
    for number, step in enumerate(case.steps, start=1):
        where = f'test "{case.identifier}", step {number}'
        stimulus = step.stimulus
        if stimulus.kind is TriggerKind.RECEIPT and stimulus.name not in MESSAGES:
            raise ValueError(f'{where}: no message "{stimulus.name}"')
        known = MESSAGES[stimulus.name].usual if stimulus.kind is TriggerKind.RECEIPT else dict(stimulus.fields)
        for field, _ in stimulus.fields:
            if field not in known:
                raise ValueError(f'{where}: {stimulus.name} has no field "{field}"')
        if not beliefs <= {one.before for one in step.permitted}:
            raise ValueError(f"{where}: nothing is permitted after what came before")
        beliefs = {one.after for one in step.permitted if one.before in beliefs}
    if not case.steps:
        raise ValueError(f'test "{case.identifier}" has no steps')
