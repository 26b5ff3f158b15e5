"""A session on a scenario: what of it needs more than the model's next steps. Jumps to counterexamples, and
saves the run as a trace file or as a test."""

from __future__ import annotations

from dataclasses import dataclass

from checker.checking import check_scenario, why_not
from checker.itf import Json, as_text
from checker.search import Limits
from checker.trace import Trace
from checker.verdict import Holds, Unknown, Violated
from diagrams.labels import plain_line
from dsmip.check_results import length_of
from dsmip.explorer.session import BY_HAND, Session
from dsmip.explorer.watching import watched_in
from dsmip.labels import SHORT_NAMES, hidden_in, way_in
from dsmip.mutant_option import change_of
from generators.pytest_module import test_module
from model.handover import handover
from model.language.errors import ModelError, nearest
from model.language.expressions import TRUE
from model.readings import ACTORS, Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES, BY_IDENTIFIER, property_called

LONGEST_SEARCH = 120.0  # seconds that a jump may take
MOST_MEMORY = 2 * 2**30  # bytes that it may need


@dataclass(frozen=True)
class Saved:
    """A file for whoever asked. name: a suggestion."""

    name: str
    text: str


class Workbench:
    """Raises ModelError for a scenario, a reading or a mutant that makes no sense."""

    def __init__(self, scenario: Scenario, reading: Reading, mutant: str | None = None) -> None:
        self.scenario, self.reading, self.mutant = scenario, reading, mutant
        self._change = change_of(mutant)
        system = handover(scenario, reading, self._change)
        watched = watched_in(scenario, reading, self._change)
        self.session = Session(system, watched, SHORT_NAMES, hidden_in(system), way_in(system))

    def model(self) -> dict[str, object]:
        """What does not change: the pictures, and the properties to jump to."""
        return {
            "scenario": plain_line(self.scenario.name),
            "description": plain_line(self.scenario.description),
            "reading": ", ".join([self.reading.name, *self.reading.switched_texts]),
            "mutant": self.mutant or "",
            "maps": self.session.maps.as_data(),
            "properties": [
                [entry.identifier, entry.statement] for entry in ALL_PROPERTIES
                if why_not(entry, self.scenario) is None
            ],
            "roles": list(ACTORS) if self.scenario.ue.count == 1 else [],
        }  # fmt: skip

    def jump_to(self, identifier: str) -> str:
        """Look for a counterexample, or for a run in which the property matters, and go there; what was found, in
        words. Raises ModelError if there is nothing to go to."""
        entry = property_called(identifier)
        run = check_scenario(
            self.scenario, self.reading, [entry], change=self._change, limits=Limits(MOST_MEMORY, LONGEST_SEARCH)
        )
        if identifier in run.left_out:
            raise ModelError(f"{identifier} is not judged here: {run.left_out[identifier]}")
        verdict, trace = run.verdict(identifier), run.trace(identifier)
        match verdict:
            case Unknown(_, reason):
                raise ModelError(f"{identifier} is unknown: {reason}")
            case Violated(_, None):
                raise ModelError(f"{identifier} cannot be reached in this scenario (complete exploration)")
            case Holds() if trace is None:
                words = "never comes to the test" if verdict.vacuous else "is true of every state and step"
                raise ModelError(f"{identifier} {words} (complete exploration): there is no run to go to")
        assert trace is not None
        self.session.jump(trace)
        return self._found(entry, verdict, trace)

    def _found(self, entry: Property, verdict: Holds | Violated, trace: Trace) -> str:
        if isinstance(verdict, Violated):
            return f"{entry.identifier} is violated: {length_of(trace)}"
        if entry.kind is Kind.WITNESS:
            return f"{entry.identifier} is reached: {length_of(trace)}"
        return f"{entry.identifier} holds; this is a shortest run in which it matters: {length_of(trace)}"

    def as_trace(self) -> Saved:
        """The run as a file for `dsmip trace show`, `replay` and `capture`."""
        shown = self._shown()
        about: dict[str, Json] = {
            "property": shown.identifier if shown else BY_HAND,
            "scenario": self.scenario.model_dump(),
            "reading": self.reading.name,
            "choices": list(self.reading.switched_texts),
        }
        if self.mutant is not None:
            about["mutant"] = self.mutant
        return Saved(f"{self._name(shown)}.itf.json", as_text(self.session.trace, about))

    def as_test(self, role: str) -> Saved:
        """The run as a pytest module for one role. Raises ModelError if no step concerns it."""
        if role not in ACTORS:
            raise ModelError(f'unknown role "{role}": {nearest(role, ACTORS)}')
        shown = self._shown()
        purpose = shown or Property("explored", Kind.WITNESS, BY_HAND, (), TRUE, TRUE, "")
        text = test_module(self.session.trace, role, self.scenario, self.reading, purpose)
        return Saved(f"test_{self._name(shown)}_{role}.py".replace("-", "_").replace(".", "_", self._dots()), text)

    def _shown(self) -> Property | None:
        """The first property that the last step breaks."""
        return BY_IDENTIFIER[self.session.broken[0].identifier] if self.session.broken else None

    def _name(self, shown: Property | None) -> str:
        return f"{self.scenario.name}-{self.reading.name}-{shown.identifier if shown else 'explored'}"

    def _dots(self) -> int:
        """Dots of the scenario's name, which the name of a module must not have."""
        return self.scenario.name.count(".")
