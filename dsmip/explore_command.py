"""`dsmip explore`: a page on this machine that steps through a model."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from checker.itf import TraceFileError
from dsmip.console import say
from dsmip.explorer.server import LOOPBACK, ExplorerServer
from dsmip.explorer.workbench import Workbench
from dsmip.trace_files import stored_run
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import from_data, load

SCENARIO, READING = "minimal", "intended"


def explore(
    scenario: str | None, reading_name: str | None, choices: list[str], mutant: str | None, trace: Path | None, *,
    port: int, browser: bool,
) -> None:  # fmt: skip
    """Serve until Ctrl-C. Raises ModelError for bad use."""
    bench = (
        Workbench(load(scenario or SCENARIO), reading(reading_name or READING, choices), mutant) if trace is None
        else _bench_of(trace, given=bool(scenario or reading_name or choices or mutant))
    )  # fmt: skip
    try:
        server = ExplorerServer(bench, port)
    except OSError as error:
        raise ModelError(f"--port {port}: cannot listen on {LOOPBACK}: {error.strerror}; leave it out") from None
    print(server.address, flush=True)
    say("Open this address in a browser of this machine; Ctrl-C ends.")
    if browser:
        webbrowser.open(server.address)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended")


def _bench_of(file: Path, *, given: bool) -> Workbench:
    """A workbench on the scenario that a trace file embeds, at the end of the trace."""
    if given:
        raise ModelError("--trace: the file says which scenario and reading; leave the others out")
    stored, trace = stored_run(file)
    meta = stored.meta
    scenario, choices, mutant = meta.get("scenario"), meta.get("choices", []), meta.get("mutant")
    if not isinstance(scenario, dict) or not isinstance(choices, list):
        raise TraceFileError(f"{file}: no scenario is embedded; save the trace again")
    bench = Workbench(
        from_data(scenario, f"{file}, embedded scenario"),
        reading(str(meta.get("reading", "")), [str(choice) for choice in choices]),
        None if mutant is None else str(mutant),
    )
    bench.session.jump(trace)
    return bench
