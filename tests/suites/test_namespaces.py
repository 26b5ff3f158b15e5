"""Real packets between network namespaces with an nftables NAT in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from generators.adapters.namespaces import NamespaceAdapter
from generators.adapters.network_namespaces import why_impossible
from generators.adapters.wire_system import WireSystem
from generators.suites.subjects import subject
from model.readings import reading
from model.scenarios import load

pytestmark = pytest.mark.skipif(bool(why_impossible()), reason=why_impossible() or "possible")

UPDATE: dict[str, Any] = {
    "encapsulation": "in UDP", "inner_source": "home address", "protection": "current",
    "source": "mapped-ipv4-nat", "ipv4_care_of_address": "address-ipv4-nat",
}  # fmt: skip


@pytest.fixture(scope="module")
def adapter() -> Iterator[NamespaceAdapter]:
    found = NamespaceAdapter()
    yield found
    found.stop()


@pytest.fixture
def system(adapter: NamespaceAdapter) -> WireSystem:
    setup = subject(load("nat"), reading("intended"), "home_agent").setup
    found = WireSystem(adapter, setup, adapter.plan(setup))
    found.reset({"security_association": True})
    return found


def test_nat_is_detected_and_the_acknowledgement_comes_back_through_it(system: WireSystem) -> None:
    ((name, fields),) = system.receives("BindingUpdate", {**UPDATE, "sequence_number": 1})
    assert name == "BindingAcknowledgement"
    assert fields["status"] == "0 accepted"
    assert fields["nat_detection"] != "absent"
    assert fields["destination"] == "mapped-ipv4-nat"
    assert system.state()["nat_found"] is True
    assert system.state()["care_of_address"] == "mapped-ipv4-nat"


def test_expiry_of_the_mapping_is_found_by_the_next_update(system: WireSystem, adapter: NamespaceAdapter) -> None:
    system.receives("BindingUpdate", {**UPDATE, "sequence_number": 1})
    assert system.state()["care_of_address"] == "mapped-ipv4-nat"
    ((_, fields),) = system.receives("BindingUpdate", {**UPDATE, "source": "remapped-ipv4-nat", "sequence_number": 2})
    assert adapter.mapping == "192.0.2.102"
    assert fields["status"] == "0 accepted"
    assert system.state()["care_of_address"] == "remapped-ipv4-nat"
