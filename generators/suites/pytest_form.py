"""A suite as a pytest module that stands alone next to an adapter: one test, one purpose. It needs pytest and
an adapter (see `adapters/protocol.py`), nothing of this package."""

from __future__ import annotations

from generators.adapters.adapter_process_text import IMPORTS, MACHINERY, VERDICT
from generators.message_calls import CALLS, builder, message_call
from generators.python_text import Call, comment, paragraph, source
from generators.suites.cases import Permitted, Step, Suite, TestCase
from generators.suites.goals import in_words
from model.language.machines import TriggerKind
from model.language.messages import MessageType
from model.messages import MESSAGES

NEVER_SHOWN = ("protection", "network", "repeated")
HEAD = """\
{imports}
import pytest

# The adapter to the system under test; the environment variable DSMIP_ADAPTER names another one.
ADAPTER = "generators.adapters.reference:{role}"
MOST_DOWN = 3  # tests in a row in which the system goes down before the rest is not run


{verdict}@pytest.fixture(scope="module")
def adapter():
    process = AdapterProcess(os.environ.get("DSMIP_ADAPTER") or ADAPTER, verdict)
    yield process
    process.end()


@pytest.fixture
def system(adapter):
    \"\"\"The system under test, by way of its adapter: system(setup) is one that is set up so.\"\"\"
    if adapter.missing:
        pytest.skip("not run: there is no adapter")
    if adapter.down_in_a_row >= MOST_DOWN:
        pytest.skip(f"not run: the system went down in {{MOST_DOWN}} tests in a row")
    before = adapter.down_in_a_row
    yield lambda setup: adapter.system(setup, SETUPS[setup])
    if adapter.down_in_a_row == before:
        adapter.down_in_a_row = 0


class Tester:
    \"\"\"Follows a test. Where the model leaves a choice, what is due depends on what was answered before.\"\"\"

    __test__ = False  # nothing for pytest to collect

    def __init__(self, system, initial):
        self.system = system
        self.belief = 0
        system.reset(initial)

    def receives(self, message, fields):
        return self._done("receives", message, {{"protection": "none", "repeated": False, **fields}})

    def happens(self, event, fields):
        return self._done("happens", event, fields)

    def timer_ends(self, timer):
        return self._done("timer_ends", timer)

    def decides(self, decision):
        return self._done("decides", decision)

    def _done(self, what, *arguments):
        method = getattr(self.system, what, None)
        if method is None:
            pytest.skip(f'the adapter has no "{{what}}"')
        return method(*arguments) or []

    def expect(self, answers, *permitted):
        \"\"\"One of these reactions happened: answers, observable variables, belief before and after.\"\"\"
        __tracebackhide__ = True
        found = [(name, dict(fields)) for name, fields in answers]
        observed = self.system.state() if hasattr(self.system, "state") else {{}}
        complaints = []
        for sends, then, before, after in permitted:
            if before == self.belief:
                words = differences(found, observed, sends, then)
                if not words:
                    self.belief = after
                    return
                complaints.append(words)
        pytest.fail("; or ".join(complaints), pytrace=True)


def sends(*answers, then=None, before=0, after=0):
    \"\"\"A permitted reaction.\"\"\"
    return list(answers), then or {{}}, before, after


def differences(found, observed, wanted, then):
    \"\"\"What tells a reaction from a permitted one, in words; empty if nothing does that can be seen.\"\"\"
    if [name for name, _ in found] != [name for name, _ in wanted]:
        return f"sent {{found or 'nothing'}}, expected {{wanted or 'nothing'}}"
    words = [
        f"{{name}}: {{field}} is {{seen[field]!r}}, expected {{value!r}}"
        for (name, seen), (_, due) in zip(found, wanted, strict=True)
        for field, value in due.items()
        if field in seen and not same(seen[field], value)
    ]
    words += [
        f"{{name}} is {{observed[name]!r}}, expected {{value!r}}"
        for name, value in then.items()
        if name in observed and observed[name] != value
    ]
    return ", ".join(words)


def same(seen, due):
    \"\"\"Whether a field has the value that is due; of a status the number is enough.\"\"\"
    if isinstance(seen, int) and isinstance(due, str):
        return due.partition(" ")[0] == str(seen)
    return seen == due
"""


def pytest_module(suite: Suite) -> str:
    """The source. Equal suites give equal text."""
    about = {"ue": "UE", "home_agent": "home agent"}[suite.role]
    return "\n\n".join([
        f'"""Tests of a {about}, from the model of TS 24.303 clause 5.2: {len(suite.cases)} tests."""\n\n'
        + HEAD.format(role=suite.role, imports=IMPORTS, verdict=VERDICT),
        *(builder(message, NEVER_SHOWN) for message in _messages(suite)),
        *(_test(case) for case in suite.cases),
        f"SETUPS = {source(suite.setups, 0, len('SETUPS = '))}\n",
        MACHINERY,
    ])  # fmt: skip


def _messages(suite: Suite) -> list[MessageType]:
    """The message types that the tests mention."""
    steps = [step for case in suite.cases for step in case.steps]
    named = {step.stimulus.name for step in steps if step.stimulus.kind is TriggerKind.RECEIPT}
    named |= {answer.name for step in steps for one in step.permitted for answer in one.answers}
    return [message for message in MESSAGES.values() if message.name in named]


def _test(case: TestCase) -> str:
    name = case.identifier.replace("-", "_")
    basis = "; ".join(filter(None, [
        f"clause {', '.join(case.clauses)}" if case.clauses else "", ", ".join(case.requirements)]))  # fmt: skip
    title = f"{case.purpose[0].upper()}{case.purpose[1:]}."
    lines = [
        f"def test_{name}(system):",
        paragraph(f'"""{title}', "    ", "    "),
        *(["", paragraph(f"{basis[0].upper()}{basis[1:]}.", "    ", "    ")] if basis else []),
        '    """',
        f"    tester = Tester({source(Call('system', [('', case.setup)]))}, {source(dict(case.initial))})",
    ]
    for number, step in enumerate(case.steps, start=1):
        lines += ["", *_step(number, step)]
    return "\n".join(lines) + "\n"


def _step(number: int, step: Step) -> list[str]:
    rows = dict.fromkeys(", ".join(one.rows) or "it takes no notice" for one in step.permitted)
    words = f"{number}. {in_words(step.stimulus)}: {' or '.join(rows)}"
    call = Call("tester.expect", [("", _stimulus(step)), *(("", _permitted(one)) for one in step.permitted)])
    return [comment(words, 4), "    " + source(call, 4, 4)]


def _stimulus(step: Step) -> Call:
    stimulus = step.stimulus
    if stimulus.kind is TriggerKind.RECEIPT:
        hidden = [(name, value) for name, value in stimulus.fields if name in ("protection", "repeated")]
        shown = message_call(MESSAGES[stimulus.name], dict(stimulus.fields), NEVER_SHOWN)
        shown = Call(shown.function, [*shown.arguments, *((f"{name}=", value) for name, value in hidden)])
        return Call("tester.receives", [("*", shown)])
    arguments: list[tuple[str, object]] = [("", stimulus.name)]
    if stimulus.kind is TriggerKind.EVENT:
        arguments.append(("", dict(stimulus.fields)))
    return Call(f"tester.{CALLS[stimulus.kind]}", arguments)


def _permitted(one: Permitted) -> Call:
    arguments: list[tuple[str, object]] = [
        ("", message_call(MESSAGES[answer.name], dict(answer.fields), NEVER_SHOWN)) for answer in one.answers
    ]
    if one.state:
        arguments.append(("then=", dict(one.state)))
    if one.before:
        arguments.append(("before=", one.before))
    if one.after:
        arguments.append(("after=", one.after))
    return Call("sends", arguments)
