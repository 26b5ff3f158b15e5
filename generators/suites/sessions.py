"""The systems under test that ship: the reference UE and home agent, in this process or as programs."""

from __future__ import annotations

import json
from typing import Any

from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.namespaces import NamespaceAdapter
from generators.adapters.network_namespaces import why_impossible
from generators.adapters.protocol import SystemUnderTest
from generators.adapters.wire_protocol import Adapter
from generators.adapters.wire_system import WireSystem
from generators.mutation.lookup import change_called
from generators.suites.model_system import model_system
from generators.suites.running import Session
from model.language.errors import ModelError

ADAPTERS = ("in-process", "loopback", "loopback-real-time", "namespaces")


def session_for(adapter: str, role: str, mutant: str | None = None) -> Session:
    """adapter: of ADAPTERS. Raises ModelError for an unknown mutant, or where namespaces cannot be made."""
    change = None if mutant is None else change_called(mutant)
    if adapter == "namespaces":
        if why := why_impossible():
            raise ModelError(f'--adapter "namespaces": {why}')
        return in_namespaces(NamespaceAdapter(mutant=mutant, role=role))
    if adapter != "in-process":
        return over_the_wire(LoopbackAdapter(role, mutant=mutant, real_time=adapter == "loopback-real-time"))
    systems: dict[str, SystemUnderTest] = {}

    def opened(setup: dict[str, Any]) -> SystemUnderTest:
        key = json.dumps(setup, sort_keys=True)
        if key not in systems:
            systems[key] = model_system(setup, change)
        return systems[key]

    return Session(opened, lambda: None)


def in_namespaces(adapter: NamespaceAdapter) -> Session:
    """The same with the adapter's own addresses."""
    return Session(lambda setup: WireSystem(adapter, setup, adapter.plan(setup)), adapter.stop)


def over_the_wire(adapter: Adapter) -> Session:
    """A system behind real packets; it is started when the first test needs it."""
    return Session(lambda setup: WireSystem(adapter, setup), adapter.stop)
