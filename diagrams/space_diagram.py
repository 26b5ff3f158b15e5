"""The state space seen from far, as a graph: one node a region with the number of its states, one arrow
from region to region, the thicker the more steps; what the steps are stands in titles, or beside few arrows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

from checker.state_space import Crossing, Region, StateSpace
from diagrams import graphviz_library
from diagrams.dot import LABEL, escaped
from diagrams.errors import DiagramError
from diagrams.labels import display_name, plain_line, shortened, value_text, wrapped
from diagrams.mermaid import escaped as in_mermaid
from diagrams.palette import BLUE, DARK, FONT, GREY, HEAT, INK, PAPER
from diagrams.svg_accessibility import accessible

MOST_REGIONS = 60  # that people can look at
FEW_CROSSINGS = 30  # up to here arrows say by which steps
ACTIONS_SHOWN = 2
LABEL_WIDTH = 34


@dataclass(frozen=True)
class SpacePicture:
    """A state space to be drawn. title: what was explored."""

    space: StateSpace
    title: str

    @property
    def counts(self) -> str:
        """The figures in a sentence; a search cut short says so."""
        space = self.space
        over = ", ".join(_variable(name) for name in space.variables)
        text = f"{space.states:,} states in {len(space.regions)} regions by {over}"
        if space.stopped is None:
            return f"{text}; {space.steps:,} steps; complete"
        return (f"at least {text}: {space.stopped}; more states and regions may be reachable; "
                f"steps of {space.expanded:,} states counted")  # fmt: skip


def space_picture(space: StateSpace, title: str, most: int = MOST_REGIONS) -> SpacePicture:
    """Raises DiagramError if there are more regions than `most`."""
    if len(space.regions) > most:
        raise DiagramError(
            f"{len(space.regions)} regions are too many to look at (at most {most}); choose fewer variables, or ones "
            "with fewer values"
        )
    return SpacePicture(space, plain_line(title))


def space_dot(picture: SpacePicture) -> str:
    return "\n".join([*_dot_lines(picture), ""])


def space_svg(picture: SpacePicture) -> str:
    """The picture as accessible SVG; titles name the steps of each arrow."""
    space = picture.space
    names = {f"r{number}": _words(space, region) for number, region in enumerate(space.regions)}
    titles = dict(names)
    for number, crossing in enumerate(space.crossings):
        source, dest = f"r{crossing.source}", f"r{crossing.dest}"
        text = f"{names[source]} → {names[dest]}: {'; '.join(_actions(crossing, 12))}"
        titles.update({f"c{number}": text, f"{source}->c{number}": text, f"c{number}->{dest}": text})
        titles[f"{source}->{dest}"] = text
    svg = graphviz_library.drawn(space_dot(picture), "svg")
    return accessible(svg, picture.title, f"State space: {picture.counts}.", titles=titles, dark=DARK)


def space_mermaid(picture: SpacePicture) -> str:
    space = picture.space
    lines = ["---", f'title: "{in_mermaid(f"{picture.title}, {picture.counts}")}"', "---", "flowchart TB"]
    for number, region in enumerate(space.regions):
        inner = "<br/>".join(in_mermaid(line) for line in _lines(space, region))
        lines.append(f'    r{number}{"([" if region.initial else "["}"{inner}"{"])" if region.initial else "]"}')
    for crossing in space.crossings:
        words = "<br/>".join(in_mermaid(shortened(text, 60)) for text in _actions(crossing, ACTIONS_SHOWN))
        lines.append(f'    r{crossing.source} -->|"{words}"| r{crossing.dest}')
    return "\n".join([*lines, ""])


def space_data(picture: SpacePicture) -> dict[str, object]:
    """The overview as plain data, for machines."""
    space = picture.space
    return {
        "title": picture.title, "system": space.system, "variables": list(space.variables),
        "complete": space.stopped is None, "stopped": space.stopped, "states": space.states,
        "states_expanded": space.expanded, "steps": space.steps,
        "regions": [
            {"values": dict(zip(space.variables, region.values, strict=True)), "states": region.states,
             "initial": region.initial, "steps_inside": region.inside}
            for region in space.regions
        ],
        "crossings": [
            {"from": crossing.source, "to": crossing.dest, "steps": crossing.steps, "actions": dict(crossing.actions)}
            for crossing in space.crossings
        ],
    }  # fmt: skip


def _dot_lines(picture: SpacePicture) -> Iterator[str]:
    space = picture.space
    small = f'<FONT POINT-SIZE="11" COLOR="{GREY}">{"<BR/>".join(map(escaped, wrapped(picture.counts, 110)))}</FONT>'
    legend = "<BR/>".join(f'<FONT POINT-SIZE="11" COLOR="{GREY}">{escaped(line)}</FONT>' for line in _legend(space))
    heading = f"<B>{'<BR/>'.join(map(escaped, wrapped(picture.title, 90, 3)))}</B><BR/>{small}<BR/>{legend}<BR/> "
    few = len(space.crossings) <= FEW_CROSSINGS
    yield "digraph space {"
    yield (f'  graph [rankdir=TB, nodesep=0.3, ranksep={0.2 if few else 0.5}, bgcolor="{PAPER}", pad=0.2,'
           f' fontname="{FONT}", fontsize=15, fontcolor="{INK}", labelloc=t, label=<{heading}>];')  # fmt: skip
    yield (f'  node [shape=box, style="rounded,filled", color="{INK}", penwidth=1.1, fontname="{FONT}", fontsize=12,'
           f' fontcolor="{INK}", margin="0.12,0.06"];')  # fmt: skip
    yield f'  edge [color="{GREY}", arrowsize=0.7];'
    for number, region in enumerate(space.regions):
        first, *others = _lines(space, region)
        lines = [f"<B>{escaped(first)}</B>", *(escaped(line) for line in others[:-1]),
                 f'<FONT POINT-SIZE="11">{escaped(others[-1])}</FONT>']  # fmt: skip
        border = ", penwidth=2.6" if region.initial else ""
        yield f'  r{number} [label=<{"<BR/>".join(lines)}>, fillcolor="{_heat(space, region)}"{border}];'
    for number, crossing in enumerate(space.crossings):
        width = f"penwidth={0.8 + 0.7 * log10(crossing.steps):.2f}"
        if few:
            words = [escaped(line) for text in _actions(crossing, ACTIONS_SHOWN) for line in wrapped(text, LABEL_WIDTH)]
            words = [f'<FONT COLOR="{BLUE}">{line}</FONT>' for line in words]
            yield (f'  c{number} [{LABEL}, fontsize=10,'
                   f' label=<{"<BR/>".join(words)}>];')  # fmt: skip
            yield f"  r{crossing.source} -> c{number} [arrowhead=none, {width}];"
            yield f"  c{number} -> r{crossing.dest} [{width}];"
        else:
            yield f"  r{crossing.source} -> r{crossing.dest} [{width}];"
    yield "}"


def _legend(space: StateSpace) -> list[str]:
    """What the picture's signs mean."""
    arrows = "; beside it its most frequent steps, with how many" if len(space.crossings) <= FEW_CROSSINGS else ""
    return ["a box: the states with these values, the darker the more; a thick border: the run may start there",
            f"an arrow: steps from region to region, the thicker the more{arrows}"]  # fmt: skip


def _heat(space: StateSpace, region: Region) -> str:
    """The darker, the more states, by order of magnitude below the largest region."""
    largest = max(entry.states for entry in space.regions)
    return HEAT[max(0, 3 - int(log10(largest / region.states) * 1.5))]


def _variable(name: str) -> str:
    return display_name(name.removesuffix(".state").replace(".", ": "))


def _lines(space: StateSpace, region: Region) -> list[str]:
    """A region in lines: each variable with its value, then the number of states."""
    lines = [shortened(f"{_variable(name)}: {value_text(value)}", 60)
             for name, value in zip(space.variables, region.values, strict=True)]  # fmt: skip
    share = 100 * region.states / space.states
    portion = f"{share:.0f} %" if share >= 1 else "< 1 %"
    start = ", start" if region.initial else ""
    return [*lines, f"{region.states:,} {'state' if region.states == 1 else 'states'} ({portion}){start}"]


def _words(space: StateSpace, region: Region) -> str:
    return ", ".join(_lines(space, region))


def _actions(crossing: Crossing, most: int) -> list[str]:
    """The most frequent actions of a crossing with their numbers of steps."""
    shown = [f"{plain_line(name)} ({count:,})" for name, count in crossing.actions[:most]]
    more = len(crossing.actions) - most
    return [*shown, f"and {more} more"] if more > 0 else shown
