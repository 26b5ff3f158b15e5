"""A system as a Promela file for SPIN: one process, one loop, one indivisible step for each action.
Properties of states are options of the loop, enabled only in a state that breaks them: they add no state."""

from __future__ import annotations

from collections.abc import Iterator

from generators.exports.names import comment, filled, quoted
from generators.exports.promela_actions import PromelaAction
from generators.exports.promela_channels import PromelaChannel
from generators.exports.promela_layout import offset
from generators.exports.promela_responses import USE as RESPONSES_USE
from generators.exports.promela_responses import PromelaResponses
from generators.exports.promela_words import PromelaText, PromelaWords, declared
from generators.exports.subject import Claim, Subject
from model.language.domains import describe as describe_domain
from model.language.errors import ModelError
from model.language.expressions import FALSE
from model.language.interpretation import Interpretation, State

MOST_INITIAL_STATES = 4096
"""Each is written out; a file with more is not readable and SPIN not able to read it."""


def promela(subject: Subject) -> str:
    """The text of the file. Raises ModelError for what Promela cannot say (numbers of more than 31 bits)."""
    return "\n".join([*_Promela(subject).lines(), ""])


def initial_states(subject: Subject) -> list[State]:
    states = Interpretation(subject.system).initial_states()
    if not states:
        raise ModelError(f'"{subject.title}" has no initial state: no combination of initial values is allowed')
    if len(states) > MOST_INITIAL_STATES:
        raise ModelError(
            f'"{subject.title}" has {len(states):,} initial states; at most {MOST_INITIAL_STATES:,} can be exported'
        )
    return states


def additional_states(initial: int) -> int:
    """States that SPIN stores beside the system's: the one in which the initial state is chosen."""
    return 1 if initial > 1 else 0


def additional_transitions(initial: int) -> int:
    """SPIN counts the way to the first state, and each choice of an initial state."""
    return 1 + (initial if initial > 1 else 0)


class _Promela:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.system = system = subject.system
        self.words = words = PromelaWords(system)
        self.initial = initial_states(subject)
        sends = {channel.name: 1 for channel in system.channels}
        for action in system.actions:
            channels = [sending.channel for sending in action.sends]
            for name in channels:
                sends[name] = max(sends[name], channels.count(name))
        self.channels = {
            name: PromelaChannel(words, layout, sends[name]) for name, layout in words.layouts.items()
        }
        self.claims = list(enumerate(subject.claims))
        self.responses = PromelaResponses(words, self.channels, subject.responses)
        self.actions = [
            PromelaAction(words, self.channels, action,
                          [entry for entry in self.claims if action.name in entry[1].seen.in_steps], self.responses)
            for action in system.actions
        ]  # fmt: skip

    def lines(self) -> Iterator[str]:
        bodies = [line for action in self.actions for line in action.lines()]  # tells the temporaries
        yield from self._header()
        yield from self._macros()
        yield from self._enumerations()
        yield from self._variables()
        for channel in self.channels.values():
            yield from channel.declarations()
        yield from self._temporaries()
        yield from self.responses.declarations()
        altered = {alter.channel for action in self.system.actions for alter in action.alters}
        for name, channel in self.channels.items():
            used = {action.kind for action in self.system.actions if action.channel == name}
            yield from channel.macros(used)
            yield from channel.inlines(altered=name in altered)
        yield from bodies
        yield from self._process()
        yield from self.responses.lines()

    # declarations

    def _header(self) -> Iterator[str]:
        yield "/*"
        for line in header(self.subject, "Promela, for SPIN 6"):
            yield f" * {line}".rstrip()
        count = len(self.initial)
        if count > 1:
            told = [
                f"SPIN stores one state more than the model has: the one in which one of {count} initial states is",
                f"chosen. It counts {additional_transitions(count)} transitions more: the way there, {count} choices.",
            ]
        else:
            told = ["SPIN stores as many states as the model has. It counts one transition more: the way to the first."]
        for line in [*told, *USE, *(RESPONSES_USE if self.subject.responses else [])]:
            yield f" * {line}".rstrip()
        yield " */"
        yield ""

    def _macros(self) -> Iterator[str]:
        says, never, sometimes = (self.words.own(n) for n in ("says", "never_in_step", "sometimes_in_step"))
        never_state, sometimes_state = self.words.own("never_in_state"), self.words.own("sometimes_in_state")
        report = "(claim_seen) && !claim -> claim = 1; printf(claim_text)"
        if self.subject.responses:
            yield "#ifdef RESPONSE"
            yield "#define NO_PROPERTIES"
            yield "#endif"
        yield "#ifdef QUIET"
        yield f"#define {says}(said)"
        yield "#else"
        yield f'#define {says}(said) printf(said);'
        yield "#endif"
        yield "#if defined(NO_PROPERTIES)"
        yield f"#define {never}(claim, claim_text, claim_seen)"
        yield f"#define {sometimes}(claim, claim_text, claim_seen)"
        yield "#elif defined(REPORT_ALL)"
        yield "/* compile with -DPRINTF; what is hidden keeps its value when the search goes back */"
        yield f"#define {never}(claim, claim_text, claim_seen) if :: {report} :: else fi;"
        yield f"#define {sometimes}(claim, claim_text, claim_seen) {never}(claim, claim_text, claim_seen)"
        yield f"#define {never_state}(claim, claim_text, claim_seen) {report}"
        yield f"#define {sometimes_state}(claim, claim_text, claim_seen) {report}"
        yield "#else"
        yield f"#define {never}(claim, claim_text, claim_seen) claim = !(claim_seen); assert(claim);"
        yield f"#define {never_state}(claim, claim_text, claim_seen) (claim_seen) -> claim = false; assert(claim)"
        yield "#ifdef WITNESSES"
        yield f"#define {sometimes}(claim, claim_text, claim_seen) {never}(claim, claim_text, claim_seen)"
        yield f"#define {sometimes_state}(claim, claim_text, claim_seen) {never_state}(claim, claim_text, claim_seen)"
        yield "#else"
        yield f"#define {sometimes}(claim, claim_text, claim_seen)"
        yield f"#define {sometimes_state}(claim, claim_text, claim_seen) (false) -> skip"
        yield "#endif"
        yield "#endif"
        yield ""
        yield "/* serial numbers: a is 1 to half - 1 steps ahead of b */"
        difference = "(((a) - (b)) & mask)"
        yield f"#define {self.words.ahead}(a, b, mask, half) ({difference} >= 1 && {difference} < half)"
        yield f"#define {self.words.nothing} 0"
        yield ""

    def _enumerations(self) -> Iterator[str]:
        for domain in self.words.enumerations():
            yield f"/* {comment(domain.name)} */"
            for code, member in enumerate(domain.members):
                name = self.words.member(domain, member)
                plain = f"{domain.name}_{member}"
                yield f"#define {name} {code}" + ("" if name == plain else f"  /* {comment(member)} */")
            yield ""

    def _variables(self) -> Iterator[str]:
        yield "/* the state: variables */"
        first = self.initial[0].values
        for variable, value in zip(self.system.variables, first, strict=True):
            name = self.words.variable(variable.name)
            text = declared(variable.domain, name, variable.name)
            meaning = f": {variable.meaning}" if variable.meaning else ""
            ghost = "; for properties only" if variable.ghost else ""
            values = describe_domain(variable.domain)
            if low := offset(variable.domain):
                values += f", stored as 0 to {variable.domain.size - 1}, {-low} more"
            note = f"{variable.name}{meaning} ({values}{ghost})"
            yield f"{text} = {self.words.code(value, variable.domain)};  /* {comment(note)} */"
        yield ""
        yield "/* the state: messages in flight */"

    def _temporaries(self) -> Iterator[str]:
        yield "/* not part of the state */"
        yield f"hidden byte {self.words.place};"
        yield f"hidden byte {self.words.in_domain};  /* a number lies in its range; the model is wrong if not */"
        for name in dict.fromkeys(name for action in self.actions for name in action.temporaries):
            yield f"hidden int {name};"
        for _, claim in self.claims:
            yield f"hidden byte {self.words.names.of(('claim', claim.name), claim.name)};"
        yield ""

    # the process

    def _process(self) -> Iterator[str]:
        yield "active proctype system() {"
        if len(self.initial) > 1:
            yield from self._choice_of_initial_state()
        yield "end:  /* the model may stop anywhere: no deadlock is an error */"
        yield from self.responses.opens()
        calls = [call for action in self.actions for call in action.calls]
        yield from (f"  :: {call}" for call in calls or ["(false) -> skip"])
        yield from self.responses.closes()
        yield "#ifndef NO_PROPERTIES"
        for number, claim in self.claims:
            yield from self._claim(number, claim)
        yield "#endif"
        yield "  od"
        yield "}"

    def _choice_of_initial_state(self) -> Iterator[str]:
        columns = list(zip(*(state.values for state in self.initial), strict=True))
        open_ones = [index for index, values in enumerate(columns) if len(set(values)) > 1]
        yield "  if"
        for state in self.initial:
            writes = [
                f"{self.words.variable(self.system.variables[index].name)} = "
                f"{self.words.code(state.values[index], self.system.variables[index].domain)}"
                for index in open_ones
            ]
            yield f"  :: d_step {{ {'; '.join(writes)} }}"
        yield "  fi;"

    def _claim(self, number: int, claim: Claim) -> Iterator[str]:
        name = self.words.names.of(("claim", claim.name), claim.name)
        kind = "must occur" if claim.must_occur else "must hold"
        sources = f" [{', '.join(claim.sources)}]" if claim.sources else ""
        yield f"  /* {comment(claim.name)} ({kind}): {comment(claim.statement)}{comment(sources)} */"
        condition = claim.seen.in_states
        if condition is not None and condition is not FALSE:
            macro = self.words.own("sometimes_in_state" if claim.must_occur else "never_in_state")
            seen = PromelaText(self.words).condition(condition)
            yield f'  :: d_step {{ {macro}({name}, "seen: {number} {quoted(claim.name)}\\n", {seen}) }}'
        elif claim.seen.impossible:
            yield "  /* ... which nothing in this system could ever decide */"
        else:
            yield "  /* ... looked at in the steps above */"


USE = """
Find a violation:           spin -o2 -a FILE && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m1000000
  (a shortest one: add -DBFS to gcc; -o2 keeps what only properties read in the state)
Show the run it found:      spin -t -g FILE
Name all that is violated:  spin -o2 -DREPORT_ALL -DQUIET -a FILE, and add -DPRINTF to gcc
Runs that must occur:       spin -o2 -DWITNESSES -a FILE
The state space alone:      spin -o2 -DQUIET -DNO_PROPERTIES -a FILE
Compare counts only where no violation ends the search. With REPORT_ALL there is one transition more for each
property of states that is reported.
""".strip().splitlines()


def header(subject: Subject, language: str) -> list[str]:
    """Lines that say where a file comes from and what to expect of it."""
    found = [f"{subject.title}, exported by dsmip to {language}"]
    for label, text in (subject.origin or {}).items():
        found += filled(f"{label}: {comment(text)}")
    found.append(f"fingerprint of the model: {subject.system.fingerprint}")
    if subject.known is not None:
        known = subject.known
        found.append(
            f"known: {known.states:,} states, {known.transitions:,} transitions, depth {known.depth or 'not known'} "
            "(complete exploration by dsmip)"
        )
    return [*[comment(line) for line in found], ""]

