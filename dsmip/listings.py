"""What there is: scenarios, properties, requirements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table

from dsmip.console import output
from model.handover import TABLES
from model.scenarios import Scenario, load, shipped
from properties.catalogue import REQUIREMENTS, requirement
from properties.kinds import Property
from properties.registry import ALL_PROPERTIES, property_called
from properties.traceability import matrix


def _print_json(data: object) -> None:
    print(json.dumps(data, indent=1, ensure_ascii=False))


def _print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0)
    for row in rows:
        table.add_row(*row)
    output().print(table)


def _print_record(record: Mapping[str, object]) -> None:
    console = output()
    for key, value in record.items():
        if isinstance(value, list | tuple):
            console.print(f"{key}:")
            for entry in value:
                console.print(f"  {entry}")
        else:
            console.print(f"{key}: {value}")


def list_scenarios(name: str | None, as_json: bool) -> None:
    if name is not None:
        scenario = load(name)
        data = {**scenario.model_dump(), "abstractions": scenario.abstractions()}
        _print_json(data) if as_json else _print_record(_flat(scenario))
        return
    loaded = [load(entry) for entry in shipped()]
    if as_json:
        _print_json([scenario.model_dump() for scenario in loaded])
        return
    _print_table(
        "Scenarios", ["name", "what it explores", "movements", "in flight", "networks"],
        [[s.name, s.description, str(s.bounds.movements), str(s.bounds.messages_in_flight),
          ", ".join(network.name for network in s.networks)] for s in loaded],
    )  # fmt: skip


def _flat(scenario: Scenario) -> dict[str, object]:
    record: dict[str, object] = {"name": scenario.name, "description": scenario.description}
    record["networks"] = [
        " ".join([n.name, n.family, *(["home"] if n.home else []), *(["translated"] if n.translation else [])])
        for n in scenario.networks
    ]
    for section in ("channel", "bounds", "ue", "home_agent", "security", "environment", "timing"):
        values = getattr(scenario, section).model_dump()
        record[section] = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    record["a verdict is meant for"] = scenario.abstractions()
    record["not judged here"] = [f"{key}: {reason}" for key, reason in scenario.not_judged.items()]
    record["cannot occur here"] = [f"{key}: {reason}" for key, reason in scenario.cannot_occur.items()]
    return record


def _property_record(entry: Property) -> dict[str, object]:
    return {
        "property": entry.identifier, "kind": entry.kind.value, "modality": entry.modality,
        "says": entry.statement, "clause": entry.clause, "requirements": list(entry.requirements),
        "depends on": list(entry.ambiguities), "whenever": str(entry.whenever), "then": str(entry.then),
        "fairness": list(entry.assumptions),
    }  # fmt: skip


def list_properties(name: str | None, as_json: bool) -> None:
    if name is not None:
        record = _property_record(property_called(name))
        _print_json(record) if as_json else _print_record(record)
    elif as_json:
        _print_json([_property_record(entry) for entry in ALL_PROPERTIES])
    else:
        _print_table(
            "Properties", ["property", "kind", "what it says", "requirements"],
            [[entry.identifier, entry.kind.value, entry.statement, ", ".join(entry.requirements)]
             for entry in ALL_PROPERTIES],
        )  # fmt: skip


def list_requirements(name: str | None, as_json: bool) -> None:
    wanted = [requirement(name).identifier] if name is not None else list(REQUIREMENTS)
    traced = {entry.requirement.identifier: entry for entry in matrix(TABLES, ALL_PROPERTIES)}
    records: list[dict[str, object]] = []
    for identifier in wanted:
        entry = REQUIREMENTS[identifier]
        rows = [f"{machine}: {label}" for machine, label in traced[identifier].rows]
        records.append({
            "requirement": identifier, "clause": entry.clause, "modality": entry.modality, "actor": entry.actor,
            "says": entry.text, "rows": list(dict.fromkeys(rows)), "properties": list(traced[identifier].properties),
            "out of scope": entry.out_of_scope or "no", "left out": entry.left_out or "nothing",
        })  # fmt: skip
    if as_json:
        _print_json(records if name is None else records[0])
    elif name is not None:
        _print_record(records[0])
    else:
        _print_table(
            "Requirements", ["requirement", "clause", "modality", "what it asks", "rows", "properties"],
            [[str(r["requirement"]), str(r["clause"]), str(r["modality"]),
              str(r["says"]) + ("" if r["out of scope"] == "no" else f" [out of scope: {r['out of scope']}]"),
              str(len(r["rows"])), ", ".join(r["properties"])]  # type: ignore[arg-type]
             for r in records],
        )  # fmt: skip
