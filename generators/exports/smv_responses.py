"""Response properties in SMV: formulas of linear time with the fairness in them, because it speaks of steps,
which are inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generators.exports.expression_text import Level
from generators.exports.fair_steps import FairSteps, fair_steps, groups_with_steps, said
from generators.exports.names import comment
from generators.exports.smv_steps import SmvStep
from generators.exports.smv_words import SmvText, SmvWords
from generators.exports.subject import ResponseClaim
from model.language.expressions import FALSE
from properties.fairness import FairnessGroup, Strength


class SmvResponses:
    """steps: all steps of the file."""

    def __init__(self, words: SmvWords, steps: Sequence[SmvStep], claims: Sequence[ResponseClaim]) -> None:
        self.words = words
        self.steps = steps
        self.claims = claims
        self.groups = groups_with_steps([claim.response for claim in claims], words.system)

    def lines(self) -> Iterator[str]:
        if self.groups:
            yield "DEFINE"
        for group in self.groups:
            yield f"  -- {comment(said(group))}"
            for name, parts in ((self._can(group), self._possible(group)), (self._some(group), self._taken(group))):
                yield f"  {name} := " + " |\n    ".join(parts) + ";"
        for claim in self.claims:
            yield from self._claim(claim)

    def _can(self, group: FairnessGroup) -> str:
        return self.words.names.of(("can", group), f"can {group.name}")

    def _some(self, group: FairnessGroup) -> str:
        return self.words.names.of(("some", group), f"some {group.name}")

    def _with_conditions(self, group: FairnessGroup) -> Iterator[tuple[SmvStep, str]]:
        """The group's steps, each with what must be true of the message taken, or an empty text."""
        fair = {entry.action.name: entry for entry in fair_steps(group, self.words.system)}
        for step in self.steps:
            if step.action.name in fair:
                yield step, self._marked(step, fair[step.action.name])

    def _marked(self, step: SmvStep, fair: FairSteps) -> str:
        if fair.copies is None or step.action.channel is None:
            return ""
        slot = self.words.slots(step.action.channel)[step.position]
        mark = slot.fields[self.words.records[step.action.channel].copy_mark.name]
        return mark if fair.copies else f"!{mark}"

    def _possible(self, group: FairnessGroup) -> list[str]:
        return [f"({step.can} & {mark})" if mark else step.can for step, mark in self._with_conditions(group)]

    def _taken(self, group: FairnessGroup) -> list[str]:
        return [f"({self._is(step)} & {mark})" if mark else self._is(step)
                for step, mark in self._with_conditions(group)]  # fmt: skip

    def _is(self, step: SmvStep) -> str:
        return f"{self.words.step} = {step.name}"

    def _fair(self, group: FairnessGroup) -> str:
        can, some = self._can(group), self._some(group)
        if group.strength is Strength.WEAK:
            return f"G F (!{can} | {some})"
        return f"(G F {can} -> G F {some})"

    def _claim(self, claim: ResponseClaim) -> Iterator[str]:
        sources = f" [{comment(', '.join(claim.sources))}]" if claim.sources else ""
        yield f"-- {comment(claim.name)} (must hold): {comment(claim.statement)}{sources}"
        answer = claim.response
        text = SmvText(self.words)
        goal = f"F ({text.condition(answer.goal)})"
        parts = []
        if answer.at is not None and answer.at is not FALSE:
            parts.append(f"G (({text.condition(answer.at)}) -> {goal})")
        called = [
            f"({self._is(step)} & {step.text.condition(answer.by[step.action.name], Level.COMPARISON)})"
            for step in self.steps if step.action.name in answer.by
        ]  # fmt: skip
        if called:
            parts.append("G ((" + " |\n    ".join(called) + f") -> X {goal})")
        name = self.words.names.of(("response", claim.name), claim.name)
        fair = [self._fair(group) for group in self.groups if group in answer.groups]
        assumed = "(" + " &\n    ".join(fair) + ") ->\n    " if fair else ""
        yield f"LTLSPEC NAME {name} := {assumed}({' & '.join(parts) or 'TRUE'});"
