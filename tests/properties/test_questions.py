"""Questions: what they mean, and that nonsense is named by its column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.checking import check_scenario
from checker.verdict import word
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.handover import handover
from model.language.expressions import TRUE, Expression, after, in_flight, negation, receives, sends
from model.messages import Lifetime, sent_update
from model.readings import reading
from model.scenarios import load
from model.ue_variables import Link, UeState
from properties import terms
from properties.kinds import Kind
from properties.question_words import QuestionError
from properties.questions import names_of, question

SYSTEM = handover(load("minimal"), reading("intended"))
state = ue.ue.state


@pytest.mark.parametrize("text, kind, whenever, then", [
    ("reachable ue.state = registered", Kind.WITNESS, TRUE, state == UeState.REGISTERED),
    ("ue.state = 'at home' and not bound", Kind.WITNESS, TRUE, (state == UeState.AT_HOME) & ~terms.bound),
    ("ue.state is at-home", Kind.WITNESS, TRUE, state == UeState.AT_HOME),
    ("ue.state is not at_home or bound", Kind.WITNESS, TRUE, (state != UeState.AT_HOME) | terms.bound),
    ("always registered implies bound", Kind.INVARIANT, TRUE, terms.registered.implies(terms.bound)),
    ("never bound", Kind.INVARIANT, TRUE, negation(terms.bound)),
    ("when quiescent: not bound or registered", Kind.INVARIANT, terms.quiescent, ~terms.bound | terms.registered),
    ("after receives BindingUpdate: bound", Kind.STEP, receives("BindingUpdate"), after(terms.bound)),
    ("when sends BindingUpdate: sent.lifetime = zero", Kind.STEP, sends("BindingUpdate"),
     sent_update.lifetime == Lifetime.ZERO),
    ("ue.detected_link' = foreign", Kind.WITNESS, TRUE, after(ue.detected_link) == Link.FOREIGN),
    ("ue.sequence_number is ahead of home_agent.sequence_number", Kind.WITNESS, TRUE,
     ue.sequence_number.is_ahead_of(ha.sequence_number)),
    ("ue.sequence_number = home_agent.sequence_number + 1", Kind.WITNESS, TRUE,
     ue.sequence_number == ha.sequence_number + 1),
    ("in flight BindingUpdate where (lifetime = zero)", Kind.WITNESS, TRUE,
     in_flight("uplink", (sent_update.lifetime == Lifetime.ZERO), "BindingUpdate")),
    ("ue.retransmissions_left >= 1", Kind.WITNESS, TRUE, ue.retransmissions_left >= 1),
    ("ue.state is one of (registered, abandoned)", Kind.WITNESS, TRUE,
     state.is_one_of(UeState.REGISTERED, UeState.ABANDONED)),
])  # fmt: skip
def test_a_question_means_what_it_says(text: str, kind: Kind, whenever: Expression, then: Expression) -> None:
    made = question(text, SYSTEM).property
    assert made.kind is kind
    assert made.whenever is whenever
    if "in flight" not in text:
        assert made.then is then
    else:
        assert str(made.then) == "BindingUpdate on uplink with flight.lifetime = zero"


@pytest.mark.parametrize("text, column, words", [
    ("", 1, "nothing is asked"),
    ("ue.stat = home", 1, 'did you mean "ue.state"'),
    ("reachable ue.state = registred", 22, 'did you mean "registered"'),
    ("reachable ue.state =", 21, "the question ends"),
    ("always (bound", 14, "is needed, not the end"),
    ("sends BindingUpdat", 7, 'did you mean "BindingUpdate"'),
    ("ue.sequence_number < 3", 20, "is ahead of"),
    ("ue.sequence_number = 99", 22, "impossible here"),
    ('bound = "x"', 9, '"x" in quotes is a value, and "bound" is true or false'),
    ('"x" = registered', 1, '"x" in quotes is a value, and "registered" is true or false'),
    ('"x"', 1, "compare a name with it"),
    ('"x" = "y"', 1, "compare a name with it"),
    ("bound and and", 11, "stands where a name"),
    ("bound bound", 7, "is not expected here"),
    ("ue.state", 1, "compare it with something"),
    ("ue.state = home_agent.sequence_number", 12, "is sequence_number"),
    ("after bound: bound", 7, "after what step"),
    ("event movment", 7, 'did you mean "movement"'),
    ("bound and @", 11, '"@" has no meaning'),
    ("received.statu = 135", 1, 'did you mean "status"'),
    ("foo", 1, "--names"),
    ("(" * 40 + "bound", 31, "parentheses"),
    ("bound and " * 300 + "bound", 2000, "at most 2000"),
    ("after event movement: in flight BindingUpdate", 23, "channels cannot be looked at"),
])  # fmt: skip
def test_nonsense_is_named_by_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(QuestionError, match=words) as caught:
        question(text, SYSTEM)
    assert caught.value.column == column


VOCABULARY = ["reachable", "always", "when", "after", ":", "and", "or", "not", "(", ")", "=", "<", "is", "one", "of",
              "ahead", "+", ",", "ue.state", "registered", "bound", "ue.sequence_number", "3", "135", "'at home'",
              "sends", "receives", "BindingUpdate", "sent.lifetime", "zero", "in", "flight", "where", "event",
              "movement", "implies", "true", "ue.state'"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_question_or_a_question_error(text: str) -> None:
    try:
        made = question(text, SYSTEM)
    except QuestionError as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert made.text == text


def test_every_name_that_is_listed_can_be_used() -> None:
    for name, values, _ in names_of(SYSTEM):
        if " or received." not in name:
            question(name if values in ("true or false", "a step") else f"{name} = {name}", SYSTEM)


@pytest.mark.parametrize("text, reading_name, expected", [
    ("when at_home and quiescent: not bound", "literal", "violated"),
    ("when at_home and quiescent: not bound", "intended", "holds"),
    ("reachable registered and bound", "intended", "holds"),
    ("reachable registered and not bound", "intended", "violated"),
])  # fmt: skip
def test_a_question_is_answered_as_a_property_is(text: str, reading_name: str, expected: str) -> None:
    asked = question(text, SYSTEM).property
    assert word(check_scenario(load("minimal"), reading(reading_name), [asked]).verdict("question")) == expected
