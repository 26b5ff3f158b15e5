"""A trace as a pytest module: one test for one role, readable by whoever tests a product with it.
The module needs pytest and an adapter (see `adapters/protocol.py`), nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from checker.trace import Trace
from generators.adapters.adapter_process_text import IMPORTS, MACHINERY, VERDICT
from generators.adapters.protocol import Answers, Fields
from generators.message_calls import CALLS, builder, message_call
from generators.python_text import Call, Name, comment, paragraph, source
from generators.tester_view import Permitted, RoleStep, RoleView, Stimulus, role_view
from model.language.machines import TriggerKind
from model.language.messages import MessageType
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Property

ROLES = {"ue": "the UE", "home_agent": "the home agent"}
ADAPTER = """\
# The adapter to the system under test; the environment variable DSMIP_ADAPTER names another one.
ADAPTER = "generators.adapters.reference:{role}"
"""
JUDGING = '''\
@pytest.fixture
def system():
    """The system under test, by way of its adapter."""
    process = AdapterProcess(os.environ.get("DSMIP_ADAPTER") or ADAPTER, verdict)
    yield process.system("", SETUP)
    process.end()


def expect(system, answers, sends=(), then=None, or_else=()):
    """The answers are `sends`, and what the adapter can observe agrees with `then`.

    or_else: other reactions that the specification permits; with one of these the test ends, inconclusive.
    """
    __tracebackhide__ = True
    found = [(name, dict(fields)) for name, fields in answers]
    observed = system.state() if hasattr(system, "state") else {}
    complaints = [differences(found, observed, list(sends), then or {})]
    complaints += [differences(found, observed, list(other), state) for other, state in or_else]
    if complaints[0] and not all(complaints):
        pytest.skip("a permitted reaction, but not the one that this test goes on from")
    if complaints[0]:
        pytest.fail("; or ".join(complaints), pytrace=True)


def differences(found, observed, sends, then):
    """What tells a reaction from an expected one, in words; empty if nothing does."""
    words = []
    if [name for name, _ in found] != [name for name, _ in sends]:
        words.append(f"sent {text(found)}, expected {text(sends)}")
    else:
        for (name, seen), (_, wanted) in zip(found, sends, strict=True):
            words += [
                f"{name}: {field} is {seen.get(field)!r}, expected {value!r}"
                for field, value in wanted.items()
                if seen.get(field) != value
            ]
    words += [
        f"{name} is {observed[name]!r}, expected {value!r}"
        for name, value in then.items()
        if name in observed and observed[name] != value
    ]
    return ", ".join(words)


def text(messages):
    return " and ".join(f"{name} {fields}" for name, fields in messages) or "nothing"
'''


def test_module(trace: Trace, role: str, scenario: Scenario, reading: Reading, property_: Property) -> str:
    """The source of a pytest module that drives `role` ("ue" or "home_agent") through `trace`.

    What it expects is what `scenario` under `reading` permits, not what the trace's system did. Equal
    arguments give equal text. Raises ModelError if no step concerns the role.
    """
    view = role_view(trace, role, scenario, reading)
    setup = {
        "role": role,
        "scenario": scenario.model_dump(mode="json"),
        "reading": reading.name,
        "choices": reading.switched_texts,
        "preferences": dict(view.preferences),
    }
    messages = _messages(view)
    return "\n\n".join([
        _docstring(role, scenario, reading, property_) + f"\n{IMPORTS}\nimport pytest\n\n" + ADAPTER.format(role=role),
        _test(view, property_, messages),
        *(builder(message, ("network", "repeated")) for message in messages.values()),
        VERDICT + JUDGING,
        f"SETUP = {source(setup, 0, len('SETUP = '))}\n",
        MACHINERY,
    ])  # fmt: skip


test_module.__test__ = False  # type: ignore[attr-defined]  # not a test itself, whoever imports it


def _docstring(role: str, scenario: Scenario, reading: Reading, property_: Property) -> str:
    switched = f" with {', '.join(reading.switched_texts)}" if reading.switched_texts else ""
    basis = f"Clause {property_.clause} of 3GPP TS 24.303; " if property_.clause else ""
    lines = [
        paragraph(f'"""{property_.identifier}: {property_.statement}.'),
        "",
        paragraph(f"{basis}requirements {', '.join(property_.requirements) or 'none'}."),
        paragraph(f'System under test: {ROLES[role]}. Scenario "{scenario.name}", reading "{reading.name}"{switched}.'),
        '"""',
    ]
    return "\n".join(lines) + "\n"


def _messages(view: RoleView) -> dict[str, MessageType]:
    """The message types that the test mentions, in the system's order."""
    named = {step.stimulus.name for step in view.steps if step.stimulus.kind is TriggerKind.RECEIPT}
    named |= {name for step in view.steps for entry in step.permitted for name, _ in entry.answers}
    known = (message for channel in view.system.channels for message in channel.messages)
    return {message.name: message for message in known if message.name in named}


def _test(view: RoleView, property_: Property, messages: Mapping[str, MessageType]) -> str:
    name = "".join(letter if letter.isalnum() else "_" for letter in property_.identifier.lower())
    lines = [
        f"def test_{name}_{view.role}(system):",
        paragraph(f'"""{property_.statement[0].upper()}{property_.statement[1:]}."""', "    ", "    "),
        "    " + source(Call("system.reset", [("", dict(view.initial))]), 4, 4),
    ]
    for number, step in enumerate(view.steps, start=1):
        lines += ["", *_step(number, step, messages)]
    return "\n".join(lines) + "\n"


def _step(number: int, step: RoleStep, messages: Mapping[str, MessageType]) -> list[str]:
    first, *others = step.permitted
    lines = [comment(f"{number}. {_sentence(step.stimulus)}: {_because(first)}", 4)]
    lines += [comment(f"or: {_because(entry)}", 4) for entry in others]
    arguments: list[tuple[str, object]] = [("", Name("system")), ("", _stimulus(step.stimulus, messages))]
    if first.answers:
        arguments.append(("sends=", _answers(first.answers, messages)))
    if first.state:
        arguments.append(("then=", dict(first.state)))
    if others:
        arguments.append(("or_else=", [(_answers(entry.answers, messages), dict(entry.state)) for entry in others]))
    return [*lines, "    " + source(Call("expect", arguments), 4, 4)]


def _sentence(stimulus: Stimulus) -> str:
    match stimulus.kind:
        case TriggerKind.RECEIPT:
            return f"{stimulus.name} arrives"
        case TriggerKind.TIMER:
            return f'the timer "{stimulus.name}" ends'
        case TriggerKind.DECISION:
            return f'asked to "{stimulus.name}"'
        case _:
            return stimulus.name


def _because(entry: Permitted) -> str:
    """The row that permits a reaction, with its source."""
    if entry.row is None:
        return "it takes no notice"
    source = "; ".join(filter(None, [entry.row.clause, ", ".join(entry.row.requirements)]))
    return f"{entry.row.title}" + (f" ({source})" if source else "")


def _stimulus(stimulus: Stimulus, messages: Mapping[str, MessageType]) -> Call:
    call = f"system.{CALLS[stimulus.kind]}"
    match stimulus.kind:
        case TriggerKind.RECEIPT:
            return Call(call, [("*", _message(stimulus.name, stimulus.fields, messages))])
        case TriggerKind.EVENT:
            return Call(call, [("", stimulus.name), ("", dict(stimulus.fields))])
        case _:
            return Call(call, [("", stimulus.name)])


def _answers(answers: Answers, messages: Mapping[str, MessageType]) -> list[Call]:
    return [_message(name, fields, messages) for name, fields in answers]


def _message(name: str, fields: Fields, messages: Mapping[str, MessageType]) -> Call:
    return message_call(messages[name], fields)
