"""What a long run has to say besides its figures: how sure they are, and how the cores rested."""

from collections.abc import Iterable
from dataclasses import asdict
from math import isfinite
from typing import Any

from rich.table import Table

from simulator.compiled.long_run import LongRun
from wakepath.units import percent, quantity


def cores_table(run: LongRun) -> Table:
    """Where each core's time went."""
    table = Table(title="cores", title_justify="left", title_style="bold")
    table.add_column("core")
    table.add_column("rests in")
    for title in ("share of\nthe time", "times\nentered", "works", "wakes up\nor switches"):
        table.add_column(title, justify="right")
    for core in run.cores:
        working = percent(sum(core.active_ns.values()) / core.elapsed_ns)
        changing = percent((core.wake_ns + core.switch_ns) / core.elapsed_ns)
        for row, (state, rested_ns) in enumerate(core.idle_by_state_ns.items()):
            table.add_row(
                core.core if row == 0 else "",
                state,
                percent(rested_ns / core.elapsed_ns),
                f"{core.entries[state]:,}",
                working if row == 0 else "",
                changing if row == 0 else "",
            )
    return table


def power_lines(run: LongRun) -> Iterable[str]:
    """The mean power with its interval, and how long the run was if it was ended early."""
    power = run.batches.mean_power_w()
    if power is not None:
        half = percent(power.half_width / power.value) if power.value > 0.0 else "0 %"
        yield (
            f"mean power: {quantity(power.value, 'W')} ({100 * power.level:g} % interval "
            f"{quantity(power.low, 'W')} to {quantity(power.high, 'W')}, within {half}), modelled"
        )
    if run.precise:
        yield (
            f"ended after {run.duration_s:,.9g} s of {run.asked_s:,.9g} s: as sure as was asked for"
        )


def long_run_document(run: LongRun) -> dict[str, Any]:
    """Plain data for JSON; a bound that is infinite is None."""
    power = run.batches.mean_power_w()
    interval = None if power is None else asdict(power)
    if interval is not None:
        interval |= {k: None for k in ("low", "high") if not isfinite(interval[k])}
    return {
        "duration_s": run.duration_s,
        "asked_s": run.asked_s,
        "precise": run.precise,
        "mean_power_w": interval,
        "cores": [asdict(core) for core in run.cores],
    }
