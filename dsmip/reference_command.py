"""`dsmip reference`: the reference UE or home agent as a program, over UDP on loopback and, if asked, raw packets."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from dsmip.arguments import Choices, Mutant, ReadingName

if TYPE_CHECKING:
    from generators.adapters.raw_link import RawLink

ROLES = {"ha": "home_agent", "home_agent": "home_agent", "ue": "ue"}
MOST_PORT = 65_534  # the link of packets without UDP has the port above


def reference(
    role: Annotated[str, typer.Argument(metavar="ue|ha", help="ue or ha (home agent)")],
    scenario: Annotated[str, typer.Argument(help="a shipped scenario, or a .toml file")] = "minimal",
    port: Annotated[int, typer.Option("--port", help="UDP port; packets without UDP: one above")] = 4191,
    real_time: Annotated[
        bool, typer.Option("--real-time/--virtual-time", help="timers end by the clock, or when told to")
    ] = False,
    lifetime: Annotated[int | None, typer.Option("--lifetime", help="of a binding, in seconds; default 3600")] = None,
    reading: ReadingName = "intended",
    choose: Choices = None,
    mutant: Mutant = None,
    link: Annotated[
        str | None, typer.Option("--link", help="interface for packets without UDP, raw; needs root")
    ] = None,
    peer: Annotated[str | None, typer.Option("--peer", help="hardware address at the link's other end")] = None,
) -> None:
    """Start the reference UE or home agent: real packets over UDP on loopback, commanded by words on its input."""
    serve(role, scenario, reading, choose or [], port, lifetime, mutant, real_time=real_time, on=_link(link, peer))


def serve(
    name: str, scenario_name: str, reading_name: str, choices: list[str], port: int, lifetime: int | None,
    mutant: str | None, *, real_time: bool, on: RawLink | None = None,
) -> None:  # fmt: skip
    """Run until asked to quit. Raises ModelError."""
    from dsmip.console import say
    from dsmip.mutant_option import change_of
    from generators.adapters.reference_console import Quit, ReferenceConsole
    from model.language.errors import ModelError, nearest
    from model.readings import reading
    from model.scenarios import load

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
            role, scenario, setup, change_of(mutant), port, real_time=real_time, lifetime=lifetime, link=on
        )
    except OSError as error:
        raise ModelError(f"--port {port}: {error.strerror}; --port names another one") from None
    say(f"{'home agent' if role == 'home_agent' else 'UE'} of {scenario.name} under {chosen.name}, "
        f"{'real' if real_time else 'virtual'} time, port {port}; `help` lists what it understands")  # fmt: skip
    with suppress(Quit, KeyboardInterrupt):
        console.run()


def _link(interface: str | None, peer: str | None) -> RawLink | None:
    """Raises ModelError for an interface that is not there, or without the right to it."""
    from generators.adapters.raw_link import RawLink, hardware_address
    from model.language.errors import ModelError

    if interface is None and peer is None:
        return None
    if interface is None or peer is None:
        raise ModelError("--link and --peer belong together")
    try:
        return RawLink(interface, hardware_address(peer))
    except ValueError:
        raise ModelError(f'--peer "{peer}": no hardware address, such as 02:00:00:00:00:01') from None
    except OSError as error:
        raise ModelError(f'--link "{interface}": {error.strerror}') from None


def _is_lifetime(seconds: int) -> bool:
    from generators.packets.errors import PacketError
    from generators.packets.units import units_of

    try:
        units_of(seconds)
    except PacketError:
        return False
    return True
