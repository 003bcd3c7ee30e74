"""Power over time as a table in a file: one row whenever something changes.

Columns: ``time_s``; watts from then on of each core, each link and the rail (``dsp_w``), of all
together (``total_w``) and, where there is a battery, from it (``battery_w``, its regulator's loss
included); joules up to and at that instant by cause (``compute_j``) and of all (``total_j``).
Times have nine decimals: exact nanoseconds.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.files import write_atomically
from devicemodels.regulator import input_power_w, input_table
from simulator.perfetto import DEFAULT_WINDOW_NS
from simulator.power.energy_at import energy_by_cause_at_j
from simulator.power.steps import StepFunction
from simulator.power.timeline import power_timeline
from simulator.shared_trace import Run, traces_of


@dataclass(frozen=True, slots=True)
class CsvWindow:
    """The part of a run that a table shows, both ends included."""

    start_ns: int
    """Instant of the first row."""
    end_ns: int
    """Instant of the last row."""
    rows: int
    """How many instants it has."""


def write_power_csv(
    run: Run, path: Path, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> CsvWindow:
    """Write a window of a run's power to ``path``, wholly or not at all; returns what is shown.

    Raises ``ValueError`` for a window without length or outside the run, ``OSError`` if the file
    cannot be written.
    """
    text, window = power_csv(run, start_ns, length_ns)
    write_atomically(path, text)
    return window


def power_csv(
    run: Run, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> tuple[str, CsvWindow]:
    """The table of a window of a run; raises ``ValueError`` as ``write_power_csv`` does."""
    end_ns = min(start_ns + length_ns, run.duration_ns)
    if start_ns < 0 or end_ns <= start_ns:
        raise ValueError(
            f"a window of {length_ns} ns from {start_ns} ns shows nothing of a run of "
            f"{run.duration_ns} ns"
        )
    timeline = power_timeline(run)
    times = [one.time_ns for one in timeline.components]
    times += [one.impulse_ns for one in timeline.components]
    times += [np.array([start_ns, end_ns])]
    at_ns = np.unique(np.concatenate(times))
    at_ns = at_ns[(at_ns >= start_ns) & (at_ns <= end_ns)]
    steps = {one.component: (one.time_ns, one.power_w) for one in timeline.components}
    columns = {f"{name}_w": _at(one, at_ns) for name, one in steps.items()}
    columns["total_w"] = _at(timeline.total(), at_ns)
    battery = traces_of(run)[0].plan.platform.battery
    if battery is not None:
        columns["battery_w"] = input_power_w(columns["total_w"], *input_table(battery.regulator))
    causes = energy_by_cause_at_j(run, at_ns)
    columns |= {f"{cause}_j": joules for cause, joules in causes.items()}
    columns["total_j"] = np.sum(list(causes.values()), axis=0)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["time_s", *columns])
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    writer.writerows([_time_s(at), *row] for at, row in zip(at_ns.tolist(), values, strict=True))
    return buffer.getvalue(), CsvWindow(start_ns, end_ns, len(at_ns))


def _at(steps: StepFunction, at_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Watts of the step that each instant is in."""
    time_ns, power_w = steps
    return power_w[np.searchsorted(time_ns, at_ns, side="right") - 1]


def _time_s(at_ns: int) -> str:
    seconds, rest_ns = divmod(at_ns, NANOSECONDS_PER_SECOND)
    return f"{seconds}.{rest_ns:09d}"
