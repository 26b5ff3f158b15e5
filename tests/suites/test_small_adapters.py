"""What an adapter may leave out, and what real IPsec may do to the bytes of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.security_oracle import CommandHook
from generators.adapters.wire_protocol import Unable
from generators.adapters.wire_system import WireSystem
from generators.suites.actor_model import Stimulus
from generators.suites.running import Session, Verdict, run_suite, same, stimulated
from generators.suites.subjects import subject
from model.language.machines import TriggerKind
from model.readings import reading
from model.scenarios import load


class Least:
    """Hears messages and says nothing."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.heard: list[Mapping[str, Any]] = []

    def reset(self, initial: Mapping[str, Any]) -> None: ...

    def receives(self, message: str, fields: Mapping[str, Any]) -> None:
        self.heard.append(fields)


def test_methods_that_are_not_there_make_tests_inconclusive(small_suite: Any) -> None:
    results = list(run_suite(small_suite, Session(Least, lambda: None)))  # type: ignore[arg-type]
    assert {result.verdict for result in results} >= {Verdict.FAIL, Verdict.INCONCLUSIVE}
    assert any('the adapter has no "happens"' in result.reason for result in results)


def test_every_field_of_a_message_is_told() -> None:
    system = Least({})
    stimulus = Stimulus(TriggerKind.RECEIPT, "BindingUpdate", (("sequence_number", 7),))
    assert stimulated(system, stimulus) == []  # type: ignore[arg-type]
    (fields,) = system.heard
    assert fields["sequence_number"] == 7
    assert {"lifetime", "protection", "repeated", "home_address_option"} <= set(fields)


@pytest.mark.parametrize("seen, due, expected", [
    (135, "135 sequence number out of window", True), (13, "135 sequence number out of window", False),
    (True, "1 accepted but prefix discovery necessary", False), (True, True, True), ("zero", "positive", False),
    (0, False, True),
])  # fmt: skip
def test_status_may_be_its_number(seen: Any, due: Any, expected: bool) -> None:
    assert same(seen, due) is expected


class Scrambled:
    """Stands for ESP: turns every bit round, and says what was turned."""

    def __init__(self) -> None:
        self.under: list[str] = []

    def protected(self, packet: bytes, protection: str) -> bytes:
        self.under.append(protection)
        return bytes(255 - byte for byte in packet)

    def verified(self, packet: bytes) -> tuple[bytes, str]:
        return bytes(255 - byte for byte in packet), "current"


class Mirror(LoopbackAdapter):
    """Sends back what it gets; has no oracle."""

    capabilities = frozenset()
    own_port = 4191

    def __init__(self) -> None:
        super().__init__("home_agent")
        self.sent: list[Any] = []

    def start(self, setup: Mapping[str, Any]) -> None: ...

    def send(self, datagram: Any) -> None:
        self.sent.append(datagram)

    def receive(self, seconds: float) -> Any:
        return self.sent.pop() if self.sent else None


def test_real_ipsec_protects_what_is_sent_and_verifies_what_comes() -> None:
    setup = subject(load("minimal"), reading("intended"), "home_agent").setup
    security = Scrambled()
    adapter = Mirror()
    update = {"source": "address-foreign-a", "home_address_option": True, "sequence_number": 3}
    system = WireSystem(adapter, setup, quiet=0, security=security)
    ((name, fields),) = system.receives("BindingUpdate", {**update, "protection": "former"})
    assert (name, fields["sequence_number"], fields["protection"]) == ("BindingUpdate", 3, "current")
    assert security.under == ["former"]
    with pytest.raises(Unable, match="no oracle"):
        WireSystem(adapter, setup, quiet=0).receives("BindingUpdate", {**update, "protection": "former"})


@pytest.mark.parametrize("command, words", [
    (["/nowhere/hook"], "No such file"), (["sh", "-c", "echo first >&2; echo no kernel >&2; exit 3"], "no kernel"),
    (["false"], "exit code 1"),
])  # fmt: skip
def test_hook_that_fails_is_told_in_a_line(command: list[str], words: str) -> None:
    with pytest.raises(Unable, match=words) as found:
        CommandHook(command).tell(True)
    assert "\n" not in str(found.value)
