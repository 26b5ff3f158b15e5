"""Scenarios: what is explored, as TOML files with a validated schema; shipped ones, and a user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model.budgets import UNLIMITED
from model.language.errors import ModelError, nearest
from model.readings import reading
from model.scenario_text import CONTROL_CHARACTER, Name, Text

LARGEST_FILE = 1_000_000  # bytes
Small = Annotated[int, Field(ge=0, le=8)]
SmallOrUnlimited = Small | Literal["unlimited"]
Either = bool | Literal["either"]
ALTERNATIVES = ("bool", "literal['either']", "constrained-int", "literal['unlimited']")  # in pydantic's locations


class Section(BaseModel):
    """A table of a scenario file: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Network(Section):
    """An access network. translation: a NAT (ipv4) or a prefix translator (ipv6) on the path."""

    name: Name
    family: Literal["ipv6", "ipv4"]
    home: bool = False
    translation: bool = False


class ChannelFaults(Section):
    """What the network may do to packets. reordering: within one attachment; packets of different
    attachments always overtake each other."""

    loss: bool = True
    duplication: bool = False
    reordering: bool = False


class Bounds(Section):
    """What keeps the state space finite. messages_in_flight: for each direction. An unlimited budget lets
    sequence numbers wrap again and again."""

    movements: Annotated[int, Field(ge=1, le=12)] = 2
    retransmissions: SmallOrUnlimited = 1
    refreshes: SmallOrUnlimited = 0
    messages_in_flight: Annotated[int, Field(ge=1, le=6)] = 1
    duplications: Small = 0
    nat_remappings: Annotated[int, Field(ge=0, le=1)] = 0
    security_association_ends: Small = 0
    security_association_failures: Small = 0
    home_agent_restarts: Small = 0
    revocations: Annotated[int, Field(ge=0, le=1)] = 0
    lifetime_ends: SmallOrUnlimited = 0
    sequence_number_bits: Annotated[int, Field(ge=2, le=16)] = 6


class Ue(Section):
    """How many UEs there are, all alike, and what each wants; "either" explores both. data_packets: how many
    packets of user data each sends through the home agent while registered. forces_udp: sets F, against the clause.
    may_detach: gives its binding up while abroad."""

    count: Annotated[int, Field(ge=1, le=4)] = 1
    wants_ipv4_home_address: Either = False
    ipv4_wish_may_end: bool = False
    wants_association_to_survive: Either = True
    safe_to_stay_home: Either = False
    data_packets: Small = 0
    forces_udp: bool = False
    may_detach: bool = False


class HomeAgent(Section):
    """Features of the home agent. ipv4_pool: there is an IPv4 home address to assign. nat_traversal: which outer
    source may differ from the IPv4 care-of address: any, the one that IKEv2 saw, or none. refuses: the status with
    which registrations are refused for a time. prefix_deprecated: acceptances have status 1."""

    key_management: bool = True
    ipv4_pool: bool = False
    duplicate_address_detection: bool = False
    duplicate_home_address: bool = False
    demands_udp: bool = False
    refuses: Literal["no", "129", "130", "131", "132", "139", "either"] = "no"
    prefix_deprecated: bool = False
    nat_traversal: Literal["open", "ike-peer-only", "off"] = "open"


class Security(Section):
    """association_at_home: the UE starts with a security association, without one, or either."""

    anti_replay: bool = True
    association_at_home: Either = "either"


class Environment(Section):
    """dual_radio: the UE still receives over the link it leaves, for a while."""

    coverage_loss: bool = False
    dual_radio: bool = False


class Clock(Section):
    """Discrete time; ticks: how many are counted, 0: there are no clocks, timers fire at any moment."""

    ticks: Annotated[int, Field(ge=0, le=16)] = 0
    lifetime_asked: Small = 0
    lifetime_granted_at_most: Small = 0
    longest_interval: Literal[1, 2, 4] = 2
    invalid_entry_ticks: Small = 1

    @property
    def runs(self) -> bool:
        return self.ticks > 0


class Attacker(Section):
    """What an attacker may do, and how often. subscriber: he has a subscription, and keys, of his own.
    interception: what he does with a genuine update that he meets on the path."""

    forgeries: Small = 0
    subscriber: bool = False
    interception: Literal["none", "copy", "hold-back", "rewrite-ipv4", "rewrite-ipv6", "rewrite"] = "none"
    interceptions: Small = 0

    @property
    def exists(self) -> bool:
        return self.forgeries > 0 or self.interceptions > 0


class Timing(Section):
    """Timing assumptions, each a restraint on an event; false lifts it."""

    no_packet_outlives_an_invalid_entry: bool = True
    acknowledged_entry_ends_first: bool = True
    no_packet_outlives_a_lifetime: bool = True
    retransmission_outlasts_round_trip: bool = False


class Scenario(Section):
    """One scenario. choices: how ambiguities are read here whatever the reading, "ue.AMB-20=nat-found".
    cannot_occur: property ID -> why its antecedent cannot occur here. not_judged: property ID -> why this is
    not the place to judge it."""

    name: Name
    description: Text
    networks: list[Network]
    channel: ChannelFaults = ChannelFaults()
    bounds: Bounds = Bounds()
    ue: Ue = Ue()
    home_agent: HomeAgent = HomeAgent()
    security: Security = Security()
    environment: Environment = Environment()
    timing: Timing = Timing()
    clock: Clock = Clock()
    attacker: Attacker = Attacker()
    choices: list[Text] = []
    cannot_occur: dict[Text, Text] = {}
    not_judged: dict[Text, Text] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        names = [network.name for network in self.networks]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'two networks are called "{name}"')
        if "nowhere" in names:
            raise ValueError('no network can be called "nowhere"')
        homes = [network for network in self.networks if network.home]
        if len(homes) != 1 or homes[0].name != "home" or homes[0].family != "ipv6" or homes[0].translation:
            raise ValueError('exactly one network must have home = true: it is called "home", ipv6, not translated')
        if len(names) < 2:
            raise ValueError("at least one foreign network is needed")
        if self.channel.duplication != (self.bounds.duplications > 0):
            raise ValueError("channel.duplication = true needs bounds.duplications of 1 or more, and the reverse")
        if self.bounds.nat_remappings and not any(network.translation for network in self.networks):
            raise ValueError("bounds.nat_remappings needs a network with translation = true")
        if self.bounds.revocations and self.bounds.retransmissions == UNLIMITED:
            raise ValueError("bounds.revocations needs a limit of bounds.retransmissions")
        if self.clock.runs:
            if not self.clock.lifetime_asked >= 2:
                raise ValueError("clock.lifetime_asked must be 2 or more")
            if not 1 <= self.clock.lifetime_granted_at_most <= self.clock.lifetime_asked:
                raise ValueError("clock.lifetime_granted_at_most must be from 1 to clock.lifetime_asked")
            if self.clock.invalid_entry_ticks > self.clock.lifetime_asked:
                raise ValueError("clock.invalid_entry_ticks must not exceed clock.lifetime_asked")
            if not self.bounds.refreshes or self.bounds.lifetime_ends or self.home_agent.duplicate_address_detection:
                raise ValueError("a clock needs bounds.refreshes, no bounds.lifetime_ends and no address detection")
        try:
            reading("intended", self.choices)
        except ModelError as error:
            raise ValueError(f"choices: {error}") from None
        if (self.attacker.interception != "none") != (self.attacker.interceptions > 0):
            raise ValueError("attacker.interception needs attacker.interceptions of 1 or more, and the reverse")
        self.require_width_rule()
        return self

    @property
    def capabilities(self) -> frozenset[str]:
        """What only some scenarios have, by the names that properties use for it (`Property.needs`)."""
        bounds = self.bounds
        found = {
            "forged packets without keys": self.attacker.forgeries > 0 and not self.attacker.subscriber,
            "attacker with a subscription": self.attacker.forgeries > 0 and self.attacker.subscriber,
            "attacker who copies updates": self.attacker.interception == "copy",
            "attacker who rewrites IPv4 headers": self.attacker.interception in ("rewrite-ipv4", "rewrite"),
            "attacker who rewrites IPv6 headers": self.attacker.interception in ("rewrite-ipv6", "rewrite"),
            "restart of the home agent": bounds.home_agent_restarts > 0,
            "renewal of bindings": bounds.refreshes != 0,
            "renewal behind a NAT that replaces its mapping": bounds.refreshes != 0 and bounds.nat_remappings > 0,
            "revocation by the home agent": bounds.revocations > 0,
            "user data": self.ue.data_packets > 0,
            "mixture of schools": bool(self.choices),
            "mixture of schools, retransmission without a limit": bool(self.choices)
            and bounds.retransmissions == UNLIMITED,
            "home agent that refuses": self.home_agent.refuses != "no",
            "deprecated home prefix": self.home_agent.prefix_deprecated,
            "wish for an IPv4 home address": self.ue.wants_ipv4_home_address is not False,
            "detach from abroad": self.ue.may_detach,
            "clock": self.clock.runs,
            "dual radio": self.environment.dual_radio,
            "UE that forces UDP": self.ue.forces_udp,
            "status 174": any("AMB-33=status-174" in choice for choice in self.choices),
            "lifetime that ends as often as it likes": self.bounds.lifetime_ends == UNLIMITED,
            "retransmission without a limit": self.bounds.retransmissions == UNLIMITED,
            "restriction of NAT traversal": self.home_agent.nat_traversal != "open",
        }
        return frozenset(name for name, there in found.items() if there)

    @property
    def updates_at_most(self) -> int | None:
        """Binding Updates that can be sent in a row without the home agent accepting one; None: any number.

        A registration sends one and its retransmissions; a new one starts after a movement, the end of a
        lifetime or of an association, and once more when an unanswered association is set up anew.
        """
        bounds = self.bounds
        if (
            isinstance(bounds.retransmissions, str)
            or isinstance(bounds.lifetime_ends, str)
            or isinstance(bounds.refreshes, str)
        ):
            return None
        starts = bounds.movements + bounds.lifetime_ends + bounds.security_association_ends + bounds.refreshes
        if self.clock.runs:
            starts += self.clock.ticks // self.clock.lifetime_granted_at_most
        return starts * (1 + bounds.retransmissions) * 2

    @property
    def updates_that_may_follow(self) -> int:
        """Updates that can be sent after one that is lost before it is seen that the home agent is behind."""
        return 1 + self.bounds.movements

    @property
    def window(self) -> int:
        """How far a sequence number may be ahead of another and still count as newer."""
        return (1 << (self.bounds.sequence_number_bits - 1)) - 1

    def require_width_rule(self) -> None:
        """Half of the number space must exceed the updates lost in a row plus those in flight.

        Where any number can be sent in a row, only so many are lost in a row as the space allows: an
        abstraction that every verdict names.
        """
        half, in_flight = self.window, self.bounds.messages_in_flight
        if self.updates_at_most is None:
            needed = self.updates_that_may_follow + in_flight
            if half <= needed:
                raise ValueError(
                    f"bounds.sequence_number_bits = {self.bounds.sequence_number_bits} is too small: with w bits "
                    f"2^(w-1) - 1 (here {half}) must exceed the Binding Updates in flight ({in_flight}) plus one "
                    f"lost and one for each movement ({self.updates_that_may_follow}); raise it, or lower movements"
                )
            return
        needed = self.updates_at_most + in_flight
        if half <= needed:
            raise ValueError(
                f"bounds.sequence_number_bits = {self.bounds.sequence_number_bits} is too small: with w bits "
                f"2^(w-1) - 1 (here {half}) must exceed the Binding Updates that can be lost in a row "
                f"({self.updates_at_most}) plus those in flight ({self.bounds.messages_in_flight}); "
                "raise it, or lower movements or retransmissions"
            )

    def at_width(self, bits: int) -> Scenario:
        """The same scenario with sequence numbers of another width."""
        return self.model_copy(
            update={"bounds": self.bounds.model_copy(update={"sequence_number_bits": bits})}
        )

    def abstractions(self) -> list[str]:
        """What a verdict in this scenario abstracts from, in words."""
        bounds = self.bounds
        words = [
            f"sequence numbers of {bounds.sequence_number_bits} bits",
            f"at most {bounds.messages_in_flight} message(s) in flight in each direction",
            f"at most {bounds.movements} movements",
            "an update is retransmitted until it is answered"
            if bounds.retransmissions == UNLIMITED
            else f"at most {bounds.retransmissions} retransmission(s) of an update, then the UE gives up",
            f"{self.clock.ticks} ticks of time: lifetimes of {self.clock.lifetime_asked}, retransmission after 1 to "
            f"{self.clock.longest_interval}; a packet may take any number of them"
            if self.clock.runs
            else "timers fire at any moment, lifetimes are zero or not zero",
            "IKEv2 is one step at both ends; a packet under a former security association is not verified any more",
            "one UE, one home address, one IPv4 home address"
            if self.ue.count == 1
            else f"{self.ue.count} UEs with a home address each, one IPv4 home address for all; bounds are each UE's",
        ]
        if bounds.duplications:
            words.append(f"at most {bounds.duplications} packet(s) duplicated")
        if bounds.nat_remappings:
            words.append(f"at most {bounds.nat_remappings} NAT remapping(s)")
        if bounds.security_association_ends:
            words.append(f"at most {bounds.security_association_ends} security association(s) end by themselves")
        if self.updates_at_most is None:
            words.append(
                f"of updates that the home agent would compare with an entry at most "
                f"{self.window - self.updates_that_may_follow} in a row are lost"
            )
        if bounds.lifetime_ends == UNLIMITED:
            words.append("lifetimes end at any time, as often as they like")
        elif bounds.lifetime_ends:
            words.append(f"at most {bounds.lifetime_ends} lifetime(s) end")
        elif not self.clock.runs:
            words.append("no lifetime ends: a binding lasts until it is removed")
        if bounds.refreshes == UNLIMITED:
            words.append("a registered UE renews its binding as often as it likes")
        elif bounds.refreshes:
            words.append(f"at most {bounds.refreshes} renewal(s) of a binding")
        if bounds.home_agent_restarts:
            words.append(f"the home agent starts anew at most {bounds.home_agent_restarts} time(s)")
        if bounds.revocations:
            words.append("at most one binding is revoked by the home agent, in messages without a number")
        if self.ue.data_packets:
            words.append(f"at most {self.ue.data_packets} packet(s) of user data through the home agent")
        if self.attacker.forgeries:
            words.append(f"the attacker forges at most {self.attacker.forgeries} packet(s), his numbers guessed right")
        if self.attacker.interceptions:
            words.append(f"the attacker takes at most {self.attacker.interceptions} update(s) on the path")
        if self.timing.no_packet_outlives_an_invalid_entry:
            words.append("timing: no packet outlives an entry marked invalid (10 s)")
        if self.timing.acknowledged_entry_ends_first and bounds.lifetime_ends:
            words.append("timing: an acknowledged list entry ends no later than its cache entry")
        if self.timing.no_packet_outlives_a_lifetime and (bounds.lifetime_ends or self.clock.runs):
            words.append("timing: no packet outlives the lifetime of a binding")
        if self.timing.retransmission_outlasts_round_trip:
            words.append("timing: retransmission is slower than the round trip: nothing is in flight when it fires")
        return words


def shipped() -> list[str]:
    """Names of the scenarios that ship, in the order in which they are checked."""
    order = ["minimal", "every-access", "clause-5.2"]
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files("model").joinpath("scenario_files").iterdir()
        if entry.name.endswith(".toml")
    )
    return [name for name in order if name in names] + [name for name in names if name not in order]


def load(name_or_path: str) -> Scenario:
    """A shipped scenario by name, or a user's own by path (ending in .toml).

    Raises ModelError with the file, line or key at fault and what is allowed.
    """
    if name_or_path in shipped():
        file = resources.files("model").joinpath("scenario_files", f"{name_or_path}.toml")
        return parse(file.read_text(encoding="utf-8"), f"{name_or_path}.toml")
    path = Path(name_or_path)
    if path.suffix != ".toml":
        raise ModelError(
            f'unknown scenario "{name_or_path}": {nearest(name_or_path, shipped())} '
            "(a scenario of your own is a file that ends in .toml)"
        )
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= LARGEST_FILE):
            raise ModelError(f"{path}: no scenario: it is not a file of at most {LARGEST_FILE:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: not UTF-8 text at byte {error.start}") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Scenario:
    """A scenario from TOML text; `source` names it in errors. Raises ModelError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{source}: broken TOML: {error}") from None
    except (ValueError, RecursionError):
        raise ModelError(f"{source}: broken TOML: a number is too long or tables are nested too deep") from None
    return from_data(data, source, text)


def from_data(data: dict[str, Any], source: str, text: str = "") -> Scenario:
    """A scenario from plain data (a TOML document, or what a trace file embeds). Raises ModelError."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ModelError(_one_line(error, source, text)) from None


def _one_line(error: ValidationError, source: str, text: str) -> str:
    first = error.errors()[0]
    location = [part for part in first["loc"] if part not in ALTERNATIVES]
    line = _line_of(location, text)
    where = f"{source}, line {line}" if line else source
    key = ".".join(str(part) for part in location)
    more = len({tuple(entry["loc"][:2]) for entry in error.errors()}) - 1
    return f"{where}: {_explained(first, key, location)}" + (f" (and {more} more)" if more else "")


def _explained(entry: Any, key: str, location: list[str | int]) -> str:
    given = entry.get("input")
    match entry["type"]:
        case "extra_forbidden":
            return f'unknown key "{key}": {nearest(str(location[-1]), _known_keys(location[:-1]))}'
        case "missing":
            return f'the key "{key}" is missing'
        case "value_error":
            return str(entry["ctx"]["error"])
        case error if error == CONTROL_CHARACTER:
            return f'"{key}" {entry["msg"]}'
        case "literal_error" if isinstance(entry["ctx"]["expected"], str):
            allowed = entry["ctx"]["expected"]
            if allowed == "'either'":
                allowed = 'true, false or "either"'
            return f'"{key}" is {given!r}; allowed: {allowed}'
        case "int_type" if "unlimited" in str(_annotation_at(location)):
            return f'"{key}" is {given!r}; allowed: a number from 0 to 8, or "{UNLIMITED}"'
        case "bool_type":
            return f'"{key}" is {given!r}; allowed: {_allowed_for_boolean(location)}'
        case "string_pattern_mismatch":
            return f'"{key}" is {given!r}; allowed: lower-case letters, digits, "." and "-"'
        case _:
            return f'"{key}" is {given!r}: {entry["msg"][0].lower()}{entry["msg"][1:]}'


def _allowed_for_boolean(location: list[str | int]) -> str:
    return "true or false" if _annotation_at(location) is bool else 'true, false or "either"'


def _annotation_at(location: list[str | int]) -> object:
    model = _model_at(location[:-1])
    name = str(location[-1])
    return model.model_fields[name].annotation if model and name in model.model_fields else None


def _model_at(location: Iterable[str | int]) -> type[BaseModel] | None:
    model: type[BaseModel] = Scenario
    for part in location:
        if isinstance(part, int):
            continue
        if part == "networks":
            model = Network
            continue
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
            return None
        model = annotation
    return model


def _known_keys(location: list[str | int]) -> list[str]:
    model = _model_at(location)
    return list(model.model_fields) if model else []


def _line_of(location: list[str | int], text: str) -> int | None:
    """The line of the deepest header and key of `location` that the text has."""
    if not location or not text:
        return None
    tables = [part for part in location[:-1] if isinstance(part, str)]
    number = next((part for part in location if isinstance(part, int)), None)
    key = str(location[-1])
    current: list[str] = []
    count = -1
    fallback: int | None = None
    for line_number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.split("]")[0].strip("[ ").split(".")
            if stripped.startswith("[[") and current == tables:
                count += 1
            if current == [key] or (current == tables and number in (None, count)):
                fallback = fallback or line_number
        elif current == tables and number in (None, count) and stripped.split("=")[0].strip(" \"'") == key:
            return line_number
    return fallback
