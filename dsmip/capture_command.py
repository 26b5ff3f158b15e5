"""`dsmip trace capture`: a saved trace as the packets that a probe would have seen."""

from __future__ import annotations

from pathlib import Path

from checker.checking import WIRE_BITS
from checker.itf import TraceFileError
from checker.trace import Trace
from checker.widening import replay_at
from dsmip.files import OutputError, write_atomically
from dsmip.mutant_option import change_of
from dsmip.trace_files import stored_run
from generators.packets.captures import pcap_of
from generators.packets.trace_capture import ENDS, captured
from generators.packets.wire_form import form_for
from model.handover import handover
from model.language.errors import ModelError, nearest
from model.readings import reading
from model.scenarios import Scenario, from_data


def write_capture(file: Path, output: Path, end: str) -> None:
    """Raises ModelError, TraceFileError, PacketError or OutputError."""
    if end not in ENDS:
        raise ModelError(f'--at: unknown end "{end}": {nearest(end, ENDS)}')
    if output.suffix != ".pcap":
        raise OutputError(f"cannot write {output}: the file's name must end in .pcap")
    scenario, trace = wide_run(file)
    packets = captured(trace, [form_for(scenario, number) for number in range(scenario.ue.count)], end)
    write_atomically(output, pcap_of(packets))
    print(f"{output}: {len(packets)} packets, as seen at the {end.replace('_', ' ')}")


def wide_run(file: Path) -> tuple[Scenario, Trace]:
    """The scenario that a trace file embeds, and its run at 16-bit sequence numbers."""
    stored, trace = stored_run(file)
    embedded = stored.meta["scenario"]
    assert isinstance(embedded, dict)
    scenario = from_data(embedded, f"{file}, embedded scenario")
    choices = stored.meta.get("choices", [])
    assert isinstance(choices, list)
    mutant = stored.meta.get("mutant")
    wide = handover(
        scenario.at_width(WIRE_BITS),
        reading(str(stored.meta.get("reading", "")), [str(choice) for choice in choices]),
        change_of(None if mutant is None else str(mutant)),
    )
    found = replay_at(wide, trace)
    if found is None:
        raise TraceFileError(f"{file}: the run does not exist at {WIRE_BITS}-bit sequence numbers")
    return scenario, found
