"""The life of three cores as docs/semantics.md tells it, instant by instant: a second telling.

A chain of five segments: ``dsp`` twice (the second at another operating point), ``npu``, ``cpu``
and ``dsp`` again, with a gate after the first and the third. It goes forward in time and never
back, and adds up joules as they are spent. Every piece of work takes some time here.
"""

from dataclasses import dataclass, field

from devicemodels.platform import IdleState
from scheduler.plan import Plan
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core

WAKE_NS = {"dsp": 100, "npu": 0, "cpu": 250}
SWITCH_NS, SWITCH_J = 30, 7e-9
IDLE_W, ENTRY_J, EXIT_J = 0.125, 3e-9, 5e-9
RAIL_W = 0.0625
FAST_W, SLOW_W = 2.0, 0.75
HOP_NS, HOP_J = 50 + 104, 104 * 0.5e-9


def plan() -> Plan:
    """The chain as the simulator takes it."""
    cores = [
        core(name, idle_states=(IdleState("sleep", IDLE_W, 0.0, ns * 1e-9, 0.0, ENTRY_J, EXIT_J),))
        for name, ns in WAKE_NS.items()
    ]
    coded = {"codec": "int8", "encode_macs": 10, "decode_macs": 15}
    return chain_plan(
        [
            SegmentSpec("dsp", 300, gate=GateSpec(20)),
            SegmentSpec("dsp", 150, "slow", **coded),
            SegmentSpec("npu", 200, gate=GateSpec(30), **coded),
            SegmentSpec("cpu", 100, **coded),
            SegmentSpec("dsp", 60),
        ],
        cores=cores,
        links=[bus(list(WAKE_NS))],
        rail_w=RAIL_W,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One segment: where it runs, and its pieces of work in nanoseconds."""

    core: str
    watts: float
    decode_ns: int
    work_ns: int
    gate: int | None
    encode_ns: int


PARTS = (
    Part("dsp", FAST_W, 0, 300 + 20, 0, 0),
    Part("dsp", SLOW_W, 0, 2 * 150, None, 2 * 10),
    Part("npu", FAST_W, 15, 200 + 30, 1, 10),
    Part("cpu", FAST_W, 15, 100, None, 10),
    Part("dsp", FAST_W, 15, 60, None, 0),
)

Job = tuple[int, int, int]
"""Release, segment, sample: served in this order."""


@dataclass(slots=True)
class CoreLife:
    """One core: what waits, what it does, and until when it does each part of that."""

    name: str
    waiting: list[tuple[Job, bool]] = field(default_factory=list)
    job: Job | None = None
    phases: list[tuple[int, float]] = field(default_factory=list)
    """(end, watts) of what is under way."""
    awake_at: float | None = None
    """Watts of the operating point; None while asleep."""
    wakes: int = 0
    sleeps: int = 0

    def watts(self) -> float:
        return self.phases[0][1] if self.phases else IDLE_W


class Life:
    """The whole device; ``now_ns`` and everything before it are settled."""

    def __init__(self, capacity: int | None, policy: str) -> None:
        self.now_ns, self.energy_j = 0, 0.0
        self.cores = {name: CoreLife(name) for name in WAKE_NS}
        self.line: list[Job] = []
        self.sending: tuple[int, Job] | None = None
        self.coming: list[tuple[int, int]] = []
        self.fates: list[int] = []
        self.finish_ns: dict[int, int] = {}
        self.dropped: set[int] = set()
        self.started: list[tuple[int, int]] = []
        """(sample, segment) in the order of their starts."""
        self._capacity, self._policy = capacity, policy

    def release(self, at_ns: int, fate: int) -> None:
        """A frame will come, after everything that has come so far."""
        self.coming.append((at_ns, len(self.fates)))
        self.fates.append(fate)

    def run_until(self, until_ns: int) -> None:
        """Live through everything up to and at an instant."""
        while True:
            at_ns = min(self.ends(), default=None)
            if at_ns is None or at_ns > until_ns:
                self._spend(until_ns)
                return
            self._spend(at_ns)
            self._instant()

    def run_out(self) -> None:
        """Live until nothing is left to do."""
        while (at_ns := min(self.ends(), default=None)) is not None:
            self.run_until(at_ns)

    def ends(self) -> list[int]:
        """Instants at which something that is known by now will end or come."""
        ends = [one.phases[0][0] for one in self.cores.values() if one.phases]
        ends += [self.sending[0]] if self.sending else []
        return ends + [at for at, _ in self.coming[:1]]

    def _spend(self, until_ns: int) -> None:
        watts = RAIL_W + sum(one.watts() for one in self.cores.values())
        if self.sending is not None:
            watts += HOP_J / (HOP_NS * 1e-9)
        self.energy_j += watts * (until_ns - self.now_ns) * 1e-9
        self.now_ns = until_ns

    def _instant(self) -> None:
        for one in self.cores.values():
            while one.phases and one.phases[0][0] == self.now_ns:
                one.phases.pop(0)
            if one.job is not None and not one.phases:
                job, one.job = one.job, None
                self._hand_on(job)
        if self.sending is not None and self.sending[0] == self.now_ns:
            (release, segment, sample), self.sending = self.sending[1], None
            self._arrive((release, segment + 1, sample), outside=True)
        while self.coming and self.coming[0][0] == self.now_ns:
            at_ns, sample = self.coming.pop(0)
            self._arrive((at_ns, 0, sample), outside=True)
        for one in self.cores.values():
            if one.job is None:
                self._choose(one)
        if self.sending is None and self.line:
            self.sending = (self.now_ns + HOP_NS, self.line.pop(0))

    def _hand_on(self, job: Job) -> None:
        release, segment, sample = job
        if self.fates[sample] == PARTS[segment].gate or segment + 1 == len(PARTS):
            assert sample not in self.finish_ns
            self.finish_ns[sample] = self.now_ns
        elif PARTS[segment + 1].core == PARTS[segment].core:
            self._arrive((release, segment + 1, sample), outside=False)
        else:
            self.line.append(job)

    def _arrive(self, job: Job, *, outside: bool) -> None:
        waiting = self.cores[PARTS[job[1]].core].waiting
        strangers = sorted(one for one, from_outside in waiting if from_outside)
        if outside and self._capacity is not None and len(strangers) == self._capacity:
            lost = job if self._policy == "drop_newest" else strangers[0]
            self.dropped.add(lost[2])
            if lost is job:
                return
            waiting.remove((lost, True))
        waiting.append((job, outside))

    def _choose(self, one: CoreLife) -> None:
        if not one.waiting:
            if one.awake_at is not None:
                one.awake_at, one.sleeps = None, one.sleeps + 1
                self.energy_j += ENTRY_J
            return
        one.job, _ = chosen = min(one.waiting)
        one.waiting.remove(chosen)
        _, segment, sample = one.job
        self.started.append((sample, segment))
        part, parts = PARTS[segment], []
        if one.awake_at is None:
            one.wakes += 1
            wake_ns = WAKE_NS[one.name]
            parts.append((wake_ns, EXIT_J / (wake_ns * 1e-9) if wake_ns else 0.0))
            self.energy_j += 0.0 if wake_ns else EXIT_J
        elif one.awake_at != part.watts:
            parts.append((SWITCH_NS, SWITCH_J / (SWITCH_NS * 1e-9)))
        one.awake_at = part.watts
        stops = part.gate is not None and self.fates[sample] == part.gate
        lasts_ns = part.decode_ns + part.work_ns + (0 if stops else part.encode_ns)
        parts.append((lasts_ns, part.watts))
        end_ns = self.now_ns
        for lasts_ns, watts in parts:
            end_ns += lasts_ns
            if lasts_ns:
                one.phases.append((end_ns, watts))
