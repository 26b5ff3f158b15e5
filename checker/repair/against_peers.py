"""One actor's choices against every choice of its peer: a search that starts with all of them, as far as they
make a difference. Which do is seen in the search itself: one that no step reads may be anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from checker.repair.choices import Menu, Settled, values_in
from checker.repair.failures import Demand, Failure, NotDecided, doubt, exists_under, looks
from checker.repair.reads import reading
from checker.repair.settable import Settable, settings_of
from checker.search import Exploration, Limits, Sighting
from model.handover import machines_of
from model.language.binding import mentioned_choices
from model.readings import ACTORS, BY_IDENTIFIER
from model.scenarios import Scenario
from properties.kinds import Property


def own_ambiguities(actor: str, scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """The ambiguities that an actor's table depends on in one of the scenarios, in the order of the catalogue."""
    found = {name for scenario in scenarios for entry in machines_of(scenario) if entry.name == actor
             for name in mentioned_choices(entry)}  # fmt: skip
    return tuple(name for name in BY_IDENTIFIER if name in found)


def own_menu(
    actor: str, reading_name: str, towards: str, fixed: Settled, scenarios: Iterable[Scenario]
) -> Menu:  # fmt: skip
    """For every ambiguity of the actor's own on which two readings differ, what the other one has."""
    offered = {}
    for name in own_ambiguities(actor, scenarios):
        now, then = values_in(reading_name, BY_IDENTIFIER[name]), values_in(towards, BY_IDENTIFIER[name])
        if now != then and len(then) == 1 and name not in fixed:
            offered[f"{actor}.{name}"] = then
    return Menu(reading_name, offered, fixed)


MOST_TOGETHER = 1_000_000  # states of a search that starts with many peers; beyond, peers are searched apart
MOST_APART = 200_000  # states of a search with one peer; beyond, peers like it are left out


class AgainstPeers:
    """Examines one actor's choices: what fails with some peer that has settled its own.

    menu: the actor's own choices. demands: everything that will be asked. limits: of one exploration. left_out:
    scenario -> peers, by some of their choices, with which there are too many states.
    peer_ambiguities: those in which peers differ, the others being as the menu's base has them; None: all.
    """

    def __init__(
        self, actor: str, menu: Menu, demands: Sequence[Demand], limits: Limits,
        peer_ambiguities: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        self.menu = menu
        self.limits = limits
        self.explorations = 0
        (peer,) = (name for name in ACTORS if name != actor)
        self.peer_choices = {
            f"{peer}.{name}": BY_IDENTIFIER[name].alternatives
            for name in own_ambiguities(peer, [demand.scenario for demand in demands])
            if name not in menu.fixed and (peer_ambiguities is None or name in peer_ambiguities)
        }  # fmt: skip
        self.systems = {demand.scenario.name: self._compiled(demand) for demand in demands}
        self.left_out: dict[str, list[Settled]] = {name: [] for name in self.systems}
        self._explored: dict[tuple[object, ...], Exploration] = {}

    def _compiled(self, demand: Demand) -> Settable:
        peers = {name: {value: (value,) for value in values} for name, values in self.peer_choices.items()}
        system = Settable(demand.scenario, self.menu.base, {**settings_of(self.menu), **peers}, demand.properties)
        judged = list(system.observations.values())
        system.watch([reading(system.variable(name), system.system, judged)
                      for name in self.peer_choices if name in system.free])  # fmt: skip
        return system

    def failures(self, demand: Demand, settled: Settled) -> list[Failure]:
        """For each property that fails with some peer, a run; [] if all hold with every peer but those left out.

        Raises NotDecided where a reply found no room, or where nothing is left of the peers.
        """
        system = self.systems[demand.scenario.name]
        waiting: list[tuple[dict[str, str], frozenset[str]]] = [({}, frozenset())]
        searched = 0
        while waiting:
            fixed, differ = waiting.pop()
            among = self._left_out_among(demand, fixed)
            if among is not None:
                unsettled = [name for name in among if name not in fixed]
                if unsettled:
                    waiting += self._apart(unsettled[0], fixed, differ)
                continue
            explored = self._explore(demand, system, {**settled, **fixed}, differ, MOST_TOGETHER)
            seen = [entry for entry in demand.properties if entry.violation_name in explored.sightings]
            if seen:
                return [self._failure(demand, system, entry, explored.sightings[entry.violation_name], settled)
                        for entry in seen]  # fmt: skip
            if not explored.complete:
                name = self._one_that_matters(demand, system, settled, fixed)
                if name is None:
                    self.left_out[demand.scenario.name].append(fixed)
                else:
                    waiting += self._apart(name, fixed, differ)
                continue
            reason = doubt(demand.scenario, explored)
            if reason is not None:
                raise NotDecided(reason)
            searched += 1
            read = {name for name in self.peer_choices
                    if name in system.free and f"{system.variable(name)} read" in explored.sightings}  # fmt: skip
            if not read <= differ | fixed.keys():
                waiting.append((fixed, differ | (read - fixed.keys())))
        if not searched:
            raise NotDecided(f"{demand.scenario.name}: more than {MOST_APART:,} states with any peer")
        return []

    def _apart(
        self, name: str, fixed: dict[str, str], differ: frozenset[str]
    ) -> list[tuple[dict[str, str], frozenset[str]]]:
        return [({**fixed, name: value}, differ - {name}) for value in self.peer_choices[name]]

    def _left_out_among(self, demand: Demand, fixed: Settled) -> Settled | None:
        """Peers that are left out and among these."""
        return next((peers for peers in self.left_out[demand.scenario.name]
                     if all(fixed.get(name, value) == value for name, value in peers.items())), None)  # fmt: skip

    def _one_that_matters(
        self, demand: Demand, system: Settable, settled: Settled, fixed: Settled
    ) -> str | None:
        """A choice that decides whether a peer has too many states; None if there are too many whatever it is."""
        others = [name for name in self.peer_choices if name not in fixed and name in system.free]
        alone = self._explore(demand, system, {**settled, **fixed}, (), MOST_APART).complete
        for name in others:
            for value in self.peer_choices[name][1:]:
                flipped = {**settled, **fixed, name: value}
                if self._explore(demand, system, flipped, (), MOST_APART).complete != alone:
                    return name
        return min(others, default=None) if alone else None

    def _failure(
        self, demand: Demand, system: Settable, entry: Property, sighting: Sighting, settled: Settled
    ) -> Failure:
        peer = {name: str(system.value_in(sighting.initial, name)) for name in self.peer_choices if name in system.free}
        run = system.replayed({**settled, **peer}, entry.violation_name, sighting)
        exists_with = exists_under(system, self.menu, entry, run, {**settled, **peer})
        at = {name for exists in looks(system, entry, run) for name in exists({**settled, **peer}).at}
        return Failure(demand, entry, run, exists_with, {name: peer[name] for name in peer if name in at})

    def _explore(
        self, demand: Demand, system: Settable, settled: Settled, differ: Collection[str], most: int
    ) -> Exploration:
        """With all peers that differ in these choices, the others being as settled or as their first alternative."""
        peers = {name: values if name in differ else (settled.get(name, values[0]),)
                 for name, values in self.peer_choices.items()}  # fmt: skip
        key = (demand.scenario.name, tuple(sorted(settled.items())), tuple(peers.items()), most)
        if key not in self._explored:
            self.explorations += 1
            states = most if self.limits.states is None else min(most, self.limits.states)
            limits = Limits(self.limits.memory, self.limits.seconds, states)
            self._explored[key] = system.explore(settled, limits, peers)
        if self._explored[key].interrupted:
            raise KeyboardInterrupt
        return self._explored[key]
