"""Running test cases on a system under test: one verdict for each, whatever the system does, in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from generators.adapters.protocol import Answers, Fields, SystemUnderTest, Value
from generators.adapters.wire_protocol import SystemDown, Unable
from generators.adapters.wire_system import NoPacket
from generators.suites.actor_model import Stimulus
from generators.suites.blame import ANSWER, disregarded
from generators.suites.cases import Permitted, Step, Suite, TestCase
from generators.suites.goals import in_words
from model.language.errors import ModelError
from model.language.machines import TriggerKind
from model.messages import MESSAGES, BindingUpdate

MOST_DOWN = 3  # tests in a row in which the system goes down before the rest is not run


class NotTestable(ModelError):
    """The adapter lacks what every test needs. Says what."""


class Verdict(Enum):
    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # the adapter cannot do what the test needs
    ERROR = "error"  # the system went down


@dataclass(frozen=True)
class Result:
    """What came of a test. step: number of the step that decided (1 is the first), 0 if it is none.

    requirements: that the answer disregards, of the rows that were due. observed: the answers were right, and
    what could be observed of the system's variables was not.
    """

    case: TestCase
    verdict: Verdict
    reason: str = ""
    step: int = 0
    requirements: tuple[str, ...] = ()
    observed: bool = False

    def __str__(self) -> str:
        words = f"{self.case.identifier} {self.verdict.value.upper()}"
        if self.reason:
            words += f", step {self.step}: {self.reason}"
        return words + (f" [{', '.join(self.requirements)}]" if self.requirements else "")


@dataclass(frozen=True)
class Session:
    """Systems to test. opened: a system set up as a test wants it. closed: end whatever runs; the next test gets
    a fresh one."""

    opened: Callable[[dict[str, Any]], SystemUnderTest]
    closed: Callable[[], None]


def run_suite(
    suite: Suite, session: Session, cases: Iterable[TestCase] | None = None, *, observing: bool = True
) -> Iterator[Result]:
    """A result for each case, in order. observing: whether the system's variables count, where they can be seen.

    A system that went down is started anew for the next test; after three in a row the rest is reported by one
    result and not run.
    """
    down = 0
    chosen: Sequence[TestCase] = list(suite.cases if cases is None else cases)
    for number, case in enumerate(chosen):
        result = run_case(suite, case, session, observing=observing)
        down = down + 1 if result.verdict is Verdict.ERROR else 0
        yield result
        if result.verdict is Verdict.ERROR:
            session.closed()
        if down == MOST_DOWN and number + 1 < len(chosen):
            more = len(chosen) - number - 2
            words = f"this and the {more} tests after it were" if more else "this test was"
            yield Result(chosen[number + 1], Verdict.ERROR,
                         f"the system went down in {MOST_DOWN} tests in a row: {words} not run")  # fmt: skip
            return


def run_case(suite: Suite, case: TestCase, session: Session, *, observing: bool = True) -> Result:
    """The verdict of one test. observing: see `run_suite`. Raises NotTestable."""
    number = 0
    try:
        system = session.opened(suite.setup(case))
        system.reset(dict(case.initial))
        belief = 0
        for number, step in enumerate(case.steps, start=1):
            answers = stimulated(system, step.stimulus)
            due = [one for one in step.permitted if one.before == belief]
            seen = _observed(system) if observing and any(one.state for one in due) else {}
            differences = [difference(one, answers, seen) for one in due]
            fitting = [one for one, found in zip(due, differences, strict=True) if not found]
            if not fitting:
                wrong = {name for found in differences for name in found.wrong}
                words = "; or ".join(dict.fromkeys(found.words for found in differences))
                return Result(case, Verdict.FAIL, f"{in_words(step.stimulus)}: {words} ({_rows(due)})", number,
                              disregarded(_requirements(due) or case.requirements, wrong, _update(step)),
                              any(found.observed for found in differences))  # fmt: skip
            belief = fitting[0].after
    except SystemDown as error:
        return Result(case, Verdict.ERROR, f"the system is down: {error}", number)
    except NoPacket as error:
        permitted = case.steps[number - 1].permitted if number else ()
        return Result(case, Verdict.FAIL, str(error), number,
                      disregarded(_requirements(permitted) or case.requirements, {ANSWER}))  # fmt: skip
    except NotTestable:
        raise
    except (Unable, ModelError) as error:
        return Result(case, Verdict.INCONCLUSIVE, str(error), number)
    return Result(case, Verdict.PASS)


def _requirements(due: Sequence[Permitted]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in due for name in one.requirements))


def _update(step: Step) -> Fields | None:
    """The fields of the Binding Update that the step is about, received or due."""
    updates = [answer.fields for one in step.permitted for answer in one.answers if answer.name == BindingUpdate.name]
    if step.stimulus.name == BindingUpdate.name:
        updates.insert(0, step.stimulus.fields)
    return dict(updates[0]) if updates else None


def _rows(due: Sequence[Permitted]) -> str:
    words = []
    for one in due:
        rows = ", ".join(one.rows) or "it takes no notice"
        words.append(f"{rows}, clause {', '.join(one.clauses)}" if one.clauses else rows)
    return "due: " + " or ".join(dict.fromkeys(words))


def stimulated(system: SystemUnderTest, stimulus: Stimulus) -> Answers:
    """What the system answers. Raises Unable for a stimulus of which its adapter knows nothing."""
    fields = dict(stimulus.fields)
    name, *more = {
        TriggerKind.RECEIPT: ("receives", _every_field(stimulus)),
        TriggerKind.TIMER: ("timer_ends",),
        TriggerKind.DECISION: ("decides",),
    }.get(stimulus.kind, ("happens", fields))  # fmt: skip
    method = getattr(system, str(name), None)
    if method is None:
        raise Unable(f'the adapter has no "{name}"')
    answers: Answers | None = method(stimulus.name, *more)
    return answers or []


def _every_field(stimulus: Stimulus) -> Fields:
    """The fields of a message, also those that have their usual value."""
    usual = MESSAGES[stimulus.name].usual if stimulus.kind is TriggerKind.RECEIPT else {}
    return {name: value for name, value in {**usual, **dict(stimulus.fields)}.items() if name != "network"}


def _observed(system: SystemUnderTest) -> Fields:
    return system.state() if hasattr(system, "state") else {}


def same(seen: Value, due: Value) -> bool:
    """Whether a field has the value that is due; of a status the number is enough."""
    if isinstance(seen, int) and isinstance(due, str):
        return due.partition(" ")[0] == str(int(seen)) and not isinstance(seen, bool)
    return seen == due


@dataclass(frozen=True)
class Difference:
    """What tells a reaction from a permitted one. wrong: fields and variables with other values. Falsy: nothing.

    observed: the variables alone tell it.
    """

    words: str = ""
    wrong: tuple[str, ...] = ()
    observed: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)


def difference(due: Permitted, answers: Answers, seen: Fields) -> Difference:
    """What tells the answers, and the variables as they are seen, from the permitted ones."""
    found = answers_differ(due, answers)
    if found:
        return found
    wrong = [(name, value) for name, value in due.state if name in seen and seen[name] != value]
    words = ", ".join(f"{name} is {seen[name]!r}, expected {value!r}" for name, value in wrong)
    return Difference(words, tuple(name for name, _ in wrong), observed=bool(wrong))


def answers_differ(due: Permitted, answers: Answers) -> Difference:
    if [name for name, _ in answers] != [answer.name for answer in due.answers]:
        wanted = [(one.name, dict(one.fields)) for one in due.answers]
        return Difference(f"it sent {_text(answers)}, expected {_text(wanted)}", (ANSWER,))
    wrong = [
        (name, field, seen[field], value)
        for (name, seen), one in zip(answers, due.answers, strict=True)
        for field, value in one.fields
        if field in seen and not same(seen[field], value)
    ]
    words = ", ".join(f"{name}: {field} is {given!r}, expected {value!r}" for name, field, given, value in wrong)
    return Difference(words, tuple(field for _, field, _, _ in wrong))


def _text(answers: Answers) -> str:
    words = []
    for name, fields in answers:
        told = [f"{field} {fields[field]}" for field in ("status", "sequence_number") if field in fields]
        words.append(f"{name} ({', '.join(told)})" if told else name)
    return " and ".join(words) or "nothing"
