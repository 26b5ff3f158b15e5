"""Lossy but fair: what each assumption buys, on a model of two machines; limits; full-width numbers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from checker.explicit.laps import Laps
from checker.fairness import state_graph
from checker.fairness.lasso_check import lasso_faults, loop_faults
from checker.fairness.responses import FairRun, decide
from checker.fairness.wide_lasso import follow
from checker.itf import TraceFileError, load, replayed, save
from checker.search import Limits
from checker.trace import Trace, closed, one_turn, replay
from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_text
from diagrams.sequence_chart import sequence_chart
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.systems import System
from properties.fairness import FairnessGroup
from tests.fairness.beacons import STRONG_DELIVERY, TIMERS, WEAK_DELIVERY, beacons, is_guided

ENGINES = ["explicit", "plain"]
REPEATS, LOST = ("beacon: repeat: repeats", None), ("line: Signal is lost", 0)


def shortest(system: System, *groups: object, engine: str = "explicit") -> FairRun | None:
    response = is_guided(*groups)  # type: ignore[arg-type]
    runs = decide(system, [response], engine, Limits()).runs[response.name]
    return runs[0] if runs else None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("loss, groups, steps, loop", [
    (False, [], 0, 0),  # nobody has to do anything
    (False, [TIMERS], 1, 1),  # the signal stays under way
    (False, [WEAK_DELIVERY], 0, 0),  # the beacon is never lit
    (False, [TIMERS, WEAK_DELIVERY], None, None),
    (True, [TIMERS, WEAK_DELIVERY], 16, 0),  # whatever is sent is lost; the number comes back after eight
    (True, [TIMERS, STRONG_DELIVERY], None, None),
    (True, [STRONG_DELIVERY], 0, 0),
])  # fmt: skip
def test_weak_timers_and_strong_delivery_are_needed_and_suffice(
    loss: bool, groups: list[object], steps: int | None, loop: int | None, engine: str
) -> None:
    run = shortest(beacons(loss=loss), *groups, engine=engine)
    assert (steps, loop) == (None, None) if run is None else (len(run.path), run.loop) == (steps, loop)


def lossy_lasso(width: int = 3, **options: bool) -> tuple[System, Trace]:
    system = beacons(width=width, **options)
    run = shortest(system, TIMERS, WEAK_DELIVERY)
    assert run is not None
    return system, closed(replay(system, "is guided", run.initial, run.path), run.loop)


def test_a_loop_of_numbers_is_followed_round_at_full_width() -> None:
    _, trace = lossy_lasso()
    with closing(Laps(beacons(width=10))) as wide:
        assert follow(trace, wide, [TIMERS, WEAK_DELIVERY]) is None
        fault = follow(trace, wide, [TIMERS, STRONG_DELIVERY])
        assert fault == '"delivery" is possible again and again and never happens'


def test_a_loop_that_needs_the_small_width_is_an_artefact() -> None:
    """With 3 bits a number is ahead of 0 three times, then not ahead of it five times; with more bits not so."""
    _, trace = lossy_lasso(halves=True)
    with closing(Laps(beacons(width=10, halves=True))) as wide:
        fault = follow(trace, wide, [TIMERS, WEAK_DELIVERY])
    assert fault == "it cannot be replayed"


@pytest.mark.parametrize("groups", [[TIMERS, WEAK_DELIVERY], [TIMERS, STRONG_DELIVERY], [STRONG_DELIVERY], [TIMERS]])
@pytest.mark.parametrize("options", [{}, {"halves": True}])
def test_going_round_says_what_the_interpretation_says_of_the_whole_run(
    groups: list[FairnessGroup], options: dict[str, bool]
) -> None:
    """At full width the loop closes after 2**(bits - 3) turns: the interpretation goes through all of them."""
    small, bits = beacons(width=3, **options), 6
    system = beacons(width=bits, **options)
    run = shortest(small, TIMERS, WEAK_DELIVERY)
    assert run is not None
    trace = closed(replay(small, "is guided", run.initial, run.path), run.loop)
    with closing(Laps(system)) as wide:
        fault = follow(trace, wide, groups)
    loop = list(trace.path[run.loop:])
    try:
        whole = replay(system, "is guided", Interpretation(system).initial_states()[0],
                       [*trace.path[:run.loop], *loop * 2 ** (bits - 3)])  # fmt: skip
    except ModelError:
        assert fault == "it cannot be replayed" or "is not possible" in str(fault)
        return
    faults = list(loop_faults(closed(whole, run.loop), groups))
    assert fault == (faults[0].removeprefix("the run is not fair: ") if faults else None)


def test_one_turn_of_a_loop_ends_where_all_but_the_numbers_is_as_before() -> None:
    _, trace = lossy_lasso()
    turn, numbers_differ = one_turn(trace)
    assert (len(trace), len(turn), turn.loop, numbers_differ) == (16, 2, 0, True)


def test_a_run_for_ever_keeps_its_loop_in_a_file(tmp_path: Path) -> None:
    system, trace = lossy_lasso()
    file = tmp_path / "lasso.itf.json"
    save(trace, file, {})
    again = replayed(load(file), system)
    assert again.loop == trace.loop == 0
    assert again.states == trace.states
    file.write_text(file.read_text().replace('"loop": 0', '"loop": 3'))
    with pytest.raises(TraceFileError, match="the loop does not close: the last state is not the one after step 3"):
        replayed(load(file), system)
    file.write_text(file.read_text().replace('"loop": 3', '"loop": 17'))
    with pytest.raises(TraceFileError, match='"loop" is 17, and there are states 0 to 16'):
        load(file)


def test_what_is_wrong_with_a_lasso_is_said() -> None:
    system, trace = lossy_lasso()
    assert lasso_faults(trace, is_guided(TIMERS, WEAK_DELIVERY)) == []
    assert lasso_faults(trace, is_guided(TIMERS, STRONG_DELIVERY)) == [
        'the run is not fair: "delivery" is possible again and again and never happens'
    ]
    assert lasso_faults(replace(trace, loop=None), is_guided()) == ["the run has no loop"]
    stops = replay(system, "is guided", trace.initial, [])
    assert lasso_faults(replace(stops, loop=0), is_guided(TIMERS)) == [
        'the run is not fair: "timers of the beacon" stays possible and never happens'
    ]
    guided = replay(system, "is guided", trace.initial, [REPEATS, ("ship: receives Signal: is guided", 0)])
    assert lasso_faults(replace(guided, loop=2), is_guided()) == ["the goal is reached in the loop"]
    with pytest.raises(ModelError, match="the loop does not close"):
        closed(guided, 1)


def test_charts_say_how_a_run_goes_on_for_ever() -> None:
    system, trace = lossy_lasso()
    stops = replace(replay(system, "is guided", trace.initial, [REPEATS]), loop=1)
    for draw in (chart_text, chart_mermaid, chart_plantuml, chart_svg):
        text = " ".join(draw(sequence_chart(trace)).replace("<br/>", " ").split())
        assert text.index("from here the run repeats") < text.index("the run repeats from step 1, numbers going on")
        assert "Signal #2" not in text
        assert "nothing happens any more" in " ".join(draw(sequence_chart(stops)).split())
    assert "Then nothing happens any more." in sequence_chart(stops).description


@pytest.mark.parametrize("limits, reason", [
    (Limits(states=5), "limit of 5 states reached"),
    (Limits(seconds=0.0), "time limit of 0 s reached"),
    (Limits(memory=200_000), "memory limit of"),
])  # fmt: skip
def test_a_limit_leaves_the_question_open(limits: Limits, reason: str) -> None:
    answers = decide(beacons(width=12), [is_guided(TIMERS)], "explicit", limits)
    assert answers.runs == {} and answers.stopped is not None and answers.stopped.startswith(reason)


def test_an_interruption_leaves_the_question_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(state_graph.CompiledGraph, "where", interrupt)
    answers = decide(beacons(), [is_guided(TIMERS)], "explicit", Limits())
    assert (answers.runs, answers.stopped) == ({}, "interrupted")


def test_initial_states_of_the_graph_come_first() -> None:
    system = beacons()
    graph = state_graph.CompiledGraph(system, Limits())
    with closing(graph):
        assert graph.graph.initial == 1
        assert graph.state(0) == Interpretation(system).initial_states()[0]
