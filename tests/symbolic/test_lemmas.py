"""Lemmas in words, which of them another tells, and the facts that are to blame for what a state can do."""

from __future__ import annotations

import z3

from checker.symbolic.atoms import Atom, Relation, Vocabulary
from checker.symbolic.encoding import Encoding
from checker.symbolic.lemmas import Lemma, Literal
from checker.symbolic.relevance import Relevance
from dsmip.invariant_text import in_groups
from tests.symbolic.stop_and_wait import stop_and_wait

WAITING = Literal(Atom(Relation.IS, "sender.state", 1), True)
SAME = Literal(Atom(Relation.SAME, "sender.number", other="receiver.last"), True)


def within(code: int, positive: bool = True) -> Literal:
    return Literal(Atom(Relation.WITHIN, "sender.number", code), positive)


def words(*denied: Literal) -> str:
    return Lemma(denied).text(Vocabulary(stop_and_wait(4)))


def test_a_lemma_reads_from_what_is_so_to_what_is_so_then() -> None:
    same = Vocabulary(stop_and_wait(4)).text(SAME.atom, True)
    assert words(SAME.opposite, WAITING) == f"sender.state = waiting → {same}"
    assert words(within(2, False), SAME.opposite) == f"sender.number ≤ start + 2 or {same}"
    assert words(within(0)) == "sender.number ≠ start"
    assert words(SAME, WAITING).startswith("sender.state = waiting → sender.number ≠ ")


def test_a_lemma_follows_from_one_that_says_more() -> None:
    most, more = Lemma((within(3, False),)), Lemma((within(4, False),))  # at most start + 3, start + 4
    assert more.follows_from(most) and not most.follows_from(more)
    assert Lemma((within(4, False), WAITING)).follows_from(most)
    assert not most.follows_from(Lemma((within(3, False), WAITING)))
    is_2 = Literal(Atom(Relation.IS, "up[1].kind", 2), True)
    not_1 = Literal(Atom(Relation.IS, "up[1].kind", 1), False)
    assert Lemma((is_2,)).follows_from(Lemma((not_1,))) and not Lemma((not_1,)).follows_from(Lemma((is_2,)))


def test_only_the_facts_to_blame_are_named() -> None:
    encoding = Encoding(stop_and_wait(16))
    vocabulary = Vocabulary(encoding.system)

    def term(literal: Literal) -> z3.BoolRef:
        found = vocabulary.term(literal.atom, encoding)
        return found if literal.positive else z3.Not(found)

    relevance = Relevance(encoding, term)
    state = [within(7), WAITING, SAME]
    assert relevance.facts(state, term(WAITING)) == [WAITING]
    assert set(relevance.facts(state, z3.And(term(SAME), term(within(9)))) or ()) == {SAME, within(7)}
    assert relevance.facts(state, term(within(6))) is None


def test_lemmas_with_one_premise_stand_under_it() -> None:
    assert in_groups(["a → b", "c or d", "x and y → z", "a → c", "never"]) == [
        "never", "c or d", "a →", "  b", "  c", "x and y → z",
    ]  # fmt: skip
