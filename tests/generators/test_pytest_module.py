"""Generated test modules: what they contain, and what they say of right and wrong systems under test."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from checker.checking import Run, check_scenario
from generators import pytest_module
from generators.adapters.reference import home_agent, ue
from generators.mutants import mutant
from generators.tester_view import role_view
from model.language.errors import ModelError
from model.language.machines import TriggerKind
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.generators.drive import complaint, loaded

ROOT = Path(__file__).resolve().parents[2]
BIND_10 = "ha-removal-refused"
MUTATED = f"""
from generators.adapters.reference import reference
from generators.mutants import mutant

def refuses_removal(setup):
    return reference(setup, "home_agent", mutant("{BIND_10}").change)
"""


@cache
def run_of(identifier: str, scenario: str = "minimal", reading_name: str = "intended", mutated: str = "") -> Run:
    change = mutant(mutated).change if mutated else None
    return check_scenario(
        load(scenario), reading(reading_name), [property_called(identifier)], change=change
    )  # fmt: skip


def source_of(identifier: str, role: str, **more: str) -> str:
    run = run_of(identifier, **more)
    trace = run.trace(identifier)
    assert trace is not None
    return pytest_module.test_module(trace, role, run.scenario, run.reading, property_called(identifier))


def run_pytest(folder: Path, source: str, adapter: str | None = None) -> tuple[int, str]:
    """Exit code and output of pytest on the module in `folder`."""
    (folder / "test_generated.py").write_text(source, encoding="utf-8")
    settings_of_pytest = ("DSMIP_ADAPTER", "CI", "BUILD_NUMBER")  # CI makes pytest repeat reasons in its summary
    environment = {name: value for name, value in os.environ.items() if name not in settings_of_pytest}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(folder)])
    if adapter is not None:
        environment["DSMIP_ADAPTER"] = adapter
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_module_runs_in_an_empty_folder_and_passes_on_the_right_model(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, source_of("BIND-10", "home_agent", mutated=BIND_10))
    assert (code, "1 passed" in output) == (0, True), output


@pytest.mark.broad
def test_module_fails_on_the_mutant_and_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(MUTATED)
    code, output = run_pytest(tmp_path, source_of("BIND-10", "home_agent", mutated=BIND_10), "wrong:refuses_removal")
    assert code == 1
    assert "status is '133 not home agent for this mobile node', expected '0 accepted'" in output


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["no.such.package:home_agent", "generators.adapters.reference:no_such", "nonsense"])
def test_wrong_adapter_name_gives_one_line(tmp_path: Path, name: str) -> None:
    code, output = run_pytest(tmp_path, source_of("BIND-10", "home_agent", mutated=BIND_10), name)
    assert code == 1
    assert output.count(f'no adapter "{name}"') == 1
    assert "Traceback" not in output


@pytest.mark.broad
def test_equal_arguments_give_the_same_bytes() -> None:
    first = source_of("W-F2H", "ue")
    assert first == source_of("W-F2H", "ue")
    command = (
        "from tests.generators.test_pytest_module import source_of; "
        "import sys; sys.stdout.write(source_of('W-F2H', 'ue'))"
    )
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == first


@pytest.mark.parametrize("role", ["ue", "home_agent"])
def test_witness_becomes_a_test_of_either_role(role: str) -> None:
    source = source_of("W-F2H", role)
    assert source.startswith('"""W-F2H: a return to the home link ends with the binding removed.\n')
    assert complaint(source) == ""


def test_module_names_property_requirements_clauses_and_reading() -> None:
    source = source_of("BIND-10", "home_agent", mutated=BIND_10)
    assert "Clause 5.2.3.2 of 3GPP TS 24.303; requirements HA-F2F-01, REF-B4, REF-B6." in source
    assert 'System under test: the home agent. Scenario "minimal", reading "intended".' in source
    assert "BindingUpdate arrives: removal (5.2.3.3; HA-F2H-01" in source


@pytest.mark.broad
def test_module_is_formatted_as_the_project_is(tmp_path: Path) -> None:
    for number, source in enumerate([
        source_of("W-F2H", "ue"), source_of("W-F2H", "home_agent"), source_of("BIND-10", "home_agent", mutated=BIND_10),
        source_of("W-F2H", "home_agent", scenario="association-loss", reading_name="literal"),
    ]):  # fmt: skip
        (tmp_path / f"test_{number}.py").write_text(source)
    rules = ["--isolated", "--line-length", "120"]
    for command in (["check", "--select", "B,C4,E,F,I,PTH,RUF,SIM,UP"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *rules, str(tmp_path)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_reaction_that_another_reading_permits_is_a_failure() -> None:
    """Under the literal reading a removed entry may not be remembered; the intended one demands it."""
    source = source_of("W-F2H", "home_agent")
    assert complaint(source.replace('"reading": "intended"', '"reading": "literal"')) != ""


def test_choice_left_open_by_the_reading_permits_every_alternative() -> None:
    """AMB-29: under the literal reading the Alternate Care-of Address option may be there or not."""
    run = run_of("W-H2F", reading_name="literal")
    trace = run.trace("W-H2F")
    assert trace is not None
    view = role_view(trace, "ue", run.scenario, run.reading)
    updates = [step for step in view.steps if step.permitted[0].answers]
    assert [len(step.permitted) for step in updates] == [2]
    options = {entry.answers[0][1]["alternate_care_of_address"] for entry in updates[0].permitted}
    assert options == {"none", "address-foreign-a"}
    assert view.preferences["AMB-29"] in ("absent", "present")


def test_another_permitted_reaction_ends_the_test_inconclusive() -> None:
    source = source_of("W-H2F", "ue", reading_name="literal")
    assert complaint(source) == ""
    followed, other = ("absent", "present") if '"AMB-29": "absent"' in source else ("present", "absent")
    with pytest.raises(pytest.skip.Exception, match="a permitted reaction"):
        complaint(source.replace(f'"AMB-29": "{followed}"', f'"AMB-29": "{other}"'))


def test_lost_message_is_no_stimulus() -> None:
    run = run_of("LIVE-6", mutated="ue-no-retransmission")
    trace = run.trace("LIVE-6")
    assert trace is not None
    assert any("is lost" in step.action.name for step in trace.steps)
    steps = role_view(trace, "ue", run.scenario, run.reading).steps
    assert {step.stimulus.kind for step in steps} == {TriggerKind.EVENT, TriggerKind.TIMER}
    assert [step.stimulus.name for step in steps if step.stimulus.kind is TriggerKind.TIMER] == ["retransmission"]


def test_unknown_role_gets_the_nearest_name() -> None:
    run = run_of("W-F2H")
    trace = run.trace("W-F2H")
    assert trace is not None
    with pytest.raises(ModelError, match='did you mean "home_agent"'):
        role_view(trace, "home-agent", run.scenario, run.reading)


def test_reference_refuses_what_the_model_does_not_know() -> None:
    setup = loaded(source_of("W-F2H", "home_agent"))["SETUP"]
    system = home_agent(setup)
    with pytest.raises(ModelError, match='did you mean "security_association"'):
        system.reset({"security_asociation": True})
    with pytest.raises(ModelError, match="never starts with"):
        system.reset({"sequence_number": 7})
    with pytest.raises(ModelError, match='did you mean "source"'):
        system.receives("BindingUpdate", {"sorce": "home-address"})
    with pytest.raises(ModelError, match='"lifetime" cannot be 60'):
        system.receives("BindingUpdate", {"lifetime": 60})
    with pytest.raises(ModelError, match='no trigger "timer retransmission"'):
        system.timer_ends("retransmission")
    with pytest.raises(ModelError, match='the adapter for "ue"'):
        ue(setup)


def test_reference_takes_no_notice_of_a_timer_that_does_not_run() -> None:
    system = home_agent(loaded(source_of("W-F2H", "home_agent"))["SETUP"])
    before = system.state()
    assert system.timer_ends("entry marked invalid") == []
    assert system.state() == before
