"""docs/findings.md: what `dsmip findings --json` says, for those who edit the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dsmip.documentation.markdown import page, plain, table

Document = Mapping[str, Any]
NOTHING = "no counterexample in the scenarios searched"


def findings_page(document: Document) -> str:
    """The page. document: as `findings_command.as_json` makes it."""
    searched = ", ".join(f"`{name}`" for name in document["demanded"])
    cut = f"**Not complete: {plain(document['unfinished'])}.**" if document["unfinished"] else ""
    return page(
        "Findings",
        f"What goes wrong if clause 5.2 is read as it is written, in the scenarios {searched}, and what mends it. All "
        "of it is computed: runs are shortest ones and replay, repairs were explored completely. Rewritten by "
        "`dsmip findings --markdown FILE`; `--json` gives the same for programs.",
        cut,
        "## The smallest repairs",
        "Sets of choices under which every invariant and every step property holds that holds under `intended`, while "
        "under no proper subset they do. Repairs are not searched over response properties (what has to follow in the "
        "end); what those need besides stands below, and what all scenarios need. A set that contains one of them is "
        "not assumed to be a repair.",
        _repairs(document["repairs"]),
        _costs(document["findings"]),
        f"In none of them, so that no invariant and no step property needs them in these scenarios: "
        f"{', '.join(document['not_needed']) or 'none'}.",
        *_unanswered(document),
        *_everywhere(document["everywhere"], document["repairs"]),
        "## What is broken as written",
        *(part for entry in document["broken"] for part in _broken(entry)),
        "## Ambiguity by ambiguity",
        *(part for entry in document["findings"] for part in _finding(entry)),
        *(part for name, entry in document["readings_agree"].items() for part in _agreed(name, entry)),
        "### Without a switch",
        table(["", "why there is nothing to choose"],
              [[name, plain(reason)] for name, reason in document["no_switch"].items()]),
        "## What the published text did",
        "From the recorded verdicts of all shipped scenarios: properties that hold under `intended`. The reading "
        "`final` knows the published text in part only. Where no clause that was read settles an ambiguity otherwise, "
        "`final` fills in what `intended` has, so that what gets better there says nothing of the published text: "
        f"{', '.join(document['final']['filled in'])}. AMB-01 is one of them although 5.2.1 was read: it says both "
        "things still.",
        table(["", "properties"], [[title, ", ".join(document["final"][key]) or "none"] for key, title in (
            ("repaired", "violated as written, no more in the final text"),
            ("by filling in", "the same, but only by choices that `final` fills in"),
            ("not repaired", "violated in both"), ("new", "violated in the final text only"))]),
        "## For implementers: whatever the peer chooses",
        "The smallest sets of an actor's own choices under which its properties hold with every peer: the other actor "
        "may have settled each of its ambiguities to any of the alternatives. Searches start with all peers that "
        "differ in something that a step looks at. The actor's own choices are offered as `intended` has them, and are "
        "otherwise as the text is written.",
        *(part for actor, entry in document["own_choices"].items() for part in _own_choices(actor, entry)),
        "## For implementers: schools that meet",
        "Scenarios in which UE and home agent settle the same ambiguities differently, all else as `intended`: what "
        "each actor keeps of its properties, and what it loses. From the recorded verdicts.",
        *(part for entry in document["schools"] for part in _school(entry)),
        command=f"dsmip findings {' '.join(document['demanded'])} --markdown docs/findings.md",
    )  # fmt: skip


def _repairs(repairs: Sequence[Sequence[str]]) -> str:
    sets = [f"{number}. {', '.join(f'`{choice}`' for choice in repair) or 'nothing needs mending'}"
            for number, repair in enumerate(repairs, start=1)]  # fmt: skip
    return "\n".join(sets) or "None was found."


def _costs(found: Sequence[Document]) -> str:
    rows = [
        [entry["ambiguity"], str(entry["in_repairs"]), ", ".join(f"`{value}`" for value in entry["gives_up"]),
         ", ".join(f"`{value}`" for value in entry["mends_as_well"])]
        for entry in found if entry["in_repairs"]
    ]  # fmt: skip
    columns = ["choice", "in so many repairs", "what the text allows and the repair forbids", "would mend as well"]
    return table(columns, rows) if rows else ""


def _everywhere(found: Document | None, repairs: Sequence[Sequence[str]]) -> Iterator[str]:
    if found is None:
        return
    yield "## One repair for every scenario"
    yield (f"Where more can happen than in the scenarios searched, other choices show. The first of the repairs above "
           f"was tried in all {len(found['scenarios'])} scenarios of the sets `default` and `variants`, with response "
           "properties, and completed where it left something broken that holds under `intended`.")  # fmt: skip
    yield table(["scenario", "left broken", "takes as well"], [
        [f"`{entry['scenario']}`", ", ".join(entry["left_broken"]),
         f"`{entry['choice']}`" if entry["choice"] else "more than one choice"] for entry in found["completed"]
    ])  # fmt: skip
    still = ", ".join(f"{entry['property']} in `{entry['scenario']}`" for entry in found["still_broken"])
    yield (f"With the choices below, all else as written, {'all but ' + still if still else 'everything'} holds in "
           "each of these scenarios that holds there under `intended`; each exploration is complete. Without one of "
           "them:")  # fmt: skip
    yield table(["choice", "without it", "broken"], [
        [f"`{choice}`", *((f"`{entry['scenario']}`", ", ".join(entry["breaks"])) if entry else ("", "nothing"))]
        for choice, entry in found["without"].items()
    ])  # fmt: skip
    if sum(set(repair) <= set(found["repair"]) for repair in repairs) == 1 and not still:
        yield ("No proper subset does: one that works in every scenario works in those of the smallest repairs, so "
               "that it holds a smallest repair, and only one of them is made of these choices; of the choices that "
               "were added to it, each subset was tried.")  # fmt: skip
    for entry in found["completed"]:
        for alone in entry["breaks_alone"]:
            yield (f"With `{entry['as_written']}`, all else as intended, **{alone['property']}** "
                   f"({plain(alone['statement'])}) breaks in `{entry['scenario']}`, {len(alone['steps'])} steps:")
            yield _steps(alone["steps"])


def _unanswered(document: Document) -> Iterator[str]:
    yield "### What has to follow"
    if not document["unanswered"]:
        yield "No response property that is judged in these scenarios is left broken by one of these repairs."
        return
    yield ("Response properties that hold under `intended` and are left broken by a repair, and a single further "
           "choice with which they hold.")  # fmt: skip
    yield table(["property", "scenario", "repair", "takes as well"], [
        [f"{entry['property']} ({plain(entry['statement'])})", f"`{entry['scenario']}`",
         str(document["repairs"].index(entry["repair"]) + 1),
         f"`{entry['restored_by']}`" if entry["restored_by"] else "more than one choice"]
        for entry in document["unanswered"]
    ])  # fmt: skip


def _broken(entry: Document) -> Iterator[str]:
    yield f"### {entry['property']}: {plain(entry['statement'])}"
    repairs = "; or ".join(" and ".join(f"`{choice}`" for choice in repair) for repair in entry["repairs"])
    yield (f"Clause {plain(entry['clause'])}. Shortest run in `{entry['scenario']}`, {len(entry['steps'])} steps. "
           f"Restored by {repairs or 'no set of choices that was tried'}.")  # fmt: skip
    yield _steps(entry["steps"])


def _finding(entry: Document) -> Iterator[str]:
    yield f"### {entry['ambiguity']}: {plain(entry['question'])}"
    answers = "; ".join(
        f"{name}: {' or '.join(f'`{value}`' for value in entry[name])}" for name in ("literal", "intended", "final")
    )
    yield f"{plain(entry['words_at_fault'])} {answers}."
    needing = ", ".join(entry["breaks"])
    if needing:
        yield f"Has to be settled for: {needing}."
    if not entry["breaks_alone"]:
        yield f"By itself: {NOTHING}, where it is read as written and all else as intended. {_why(entry)}"
    for alone in entry["breaks_alone"]:
        yield (f"By itself it breaks **{alone['property']}**: read as written, all else as intended, in "
               f"`{alone['scenario']}`, {len(alone['steps'])} steps:")  # fmt: skip
        yield _steps(alone["steps"])


def _agreed(name: str, entry: Document) -> Iterator[str]:
    yield f"### {name}: {plain(entry['question'])}"
    yield f"{plain(entry['words_at_fault'])} {_why(entry)}"


def _why(entry: Document) -> str:
    words = [plain(entry["why_none"])] if entry["why_none"] else []
    if entry["recorded"]:
        places = "; ".join(f"{name} in {places[0]}" + (f" and {len(places) - 1} more" if len(places) > 1 else "")
                           for name, places in entry["recorded"].items())  # fmt: skip
        words.append(f"Recorded as a reason elsewhere (`dsmip check` repeats it): {places}.")
    return " ".join(words)


def _steps(steps: Sequence[str]) -> str:
    return "\n".join(f"{number}. {plain(step)}" for number, step in enumerate(steps, start=1))


def _own_choices(actor: str, entry: Document) -> Iterator[str]:
    yield f"### {plain(actor)}, in {', '.join(f'`{name}`' for name in entry['scenarios'])}"
    if entry["unfinished"]:
        yield f"**Not complete: {plain(entry['unfinished'])}.**"
    yield f"Keeps {', '.join(entry['keeps']) or 'nothing'} with:"
    yield "\n".join(f"- {', '.join(f'`{choice}`' for choice in choices) or 'any choices'}"
                    for choices in entry["sets"]) or "No set was found."  # fmt: skip
    for lost in entry["cannot_keep"]:
        peer = ", ".join(f"`{choice}`" for choice in lost["peer"])
        yield (f"Does not keep **{lost['property']}** ({plain(lost['statement'])}) with all its choices as `intended`, "
               f"where the peer has {peer or 'any choices'}: in `{lost['scenario']}`, {len(lost['steps'])} steps:")
        yield _steps(lost["steps"])
    left_out = [f"{', '.join(f'`{choice}`' for choice in peer)} in `{name}`"
                for name, peers in entry["peers_left_out"].items() for peer in peers]  # fmt: skip
    if left_out:
        yield f"Not searched, because they have too many states: peers with {'; '.join(left_out)}."


def _school(entry: Document) -> Iterator[str]:
    yield f"### `{entry['scenario']}`"
    yield f"With {', '.join(f'`{choice}`' for choice in entry['choices'])}."
    yield table(["actor", "keeps", "loses"], [
        [plain(actor), ", ".join(kept["holds"]), ", ".join(kept["violated"]) or "nothing"]
        for actor, kept in entry["actors"].items()
    ])  # fmt: skip
    yield "\n".join(f"- {plain(name)}: {plain(reason)}" for name, reason in entry["reasons"].items())
