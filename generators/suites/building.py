"""A suite for one role: candidates for every goal from the model's graphs, minimised, each with its purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from generators.mutants import MUTANTS, Mutant
from generators.suites.actor_model import Answers
from generators.suites.cases import Suite, TestCase, steps_of
from generators.suites.covering import greedy_cover
from generators.suites.distinguishing import compared
from generators.suites.exploring import Edge
from generators.suites.from_properties import runs_of_properties
from generators.suites.goals import Candidate, Goals, purpose
from generators.suites.subjects import Subject, subject
from model.language.domains import Boolean, Enumeration
from model.language.errors import ModelError
from model.readings import Reading
from model.scenarios import Scenario
from properties.catalogue import REQUIREMENTS

KINDS = ("rows", "answers", "pairs", "requirements", "properties", "mutants")
Report = Callable[[str], None]


def build_suite(
    scenarios: Sequence[Scenario], reading: Reading, role: str, kinds: Iterable[str] = KINDS,
    mutants: Sequence[Mutant] = MUTANTS, report: Report | None = None,
) -> Suite:  # fmt: skip
    """The suite for "ue" or "home_agent" in these scenarios. kinds: which goals, of KINDS.

    A goal that no test can reach is left out, with the reason. Equal arguments give an equal suite.
    """
    tell = report or (lambda text: None)
    wanted = set(kinds)
    goals = Goals()
    subjects: dict[str, Subject] = {}
    for scenario in scenarios:
        tell(f"{scenario.name}: what a tester can bring it to")
        entry = subject(scenario, reading, role)
        subjects[entry.name] = entry
        _from_graph(goals, entry, wanted)
        if "properties" in wanted:
            tell(f"{scenario.name}: properties")
            runs_of_properties(entry, goals)
    for mutant in mutants if "mutants" in wanted else ():
        if mutant.actor == role:
            tell(f"mutant {mutant.identifier}")
            _from_mutant(goals, mutant, list(subjects.values()))
    for candidate in goals.reached:
        goals.reached[candidate] |= _along(subjects[candidate.setup], candidate) & goals.meanings.keys()
    costs = {candidate: len(candidate.stimuli) + 1 for candidate in goals.reached}
    chosen, bound = greedy_cover(goals.reached, costs)
    chosen.sort(key=lambda one: list(subjects).index(one.setup))  # set up as seldom as can be
    cases = [_case(number, subjects[one.setup], one, goals) for number, one in enumerate(chosen, start=1)]
    used = {case.setup for case in cases}
    return Suite(
        role, {name: entry.setup for name, entry in subjects.items() if name in used}, tuple(cases),
        dict(goals.meanings), goals.left_out, bound,
    )  # fmt: skip


def _from_graph(goals: Goals, entry: Subject, wanted: set[str]) -> None:
    """Rows, kinds of answers, requirements, pairs of consecutive rows: each the shortest way."""
    arriving: dict[int, dict[str, Edge]] = {}
    for edge in entry.graph.edges:
        row = edge.reaction.row
        if row is None:
            continue
        arriving.setdefault(edge.target, {}).setdefault(row.title, edge)
        own = [(f"row {row.title}", row.note or "what the row says")] if "rows" in wanted else []
        if "answers" in wanted and edge.reaction.answers:
            shape = shape_of(entry, edge.reaction.answers)
            own.append((f"answer {row.title}: {shape}", f"the row answers {shape}"))
        if "requirements" in wanted:
            own += [(f"requirement {name}", f"by the row {row.title}") for name in row.requirements]
        for goal, meaning in own:
            if goal not in goals.meanings:
                goals.add(goal, meaning, _candidate(entry, edge))
    seen = {edge.reaction.row.title for edge in entry.graph.edges if edge.reaction.row is not None}
    for row in entry.actor.rows:
        if row.title not in seen and "rows" in wanted:
            part = "" if entry.graph.complete else " in the part of the states that was seen"
            goals.leave_out(f"row {row.title}", f"no tester can bring it about in {entry.scenario.name}{part}")
    if "requirements" in wanted:
        _name_requirements_without_test(goals, entry)
    if "pairs" in wanted:
        _from_pairs(goals, entry, arriving)


def _from_pairs(goals: Goals, entry: Subject, arriving: Mapping[int, Mapping[str, Edge]]) -> None:
    for edge in entry.graph.edges:
        if edge.reaction.row is None:
            continue
        for title, before in arriving.get(edge.source, {}).items():
            goal = f"pair {title} > {edge.reaction.row.title}"
            if goal not in goals.meanings:
                goals.add(goal, f"{edge.reaction.row.title} directly after {title}", _candidate(entry, before, edge))
    seen = f"{len(entry.graph.states)} states"
    goals.leave_out(
        f"every other pair in {entry.scenario.name}",
        f"in none of the {seen} to which a tester can bring it are the two rows taken one after the other"
        if entry.graph.complete else f"not in the {seen} nearest to the start; there are more, which were not seen",
    )  # fmt: skip


def _name_requirements_without_test(goals: Goals, entry: Subject) -> None:
    """Those of the actor that no candidate reaches, each with the reason."""
    realised = {name for row in entry.actor.rows for name in row.requirements}
    for identifier, one in REQUIREMENTS.items():
        if one.actor in (entry.actor.role, "both") and f"requirement {identifier}" not in goals.meanings:
            if one.out_of_scope:
                why = f"out of scope: {one.out_of_scope}"
            elif identifier in realised:
                why = f"no tester can bring about the rows that realise it in {entry.scenario.name}"
            else:
                why = f"no row realises it in {entry.scenario.name}"
            goals.leave_out(f"requirement {identifier}", why)


def shape_of(entry: Subject, answers: Answers) -> str:
    """What kind of answers these are: values of their unusual fields, but for addresses and numbers."""
    words = []
    for answer in answers:
        fields = entry.actor.messages[answer.name].fields
        kept = [
            f"{name} {value}" for name, value in answer.fields
            if isinstance(fields[name].domain, Boolean | Enumeration) and name != "protection"
            and getattr(fields[name].domain, "name", "") != "address"
            and (value != fields[name].default or name == "status")
        ]  # fmt: skip
        words.append(f"{answer.name} ({', '.join(kept)})")
    return " and ".join(words)


def _candidate(entry: Subject, *edges: Edge) -> Candidate:
    start, stimuli = entry.graph.path_of(*edges)
    return Candidate(entry.name, start, tuple(stimuli))


def _from_mutant(goals: Goals, mutant: Mutant, subjects: Sequence[Subject]) -> None:
    """The shortest tests that tell the mutant from the right model, in the first set-up where there are any."""
    goal = f"mutant {mutant.identifier}"
    why = "not applicable in these scenarios"
    for entry in sorted(subjects, key=lambda one: one.scenario.name != mutant.scenario):
        try:
            wrong = entry.changed(mutant.change)
        except ModelError:
            continue
        found = compared(entry.outcomes, wrong)
        for distinction in dict.fromkeys(filter(None, (found.by_answers, found.by_state))):
            name = goal if distinction.by == "answers" else f"{goal} (by observation)"
            goals.add(name, mutant.title, Candidate(entry.name, distinction.start, distinction.stimuli))
        if found.by_state is not None:
            return
        why = "equivalent for a tester" if found.complete else "no difference found within the search limit"
    goals.leave_out(goal, why)


def _along(entry: Subject, candidate: Candidate) -> set[str]:
    """The goals that a candidate reaches on its way, where the model leaves no choice."""
    found: set[str] = set()
    state, last = candidate.start, ""
    for stimulus in candidate.stimuli:
        reactions = entry.actor.reactions(state, stimulus)
        row = reactions[0].row
        if len(reactions) > 1:
            break
        if row is not None:
            found |= {f"row {row.title}", *(f"requirement {name}" for name in row.requirements)}
            if reactions[0].answers:
                found.add(f"answer {row.title}: {shape_of(entry, reactions[0].answers)}")
            if last:
                found.add(f"pair {last} > {row.title}")
        last = row.title if row is not None else ""
        state = reactions[0].after
    return found


def _case(number: int, entry: Subject, candidate: Candidate, goals: Goals) -> TestCase:
    steps = steps_of(entry.actor, candidate.start, candidate.stimuli)
    reached = sorted(goals.reached[candidate], key=list(goals.meanings).index)
    last = steps[-1].permitted
    return TestCase(
        f"{entry.actor.role}-{number:03}", entry.actor.role, purpose(reached, goals, steps), tuple(reached),
        tuple(dict.fromkeys(name for one in last for name in one.requirements)),
        tuple(dict.fromkeys(clause for one in last for clause in one.clauses)),
        entry.name, tuple(entry.actor.differing(candidate.start).items()), steps,
    )  # fmt: skip


__all__ = ["KINDS", "build_suite", "shape_of"]
