"""What becomes of a mutant in a scenario, and over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from checker.behaviour import behaviour
from checker.checking import check_scenario
from checker.search import Limits
from checker.verdict import Violated
from generators.changes import of_every_case
from generators.mutation.campaign import Outcome, basis_of, outcomes_of
from generators.mutation.joined import Joined
from generators.mutation.parallel import outcomes, stages_for
from generators.mutation.results import as_record, from_record, scores
from generators.mutation.table_mutants import OPERATORS, all_mutants, table_mutant
from generators.mutation.trial import Fate, Stage
from model.handover import handover
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES


@cache
def minimal() -> Stage:
    return stages_for(["minimal"], "intended")[0]


def outcome_of(identifier: str, stages: Sequence[Stage], limits: Limits = Limits()) -> Outcome:  # noqa: B008
    return outcomes_of([table_mutant(identifier)], stages, limits)[0]


def fate(identifier: str) -> Fate:
    return outcome_of(identifier, [minimal()]).fate


def test_binding_kept_in_spite_of_its_removal_is_killed_by_a_shortest_trace() -> None:
    outcome = outcome_of("ha.keep-state.removal", [minimal()])
    assert outcome.fate is Fate.KILLED
    lengths = [killing.length for killing in outcome.killings if killing.length is not None]
    assert lengths and outcome.killings[0].length == min(
        killing.length for killing in outcome.killings if killing.length is not None and ":" not in killing.property)
    assert any(killing.property.startswith("BIND-") for killing in outcome.killings)


def test_missing_case_of_a_message_is_stillborn() -> None:
    outcome = outcome_of("ha.drop-row.initial-registration", [minimal()])
    assert outcome.fate is Fate.STILLBORN
    assert "no row says what happens on receives BindingUpdate" in outcome.reason


def test_row_that_is_never_taken_is_not_reached() -> None:
    assert fate("ha.keep-state.the-home-address-is-in-use") is Fate.NOT_REACHED


def test_change_without_consequence_is_equivalent() -> None:
    """There is no NAT in the scenario, so it makes no difference what the entry says of one."""
    outcome = outcome_of("ha.drop-effect.initial-registration.nat-found", [minimal()])
    assert outcome.fate is Fate.EQUIVALENT
    assert outcome.same == ("minimal",)


def test_search_cut_short_is_unknown_and_neither_killed_nor_equivalent() -> None:
    stages = stages_for(["minimal"], "intended")
    for identifier in ("ha.keep-state.removal", "ha.drop-effect.initial-registration.nat-found"):
        assert outcome_of(identifier, stages, Limits(states=50)).fate is Fate.UNKNOWN


def test_behaviour_does_not_depend_on_names_of_rows_and_tells_a_lost_effect() -> None:
    scenario, read = load("minimal"), reading("intended")
    right = behaviour(handover(scenario, read))
    assert right is not None
    assert (right.states, right.transitions) == (
        minimal().right.exploration.states, minimal().right.exploration.transitions)
    renamed = handover(scenario, read, of_every_case(
        "ue", "registration acknowledged", lambda item: replace(item, label="another name")))  # fmt: skip
    assert behaviour(renamed) == right
    wrong = behaviour(handover(scenario, read, table_mutant("ha.drop-effect.removal.care-of-address").change))
    assert wrong is not None and wrong.state_set != right.state_set


def test_behaviour_of_too_many_states_is_not_given() -> None:
    assert behaviour(handover(load("minimal"), reading("intended")), Limits(states=100)) is None


def test_right_model_must_have_the_properties_expected_of_it() -> None:
    with pytest.raises(ModelError, match=r'mutants cannot be tried in "minimal": SA-7 should hold of the right model'):
        stages_for(["minimal"], "intended", {"minimal": ["SA-1", "SA-7"]})


@pytest.mark.slow
def test_two_processes_find_what_one_finds() -> None:
    mutants = [entry for entry in all_mutants() if entry.operator == "drop-send"]
    one, two = (
        sorted(outcomes(mutants, ["minimal"], "intended", Limits(), processes=count), key=lambda entry: entry.mutant)
        for count in (1, 2)
    )
    assert one == two


def test_outcome_survives_being_written_down() -> None:
    outcome = outcome_of("ha.keep-state.removal", [minimal()])
    assert from_record(as_record(outcome)) == outcome


@pytest.mark.broad
def test_mutants_tried_together_come_out_as_each_by_itself() -> None:
    """The yardstick: the mutant's own system, compiled and searched alone, and digests of all its steps."""
    names = [
        "ha.keep-state.removal", "ha.drop-effect.initial-registration.nat-found",
        "ue.other-constant.removal-acknowledged-after-all.list-entry-none",
    ]  # fmt: skip
    stage = minimal()
    together = stage.try_([table_mutant(name) for name in names])
    assert len({trial.fate for trial in together}) > 1 and {trial.same for trial in together} >= {True, False}
    for name, trial in zip(names, together, strict=True):
        change = table_mutant(name).change
        alone = check_scenario(stage.scenario, stage.reading, ALL_PROPERTIES, change=change, engine="explicit")
        found = {entry.property.identifier: entry.verdict for entry in alone.judgements
                 if isinstance(entry.verdict, Violated) and entry.property in stage.seen_in_search}
        told = {killing.property: killing.length for killing in trial.killings}
        assert told == {identifier: None if verdict.trace is None else len(verdict.trace.steps)
                        for identifier, verdict in found.items()}
        if not found:
            assert trial.same == (behaviour(alone.system) == behaviour(handover(stage.scenario, stage.reading)))


def test_systems_of_other_variables_are_not_joined() -> None:
    small, large = (handover(load(name), reading("intended")) for name in ("minimal", "liveness"))
    with pytest.raises(ValueError, match="mutants to be joined have the variables"):
        Joined(small, [large])


def test_basis_of_an_outcome_changes_with_what_it_rests_on() -> None:
    stages = [minimal()]
    killed, other = (outcome_of(name, stages) for name in ("ha.keep-state.removal", "ha.no-effect.removal"))
    assert killed.basis == basis_of(killed, table_mutant("ha.keep-state.removal"), stages)
    assert killed.basis != basis_of(killed, table_mutant("ha.no-effect.removal"), stages)
    assert killed.basis != basis_of(replace(killed, killings=killed.killings[:1]),
                                    table_mutant("ha.keep-state.removal"), stages)  # fmt: skip
    assert other.basis


def test_score_counts_unknown_ones_as_not_killed_and_leaves_out_what_cannot_be_killed() -> None:
    records = [from_record({"mutant": str(n), "operator": "drop-row", "fate": word})
               for n, word in enumerate(["killed", "survived", "unknown", "equivalent", "not reached", "stillborn"])]
    of_operator, of_all = scores(records, OPERATORS)
    assert (of_operator.operator, of_all.operator) == ("drop-row", "all")
    assert of_all.killed_share == pytest.approx(1 / 3)
    assert of_all.total == 6
