"""A long run that was stopped goes on as if it never had been; what is no checkpoint is refused."""

from pathlib import Path

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from simulator.compiled import streaming
from simulator.compiled.streaming import Checkpoint, simulate_long
from simulator.idling.policies import FIXED, BreakEven, IdlePolicy
from simulator.sources.releases import Burst, Periodic
from simulator.sources.source import Source
from tests.compiled_worlds import DURATION_NS, assert_same, cascade, random_world, sources_of
from tests.damaged_columns import DAMAGED, damaged


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("idle", [FIXED, BreakEven()])
@pytest.mark.parametrize("number", [3, 5, 8, 13])
def test_a_run_that_was_stopped_goes_on_to_the_same_end(
    number: int, idle: IdlePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = random_world(number)
    pipelines = sources_of(world, number)
    file = tmp_path / "run.checkpoint"

    def run(checkpoint=None, progress=None):
        return simulate_long(
            pipelines,
            DURATION_NS,
            number,
            world.queue,
            progress,
            world.priorities,
            idle,
            checkpoint=checkpoint,
        )

    def interrupt(done_ns: int, of_ns: int) -> None:
        if done_ns > 0.6 * of_ns:
            raise Interrupted

    whole = run()
    monkeypatch.setattr(streaming, "SAVE_EVERY_S", 0.0)
    with pytest.raises(Interrupted):
        run(Checkpoint(file), interrupt)
    told: list[int] = []
    resumed = run(Checkpoint(file, resume=True), lambda done_ns, _: told.append(done_ns))
    assert told[0] > 0.5 * DURATION_NS
    assert_same(resumed, whole)
    assert_same(run(Checkpoint(file, resume=True)), whole)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    plan, source = cascade(), Source(Periodic(10_000))
    simulate_long([(plan, source)], 1_000_000, 1, checkpoint=Checkpoint(file))
    again = Checkpoint(file, resume=True)
    simulate_long([(plan, source)], 1_000_000, 1, checkpoint=again)
    others = [
        {"pipelines": [(cascade(rail_w=0.5), source)]},
        {"pipelines": [(plan, Source(Periodic(10_001)))]},
        {"duration_ns": 2_000_000},
        {"seed": 2},
        {"queue": streaming.QueueRule(1)},
    ]
    usual = {"pipelines": [(plan, source)], "duration_ns": 1_000_000, "seed": 1}
    for other in others:
        with pytest.raises(InputError, match="of another run"):
            simulate_long(**(usual | other), checkpoint=again)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", None])
def test_a_damaged_checkpoint_is_refused(damage: bytes | None, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    if damage is not None:
        file.write_bytes(damage)
    message = "cannot be read" if damage is None else "not a checkpoint"
    with pytest.raises(InputError, match=message):
        simulate_long(
            [(cascade(), Source(Periodic(10_000)))],
            1_000_000,
            checkpoint=Checkpoint(file, resume=True),
        )


@pytest.mark.parametrize("case", DAMAGED)
def test_a_checkpoint_whose_directory_lies_is_refused(case: str, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    pipelines = [(cascade(), Source(Periodic(10_000)))]
    simulate_long(pipelines, 1_000_000, checkpoint=Checkpoint(file))
    file.write_bytes(damaged(file.read_bytes(), case))
    with pytest.raises(InputError, match="not a checkpoint"):
        simulate_long(pipelines, 1_000_000, checkpoint=Checkpoint(file, resume=True))


def test_a_checkpoint_with_other_arrays_is_refused(tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    pipelines = [(cascade(), Source(Periodic(10_000)))]
    simulate_long(pipelines, 1_000_000, checkpoint=Checkpoint(file))
    with np.load(file) as archive:
        columns = dict(archive)
    for name, damage in (
        ("state.due", lambda column: column[:-1]),
        ("state.slots", lambda column: column[:1]),
        ("counters.work", lambda column: column.astype(np.float64)),
    ):
        with file.open("wb") as broken:
            np.savez(broken, **(columns | {name: damage(columns[name])}))
        with pytest.raises(InputError, match="not a checkpoint, or damaged"):
            simulate_long(pipelines, 1_000_000, checkpoint=Checkpoint(file, resume=True))


def test_a_resumed_run_keeps_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Hundreds of samples under way when it is stopped, so that room was made for them."""
    monkeypatch.setattr(streaming, "SAVE_EVERY_S", 0.0)
    file = tmp_path / "run.checkpoint"
    pipelines = [(cascade(), Source(Periodic(100_000), bursts=(Burst(999_000, 700, 1),)))]

    def interrupt(done_ns: int, _: int) -> None:
        if done_ns == 1_000_000:
            raise Interrupted

    whole = simulate_long(pipelines, 3_000_000)
    with pytest.raises(Interrupted):
        simulate_long(pipelines, 3_000_000, progress=interrupt, checkpoint=Checkpoint(file))
    with np.load(file) as archive:
        assert archive["state.clock"][1] > 600
    resumed = simulate_long(pipelines, 3_000_000, checkpoint=Checkpoint(file, resume=True))
    assert_same(resumed, whole)
