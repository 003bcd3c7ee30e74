"""One core: a process pinned to its CPU that sleeps until its doorbell rings.

The parent starts it as ``python -m backends.worker``. To read it, begin at ``main``, then
``Worker.serve``, the loop, and ``_run_stretch``, what a sample meets here.
"""

import gc
import json
import os
import select
import sys
import traceback
from dataclasses import dataclass
from math import prod
from multiprocessing.connection import Connection
from time import monotonic_ns

import numpy as np

from backends.adapter import Array, Runner
from backends.channels import DONE, DOORBELL, IDLE, Kind, LogWriter, map_memory
from backends.messages import Birth, Failed, Load, Prepare, Ready
from backends.orders import Inbox, Outbox, SegmentWork, Stretch
from backends.registry import adapter
from networks import wire
from networks.answers import positive
from simulator.trace import NOT_STOPPED


@dataclass(frozen=True, slots=True)
class _Step:
    """A segment with its loaded programs."""

    work: SegmentWork
    run: Runner
    score: Runner | None


@dataclass(frozen=True, slots=True)
class _LoadedStretch:
    """A stretch with its loaded programs and its places in shared memory."""

    inbox: Inbox
    arrived: memoryview
    raw: Array | None
    """The activation as it lies in the mailbox, where nothing has to be decoded."""
    decode: Runner | None
    steps: tuple[_Step, ...]
    outbox: Outbox | None
    leaving: memoryview | None
    raw_leaving: Array | None
    """The same place as an activation, where nothing has to be encoded."""
    encode: Runner | None
    bell: int


class Worker:
    """The state of one worker process."""

    def __init__(self, birth: Birth) -> None:
        self._birth = birth
        self._control = Connection(birth.control)
        self._memory = memoryview(map_memory(birth.memory))
        self._runners: dict[str, Runner] = {}
        self._stretches: dict[int, _LoadedStretch] = {}
        self._log: LogWriter
        self._at = (IDLE, IDLE)

    def serve(self) -> None:
        """Pin, import the runtime, then do what control and doorbell ask for, until the end."""
        try:
            os.sched_setaffinity(0, {self._birth.cpu})
            self._adapter = adapter(self._birth.adapter)
            self._reply()
            waiting = select.poll()
            waiting.register(self._birth.doorbell, select.POLLIN)
            waiting.register(self._birth.control, select.POLLIN)
            while True:
                for descriptor, _ in waiting.poll():
                    if descriptor == self._birth.control:
                        self._obey(self._control.recv())
                        continue
                    message = os.read(self._birth.doorbell, DOORBELL.size)
                    awake_ns = monotonic_ns()
                    sample, number, rung_ns = DOORBELL.unpack(message)
                    self._run_stretch(sample, number, rung_ns, awake_ns)
        except (EOFError, ConnectionError):
            return  # the parent is gone, or has no more work
        except Exception as error:  # whatever it is, the parent is to say it
            text = f"{type(error).__name__}: {error}"
            self._control.send(Failed(text, traceback.format_exc(), *self._at))

    def _reply(self) -> None:
        self._control.send(Ready(tuple(sorted(os.sched_getaffinity(0)))))

    def _obey(self, order: Load | Prepare) -> None:
        match order:
            case Load():
                for key, artifact in order.artifacts.items():
                    self._runners[key] = self._adapter.load(artifact)
            case Prepare():
                self._log = LogWriter(self._birth.log)
                self._stretches = {
                    number: self._loaded(stretch)
                    for number, stretch in enumerate(order.stretches)
                    if stretch.core == self._birth.core
                }
                gc.collect()
                gc.freeze()
                gc.disable()
        self._reply()

    def _loaded(self, stretch: Stretch) -> _LoadedStretch:
        inbox, outbox = stretch.inbox, stretch.outbox
        arrived = self._memory[inbox.offset : inbox.offset + inbox.wire_bytes]
        leaving = None
        if outbox is not None:
            leaving = self._memory[outbox.offset : outbox.offset + outbox.wire_bytes]
        steps = [
            _Step(work, self._runners[work.key], self._runner(work.gate.key if work.gate else None))
            for work in stretch.segments
        ]
        return _LoadedStretch(
            inbox=inbox,
            arrived=arrived,
            raw=None if inbox.decodes else _raw(arrived, inbox.wire_shape),
            decode=self._runner(inbox.decode_key),
            steps=tuple(steps),
            outbox=outbox,
            leaving=leaving,
            raw_leaving=None
            if leaving is None or outbox is None or outbox.encodes
            # Of exactly the plan's bytes: reshaping fails for any other number.
            else np.frombuffer(leaving, np.float32).reshape(outbox.wire_shape),
            encode=self._runner(outbox.encode_key) if outbox else None,
            bell=self._birth.bells[outbox.receiver] if outbox else IDLE,
        )

    def _runner(self, key: str | None) -> Runner | None:
        return None if key is None else self._runners[key]

    def _run_stretch(self, sample: int, number: int, rung_ns: int, awake_ns: int) -> None:
        """A sample from its arrival to its leaving. Each activity begins where the last ended."""
        stretch, log = self._stretches[number], self._log
        segment = stretch.steps[0].work.index
        self._now(sample, segment)
        log.add(sample, Kind.WAKE, segment, rung_ns, awake_ns)
        last = stretch.outbox is None
        activation, now = self._receive(stretch, sample, segment, awake_ns)
        for step in stretch.steps:
            segment = step.work.index
            self._now(sample, segment)
            activation = step.run(activation)
            answers = last and step is stretch.steps[-1]
            answer = int(positive(activation)) if answers else 0
            start, now = now, monotonic_ns()
            log.add(sample, Kind.COMPUTE, segment, start, now)
            gate = step.work.gate
            if gate is not None and step.score is not None:
                score = float(step.score(activation)[0])
                stopped = score < gate.stops_below
                ends = stopped or score >= gate.answers_from
                start, now = now, monotonic_ns()
                log.add(sample, Kind.GATE, segment, start, now)
                if ends:
                    self._finish(sample, segment, now, gate.index, int(not stopped))
                    return
            if answers:
                self._finish(sample, segment, now, NOT_STOPPED, answer)
                return
        self._send(stretch, sample, segment, activation, now)

    def _receive(
        self, stretch: _LoadedStretch, sample: int, segment: int, now: int
    ) -> tuple[Array, int]:
        if stretch.raw is not None:
            return stretch.raw, now
        inbox = stretch.inbox
        activation = wire.decode(stretch.arrived, inbox.wire_format, inbox.wire_shape)
        if stretch.decode is not None:
            activation = stretch.decode(activation)
        start, now = now, monotonic_ns()
        self._log.add(sample, Kind.DECODE, segment, start, now)
        return activation, now

    def _send(
        self, stretch: _LoadedStretch, sample: int, segment: int, activation: Array, now: int
    ) -> None:
        outbox, leaving = stretch.outbox, stretch.leaving
        assert outbox is not None and leaving is not None
        if stretch.raw_leaving is not None:
            stretch.raw_leaving[...] = activation
        else:
            if stretch.encode is not None:
                activation = stretch.encode(activation)
            encoded = wire.encode(activation, outbox.wire_format, outbox.wire_bytes)
            start, now = now, monotonic_ns()
            self._log.add(sample, Kind.ENCODE, segment, start, now)
            leaving[:] = encoded
        start, now = now, monotonic_ns()
        # The log is complete before the bell rings: the receiver may be the one to end the run.
        self._log.add(sample, Kind.TRANSFER, segment, start, now)
        self._now(IDLE, IDLE)
        os.write(stretch.bell, DOORBELL.pack(sample, outbox.stretch, now))

    def _finish(self, sample: int, segment: int, now: int, exit_gate: int, answer: int) -> None:
        self._log.finish(sample, segment, now, exit_gate, answer)
        self._now(IDLE, IDLE)
        os.write(self._birth.done, DONE.pack(sample))

    def _now(self, sample: int, segment: int) -> None:
        self._at = (sample, segment)
        self._log.at(sample, segment)


def _raw(place: memoryview, shape: tuple[int, ...]) -> Array:
    """A place in shared memory, or its beginning, seen as a raw activation."""
    return np.frombuffer(place, np.float32, prod(shape)).reshape(shape)


def main() -> None:
    """Be the worker that the first argument describes; end without the runtime's own farewell."""
    Worker(Birth(**json.loads(sys.argv[1]))).serve()
    os._exit(0)


if __name__ == "__main__":
    main()
