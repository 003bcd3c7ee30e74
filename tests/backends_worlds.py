"""A small gated network, a platform of real cores and plans for tests that start processes."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from backends.calibration_plans import covering_plans
from devicemodels.catalog import load_platform
from devicemodels.platform import Adapter, Platform
from networks.codecs import TRAINED_CODECS
from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import trace_gated
from networks.programs import Program, programs
from scheduler.plan import Crossing, GateSetting, Placement, Plan
from scheduler.taskgraph import TaskGraph

PERIOD_NS = 2_000_000


@dataclass(frozen=True)
class World:
    """One network with everything that running it takes."""

    network: GatedNetwork
    graph: TaskGraph
    programs: dict[str, Program]

    def windows(self, count: int, seed: int = 0) -> NDArray[np.float32]:
        """Random samples, shape (count, 3, 32)."""
        random = np.random.default_rng(seed)
        return random.normal(size=(count, *self.graph.input_shape[1:])).astype(np.float32)


@cache
def small_world() -> World:
    """Two convolutions before a gate, one convolution and the answer behind it."""
    torch.manual_seed(1)
    parts = {
        "sense": nn.Sequential(
            nn.Conv1d(3, 8, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(8, 8, 3, padding=1),
            nn.ReLU(),
        ),
        "decide": nn.Sequential(
            nn.Conv1d(8, 12, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(12 * 32, 2)
        ),
    }
    cut = CutDesign(channels=8, wire_channels=2, hidden=4, codecs=TRAINED_CODECS)
    return _world(GatedNetwork("small", (1, 3, 32), parts, {"sense": cut}))


@cache
def heavy_world() -> World:
    """One matrix that takes milliseconds, so that a worker can be met at work."""
    torch.manual_seed(1)
    parts = {"only": nn.Sequential(nn.Flatten(), nn.Linear(96, 6000), nn.Linear(6000, 6000))}
    return _world(GatedNetwork("heavy", (1, 3, 32), parts, {}))


def _world(network: GatedNetwork) -> World:
    graph = trace_gated(network.eval()).taskgraph
    return World(network, graph, programs(network, graph))


def cores(adapters: Mapping[str, str] | None = None) -> Platform:
    """The host platform with ONNX Runtime behind every core, because it starts fast."""
    host = load_platform("host")
    named = adapters or {"middle": "onnxruntime", "fast": "onnxruntime"}
    kept = [
        replace(core, adapter=Adapter(named[core.name], cast(Adapter, core.adapter).cpu))
        for core in host.cores
        if core.name in named
    ]
    links = tuple(replace(link, connects=tuple(named)) for link in host.links)
    return replace(host, cores=tuple(kept), links=links)


def plan_on(
    platform: Platform,
    graph: TaskGraph,
    placed: Sequence[str],
    codecs: Mapping[str, str] | None = None,
    thresholds: Sequence[float] = (),
    positive_thresholds: Sequence[float | None] = (),
) -> Plan:
    """A plan by hand: a core a segment, a codec an edge that crosses (``none`` by default)."""
    alone = replace(platform, cores=platform.cores[:1])
    (first, *_) = covering_plans(alone, graph, gates_stop=False)
    crossings = []
    for edge, source, target in zip(graph.edges, placed, placed[1:], strict=False):
        if source != target:
            codec = edge.codec((codecs or {}).get(edge.name, "none"))
            crossings.append(
                Crossing(
                    edge.source, edge.target, platform.links[0].name, codec.name, codec.wire_bytes
                )
            )
    return replace(
        first,
        platform=platform,
        placements=tuple(
            Placement(segment.name, core, platform.core(core).operating_points[0].name)
            for segment, core in zip(graph.segments, placed, strict=True)
        ),
        crossings=tuple(crossings),
        gates=tuple(
            GateSetting(gate.name, low, high)
            for gate, low, high in zip(
                graph.gates,
                thresholds or [0.0] * len(graph.gates),
                positive_thresholds or [None] * len(graph.gates),
                strict=True,
            )
        ),
        idle=tuple(
            replace(first.idle[0], core=core.name, idle_state=core.idle_states[0].name)
            for core in platform.cores
        ),
    )


def is_running(process_id: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def shared_memory() -> set[str]:
    """Names of everything in ``/dev/shm``."""
    return set(os.listdir("/dev/shm"))  # noqa: PTH208 - as short as it gets
