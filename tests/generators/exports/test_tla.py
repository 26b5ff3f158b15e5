"""Exported TLA+ is TLA+ by its grammar, and every name it uses is one that it defines, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tree_sitter_tlaplus
from hypothesis import given
from tree_sitter import Language, Node, Parser

from checker.fairness.responses import Response
from generators.exports.formats import FORMATS
from generators.exports.subject import Subject, plain_subject, subject_of
from model.language.observations import Observation
from model.language.systems import System
from model.readings import reading
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES
from tests.agreement.random_systems import systems
from tests.fairness.beacons import STRONG_DELIVERY, TIMERS, beacons, is_guided
from tests.fairness.test_responses_agree import questions
from tests.generators.exports.refereed import some

# the grammar's package hands its language over in the older way
pytestmark = pytest.mark.filterwarnings("ignore:int argument support is deprecated:DeprecationWarning")
STANDARD = {"Len", "SubSeq", "Cardinality", "Int", "Nat", "Seq"}


def nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def parsed(text: str) -> Node:
    return Parser(Language(tree_sitter_tlaplus.language())).parse(text.encode()).root_node


def assert_is_tla(subject: Subject) -> None:
    files = FORMATS["tla"].files(subject, "a_module")
    known = assert_module_is_tla(files["a_module.tla"], files["a_module.cfg"], set())
    assert ("a_module_responses.tla" in files) == bool(subject.responses)
    if subject.responses:
        assert_module_is_tla(files["a_module_responses.tla"], files["a_module_responses.cfg"], known)


def assert_module_is_tla(module: str, configured: str, extended: set[str]) -> set[str]:
    """What it defines at the top. extended: what the module that it extends defines."""
    root = parsed(module)
    wrong = next((node for node in nodes(root) if node.is_error or node.is_missing), None)
    assert wrong is None, f"line {wrong.start_point.row + 1}: {wrong.text!r}"  # type: ignore[union-attr]
    found = list(nodes(root))
    defined = [text(node.child_by_field_name("name")) for node in found if node.type == "operator_definition"]
    declared = [text(node) for part in found if part.type == "variable_declaration"
                for node in part.children if node.type == "identifier"]  # fmt: skip
    at_top = [*extended, *declared, *(text(node.child_by_field_name("name")) for node in root.children[0].children
                                      if node.type == "operator_definition")]  # fmt: skip
    assert len(at_top) == len(set(at_top))
    bound = {text(node) for part in found if part.type in ("quantifier_bound", "recursive_declaration")
             for node in nodes(part) if node.type == "identifier"}  # fmt: skip
    parameters = {text(node) for part in found if part.type == "operator_definition"
                  for node in part.children_by_field_name("parameter") if node.type == "identifier"}  # fmt: skip
    used = {text(node) for node in found if node.type == "identifier_ref" and not is_field_or_module(node)}
    assert used <= {*extended, *defined, *declared, *bound, *parameters, *STANDARD}
    stated = [line.split()[1] for line in configured.splitlines() if line.startswith(("INV", "PROP", "SPEC"))]
    assert stated and set(stated) <= set(at_top)
    return set(at_top)


def is_field_or_module(node: Node) -> bool:
    parent = node.parent
    assert parent is not None
    if parent.type == "record_value":
        return node == parent.children[-1]
    return parent.type in ("except_update_record_field", "extends")


def text(node: Node | None) -> str:
    assert node is not None and node.text is not None
    return node.text.decode()


def test_fairness_is_stated_over_the_steps_of_a_group() -> None:
    subject = plain_subject(beacons(), [], [is_guided(TIMERS, STRONG_DELIVERY)])
    assert_is_tla(subject)
    files = FORMATS["tla"].files(subject, "beacons")
    module = files["beacons_responses.tla"]
    assert "EXTENDS beacons\n" in module
    assert "WF_fair_vars(Some_timers_of_the_beacon)" in module and "SF_fair_vars(Some_delivery)" in module
    assert 'is_guided == ((ship_state # "guided")) ~> (ship_state = "guided")' in module
    assert "PROPERTY is_guided" in files["beacons_responses.cfg"]


@some(10)
@given(questions())
def test_responses_of_random_systems_are_tla(drawn: tuple[System, list[Response]]) -> None:
    system, responses = drawn
    assert_is_tla(plain_subject(system, [], responses))


@pytest.mark.broad
@some(25)
@given(systems())
def test_random_systems_are_tla(drawn: tuple[System, list[Observation]]) -> None:
    assert_is_tla(plain_subject(*drawn))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["minimal", "reordering", "two-ue", "liveness-copies"])
def test_scenarios_are_tla(name: str) -> None:
    assert_is_tla(subject_of(load(name), reading("intended"), ALL_PROPERTIES))


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_all_shipped_scenarios_are_tla(name: str) -> None:
    assert_is_tla(subject_of(load(name), reading("literal"), ALL_PROPERTIES))
