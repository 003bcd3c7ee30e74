"""Invariants, pictures and hash seeds of ``wakepath.testing``: each of them can fail."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import Phase, given

from scheduler.graphs.figures import make_schedule
from scheduler.graphs.problem import GraphEdge, GraphLink, GraphProblem, GraphTask, Resource
from scheduler.graphs.problem import TaskMode as Mode
from scheduler.graphs.registry import schedule_graph
from scheduler.graphs.schedule import (
    GraphCertificate,
    Schedule,
    ScheduledTask,
    ScheduledTransfer,
)
from scheduler.graphs.timing import play
from scheduler.plan import Plan
from scheduler.validity import check
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan
from wakepath.testing import (
    assert_capacity,
    assert_exclusive,
    assert_expectation_is_simulated,
    assert_memory_fits,
    assert_names_do_not_matter,
    assert_order_does_not_matter,
    assert_precedence,
    assert_same_under_hash_seeds,
    assert_schedule_energy_is_integral_of_power,
    assert_schedule_meets_deadline,
    assert_schedule_not_below_bound,
    assert_schedule_sound,
    assert_sound,
    assert_time_scales,
    memory_peaks,
    plan_grid,
    plans,
)
from wakepath.testing.contract_base import quietly


def mode(core: int, ticks: int) -> Mode:
    return Mode(f"c{core}", ticks, core, tuple(int(core == c) for c in range(2)), energy_j=1.0)


PROBLEM = GraphProblem(
    "two",
    (Resource("c0", idle_power_w=2.0, wake_ticks=1), Resource("c1")),
    (GraphTask("a", (mode(0, 3),)), GraphTask("b", (mode(0, 2), mode(1, 2)))),
    (GraphEdge(0, 1, (4,), (0.5,)),),
    (GraphLink("l0", "fifo"),),
    ((None, 0), (0, None)),
    deadline_ticks=12,
    period_ticks=20,
    rail_power_w=1.0,
    tick_s=0.5,
)
SOUND = Schedule(
    PROBLEM,
    (ScheduledTask("a", "c0", 1, 4), ScheduledTask("b", "c1", 8, 10)),
    (ScheduledTransfer("a", "b", "l0", 4, 8),),
    makespan=10,
    # two tasks, the transfer, the rail, and c0 resting for 20 - 3 - 1 ticks
    energy_j=1.0 + 1.0 + 0.5 + 10.0 + 16.0,
    certificate=GraphCertificate("hand", "feasible", 0.0, 1.0),
)


def moved(task: int, start: int, **changes: object) -> Schedule:
    rows = list(SOUND.tasks)
    length = rows[task].finish - rows[task].start
    rows[task] = replace(rows[task], start=start, finish=start + length, **changes)
    return replace(SOUND, tasks=tuple(rows), makespan=max(row.finish for row in rows))


def test_a_sound_schedule_keeps_them_all() -> None:
    for invariant in (
        assert_schedule_sound,
        assert_precedence,
        assert_exclusive,
        assert_capacity,
        assert_schedule_meets_deadline,
        assert_schedule_energy_is_integral_of_power,
        assert_schedule_not_below_bound,
    ):
        invariant(SOUND)


def test_each_invariant_can_fail() -> None:
    with pytest.raises(AssertionError, match=r"'b' starts at 7, the output of 'a' arrives at 8"):
        assert_precedence(moved(1, 7))
    with pytest.raises(AssertionError, match="leaves at 4, it is there from 5 on"):
        assert_precedence(moved(0, 2))
    with pytest.raises(AssertionError, match="no transfer is listed"):
        assert_precedence(replace(SOUND, transfers=()))
    with pytest.raises(AssertionError, match=r"'c0' does 'a' \(1 to 4\) and 'b' \(3 to 5\) at"):
        assert_exclusive(moved(1, 3, mode="c0"))
    with pytest.raises(AssertionError, match="2 units of 'c0' are held at 3, of 1"):
        assert_capacity(moved(1, 3, mode="c0"))
    with pytest.raises(AssertionError, match="finishes at 14, deadline_ticks is 12"):
        assert_schedule_meets_deadline(moved(1, 12))
    with pytest.raises(AssertionError, match=r"27.0 J are stated, power adds up to 28.5 J"):
        assert_schedule_energy_is_integral_of_power(replace(SOUND, energy_j=27.0))
    with pytest.raises(AssertionError, match="is below the bound"):
        assert_schedule_not_below_bound(replace(SOUND, makespan=4))
    with pytest.raises(AssertionError, match=r"(?s)not sound.*c0 \|.*! wake: "):
        assert_schedule_sound(moved(0, 0))


def any_plan() -> Plan:
    found: list[Plan] = []

    @quietly(1, Phase.generate)
    @given(plans())
    def draw(plan: Plan) -> None:
        found.append(plan)

    draw()
    return found[0]


def test_a_plan_that_is_not_sound_is_drawn() -> None:
    plan = any_plan()
    wrong = replace(plan, expected=replace(plan.expected, energy_per_sample_j=1.0))
    with pytest.raises(AssertionError, match=r"(?s)the plan is not sound.*! \[figure\] expected.e"):
        assert_sound(wrong)
    with pytest.raises(AssertionError, match=r"energy per sample is expected to be 1.0 and simul"):
        assert_expectation_is_simulated(wrong)


def test_memory_is_weights_that_stay_and_the_largest_buffer() -> None:
    plan = chain_plan([SegmentSpec("dsp", 100), SegmentSpec("npu", 200)])
    peaks = memory_peaks(plan)
    assert peaks == {"dsp-ram": 4, "npu-ram": 4}
    tiny = replace(plan.platform.memories[1], size_bytes=3)
    small = replace(plan.platform, memories=(plan.platform.memories[0], tiny))
    with pytest.raises(AssertionError, match="memory 'npu-ram' holds 4 bytes and has 3"):
        assert_memory_fits(replace(plan, platform=small))


def chain(**options: object) -> Plan:
    return chain_plan(
        [
            SegmentSpec("dsp", 200, gate=GateSpec(100), codec="int8", encode_macs=100),
            SegmentSpec("npu", 304, decode_macs=100),
            SegmentSpec("npu", 100, point="slow"),
        ],
        **options,  # type: ignore[arg-type]
    )


def test_the_grid_of_a_plan() -> None:
    assert plan_grid(chain()).splitlines() == [
        "         0         10        20  a column is 50 ns",
        "dsp      ww0000ggee",
        "bus      ..........>>>>",
        "npu      .............ww11111122222",
    ]


def test_a_column_is_what_all_instants_share_if_there_is_room() -> None:
    plan = chain_plan([SegmentSpec("dsp", 500), SegmentSpec("dsp", 270, point="slow")])
    assert plan_grid(plan).splitlines() == [
        "         0         10        20        30        40        50  a column is 20 ns",
        "dsp      wwwww0000000000000000000000000s1111111111111111111111111111",
    ]
    plan = chain_plan([SegmentSpec("dsp", 500)])
    assert plan_grid(plan).splitlines() == [
        "         0  a column is 100 ns",
        "dsp      w00000",
    ]


def test_the_grid_marks_what_is_late_unknown_or_missing() -> None:
    late = plan_grid(chain(deadline_s=1e-6))
    assert "!!" in late
    assert "^ 1 us" in late
    plan = chain()
    moon = replace(plan.placements[1], core="moon")
    lost = plan_grid(replace(plan, placements=(plan.placements[0], moon, plan.placements[2])))
    assert "! moon: no core 'moon'" in lost
    assert "! bus: 'bus' does not join ['dsp', 'moon']" in lost
    alone = plan_grid(replace(plan, crossings=()), check(plan))
    assert "! dsp: nothing carries 's0->s1' to 'npu'" in alone
    unplaced = plan_grid(replace(plan, placements=plan.placements[:2]))
    assert "'s2' is not placed" in unplaced


def by_name(problem: GraphProblem) -> Schedule:
    """Everything on the core whose name comes last: wrong, for names should not matter."""
    last = max(range(2), key=lambda core: problem.resources[core].name)
    modes = [min(last, len(task.modes) - 1) for task in problem.tasks]
    timing = play(problem, modes, range(len(modes)))
    return make_schedule(problem, modes, timing, method="x", status="feasible", lower_bound=0.0)


def by_clock(problem: GraphProblem) -> Schedule:
    """Switches cores when a task is long: wrong, for a unit of time should not matter."""
    modes = [int(len(task.modes) > 1 and task.modes[0].ticks > 2) for task in problem.tasks]
    timing = play(problem, modes, range(len(modes)))
    return make_schedule(problem, modes, timing, method="x", status="feasible", lower_bound=0.0)


def by_heft(problem: GraphProblem) -> Schedule:
    return schedule_graph(problem, "heft")


def test_two_answers_must_agree() -> None:
    for law in (assert_names_do_not_matter, assert_time_scales, assert_order_does_not_matter):
        law(by_heft, PROBLEM)
    with pytest.raises(AssertionError, match=r"(?s)^under other names it reaches 6 instead of 10"):
        assert_names_do_not_matter(by_name, PROBLEM)
    with pytest.raises(AssertionError, match=r"(?s)^all durations times 2: it reaches 20 instead "):
        assert_time_scales(by_clock, PROBLEM)
    with pytest.raises(AssertionError, match=r"(?s)^in another order it reaches .* instead of"):
        assert_order_does_not_matter(by_first, PROBLEM)


def by_first(problem: GraphProblem) -> Schedule:
    """Everything in its first mode."""
    modes = [0] * len(problem.tasks)
    timing = play(problem, modes, range(len(modes)))
    return make_schedule(problem, modes, timing, method="x", status="feasible", lower_bound=0.0)


def first_of_a_set(names: tuple[str, ...]) -> bytes:
    print("noise on stdout does no harm")
    return next(iter(set(names))).encode()


def first_of_a_tuple(names: tuple[str, ...]) -> bytes:
    return names[0].encode()


def fails(names: tuple[str, ...]) -> bytes:
    raise OSError(f"cannot do {names[0]}")


NAMES = ("dsp", "cpu", "npu", "gpu")


def test_hash_seeds_are_told_apart() -> None:
    assert assert_same_under_hash_seeds(first_of_a_tuple, NAMES, seeds=(0, 1)) == b"dsp"
    with pytest.raises(AssertionError, match=r"answers differently under PYTHONHASHSEED=0 and"):
        assert_same_under_hash_seeds(first_of_a_set, NAMES, seeds=(0, 1, 2))
    with pytest.raises(RuntimeError, match=r"(?s)'fails' fails under .*OSError: cannot do dsp"):
        assert_same_under_hash_seeds(fails, NAMES, seeds=(0,))
    with pytest.raises(ValueError, match="define it at the top of a module file"):
        assert_same_under_hash_seeds(lambda: b"", seeds=(0,))


def test_without_hypothesis_the_message_names_the_extra() -> None:
    program = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'hypothesis' else find(name, *rest)\n"
        "import wakepath.testing"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "which is not installed: pip install 'wakepath[testing]'" in done.stderr
