"""Cores that are always on: frames come, gates stop or pass them, cores sleep and wake.

A state machine brings frames, one by one, in bursts, and after quiet times. After each step the
simulator plays all that came so far, and must agree with a life told instant by instant
(``tests.core_life``), and with what it said of the past before it knew what would come.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator.engine import simulate
from simulator.power.energy_at import energy_at
from simulator.power.residency import core_residencies, link_residencies
from simulator.power.timeline import power_timeline
from simulator.queues import QueueRule
from simulator.trace import UNFINISHED, Activity, Outcome
from tests.core_life import Life, plan
from tests.simulator_worlds import releases, what_happened

PLAN = plan()
FATES = st.sampled_from([-1, 0, 1])
GAPS = st.sampled_from([0, 0, 1, 100, 320, 420, 640]) | st.integers(0, 1500)


class AlwaysOn(RuleBasedStateMachine):
    """Everything before ``now_ns`` has happened; frames come at ``now_ns`` or later."""

    @initialize(
        capacity=st.sampled_from([None, 1, 2, 3]),
        policy=st.sampled_from(["drop_newest", "drop_oldest"]),
    )
    def switched_on(self, capacity, policy):
        self.queue = QueueRule(capacity, policy)
        self.life = Life(capacity, policy)
        self.now_ns = 1
        self.times, self.fates = [], []
        self.run = self.played()
        self.before_j = 0.0

    def played(self):
        return simulate(PLAN, releases(self.times, self.fates, self.now_ns), self.queue)

    def go_on(self, gap_ns, fates):
        """Some frames at one instant, ``gap_ns`` from now; ``now_ns`` is then that instant."""
        self.now_ns += gap_ns
        self.life.run_until(self.now_ns - 1)
        for fate in fates:
            self.times.append(self.now_ns)
            self.fates.append(fate)
            self.life.release(self.now_ns, fate)
        earlier, self.run = self.run, self.played()
        self.nothing_past_has_changed(earlier)

    @rule(gap_ns=GAPS, fate=FATES)
    def a_frame_comes(self, gap_ns, fate):
        self.go_on(gap_ns, [fate])

    @rule(which=st.integers(0, 9), fate=FATES)
    def a_frame_comes_just_when_something_ends(self, which, fate):
        ends = sorted(self.life.ends())
        self.go_on(ends[which % len(ends)] - self.now_ns if ends else 0, [fate])

    @rule(gap_ns=GAPS, fates=st.lists(FATES, min_size=2, max_size=6))
    def many_come_at_one_instant(self, gap_ns, fates):
        self.go_on(gap_ns, fates)

    @rule(gaps=st.lists(st.integers(1, 400), min_size=2, max_size=5), fate=FATES)
    def frames_come_faster_than_they_are_done(self, gaps, fate):
        for gap_ns in gaps:
            self.go_on(gap_ns, [fate])

    @rule(quiet_ns=st.sampled_from([1, 500, 3000, 100_000]))
    def nothing_comes(self, quiet_ns):
        self.go_on(quiet_ns, [])

    def nothing_past_has_changed(self, earlier):
        """What comes now does not change what happened before."""
        until = self.now_ns

        def past(run):
            return [row for row in what_happened(run) if row[0] < until]

        assert past(self.run) == past(earlier)
        done = (earlier.samples.finish_ns < until) & (earlier.samples.finish_ns != UNFINISHED)
        then = slice(0, len(done))
        for column in ("finish_ns", "outcome", "exit_gate", "answer"):
            was, is_now = getattr(earlier.samples, column), getattr(self.run.samples, column)
            assert (was[done] == is_now[then][done]).all()

    @invariant()
    def both_tell_the_same_past(self):
        at_ns = self.now_ns - 1
        self.life.run_until(at_ns)
        spent = energy_at(self.run, at_ns)
        assert sum(spent.by_cause_j.values()) == pytest.approx(self.life.energy_j, rel=1e-9)
        assert sum(spent.by_component_j.values()) == pytest.approx(self.life.energy_j, rel=1e-9)
        finish_ns = self.run.samples.finish_ns.tolist()
        ours = {i: at for i, at in enumerate(finish_ns) if UNFINISHED < at <= at_ns}
        assert ours == self.life.finish_ns

    @invariant()
    def energy_never_falls(self):
        assert self.life.energy_j >= self.before_j
        self.before_j = self.life.energy_j
        timeline = power_timeline(self.run)
        for one in timeline.components:
            assert (one.power_w >= 0.0).all()
            assert (one.impulse_j >= 0.0).all()
        ends = [0, self.now_ns // 3, self.now_ns // 2, self.now_ns, self.run.duration_ns]
        spent = [sum(energy_at(self.run, at).by_cause_j.values()) for at in ends]
        assert (np.diff(spent) >= 0.0).all()

    @invariant()
    def residencies_are_the_elapsed_time(self):
        for one in (*core_residencies(self.run), *link_residencies(self.run)):
            assert one.elapsed_ns == self.run.duration_ns

    @invariant()
    def a_core_sleeps_as_often_as_it_wakes(self):
        for name, one in self.life.cores.items():
            assert one.wakes - one.sleeps == (one.awake_at is not None)
            index = [c.name for c in PLAN.platform.cores].index(name)
            done = self.run.activities
            woken = (done.resource == index) & (done.activity == Activity.WAKE)
            assert int((woken & (done.start_ns < self.now_ns)).sum()) == one.wakes

    @invariant()
    def nothing_is_served_twice_or_forgotten(self):
        done, samples = self.run.activities, self.run.samples
        assert len(samples.release_ns) == len(self.times)
        computed = done.activity == Activity.COMPUTE
        served = list(
            zip(done.sample[computed].tolist(), done.segment[computed].tolist(), strict=True)
        )
        assert len(set(served)) == len(served)
        past = done.start_ns[computed] < self.now_ns
        assert len(self.life.started) == len(set(self.life.started))
        assert {one for one, was in zip(served, past, strict=True) if was} <= set(self.life.started)
        assert set(samples.outcome.tolist()) <= {Outcome.COMPLETED, Outcome.DROPPED}

    def teardown(self):
        """Switched off once all is done: what is left behind is the same, and nothing is left."""
        if not hasattr(self, "life"):
            return
        self.life.run_out()
        samples = self.run.samples
        finish_ns = {i: at for i, at in enumerate(samples.finish_ns.tolist()) if at != UNFINISHED}
        assert finish_ns == self.life.finish_ns
        lost = set(np.flatnonzero(samples.outcome == Outcome.DROPPED).tolist())
        assert lost == self.life.dropped
        assert lost | set(finish_ns) == set(range(len(self.times)))
        assert not lost & set(finish_ns)
        self.life.run_until(max(self.life.now_ns, self.run.duration_ns))
        assert self.life.now_ns == self.run.duration_ns
        total_j = power_timeline(self.run).energy_j()
        assert total_j == pytest.approx(self.life.energy_j, rel=1e-9)


TestAlwaysOn = AlwaysOn.TestCase
TestAlwaysOn.settings = settings(
    max_examples=50,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
