"""`dsmip findings`: the report for those who edit the text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.itf import Json, save
from checker.repair.choices import texts, values_in
from checker.repair.settable import row_name
from diagrams.chart_text import chart_text
from dsmip import quantities
from dsmip.charts import chart_of
from dsmip.check_command import ensure_folder
from dsmip.console import output, say, working
from dsmip.documentation.findings_page import findings_page
from dsmip.everywhere_words import everywhere_as_json, everywhere_in_words
from dsmip.files import refuse_unwritable, write_atomically
from dsmip.findings import Broken, Findings, demands, findings
from dsmip.known_answers import known_answers
from dsmip.own_choices import OwnChoices, own_choices
from dsmip.published_text import filled_in, published
from dsmip.words_at_fault import NO_SWITCH, WHY_NONE, WORDS
from model.language.errors import ModelError, nearest
from model.readings import ACTORS, AMBIGUITIES
from model.scenarios import load, shipped
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES

UNKNOWN = 3


def report_findings(
    scenarios: Sequence[str], *, memory: str | None, time: str | None, folder: Path | None, charts: bool,
    as_json_text: bool, page: Path | None = None,
) -> int:  # fmt: skip
    """The exit code: 0, or 3 if the search for repairs was cut short."""
    wanted = [name for name in scenarios if name.upper().startswith("AMB-")]
    scenarios = [name for name in scenarios if name not in wanted]
    require_known(scenarios, wanted)
    if wanted and page is not None:
        raise ModelError("--markdown writes the page of all ambiguities: leave out the names of single ones")
    limits = quantities.limits(memory, time)
    if page is not None:
        refuse_unwritable(page)
    if folder is not None:
        ensure_folder(folder, "--save-traces")
    with working("looking for the smallest repairs") as report:
        found = findings(demands(scenarios), limits, report)
        by_actor = own_choices(found.demanded, limits, report)
    saved = _saved(found, folder) if folder is not None else {}
    if page is not None:
        write_atomically(page, findings_page(as_json(found, by_actor, saved)))
        say(f"written: {page}")
    if as_json_text:
        document = as_json(found, by_actor, saved)
        print(json.dumps(about(document, wanted) if wanted else document, indent=1))
    elif wanted:
        show_ambiguities_alone(output(), found, wanted, charts=charts)
    elif page is None:
        show(output(), found, charts=charts)
        show_own_choices(output(), by_actor)
    cut = [found.unfinished, *(entry.repairs.unfinished for entry in by_actor)]
    return 0 if not any(cut) else UNKNOWN


def require_known(scenarios: Sequence[str], ambiguities: Sequence[str]) -> None:
    """Raises ModelError for what is neither a shipped scenario nor an ambiguity, with the nearest name."""
    for name in ambiguities:
        if name not in WORDS and name not in NO_SWITCH:
            raise ModelError(f'unknown ambiguity "{name}": {_nearest_numbers(name)}')
    for name in scenarios:
        if name not in shipped():
            raise ModelError(f'"{name}" is not a shipped scenario: only for those it is known what has to hold; '
                             f"{nearest(name, shipped())}")  # fmt: skip


def _nearest_numbers(name: str) -> str:
    """The two known ambiguities whose numbers are nearest, or the form of a name."""
    known = sorted({*WORDS, *NO_SWITCH})
    number = name.upper().removeprefix("AMB-")
    if not number.isdecimal() or len(number) > 4:
        return f"they are called {known[0]} to {known[-1]}"
    near = sorted(known, key=lambda entry: abs(int(entry.removeprefix("AMB-")) - int(number)))[:2]
    return f"the nearest are {' and '.join(sorted(near))}"


def about(document: Mapping[str, object], ambiguities: Sequence[str]) -> dict[str, object]:
    """What the whole answer says of these ambiguities and of the properties that need them settled."""
    findings_, broken, agree = document["findings"], document["broken"], document["readings_agree"]
    assert isinstance(findings_, list) and isinstance(broken, list) and isinstance(agree, dict)
    kept = [entry for entry in findings_ if entry["ambiguity"] in ambiguities]
    named = {name for entry in kept for name in entry["breaks"]}
    return {**document, "findings": kept, "broken": [entry for entry in broken if entry["property"] in named],
            "readings_agree": {name: entry for name, entry in agree.items() if name in ambiguities},
            "no_switch": {name: text for name, text in NO_SWITCH.items() if name in ambiguities}}  # fmt: skip


def show_ambiguities_alone(console: Console, found: Findings, ambiguities: Sequence[str], *, charts: bool) -> None:
    """Single ambiguities: the words at fault, what they break, or why they break nothing here."""
    for name in ambiguities:
        console.rule(name, align="left")
        entry = next((one for one in found.findings if one.ambiguity.identifier == name), None)
        console.print(WORDS.get(name) or NO_SWITCH[name])
        for broken in entry.breaks if entry is not None else ():
            _show_broken(console, broken, charts=charts)
        if name in WORDS and (entry is None or not entry.breaks):
            console.print(f"breaks nothing in {', '.join(demand.scenario.name for demand in found.demanded)}: "
                          f"{WHY_NONE.get(name, 'see docs/findings.md')}")  # fmt: skip


def _saved(found: Findings, folder: Path) -> dict[str, str]:
    """Saves the shortest run for each property that is broken: where each is."""
    saved = {}
    for entry in found.broken:
        name = f"{entry.failure.demand.scenario.name}-{found.reading}-{entry.property.identifier}.itf.json"
        about: dict[str, Json] = {
            "property": entry.property.identifier, "scenario": entry.failure.demand.scenario.model_dump(),
            "reading": found.reading, "choices": [],
        }  # fmt: skip
        save(entry.run, folder / name, about)
        saved[entry.property.identifier] = str(folder / name)
    return saved


def as_json(found: Findings, by_actor: Sequence[OwnChoices], saved: Mapping[str, str]) -> dict[str, object]:
    return {
        "reading": found.reading,
        "complete": found.unfinished is None,
        "unfinished": found.unfinished,
        "explorations": found.repairs.explorations,
        "demanded": {demand.scenario.name: [entry.identifier for entry in demand.properties]
                     for demand in found.demanded},
        "repairs": [list(texts(repair)) for repair in found.repairs.minimal],
        "not_needed": [entry.ambiguity.identifier for entry in found.not_needed()],
        "broken": [
            {
                "property": entry.property.identifier,
                "statement": entry.property.statement,
                "clause": entry.property.clause,
                "scenario": entry.failure.demand.scenario.name,
                "steps": [step.action.name for step in entry.run.steps],
                "trace": saved.get(entry.property.identifier),
                "repairs": [list(texts(repair)) for repair in entry.repairs.minimal],
            }
            for entry in found.broken
        ],
        "findings": [
            {
                "ambiguity": entry.ambiguity.identifier,
                "question": entry.ambiguity.question,
                "literal": list(values_in("literal", entry.ambiguity)),
                "intended": list(values_in("intended", entry.ambiguity)),
                "final": list(values_in("final", entry.ambiguity)),
                "words_at_fault": WORDS[entry.ambiguity.identifier],
                "why_none": None if entry.alone else WHY_NONE.get(entry.ambiguity.identifier),
                "recorded": recorded(entry.ambiguity.identifier),
                "breaks": [broken.property.identifier for broken in entry.breaks],
                "breaks_alone": [
                    {"property": alone.property.identifier, "scenario": alone.failure.demand.scenario.name,
                     "steps": [row_name(step.action.name) for step in alone.failure.trace.steps]}
                    for alone in entry.alone
                ],
                "in_repairs": entry.needed,
                "gives_up": list(entry.gives_up),
                "mends_as_well": list(entry.others),
            }
            for entry in found.findings
        ],
        "everywhere": everywhere_as_json(found.everywhere),
        "unanswered": [entry.as_json() for entry in found.unanswered],
        "no_switch": dict(NO_SWITCH),
        "final": {**published(), "filled in": filled_in()},
        "own_choices": {entry.actor: _own_choices(entry) for entry in by_actor},
        "schools": schools(),
        "readings_agree": {
            entry.identifier: {"question": entry.question, "words_at_fault": WORDS[entry.identifier],
                               "why_none": WHY_NONE.get(entry.identifier), "recorded": recorded(entry.identifier)}
            for entry in AMBIGUITIES if entry.identifier not in {one.ambiguity.identifier for one in found.findings}
        },
    }  # fmt: skip


def _own_choices(entry: OwnChoices) -> dict[str, object]:
    return {
        "scenarios": list(entry.scenarios),
        "unfinished": entry.repairs.unfinished,
        "explorations": entry.repairs.explorations,
        "keeps": [kept.identifier for kept in entry.kept],
        "sets": [list(texts(repair)) for repair in entry.repairs.minimal],
        "cannot_keep": [
            {"property": failure.property.identifier, "statement": failure.property.statement,
             "scenario": failure.demand.scenario.name, "peer": list(texts(failure.against)),
             "steps": [row_name(step.action.name) for step in failure.trace.steps]}
            for failure in entry.not_kept
        ],
        "peers_left_out": {name: [list(texts(peer)) for peer in peers]
                           for name, peers in entry.left_out.items() if peers},
    }  # fmt: skip


def recorded(ambiguity: str) -> dict[str, list[str]]:
    """Properties whose recorded violation gives this ambiguity as a reason: where, as "scenario, reading"."""
    found: dict[str, list[str]] = {}
    for (scenario, reading), answer in known_answers().items():
        for identifier, reason in answer.reasons.items():
            if ambiguity in reason and not identifier.startswith("W-"):
                found.setdefault(identifier, []).append(f"{scenario}, {reading}")
    return found


def schools() -> list[dict[str, object]]:
    """Scenarios in which UE and home agent settle ambiguities differently: what each keeps of its properties
    and what it loses, by the recorded verdicts under `intended`; without what is violated in every scenario."""
    known = known_answers()
    everywhere = set.intersection(*(
        {identifier for identifier, verdict in answer.verdicts.items() if verdict == "violated"}
        for (_, reading), answer in known.items() if reading == "intended"
    ))  # fmt: skip
    found: list[dict[str, object]] = []
    for name in shipped():
        choices = load(name).choices
        if not any("." in choice.partition("=")[0] for choice in choices):
            continue
        verdicts = known[name, "intended"].verdicts
        left_out = everywhere.union(known[name, "intended"].vacuous)
        judged = [entry for entry in ALL_PROPERTIES if entry.kind is not Kind.WITNESS and entry.modality != "should"
                  and entry.identifier in verdicts and entry.identifier not in left_out]  # fmt: skip
        found.append({
            "scenario": name, "choices": choices, "actors": {
                actor: {word: [entry.identifier for entry in judged
                               if entry.actor == actor and verdicts[entry.identifier] == word]
                        for word in ("holds", "violated")}
                for actor in ACTORS
            },
            "reasons": {entry.identifier: known[name, "intended"].reasons[entry.identifier] for entry in judged
                        if verdicts[entry.identifier] == "violated"},
        })  # fmt: skip
    return found


# for people


def show(console: Console, found: Findings, *, charts: bool) -> None:
    """Each property that the text breaks, each ambiguity, the repairs, and what the published text did."""
    for broken in found.broken:
        _show_broken(console, broken, charts=charts)
    _show_ambiguities(console, found)
    _show_repairs(console, found)
    if found.everywhere is not None:
        for line in everywhere_in_words(found.everywhere):
            console.print(line)
    for missing in found.unanswered:
        further = missing.restored_by or "more than one choice"
        console.print(f"In {missing.scenario} a repair leaves broken what has to follow: "
                      f"{missing.property.identifier}; it takes {further} as well")  # fmt: skip
    console.print()
    console.print("What the published text (final) makes of it, from the recorded verdicts of all scenarios:")
    words = {"repaired": "goes wrong as written, no more in the final text",
             "by filling in": "the same, only because unseen clauses are read as intended",
             "not repaired": "goes wrong in both",
             "new": "goes wrong only in the final text"}  # fmt: skip
    for key, names in published().items():
        console.print(f"  {words[key]}: {', '.join(names) or 'nothing'}")


def show_own_choices(console: Console, by_actor: Sequence[OwnChoices]) -> None:
    """For each actor the smallest sets of its own choices, and what they do not keep."""
    console.rule("Whatever the peer chooses", align="left")
    for entry in by_actor:
        console.print(f"{entry.actor}, in {', '.join(entry.scenarios)}: keeps {len(entry.kept)} properties with "
                      + " or with ".join(", ".join(texts(repair)) or "any choices" for repair in entry.repairs.minimal))
        if entry.repairs.unfinished is not None:
            console.print(f"  NOT complete: {entry.repairs.unfinished}", style="yellow")
        for failure in entry.not_kept:
            against = ", ".join(texts(failure.against)) or "any choices"
            console.print(f"  not {failure.property.identifier}, where the peer has {against}")
        for name, peers in entry.left_out.items():
            for peer in peers:
                console.print(f"  not searched in {name}, too many states: peers with {', '.join(texts(peer))}")


def _show_broken(console: Console, broken: Broken, *, charts: bool) -> None:
    entry, failure = broken.property, broken.failure
    console.rule(f"{entry.identifier} is broken by the text as written", align="left", style="red")
    console.print(f"{entry.statement}; clause {entry.clause or '-'}; {', '.join(entry.requirements)}")
    console.print(f"shortest run: {len(broken.run)} step(s), scenario {failure.demand.scenario.name}")
    for repair in broken.repairs.minimal:
        console.print(f"  restored by {' and '.join(texts(repair)) or 'nothing'}")
    if broken.repairs.unfinished is not None:
        console.print(f"  NOT complete: {broken.repairs.unfinished}", style="yellow")
    if charts:
        console.print(Text(_chart(broken, min(console.width, 120)), no_wrap=True), end="")
    console.print()


def _chart(broken: Broken, width: int) -> str:
    offence = f"{broken.property.identifier}: {broken.property.statement}"
    return chart_text(chart_of(broken.run, offence=offence), width)


def _show_ambiguities(console: Console, found: Findings) -> None:
    table = Table(title="Ambiguities that break something", title_justify="left")
    for column in ("", "question", "as written", "intended", "final", "breaks"):
        table.add_column(column, no_wrap=column == "", overflow="fold")
    for entry in found.findings:
        if entry.breaks:
            table.add_row(
                entry.ambiguity.identifier, entry.ambiguity.question,
                " or ".join(values_in("literal", entry.ambiguity)), ", ".join(values_in("intended", entry.ambiguity)),
                ", ".join(values_in("final", entry.ambiguity)),
                ", ".join(broken.property.identifier for broken in entry.breaks),
            )  # fmt: skip
    console.print(table)


def _show_repairs(console: Console, found: Findings) -> None:
    repairs = found.repairs
    sizes = ", ".join(demand.scenario.name for demand in found.demanded)
    console.rule("Smallest repairs", align="left")
    console.print("Sets of choices under which all invariants and step properties hold that hold under intended "
                  f"(in {sizes}), and no proper subset of which suffices; {repairs.explorations:,} explorations.")
    for number, repair in enumerate(repairs.minimal, start=1):
        console.print(f"  {number}. {', '.join(texts(repair))}")
    if not repairs.minimal:
        console.print("  none was found")
    if repairs.unfinished is not None:
        console.print(f"  NOT complete: {repairs.unfinished}; there may be more", style="yellow")
    table = Table(title="What each choice costs", title_justify="left")
    for column in ("choice", "in repairs", "what the text allows and the repair forbids", "mends as well"):
        table.add_column(column)
    for entry in found.needed():
        table.add_row(entry.ambiguity.identifier, f"{entry.needed} of {len(repairs.minimal)}",
                      ", ".join(entry.gives_up) or "-", ", ".join(entry.others) or "-")  # fmt: skip
    console.print(table)
    console.print(f"In none of them: {', '.join(e.ambiguity.identifier for e in found.not_needed()) or '-'}")
