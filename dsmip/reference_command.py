"""`dsmip reference`: the reference UE or home agent as a program, over UDP on loopback."""

from __future__ import annotations

from contextlib import suppress

from dsmip.console import say
from dsmip.mutant_option import change_of
from generators.packets.units import units_of
from model.language.errors import ModelError, nearest
from model.readings import reading
from model.scenarios import load

ROLES = {"ha": "home_agent", "home_agent": "home_agent", "ue": "ue"}
MOST_PORT = 65_534  # the link of packets without UDP has the port above


def serve(
    name: str, scenario_name: str, reading_name: str, choices: list[str], port: int, lifetime: int | None,
    mutant: str | None, *, real_time: bool,
) -> None:  # fmt: skip
    """Run until asked to quit. Raises ModelError."""
    from generators.adapters.reference_console import Quit, ReferenceConsole

    if name not in ROLES:
        raise ModelError(f'no reference "{name}": {nearest(name, ROLES)}')
    if not 1 <= port <= MOST_PORT:
        raise ModelError(f"--port {port}: from 1 to {MOST_PORT}")
    if lifetime is not None and (lifetime == 0 or not _is_lifetime(lifetime)):
        raise ModelError(f"--lifetime {lifetime}: a multiple of 4 s, from 4 to 262140")
    role = ROLES[name]
    chosen, scenario = reading(reading_name, choices), load(scenario_name).at_width(16)
    setup = {"role": role, "scenario": scenario.model_dump(mode="json"), "reading": chosen.name,
             "choices": chosen.switched_texts, "preferences": {}}  # fmt: skip
    try:
        console = ReferenceConsole(
            role, scenario, setup, change_of(mutant), port, real_time=real_time, lifetime=lifetime
        )
    except OSError as error:
        raise ModelError(f"--port {port}: {error.strerror}; --port names another one") from None
    say(f"{'home agent' if role == 'home_agent' else 'UE'} of {scenario.name} under {chosen.name}, "
        f"{'real' if real_time else 'virtual'} time, port {port}; `help` lists what it understands")  # fmt: skip
    with suppress(Quit, KeyboardInterrupt):
        console.run()


def _is_lifetime(seconds: int) -> bool:
    from generators.packets.errors import PacketError

    try:
        units_of(seconds)
    except PacketError:
        return False
    return True
