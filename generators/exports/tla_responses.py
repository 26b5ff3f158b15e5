"""Response properties in TLA+: a module that extends the system's, so that this one keeps its states, with
fairness over disjunctions of actions. Its variables tell apart what pairs of states do not."""

from __future__ import annotations

from collections.abc import Iterator

from generators.exports.expression_text import Level
from generators.exports.fair_steps import FairSteps, fair_steps, groups_with_steps, said
from generators.exports.names import comment
from generators.exports.promela import header
from generators.exports.subject import ResponseClaim, Subject
from generators.exports.tla import TlaModule
from generators.exports.tla_words import TlaText
from model.language.expressions import FALSE, Expression
from properties.fairness import FairnessGroup, Strength

SUFFIX = "_responses"
AND, OR = " /\\ ", " \\/ "
USE = """
Check it:  java -cp tla2tools.jar tlc2.TLC FILE      (FILE.cfg lies beside it, and the module that it extends)
A run may stop wherever no fair group of steps is possible. WF and SF look at steps that change something: the variable
that turns with every step lets a step count that leaves the system as it was. TLC finds up to twice the states for it,
and more for what is owed after a step.
""".strip().splitlines()


def responses(subject: Subject) -> str:
    """The module; nothing if there is no response property."""
    return "\n".join([*_Responses(subject).lines(), ""]) if subject.responses else ""


def responses_configuration(subject: Subject) -> str:
    """The configuration for TLC; nothing if there is no response property."""
    return "\n".join([*_Responses(subject).configuration(), ""]) if subject.responses else ""


class _Responses:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.system = subject.system
        self.module = TlaModule(subject)
        list(self.module.lines())  # gives all names of the module that is extended
        self.words = self.module.words
        self.turn = self._named("turn", "turn")
        self.all_variables = self._named("all variables", "fair vars")
        self.counts = self._named("counts", "Counts")
        self.specification = self._named("specification", "FairSpec")
        answers = [claim.response for claim in subject.responses]
        self.groups = groups_with_steps(answers, self.system)
        self.always = [group for group in self.groups if all(group in answer.groups for answer in answers)]

    def _named(self, thing: object, wish: str) -> str:
        return self.words.names.of(("response", thing), wish)

    def _group(self, group: FairnessGroup) -> str:
        return self._named(group, f"Some {group.name}")

    def _owed(self, claim: ResponseClaim) -> str:
        return self._named(("owed", claim.name), f"owed {claim.name}")

    def _name(self, claim: ResponseClaim) -> str:
        return self._named(("claim", claim.name), claim.name)

    def lines(self) -> Iterator[str]:
        name = f"{self.subject.file_name}{SUFFIX}"
        owing = [claim for claim in self.subject.responses if claim.response.by]
        yield f"{'-' * 8} MODULE {name} {'-' * 8}"
        for line in [*header(self.subject, "TLA+, for TLC: response properties"), *USE]:
            yield f"\\* {line}".rstrip()
        yield f"EXTENDS {self.subject.file_name}"
        yield ""
        yield "VARIABLES"
        yield f"  {self.turn}{',' if owing else ''}  \\* changes with every step"
        for index, claim in enumerate(owing):
            comma = "," if index < len(owing) - 1 else ""
            yield f"  {self._owed(claim)}{comma}  \\* {comment(claim.name)} was called for"
        yield ""
        added = [self.turn, *(self._owed(claim) for claim in owing)]
        yield f"{self.all_variables} == <<{', '.join([*self.module.variables, *added])}>>"
        yield ""
        yield f"{self.counts} ==  \\* beside any step of the system"
        yield f"  /\\ {self.turn}' = ~{self.turn}"
        for claim in owing:
            yield from self._owing(claim)
        yield ""
        for group in self.groups:
            yield f"\\* {comment(said(group))}"
            yield f"{self._group(group)} =="
            yield "  /\\ " + "\n     ".join(f"\\/ {self._some(steps)}" for steps in fair_steps(group, self.system))
            yield f"  /\\ {self.counts}"
        yield ""
        yield f"{self.specification} =="
        yield "  /\\ Init"
        yield from (f"  /\\ {name} = FALSE" for name in added)
        yield f"  /\\ [][Next /\\ {self.counts}]_{self.all_variables}"
        yield from (f"  /\\ {self._fair(group)}" for group in self.always)
        yield ""
        for claim in self.subject.responses:
            yield from self._claim(claim)
        yield "=" * 40

    def _fair(self, group: FairnessGroup) -> str:
        operator = "WF" if group.strength is Strength.WEAK else "SF"
        return f"{operator}_{self.all_variables}({self._group(group)})"

    def _some(self, steps: FairSteps, condition: str = "") -> str:
        """Some step of these."""
        action = steps.action
        name = self.module.names[action.name]
        if action.channel is None:
            return f"({name} /\\ {condition})" if condition else name
        contents = self.words.contents(action.channel)
        parts = [f"{name}(i)"]
        if steps.copies is not None:
            channel = self.system.channels[self.system.channel_index[action.channel]]
            mark = f"{contents}[i].{self.words.field(channel.copy_mark)}"
            parts.append(mark if steps.copies else f"~{mark}")
        if condition:
            parts.append(condition)
        return f"(\\E i \\in DOMAIN {contents} : " + AND.join(parts) + ")"

    def _owing(self, claim: ResponseClaim) -> Iterator[str]:
        goal = self._condition(claim.response.goal)
        owed = self._owed(claim)
        parts = [owed]
        for action in self.system.actions:
            if action.name in claim.response.by:
                text = TlaText(self.words, action)
                seen = text.condition(claim.response.by[action.name], Level.COMPARISON)
                parts.append(self._some(FairSteps(action, None), seen))
        yield f"  /\\ {owed}' = (~({goal})' /\\ ("
        yield from (f"       \\/ {part}" for part in parts[:-1])
        yield f"       \\/ {parts[-1]}))"

    def _condition(self, expression: Expression) -> str:
        return TlaText(self.words).condition(expression)

    def _claim(self, claim: ResponseClaim) -> Iterator[str]:
        sources = f" [{comment(', '.join(claim.sources))}]" if claim.sources else ""
        yield f"\\* {comment(claim.name)} (must hold): {comment(claim.statement)}{sources}"
        answer = claim.response
        called = []
        if answer.at is not None and answer.at is not FALSE:
            called.append(f"({self._condition(answer.at)})")
        if answer.by:
            called.append(self._owed(claim))
        leads = f"({OR.join(called) or 'FALSE'}) ~> ({self._condition(answer.goal)})"
        more = [group for group in self.groups if group in answer.groups and group not in self.always]
        if more:
            yield f"{self._name(claim)} =="
            yield f"  ({AND.join(self._fair(group) for group in more)}) => ({leads})"
        else:
            yield f"{self._name(claim)} == {leads}"
        yield ""

    def configuration(self) -> Iterator[str]:
        list(self.lines())  # names are given in the order of the module
        yield f"\\* configuration of {self.subject.file_name}{SUFFIX}.tla for TLC"
        yield f"SPECIFICATION {self.specification}"
        yield "CHECK_DEADLOCK FALSE"
        yield from (f"PROPERTY {self._name(claim)}" for claim in self.subject.responses)
