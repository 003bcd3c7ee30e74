"""The report as tables that a person reads."""

from collections.abc import Callable, Iterable
from math import floor, isinf, log10

from rich.console import Console
from rich.table import Table

from scheduler.gating import answered_share
from scheduler.plan import CAUSES, Plan
from scheduler.restriction import BARE
from scheduler.taskgraph import Gate
from simulator.confidence import Interval
from simulator.metrics import Metrics
from simulator.power.battery import BatteryLife
from wakepath.comparison import Comparison
from wakepath.fronts import front_table
from wakepath.long_runs import cores_table, power_lines
from wakepath.report import Report
from wakepath.units import percent, quantity


def print_report(report: Report, console: Console) -> None:
    """Print every part that the report has."""
    console.print(plan_table(report.plan))
    console.print(_certificate(report.plan))
    if report.baselines:
        console.print(_baselines(report), "")
    if report.front is not None:
        console.print(front_table(report.front), "")
    columns = [
        (title, figures)
        for title, figures in (
            ("predicted\nby the planner", report.predicted),
            ("simulated\n", report.simulated),
            ("measured\non this machine", report.measured),
        )
        if figures is not None
    ]
    if columns:
        console.print(_figures(report.plan, columns))
    figures = report.simulated or report.predicted
    for line in () if figures is None else _battery_line(figures):
        console.print(line, highlight=False)
    if report.long_run is not None:
        console.print(cores_table(report.long_run))
        for line in power_lines(report.long_run):
            console.print(line, highlight=False)
    for line in _honesty(report):
        console.print(line, style="dim", highlight=False)
    if report.comparison is not None and report.measured is not None:
        console.print("", _comparison(report.comparison, report.measured))
        for line in _agreement(report.comparison):
            console.print(line, highlight=False)


def plan_table(plan: Plan) -> Table:
    """Which segment runs where, what it decides, and how it hands on."""
    title = f"plan '{plan.name}' for platform '{plan.platform.name}'"
    table = _table(title, ["segment", "core", "operating point"])
    table.add_column("MACs", justify="right")
    table.add_column("then")
    graph = plan.task_graph
    for segment in graph.segments:
        placement = plan.placement(segment.name)
        macs = sum(operator.macs for operator in graph.segment_operators(segment))
        table.add_row(
            segment.name,
            placement.core,
            _operating_point(plan, placement.core, placement.operating_point),
            f"{macs:,}",
            ", ".join(_then(plan, segment.name)),
        )
    return table


def _then(plan: Plan, segment: str) -> Iterable[str]:
    gate = plan.task_graph.gate_after(segment)
    if gate is not None:
        yield _decision(plan, gate)
    for crossing in plan.crossings:
        if crossing.source == segment:
            edge = next(e for e in plan.task_graph.edges if e.source == segment)
            receiver = plan.placement(crossing.target).core
            size = f"{crossing.wire_bytes} of {edge.raw_bytes} bytes"
            yield f"codec {crossing.codec}: {size} over {crossing.link} to {receiver}"


def _decision(plan: Plan, gate: Gate) -> str:
    """What a gate does to the samples that reach it."""
    ends, setting = plan.expected.stop_rate_by_gate[gate.name], plan.setting(gate.name)
    answered = answered_share(plan.task_graph.gates, plan.requirements.class_prior)[gate.name]
    stops = f"gate {gate.name} stops {percent(ends - answered)} below {setting.threshold:.4g}"
    if setting.positive_threshold is None:
        return stops
    return f"{stops}, answers {percent(answered)} from {setting.positive_threshold:.4g}"


def _operating_point(plan: Plan, core: str, name: str) -> str:
    points = plan.platform.core(core).operating_points
    point = next(p for p in points if p.name == name)
    return f"{name} ({quantity(point.frequency_hz, 'Hz')}, {quantity(point.voltage_v, 'V')})"


def _certificate(plan: Plan) -> str:
    certificate = plan.certificate
    unit = "J" if plan.requirements.objective == "energy" else "s"
    what = "energy per sample" if unit == "J" else "worst-case latency"
    proof = "proved optimal" if certificate.status == "optimal" else f"gap {certificate.gap:.2%}"
    rests = ", ".join(f"{choice.core} in {choice.idle_state}" for choice in plan.idle)
    return (
        f"{certificate.method}: {what} {quantity(plan.objective_value, unit)} (modelled), {proof}, "
        f"lower bound {quantity(certificate.lower_bound, unit)}; cores rest: {rests}\n"
    )


def _baselines(report: Report) -> Table:
    """One row an algorithm, with our gates and codecs; in the last column without any."""
    table = _table("beside the baselines, with the same gates and codecs", ["algorithm"])
    for title in (
        "energy per sample",
        "of it beyond\nrail and idle",
        "against\nours",
        "worst\nlatency",
        "without\ngates, codecs",
    ):
        table.add_column(title, justify="right")
    ours = report.plan
    for name, plan in {ours.certificate.method: ours, **report.baselines}.items():
        if name.endswith(BARE):
            continue
        bare = report.baselines.get(name + BARE)
        without = "" if bare is None else _against(bare, ours)
        if isinstance(plan, str):
            table.add_row(name, "no plan", "", "", "", without)
            continue
        table.add_row(
            name,
            quantity(plan.expected.energy_per_sample_j, "J"),
            quantity(_beyond_standing_j(plan), "J"),
            _against(plan, ours),
            quantity(plan.expected.latency_max_s, "s"),
            without,
        )
    return table


def _against(plan: Plan | str, ours: Plan) -> str:
    """Energy that a plan can do something about, as a multiple of ours."""
    if isinstance(plan, str):
        return "no plan"
    beyond, least = _beyond_standing_j(plan), _beyond_standing_j(ours)
    return f"{beyond / least:.3f} x" if least > 0.0 else ""


def _beyond_standing_j(plan: Plan) -> float:
    """Expected energy of a sample that a plan can do something about."""
    by_cause = plan.expected.energy_by_cause_j
    return plan.expected.energy_per_sample_j - by_cause["rail"] - by_cause["idle"]


def _figures(plan: Plan, columns: list[tuple[str, Metrics]]) -> Table:
    table = _table("figures", [""])
    for title, _ in columns:
        table.add_column(title, justify="right")

    def row(name: str, value: Callable[[Metrics], str]) -> None:
        table.add_row(name, *(value(figures) for _, figures in columns))

    row("samples", lambda m: f"{m.samples:,}")
    row("energy per sample (modelled)", lambda m: quantity(m.energy_per_sample_j, "J"))
    for cause in CAUSES:
        row(f"  {cause}", lambda m, c=cause: quantity(m.energy_by_cause_j[c], "J"))  # type: ignore[misc]
    row("mean power (modelled)", lambda m: quantity(m.mean_power_w, "W"))
    if plan.platform.battery is not None:
        row("days of battery (modelled)", lambda m: days_of_battery(m.battery))
    row("latency mean", lambda m: quantity(m.latency_s.mean, "s"))
    row("latency p50", lambda m: quantity(m.latency_s.p50, "s"))
    row("latency p99", lambda m: quantity(m.latency_s.p99, "s"))
    row("latency max", lambda m: quantity(m.latency_s.max, "s"))
    row("deadline misses", lambda m: percent(m.deadline_miss_rate))
    row("dropped or lost", lambda m: f"{m.dropped:,}")
    for fault in dict.fromkeys(name for _, figures in columns for name in figures.lost_by_fault):
        row(f"  by {fault}", lambda m, f=fault: f"{m.lost_by_fault.get(f, 0):,}")  # type: ignore[misc]
    for setting in plan.gates:
        gate = setting.gate
        ends = "stopped" if setting.positive_threshold is None else "ended"
        row(f"{ends} at {gate}", lambda m, g=gate: percent(m.stop_rate_by_gate[g].overall))  # type: ignore[misc]
        row("  of negatives", lambda m, g=gate: percent(m.stop_rate_by_gate[g].negative))  # type: ignore[misc]
        row("  of positives", lambda m, g=gate: percent(m.stop_rate_by_gate[g].positive))  # type: ignore[misc]
        if setting.positive_threshold is None:
            continue
        row(
            '  of all, as "positive"',
            lambda m, g=gate: percent(m.answer_rate_by_gate[g].overall),  # type: ignore[misc]
        )
        row(
            '  of negatives, as "positive"',
            lambda m, g=gate: percent(m.answer_rate_by_gate[g].negative),  # type: ignore[misc]
        )
        row(
            '  of positives, as "positive"',
            lambda m, g=gate: percent(m.answer_rate_by_gate[g].positive),  # type: ignore[misc]
        )
    for crossing in plan.crossings:
        edge = crossing.edge
        row(
            f"bytes a sample across {edge}",
            lambda m, e=edge: f"{m.bytes_across_cuts[e].total_bytes / m.samples:.2f}",  # type: ignore[misc]
        )
    row("recall of positives", lambda m: percent(m.accuracy.recall["positive"]))
    row("recall of negatives", lambda m: percent(m.accuracy.recall["negative"]))
    row("accuracy", lambda m: percent(m.accuracy.overall))
    return table


def days_of_battery(life: BatteryLife | None) -> str:
    """``51.6 (51.2 to 52.0)``: days, and their interval where one is known."""
    if life is None or life.days is None:
        return ""
    if life.interval is None:
        return f"{life.days:.1f}"
    return "{} ({} to {})".format(*_as_sure_as(life.days, life.interval))


def _as_sure_as(days: float, interval: Interval) -> tuple[str, str, str]:
    """Days and their bounds, with as many decimals as tell them apart, from one to four."""
    half = interval.half_width
    decimals = 1 if half == 0.0 or isinf(half) else max(1, min(4, 1 - floor(log10(half))))
    return (
        f"{days:.{decimals}f}",
        f"{interval.low:.{decimals}f}",
        f"{interval.high:.{decimals}f}",
    )


def _battery_line(figures: Metrics) -> Iterable[str]:
    """The one-line answer, and what there is to say against it."""
    life = figures.battery
    if life is None or life.days is None:
        return
    interval = life.interval
    if interval is None:
        yield f"battery: {life.days:.1f} days, modelled"
        return
    days, low, high = _as_sure_as(life.days, interval)
    yield f"battery: {days} days ({100 * interval.level:g} % interval {low} to {high}), modelled"
    if interval.dependent:
        yield (
            f"the interval is too narrow: even the longest of {interval.batches} batches follow "
            f"each other (correlation {interval.correlation:.2f}); simulate for longer"
        )


def _honesty(report: Report) -> Iterable[str]:
    target = report.plan.platform.name
    if report.predicted is not None or report.simulated is not None:
        yield (
            f"predicted and simulated are for platform '{target}', what one would ship on: every "
            "figure is modelled."
        )
    if report.measured is not None and report.comparison is not None:
        yield (
            f"measured is this machine, platform '{report.comparison.platform}': times, stop "
            "rates, bytes and answers are measured; joules are modelled, this machine has no "
            "energy counter that we read."
        )


def _comparison(comparison: Comparison, measured: Metrics) -> Table:
    table = _table(
        f"this machine ('{comparison.platform}'): prediction from calibration against measurement",
        ["segment", "activity", "core"],
    )
    for title in ("predicted", "measured", "error", "times"):
        table.add_column(title, justify="right")
    for row in comparison.segments:
        table.add_row(
            row.work,
            row.activity,
            row.core,
            quantity(row.predicted_s, "s"),
            quantity(row.measured_s, "s"),
            f"{row.error:+.1%}",
            f"{row.count:,}",
        )
    if comparison.latency is not None:
        latency = comparison.latency
        table.add_section()
        for name, predicted_s, measured_s, error in (
            ("mean", latency.predicted_mean_s, latency.measured_mean_s, latency.mean_error),
            ("median", latency.predicted_p50_s, latency.measured_p50_s, latency.p50_error),
        ):
            table.add_row(
                "end to end",
                name,
                "",
                quantity(predicted_s, "s"),
                quantity(measured_s, "s"),
                f"{error:+.1%}",
                "",
            )
    table.add_section()
    for name, ours, theirs in _decisions(comparison.simulated, measured):
        verdict = "none" if ours == theirs else "DIFFERS"
        table.add_row("end to end", name, "", ours, theirs, verdict, "")
    return table


def _decisions(ours: Metrics, theirs: Metrics) -> Iterable[tuple[str, str, str]]:
    """What must agree exactly: stop rates, bytes and accuracy, predicted and measured."""
    for gate, rate in ours.stop_rate_by_gate.items():
        other = theirs.stop_rate_by_gate[gate]
        yield f"stopped at {gate}", percent(rate.overall), percent(other.overall)
    for gate, rate in ours.answer_rate_by_gate.items():
        other = theirs.answer_rate_by_gate[gate]
        yield f'"positive" at {gate}', percent(rate.overall), percent(other.overall)
    for edge, cut in ours.bytes_across_cuts.items():
        there = theirs.bytes_across_cuts[edge]
        yield f"bytes {edge}", f"{cut.total_bytes:,}", f"{there.total_bytes:,}"
    yield "accuracy", percent(ours.accuracy.overall), percent(theirs.accuracy.overall)


def _agreement(comparison: Comparison) -> Iterable[str]:
    yield f"median |error| over the segments: {comparison.median_segment_error:.1%}"
    if comparison.latency is not None:
        yield f"mean end-to-end latency error: {comparison.latency.mean_error:+.1%}"
    exits, answered = comparison.differing_exits, comparison.differing_answers
    yield f"samples that left at another gate than predicted: {exits}"
    yield f"samples answered otherwise than predicted: {answered}"
    yield f"bytes across cuts as predicted: {'yes' if comparison.bytes_agree else 'NO'}"


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table
