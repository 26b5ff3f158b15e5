"""A suite as TTCN-3-like text, for people of that world: test cases with stimuli, alternatives and verdicts.
It is meant to be read and carried over; templates stand for whole messages."""

from __future__ import annotations

from generators.suites.actor_model import Message
from generators.suites.cases import Permitted, Step, Suite, TestCase
from generators.suites.goals import in_words
from model.language.domains import Value
from model.language.machines import TriggerKind

PORTS = {TriggerKind.RECEIPT: "net", TriggerKind.EVENT: "env", TriggerKind.TIMER: "env", TriggerKind.DECISION: "op"}


def ttcn_module(suite: Suite) -> str:
    """The text. Equal suites give equal text."""
    head = [
        f"// {len(suite.cases)} test cases from the model of TS 24.303 clause 5.2; system under test: {suite.role}",
        f"module dsmip_{suite.role} {{",
        "  timer t_quiet := 0.5;  // silence that counts as no answer",
        "",
    ]
    return "\n".join([*head, *(_case(case) for case in suite.cases), "}", ""])


def _case(case: TestCase) -> str:
    lines = [
        f"  // purpose: {case.purpose}",
        f"  // requirements: {', '.join(case.requirements) or 'none'}; clause: {', '.join(case.clauses) or 'none'}",
        f"  // precondition: set-up {case.setup}" + "".join(f", {name} = {value}" for name, value in case.initial),
        f"  testcase tc_{case.identifier.replace('-', '_')}() runs on Tester {{",
        "    var integer belief := 0;",
    ]
    for step in case.steps:
        lines += _step(step)
    return "\n".join([*lines, "    setverdict(pass);", "  }", ""])


def _step(step: Step) -> list[str]:
    stimulus = step.stimulus
    fields = ", ".join(f"{name} := {_value(value)}" for name, value in stimulus.fields)
    lines = [
        f"    // {in_words(stimulus)}",
        f"    {PORTS[stimulus.kind]}.send({_identifier(stimulus.name)}:{{ {fields} }});",
        "    t_quiet.start;",
        "    alt {",
    ]
    for one in step.permitted:
        lines += _alternative(one)
    return [
        *lines,
        "      [] net.receive { setverdict(fail); stop; }",
        "      [] t_quiet.timeout { setverdict(fail); stop; }",
        "    }",
    ]  # fmt: skip


def _alternative(one: Permitted) -> list[str]:
    rows = ", ".join(one.rows) or "takes no notice"
    guard = f"[belief == {one.before}]"
    then = f"{{ belief := {one.after}; }}  // {rows}"
    if not one.answers:
        return [f"      {guard} t_quiet.timeout {then}"]
    first, *others = one.answers
    received = [f"      {guard} net.receive({_template(first)}) {{"]
    received += [f"        net.receive({_template(other)});" for other in others]
    return [*received, f"        belief := {one.after}; }}  // {rows}"]


def _template(answer: Message) -> str:
    fields = ", ".join(f"{name} := {_value(value)}" for name, value in answer.fields if name != "protection")
    return f"{_identifier(answer.name)}:{{ {fields} }}"


def _identifier(text: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in text)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"' + value.replace('"', '""') + '"'
