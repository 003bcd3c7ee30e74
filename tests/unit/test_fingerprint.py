"""One hash for a run: equal for equal runs, and different as soon as anything is."""

from dataclasses import fields, replace

import pytest

from simulator.engine import simulate, simulate_together
from simulator.fingerprint import fingerprint
from simulator.trace import Activities, Samples, Stays
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, releases

PLAN = chain_plan([SegmentSpec("dsp", 300, gate=GateSpec(20)), SegmentSpec("cpu", 500)])
WORKLOAD = releases([0, 100, 900], [-1, 0, -1], 3000)


def test_equal_runs_have_equal_fingerprints():
    ours, theirs = (fingerprint(simulate(PLAN, WORKLOAD)) for _ in range(2))
    assert ours == theirs
    assert len(ours) == 64
    assert fingerprint(simulate_together([(PLAN, WORKLOAD)])) == ours


@pytest.mark.parametrize("kind", [Samples, Activities, Stays])
def test_any_change_changes_it(kind):
    trace = simulate(PLAN, WORKLOAD)
    group = next(f.name for f in fields(trace) if isinstance(getattr(trace, f.name), kind))
    seen = {fingerprint(trace), fingerprint(replace(trace, duration_ns=trace.duration_ns + 1))}
    for field in fields(kind):
        column = getattr(getattr(trace, group), field.name).copy()
        column[-1] = not column[-1] if column.dtype == bool else column[-1] + 1
        changed = replace(getattr(trace, group), **{field.name: column})
        seen.add(fingerprint(replace(trace, **{group: changed})))
        wider = replace(getattr(trace, group), **{field.name: column.astype("f8")})
        seen.add(fingerprint(replace(trace, **{group: wider})))
    assert len(seen) == 2 + 2 * len(fields(kind))
