"""Names that are keywords, end comments or strings, or differ only in signs come out safe and different."""

from __future__ import annotations

from enum import Enum
from functools import partial

import pytest

from generators.exports.names import Names, comment, identifier, quoted
from generators.exports.smv import smv
from generators.exports.subject import plain_subject
from generators.referees.rumur import ask_rumur
from generators.referees.spin import ask_spin
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Sizes
from model.language.expressions import TRUE, variable
from model.language.flattening import compose
from model.language.machines import Machine, decision, receipt, send
from model.language.messages import Channel, MessageType, field, received
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System
from tests.generators.exports.refereed import Ask, assert_referee_agrees, needs
from tests.generators.exports.smv_reader import explored
from tests.generators.exports.test_abc_agrees import assert_abc_agrees
from tests.generators.exports.test_tla import assert_is_tla

MEMBERS = ('a"b', "a b", "a-b", "a_b", "*/ do", "(* nested", "<script>alert(1)</script>", "--", "active", "%s%n",
           "back\\slash\\", "two\nlines", "ü", "1", "====", "linux")  # fmt: skip


class State(Enum):
    RULE = "rule"
    END = "end"


def hostile() -> tuple[System, list[Observation]]:
    domain = Enumeration("enum", MEMBERS)
    message = MessageType("MODULE", {
        "static": field(domain, MEMBERS[0], "*/ } active proctype evil() { assert(false) } /*"),
        "copied": field(BOOLEAN, False, "line\nbreak"), "type": field(Integer(-1, 1), 0, '"'),
    })  # fmt: skip
    line = Channel("chan", (message,), "room", "static", "copied", "on", "on", "on", "do.if", {}, {}, TRUE)
    machine = Machine("do", State, State.RULE)
    machine.variable("if", Integer(0, 1), initial=1, meaning="copies */ left \\")
    word = machine.variable("x-y", domain, initial=[MEMBERS[0], MEMBERS[4]])
    other = machine.variable("x_y", BOOLEAN)
    machine.transition('od; "quoted" \\', trigger=decision("*/"), source=State.RULE, dest=State.END,
                       then=[other.becomes(~other), send(message(static=word, type=-1), on=line)])  # fmt: skip
    machine.transition("(* -- %d", trigger=receipt(message), source=list(State), dest=State.RULE,
                       then=[word.becomes(received(message).static)])  # fmt: skip
    system = compose("rm -rf *; MODULE", [machine], [line], Binding(Sizes(bounds={"room": 2}), {"on": True}))
    observations = [
        observe_states('"*/ never', (word == MEMBERS[4]) & other, system),
        observe_steps("skip\nod", variable("do.x_y"), system),
    ]
    return system, observations


@pytest.mark.parametrize("ask", [
    pytest.param(partial(ask_spin, optimise="-O0"), marks=needs("spin", "gcc"), id="spin"),
    pytest.param(partial(ask_rumur, optimise="-O0"), marks=needs("rumur", "gcc"), id="rumur"),
])  # fmt: skip
def test_referees_read_hostile_names(ask: Ask) -> None:
    ours = assert_referee_agrees(ask, *hostile())
    assert ours.states > 10


@needs("yosys", "berkeley-abc")
def test_yosys_and_abc_read_hostile_names() -> None:
    assert_abc_agrees(*hostile())


def test_hostile_names_make_good_smv() -> None:
    system, observations = hostile()
    assert explored(smv(plain_subject(system, observations))).states > 10


@pytest.mark.filterwarnings("ignore:int argument support is deprecated:DeprecationWarning")
def test_hostile_names_make_good_tla() -> None:
    assert_is_tla(plain_subject(*hostile()))


def test_names_that_are_alike_become_different() -> None:
    names = Names(["if"])
    assert [names.of(text, text) for text in ("a-b", "a b", "A_B", "if", "", "7", "a-b")] == [
        "a_b", "a_b_2", "A_B_3", "if_2", "n", "n_7", "a_b",
    ]  # fmt: skip
    assert identifier("x" * 500) == "x" * 90


@pytest.mark.parametrize("hostile_text", ["*/", "/*", "(*", "*)", "a\nb", "--x", "\\", "a\\\n", "====", "*\n/"])
def test_comments_cannot_be_left(hostile_text: str) -> None:
    safe = comment(hostile_text)
    assert not any(mark in safe for mark in ("*/", "/*", "(*", "*)", "\n", "--", "===="))
    assert not safe.endswith("\\")


def test_strings_cannot_be_left() -> None:
    assert quoted('a"b\\n%s\n') == "a'b/n percents"
