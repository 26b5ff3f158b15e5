"""What a status makes the UE do, beyond what mutants show."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.verdict import Holds, Violated
from generators.changes import changing
from model import ue_variables as ue
from model.home_agent_answers import BindingState, sequence_number
from model.language.errors import ModelError
from model.language.expressions import after
from model.messages import Lifetime, Status, sent_acknowledgement, update
from model.readings import reading
from model.scenarios import from_data, load
from properties.kinds import step_property, witness
from properties.registry import property_called
from properties.terms import genuine_update, ha_state, receives_update, sends_acknowledgement


def test_a_ue_that_renews_before_it_learns_the_prefixes_is_found_out() -> None:
    hasty = changing("ue", "renews the binding before it ends", when=ue.refreshes_left > 0)
    right, wrong = (
        check_scenario(load("statuses"), reading("intended"), [property_called("BIND-19")], change=change)
        for change in (None, hasty)
    )
    assert isinstance(right.verdict("BIND-19"), Holds)
    assert isinstance(wrong.verdict("BIND-19"), Violated)


def test_a_detach_whose_association_ends_is_given_up_and_not_repeated() -> None:
    data = load("minimal").model_dump()
    data["ue"]["may_detach"] = True
    data["bounds"]["security_association_ends"] = 1
    data["cannot_occur"] = {}
    run = check_scenario(from_data(data, "a detach"), reading("intended"), [property_called("SA-1")])
    assert ("ue", "association lost, detach given up") not in run.dead_rows
    assert isinstance(run.verdict("SA-1"), Holds)


@pytest.mark.slow
def test_a_registration_of_another_type_is_not_refused_while_duplicates_are_looked_for() -> None:
    data = load("address-detection").model_dump()
    data["home_agent"]["refuses"] = "139"
    data["bounds"]["movements"] = 1
    data["cannot_occur"] = {}
    run = check_scenario(from_data(data, "another type"), reading("intended"), [property_called("BIND-46")])
    assert isinstance(run.verdict("BIND-46"), Holds)


@pytest.mark.slow
def test_the_update_without_f_starts_lifetime_and_timer_anew() -> None:
    data = load("lifetimes").model_dump()
    data["networks"] = [{"name": "home", "family": "ipv6", "home": True}, {"name": "ipv4-only", "family": "ipv4"}]
    data["bounds"]["movements"] = 1
    data["ue"]["forces_udp"] = True
    data["cannot_occur"] = {}
    run = check_scenario(from_data(data, "F with a clock"), reading("intended"), [property_called("BIND-54")])
    assert ("ue", "UDP is not forced, asked again without F") not in run.dead_rows
    assert isinstance(run.verdict("BIND-54"), Holds)


def test_a_removal_that_meets_no_binding_is_refused_however_often_it_is_repeated() -> None:
    """RFC 6275, 10.3.2: 133; what is remembered of the first one is no binding that was removed (AMB-26)."""
    again = witness(
        "W-REFUSED-AGAIN", "a removal is refused, and the next one", requirements=["REF-B11"], clause="5.2.3.3",
        step=receives_update & (ha_state == BindingState.REMOVAL_REFUSED) & (update.lifetime == Lifetime.ZERO)
        & sends_acknowledgement & (sent_acknowledgement.status == Status.NOT_HOME_AGENT)
        & (after(ha_state) == ha_state),
    )
    never = step_property(
        "S-REFUSED-AGAIN", "nothing else answers it", requirements=["REF-B11"], clause="5.2.3.3",
        whenever=receives_update & genuine_update & (ha_state == BindingState.REMOVAL_REFUSED)
        & (update.lifetime == Lifetime.ZERO) & update.sequence_number.is_ahead_of(sequence_number),
        then=sends_acknowledgement & (sent_acknowledgement.status == Status.NOT_HOME_AGENT),
    )
    run = check_scenario(load("minimal"), reading("intended"), [again, never])
    assert [isinstance(run.verdict(name), Holds) for name in ("W-REFUSED-AGAIN", "S-REFUSED-AGAIN")] == [True, True]


def test_a_clock_without_renewals_is_an_error_of_the_scenario() -> None:
    data = load("lifetimes").model_dump()
    data["bounds"]["refreshes"] = 0
    with pytest.raises(ModelError, match="a clock needs bounds"):
        from_data(data, "no renewals")
