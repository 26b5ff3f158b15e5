"""A system as a Murphi file for rumur: one rule for each action, a start state for each initial state."""

from __future__ import annotations

from collections.abc import Iterator

from generators.exports.murphi_actions import MurphiAction, claim_text
from generators.exports.murphi_channels import MurphiChannel
from generators.exports.murphi_words import MurphiText, MurphiWords
from generators.exports.names import comment, filled, quoted
from generators.exports.promela import header, initial_states
from generators.exports.subject import Subject
from model.language.domains import describe as describe_domain
from model.language.expressions import FALSE

USE = """
Check it:     rumur --value-type int32_t --deadlock-detection off --output FILE.c FILE
              cc -O3 -march=native -mcx16 -o checker FILE.c -lpthread
              ./checker        (the model may stop anywhere: a deadlock is no error)
rumur counts the states of the model, each initial state among them, and fires as many rules as the model has
transitions. What must occur is a "cover": rumur complains if it is never hit.
""".strip().splitlines()
LEFT_OUT = (
    "Left out, because Murphi has no fairness of groups of rules, and rumur's liveness properties assume none, so that "
    "they would mean something else: the response properties "
)


def murphi(subject: Subject) -> str:
    """The text of the file: properties are invariants and assertions, what must occur is covered."""
    return "\n".join([*_Murphi(subject, observed=False).lines(), ""])


def observed_murphi(subject: Subject) -> str:
    """The same file, with all properties turned into covers: one search counts them all."""
    return "\n".join([*_Murphi(subject, observed=True).lines(), ""])


class _Murphi:
    def __init__(self, subject: Subject, *, observed: bool) -> None:
        self.subject = subject
        self.observed = observed
        self.system = subject.system
        self.words = MurphiWords(subject.system)
        self.initial = initial_states(subject)
        self.channels = {name: MurphiChannel(self.words, record) for name, record in self.words.records.items()}
        self.claims = list(enumerate(subject.claims))

    def lines(self) -> Iterator[str]:
        for line in [*header(self.subject, "Murphi, for rumur"), *USE, *self._left_out()]:
            yield f"-- {line}".rstrip()
        yield ""
        yield from self._types()
        yield from self._variables()
        yield from self._functions()
        yield from self._start()
        for action in self.system.actions:
            claims = [entry for entry in self.claims if action.name in entry[1].seen.in_steps]
            yield from MurphiAction(self.words, self.channels, action, claims, observed=self.observed).lines()
        yield from self._properties()

    def _left_out(self) -> list[str]:
        names = ", ".join(comment(claim.name) for claim in self.subject.responses)
        return filled(f"{LEFT_OUT}{names}.") if names else []

    def _types(self) -> Iterator[str]:
        domains = self.words.enumerations()
        if domains or self.channels:
            yield "type"
        for domain in domains:
            members = ", ".join(self.words.member(domain, member) for member in domain.members)
            yield f"  {self.words.type_name(domain)}: enum {{ {members} }};"
        for channel in self.channels.values():
            yield from channel.types()
        yield ""

    def _variables(self) -> Iterator[str]:
        yield "var"
        for variable in self.system.variables:
            name = self.words.variable(variable.name)
            meaning = f": {variable.meaning}" if variable.meaning else ""
            ghost = "; for properties only" if variable.ghost else ""
            note = comment(f"{variable.name}{meaning} ({describe_domain(variable.domain)}{ghost})")
            yield f"  {name}: {self.words.type_of(variable.domain)};  -- {note}"
        for channel in self.channels.values():
            yield f"  {channel.slots}: array[{channel.place}] of {channel.message_type};"
        yield ""

    def _functions(self) -> Iterator[str]:
        for domain in dict.fromkeys(d for channel in self.channels.values() for d in channel.ordered_domains()):
            name = self.words.names.of(("code", domain), f"place in {domain.name}")
            yield f"function {name}(a: {self.words.type_name(domain)}): 0..{domain.size - 1};"
            yield "begin"
            for code, member in enumerate(domain.members[:-1]):
                yield f"  if a = {self.words.member(domain, member)} then return {code}; end;"
            yield f"  return {domain.size - 1};"
            yield "end;"
        altered = {alter.channel for action in self.system.actions for alter in action.alters}
        for name, channel in self.channels.items():
            used = {action.kind for action in self.system.actions if action.channel == name}
            yield from channel.functions(used, altered=name in altered)

    def _start(self) -> Iterator[str]:
        columns = list(zip(*(state.values for state in self.initial), strict=True))
        open_ones = {index for index, values in enumerate(columns) if len(set(values)) > 1}
        for number, state in enumerate(self.initial):
            values = list(zip(self.system.variables, state.values, strict=True))
            told = [f"{entry.name} = {value}" for index, (entry, value) in enumerate(values) if index in open_ones]
            title = f"{number + 1}: {', '.join(told)}" if told else "the initial state"
            yield f'startstate "{quoted(title)}"'
            yield "begin"
            for variable, value in values:
                yield f"  {self.words.variable(variable.name)} := {self.words.value(value, variable.domain)};"
            yield from (f"  clear {channel.slots};" for channel in self.channels.values())
            yield "end;"
            yield ""

    def _properties(self) -> Iterator[str]:
        for number, claim in self.claims:
            kind = "must occur" if claim.must_occur else "must hold"
            sources = f" [{', '.join(claim.sources)}]" if claim.sources else ""
            yield f"-- {comment(claim.name)} ({kind}): {comment(claim.statement)}{comment(sources)}"
            condition = claim.seen.in_states
            if condition is not None and condition is not FALSE:
                text = claim_text(number, claim, MurphiText(self.words).condition(condition), self.observed)
                yield text.replace("assert", "invariant", 1) if text.startswith("assert") else text
            elif claim.seen.impossible:
                yield "-- ... which nothing in this system could ever decide"
            else:
                yield "-- ... looked at in the rules above"
