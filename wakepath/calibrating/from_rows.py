"""A core from a CSV file of measured rows: names become networks, then everything is fitted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from pathlib import Path

from devicemodels.calibration.calibrated import (
    CalibratedCore,
    calibrated_core,
    published_networks,
)
from devicemodels.calibration.core_classes import CoreClass
from devicemodels.calibration.platform_file import FileOptions, platform_yaml
from devicemodels.calibration.population import Kin
from devicemodels.calibration.rows import read_rows, refuse
from devicemodels.calibration.table import Line
from devicemodels.catalog import parse_platform
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.files import read_text
from devicemodels.laws.busy import UnsupportedOperator
from devicemodels.published.mlperf_tiny import mlperf_tiny_rows
from networks.zoo import network_graph
from networks.zoo.tiny import tiny_network
from scheduler.taskgraph import TaskGraph, memory_bytes


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibrated core and the platform file that says so."""

    core: CalibratedCore
    """Laws, uncertainties, residuals."""
    yaml: str
    """Text of the file; it loads again."""


def known_runtimes() -> tuple[str, ...]:
    """Kernels of the published boards."""
    return tuple(sorted({row.runtime for row in mlperf_tiny_rows() if row.runtime}))


def known_processors() -> tuple[str, ...]:
    """Processors of the published boards."""
    return tuple(sorted({row.processor for row in mlperf_tiny_rows() if row.core_class}))


def calibrate_from_rows(path: Path, core_class: CoreClass, kin: Kin, name: str) -> Calibration:
    """Fit the core that the rows of a file were measured on.

    Raises
    ------
    InputError
        Every row that cannot be used, with its place: units, ranges, contradictions, networks that
        do not exist or that the class's law cannot run.
    """
    text = read_text(path)
    read = read_rows(text, str(path))
    graphs, unusable = _graphs(read.lines, core_class, path.parent)
    refuse([*read.problems, *unusable])
    networks = {each: tiny_network(each).operators for each in published_networks()}
    networks |= {row: graph.operators for row, graph in graphs.items()}
    core = calibrated_core(core_class, read.rows, networks, kin)
    options = FileOptions(
        name=name,
        rows_file=path.name,
        core_kind="npu" if core_class.name == "npu" else "cpu",
        memory_bytes=_memory_bytes(graphs.values()),
    )
    yaml = platform_yaml(core, options)
    parse_platform(yaml, path.name)
    return Calibration(core, yaml)


def _graphs(
    lines: Sequence[Line], core_class: CoreClass, folder: Path
) -> tuple[Mapping[str, TaskGraph], list[Problem]]:
    """Networks of the rows by what the file calls them; files are looked for beside the rows."""
    law = core_class.law([1.0] * len(core_class.parameters))
    graphs: dict[str, TaskGraph] = {}
    reasons: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for line in lines:
        network = line.cells["network"]
        if network and network not in graphs and network not in reasons:
            beside = folder / network
            try:
                graph = network_graph(str(beside) if beside.is_file() else network)
                law.busy(core_class.name, f"network '{network}'", graph.operators, 1.0)
                graphs[network] = graph
            except InputError as error:
                first = error.problems[0]
                reasons[network] = (first.message, first.hint)
            except UnsupportedOperator as error:
                hint = "measure a network of other operators, or write the law by hand"
                reasons[network] = (error.reason, hint)
        if network in reasons:
            problems.append(line.problem("network", *reasons[network]))
    return graphs, problems


def _memory_bytes(graphs: Iterable[TaskGraph]) -> int:
    """What the largest network needs, in a power of two."""
    return int(2 ** ceil(log2(max((memory_bytes(graph) for graph in graphs), default=1))))
