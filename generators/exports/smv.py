"""A system as an SMV file for NuSMV and nuXmv: an input variable chooses the step, each state variable
says which steps change it. Properties are invariants: of steps, that none is possible that breaks them; response
properties are formulas of linear time."""

from __future__ import annotations

from collections.abc import Iterator

from generators.exports.expression_text import Level
from generators.exports.names import comment
from generators.exports.promela import header, initial_states
from generators.exports.promela_actions import about
from generators.exports.promela_channels import describe
from generators.exports.smv_responses import SmvResponses
from generators.exports.smv_steps import SmvStep
from generators.exports.smv_words import SmvText, SmvWords
from generators.exports.subject import Claim, Subject
from model.language.domains import describe as describe_domain
from model.language.expressions import FALSE, TRUE

USE = """
Check it:           NuSMV FILE        (or nuXmv FILE; -bmc looks for shortest runs)
Count the states:   NuSMV -int FILE, then: go; compute_reachable; print_reachable_states
The step is an input, no part of the state: the reachable states are those of the model. The model may stop anywhere:
the step "nothing happens" repeats the state, so that the transition relation is total.
""".strip().splitlines()


def smv(subject: Subject) -> str:
    """The text of the file."""
    return "\n".join([*_Smv(subject).lines(), ""])


class _Smv:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.system = subject.system
        self.words = SmvWords(subject.system)
        self.steps = [
            SmvStep(self.words, action, position)
            for action in self.system.actions
            for position in range(1 if action.channel is None else self._capacity(action.channel))
        ]

    def _capacity(self, channel: str) -> int:
        return self.words.records[channel].channel.capacity

    def lines(self) -> Iterator[str]:
        for line in [*header(self.subject, "SMV, for NuSMV and nuXmv"), *USE]:
            yield f"-- {line}".rstrip()
        yield "MODULE main"
        yield from self._variables()
        yield "IVAR"
        names = [step.name for step in self.steps] + [self.words.stops]
        yield f"  {self.words.step} : {{"
        yield from (f"    {name}{',' if index < len(names) - 1 else ''}" for index, name in enumerate(names))
        yield "  };"
        yield ""
        yield from self._definitions()
        yield from self._initial()
        yield from self._transitions()
        for claim in self.subject.claims:
            yield from self._claim(claim)
        yield from SmvResponses(self.words, self.steps, self.subject.responses).lines()

    def _variables(self) -> Iterator[str]:
        yield "VAR"
        for variable in self.system.variables:
            meaning = f": {variable.meaning}" if variable.meaning else ""
            ghost = "; for properties only" if variable.ghost else ""
            note = comment(f"{variable.name}{meaning} ({describe_domain(variable.domain)}{ghost})")
            yield f"  {self.words.variable(variable.name)} : {self.words.type_of(variable.domain)};  -- {note}"
        for name, record in self.words.records.items():
            yield f"  -- {comment(name)}: {comment(describe(record.channel))}; in canonical order, empty places last"
            kinds = ", ".join(self.words.constant(message.name) for message in record.channel.messages)
            for position in range(record.channel.capacity):
                yield f"  {self.words.kind(name, position)} : {{{self.words.nothing}, {kinds}}};"
                for place in record.fields:
                    note = f"  -- {comment(place.meaning)}" if place.meaning and position == 0 else ""
                    field = self.words.field(name, position, place)
                    yield f"  {field} : {self.words.type_of(place.domain)};{note}"
        yield ""

    def _definitions(self) -> Iterator[str]:
        yield "DEFINE"
        for step in self.steps:
            if step.position == 0:
                yield f"  -- {comment(step.action.name)}"
                if sources := about(step.action):
                    yield f"  -- {comment(sources)}"
                for note in dict.fromkeys(row.note for row in step.action.rows if row.note):
                    yield f"  -- {comment(note)}"
            yield f"  {step.can} := " + " &\n    ".join(step.guard()) + ";"
            yield from (f"  {name} := {expression};" for name, expression in step.definitions.items())
        yield ""

    def _initial(self) -> Iterator[str]:
        initial_states(self.subject)
        yield "INIT"
        parts = []
        for variable in self.system.variables:
            values = [self.words.value(value, variable.domain) for value in variable.initial]
            name = self.words.variable(variable.name)
            parts.append(f"{name} = {values[0]}" if len(values) == 1 else f"{name} in {{{', '.join(values)}}}")
        for name in self.words.records:
            empty = self.words.empty(name)
            for slot in self.words.slots(name):
                parts.append(f"{slot.kind} = {empty.kind}")
                parts += [f"{slot.fields[field]} = {empty.fields[field]}" for field in slot.fields]
        if self.system.initially is not TRUE:
            parts.append(SmvText(self.words).condition(self.system.initially, Level.COMPARISON))
        yield "  " + " &\n  ".join(parts) + ";"
        yield ""

    def _transitions(self) -> Iterator[str]:
        yield "-- only what can happen is chosen"
        yield "TRANS"
        parts = [f"({self.words.step} = {step.name} -> {step.can})" for step in self.steps]
        yield "  " + (" &\n  ".join(parts) or "TRUE") + ";"
        yield ""
        cases: dict[str, dict[str, list[str]]] = {}
        for step in self.steps:
            for target, value in step.assignments().items():
                cases.setdefault(target, {}).setdefault(value, []).append(step.name)
        yield "ASSIGN"
        for target in self._state():
            if target not in cases:
                yield f"  next({target}) := {target};"
                continue
            yield f"  next({target}) := case"
            for value, names in cases[target].items():
                chosen = f"= {names[0]}" if len(names) == 1 else f"in {{{', '.join(names)}}}"
                yield f"    {self.words.step} {chosen} : {value};"
            yield f"    TRUE : {target};"
            yield "  esac;"
        yield ""

    def _state(self) -> Iterator[str]:
        yield from (self.words.variable(variable.name) for variable in self.system.variables)
        for name in self.words.records:
            for slot in self.words.slots(name):
                yield slot.kind
                yield from slot.fields.values()

    def _claim(self, claim: Claim) -> Iterator[str]:
        kind = "must occur, so this must be false" if claim.must_occur else "must hold"
        sources = f" [{', '.join(claim.sources)}]" if claim.sources else ""
        yield f"-- {comment(claim.name)} ({kind}): {comment(claim.statement)}{comment(sources)}"
        name = self.words.names.of(("claim", claim.name), claim.name)
        if claim.seen.impossible:
            yield f"INVARSPEC NAME {name} := TRUE;  -- nothing in this system could ever decide it"
        elif claim.seen.in_states is not None and claim.seen.in_states is not FALSE:
            yield f"INVARSPEC NAME {name} := !({SmvText(self.words).condition(claim.seen.in_states)});"
        else:
            parts = [
                f"({step.can} & {step.text.condition(claim.seen.in_steps[step.action.name], Level.COMPARISON)})"
                for step in self.steps if step.action.name in claim.seen.in_steps
            ]  # fmt: skip
            yield f"INVARSPEC NAME {name} := !(" + " |\n    ".join(parts) + ");"
