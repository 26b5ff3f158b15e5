"""A suite as a capture: what a probe at the system under test records while the tests run on it.
Each test has a home address of its own, so that a capture tells them apart as it tells UEs apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from generators.adapters.protocol import Answers, Fields, SystemUnderTest
from generators.packets.address_plan import plan_for
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.wire_form import GRANTED, WireForm, form_for
from generators.suites.cases import Suite, TestCase
from generators.suites.running import Result, Session, run_case
from model.addresses import HOME_ADDRESS
from model.language.errors import ModelError
from model.messages import MESSAGES
from model.scenarios import from_data

Timed = tuple[float, bytes]
STEP = 1.0  # seconds from one stimulus to the next
BETWEEN = 60.0  # seconds between tests
TIMERS = {"entry marked invalid": 11.0}  # seconds that pass before it ends


class Recorder:
    """A system under test whose packets are recorded. now: seconds. See `SystemUnderTest`."""

    def __init__(self, system: SystemUnderTest, form: WireForm, now: float) -> None:
        self.system = system
        self.form = form
        self.now = now
        self.packets: list[Timed] = []

    def reset(self, initial: Fields) -> None:
        self.system.reset(initial)

    def happens(self, event: str, fields: Fields) -> Answers:
        return self._answered(GRANTED + STEP if "lifetime ends" in event else STEP, self.system.happens(event, fields))

    def receives(self, message: str, fields: Fields) -> Answers:
        self.now += STEP
        self._record(message, fields)
        return self._answered(0, self.system.receives(message, fields))

    def timer_ends(self, timer: str) -> Answers:
        return self._answered(TIMERS.get(timer, STEP), self.system.timer_ends(timer))

    def decides(self, decision: str) -> Answers:
        return self._answered(STEP, self.system.decides(decision))

    def state(self) -> Fields:
        return self.system.state()

    def _answered(self, seconds: float, answers: Answers) -> Answers:
        self.now += seconds
        for name, fields in answers:
            self.now += STEP / 1000
            self._record(name, fields)
        return answers

    def _record(self, message: str, fields: Fields) -> None:
        self.packets.append((self.now, encode(self.form.packet(message, {**MESSAGES[message].usual, **fields}))))


def recorded(
    suite: Suite, session: Session, cases: Iterable[TestCase] | None = None
) -> list[tuple[Result, list[Timed]]]:
    """Each test's result with the packets that passed. Raises ModelError where a message has no form on the wire."""
    found: list[tuple[Result, list[Timed]]] = []
    now = 0.0
    for number, case in enumerate(suite.cases if cases is None else cases):
        result, recorder = _run(suite, case, session, form_of_test(suite.setup(case), number), now)
        found.append((result, recorder.packets))
        now = recorder.now + BETWEEN
    return found


def _run(suite: Suite, case: TestCase, session: Session, form: WireForm, now: float) -> tuple[Result, Recorder]:
    recorder = Recorder(session.opened(suite.setup(case)), form, now)
    try:
        return run_case(suite, case, replace(session, opened=lambda setup: recorder)), recorder
    except PacketError as error:
        raise ModelError(f'test "{case.identifier}" cannot be captured: {error}') from None


def form_of_test(setup: dict[str, Any], number: int) -> WireForm:
    """The wire form of test `number` (from 0): the usual one, with a home address of its own."""
    scenario = from_data(setup["scenario"], "scenario of the test")
    plan = plan_for(scenario)
    home = plan.home_address + number
    return form_for(scenario, plan=replace(plan, home_address=home, of_name={**plan.of_name, HOME_ADDRESS: home}))
