"""UE and home agent that read AMB-06 and AMB-20 differently: which pairs register, which agree on the tunnel."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.verdict import Holds
from model.readings import reading
from model.scenarios import from_data, load
from properties.registry import property_called

# home agent, UE -> the UE can be registered from an IPv4-only access without NAT
ENCAPSULATION = {
    ("bare-ipv4", "bare-ipv4"): True,
    ("bare-ipv4", "udp"): False,  # the acknowledgement is not understood
    ("udp", "bare-ipv4"): True,
    ("udp", "udp"): True,
}
# home agent, UE -> they agree on how data is tunnelled
NAT_DETECTION = {
    ("nat-found", "nat-found"): True,
    ("nat-found", "udp-demanded"): True,
    ("udp-demanded", "nat-found"): False,  # F is clear behind a NAT
    ("udp-demanded", "udp-demanded"): True,
}


def holds(identifier: str, ambiguity: str, home_agent: str, ue: str) -> bool:
    choices = [f"home_agent.{ambiguity}={home_agent}", f"ue.{ambiguity}={ue}"]
    run = check_scenario(load("mixed-schools"), reading("intended", choices), [property_called(identifier)])
    assert run.exploration.complete
    return isinstance(run.verdict(identifier), Holds)


@pytest.mark.slow
@pytest.mark.parametrize(("schools", "registers"), ENCAPSULATION.items())
def test_pairs_that_can_register_over_ipv4(schools: tuple[str, str], registers: bool) -> None:
    assert holds("W-IPV4-REGISTERED", "AMB-06", *schools) == registers


@pytest.mark.slow
@pytest.mark.parametrize(("schools", "agree"), NAT_DETECTION.items())
def test_pairs_that_agree_on_the_tunnel(schools: tuple[str, str], agree: bool) -> None:
    assert holds("NAT-8", "AMB-20", *schools) == agree


def reach_each_other(ambiguity: str, home_agent: str, ue: str) -> bool:
    """NAT-6 for a pair that agrees on the other of the two ambiguities, and makes one movement."""
    data = load("liveness-schools").model_dump()
    data["bounds"]["movements"] = 1
    data["cannot_occur"] = {}
    schools = [f"home_agent.{ambiguity}={home_agent}", f"ue.{ambiguity}={ue}"]
    data["choices"] = ["AMB-06=udp", "AMB-20=udp-demanded", *schools]
    run = check_scenario(from_data(data, "a pair"), reading("intended"), [property_called("NAT-6")])
    assert run.exploration.complete and not run.surprises
    return isinstance(run.verdict("NAT-6"), Holds)


@pytest.mark.parametrize(("schools", "expected"), ENCAPSULATION.items())
def test_pairs_that_reach_each_other_however_the_acknowledgement_is_encapsulated(
    schools: tuple[str, str], expected: bool
) -> None:
    assert reach_each_other("AMB-06", *schools) == expected


@pytest.mark.parametrize(("schools", "expected"), NAT_DETECTION.items())
def test_pairs_that_reach_each_other_behind_a_nat(schools: tuple[str, str], expected: bool) -> None:
    assert reach_each_other("AMB-20", *schools) == expected


@pytest.mark.slow
@pytest.mark.parametrize("encapsulation", ENCAPSULATION)
@pytest.mark.parametrize("nat_detection", NAT_DETECTION)
def test_every_pair_of_schools_reaches_each_other_if_it_does_in_both_respects(
    encapsulation: tuple[str, str], nat_detection: tuple[str, str]
) -> None:
    """Both ambiguities at once, two movements: of sixteen pairs nine reach each other (NAT-6)."""
    data = load("liveness-schools").model_dump()
    data["cannot_occur"] = {}
    data["choices"] = [f"{actor}.{ambiguity}={value}"
                       for ambiguity, pair in (("AMB-06", encapsulation), ("AMB-20", nat_detection))
                       for actor, value in zip(("home_agent", "ue"), pair, strict=True)]  # fmt: skip
    run = check_scenario(from_data(data, "a pair"), reading("intended"), [property_called("NAT-6")])
    assert run.exploration.complete and not run.surprises
    assert isinstance(run.verdict("NAT-6"), Holds) == (ENCAPSULATION[encapsulation] and NAT_DETECTION[nat_detection])


def test_a_user_s_choice_goes_before_the_scenario_s() -> None:
    scenario = load("mixed-schools")
    assert reading("intended").completed(scenario.choices).actor_choices["ue", "AMB-20"] == ("nat-found",)
    switched = reading("intended", ["ue.AMB-20=udp-demanded"]).completed(scenario.choices)
    assert switched.actor_choices["ue", "AMB-20"] == ("udp-demanded",)
