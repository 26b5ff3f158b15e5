"""An actor's own choices against every choice of its peer: what trying every peer finds."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import HealthCheck, given, settings

from checker.repair.against_peers import AgainstPeers, own_ambiguities, own_menu
from checker.repair.choices import Menu, texts
from checker.repair.failures import Demand
from checker.repair.minimal_sets import minimal_repairs
from checker.repair.reads import Reads
from checker.search import Limits
from model.language.expressions import FALSE, field_of, in_flight, variable
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import System
from model.scenarios import load
from properties.registry import property_called
from tests.agreement.random_systems import systems

FIXED = {"AMB-01": "from-registered"}
FEW = ("ue.AMB-10", "ue.AMB-11", "ue.AMB-32")
PEERS = ("AMB-19", "AMB-22", "AMB-26", "AMB-28")
WANTED = ("SA-1", "SA-6", "BIND-1", "BIND-8")


def few() -> Menu:
    offered = own_menu("ue", "literal", "intended", FIXED, [load("minimal")]).offered
    return Menu("literal", {name: offered[name] for name in FEW}, FIXED)


def demand(scenario: str, *names: str) -> Demand:
    return Demand(load(scenario), tuple(property_called(name) for name in names))


def test_sets_are_those_that_trying_every_peer_finds() -> None:
    wanted, offered = demand("minimal", *WANTED), few()
    examiner = AgainstPeers("ue", offered, [wanted], Limits(), PEERS)
    system = examiner.systems["minimal"]

    def keeps(settled: dict[str, str]) -> bool:
        for values in product(*examiner.peer_choices.values()):
            found = system.explore({**settled, **dict(zip(examiner.peer_choices, values, strict=True))}, Limits())
            assert found.complete
            if any(entry.violation_name in found.sightings for entry in wanted.properties):
                return False
        return True

    sets = [dict(zip(chosen, values, strict=True))
            for size in range(len(FEW) + 1) for chosen in combinations(FEW, size)
            for values in product(*(offered.offered[name] for name in chosen))]  # fmt: skip
    kept = [one for one in sets if keeps(one)]
    smallest = [one for one in kept if not any(other.items() < one.items() for other in kept)]
    found = minimal_repairs(offered, [wanted], examiner)
    assert found.unfinished is None
    assert smallest
    assert sorted(map(texts, found.minimal)) == sorted(map(texts, smallest))


def test_without_any_one_of_its_choices_some_peer_breaks_a_property() -> None:
    wanted = demand("minimal", *WANTED, "SA-5")
    menu = own_menu("ue", "literal", "intended", FIXED, [wanted.scenario])
    examiner = AgainstPeers("ue", menu, [wanted], Limits())
    found = minimal_repairs(menu, [wanted], examiner)
    assert found.unfinished is None and found.minimal
    for choices in found.minimal:
        assert not examiner.failures(wanted, choices)
        for name in choices:
            assert examiner.failures(wanted, {key: value for key, value in choices.items() if key != name})


def test_what_no_choice_of_the_ue_keeps_is_shown_with_the_peer_that_breaks_it() -> None:
    """A home agent that takes the Alternate Care-of Address unchecked stores what the path has made of it."""
    wanted = demand("prefix-translation", "BIND-3")
    menu = own_menu("ue", "literal", "intended", FIXED, [wanted.scenario])
    examiner = AgainstPeers("ue", menu, [wanted], Limits())
    everything = {name: values[0] for name, values in menu.offered.items()}
    (failure,) = examiner.failures(wanted, everything)
    assert failure.against["home_agent.AMB-03"] == "option-wins"
    others = {name: values[0] for name, values in examiner.peer_choices.items()}
    settled = {**everything, **others, **failure.against, "home_agent.AMB-03": "reject"}
    kept = examiner.systems["prefix-translation"].explore(settled, Limits())
    assert kept.complete and failure.property.violation_name not in kept.sightings


def test_an_ambiguity_of_both_actors_is_settled_by_each_for_itself() -> None:
    both = [load("minimal"), load("network-detach")]
    assert {"AMB-06", "AMB-20"} <= set(own_ambiguities("ue", both)) & set(own_ambiguities("home_agent", both))
    assert "AMB-32" not in own_ambiguities("home_agent", both)


def test_what_only_another_scenario_s_tables_ask_for_is_no_choice_here() -> None:
    assert "AMB-34" not in own_ambiguities("ue", [load("minimal")])
    assert "AMB-34" in own_ambiguities("ue", [load("minimal"), load("network-detach")])


def test_a_variable_in_the_condition_of_a_message_is_read_where_that_message_is_in_flight() -> None:
    copied, spent = field_of("flight", "copied"), variable("m0.copies_left") == 0
    asked = in_flight("c1", copied & spent, "Levelled")
    assert Reads("m0.copies_left").within(asked) is in_flight("c1", copied, "Levelled")
    assert Reads("m0.other").within(asked) is FALSE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(systems())
def test_what_is_not_read_makes_no_difference(made: tuple[System, list[Observation]]) -> None:
    system, _ = made
    interpretation = Interpretation(system)
    guards = [action.guard for action in system.actions if not action.takes_message]
    for index, entry in enumerate(system.variables):
        reads = Reads(entry.name)
        for state in list(interpretation.initial_states())[:4]:
            for guard in guards:
                if interpretation.holds(reads.within(guard), state):
                    continue
                for value in entry.domain.values:
                    other = State((*state.values[:index], value, *state.values[index + 1 :]), state.channels)
                    assert interpretation.holds(guard, other) == interpretation.holds(guard, state)
