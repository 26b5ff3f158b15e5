"""An adapter that a user wrote, for a session of tests: whatever it does is one verdict of one test."""

from __future__ import annotations

import json
from typing import Any, cast

from generators.adapters.adapter_process import AdapterProcess, patience
from generators.adapters.protocol import SystemUnderTest
from generators.adapters.wire_protocol import SystemDown, Unable
from generators.adapters.wire_system import NoPacket
from generators.suites.running import NotTestable, Session
from model.language.errors import ModelError

ERRORS = {"down": SystemDown, "unable": Unable, "no packet": NoPacket, "no adapter": NotTestable}


def own_session(adapter: str) -> Session:
    """Tests on what "package.module:factory" makes, in a process of its own. One that went down is not asked again:
    the next test gets another. Raises ModelError if there is no such adapter."""
    try:
        patience()
    except ValueError as error:
        raise ModelError(str(error)) from None

    def raised(kind: str, words: str) -> Exception:
        return ERRORS[kind](f"--adapter {words}" if kind == "no adapter" else words)

    process = AdapterProcess(adapter, raised)
    process.start()

    def opened(setup: dict[str, Any]) -> SystemUnderTest:
        return cast(SystemUnderTest, process.system(json.dumps(setup, sort_keys=True), setup))

    return Session(opened, process.end)
