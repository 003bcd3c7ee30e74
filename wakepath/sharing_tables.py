"""Plans that share a device, as tables that a person reads."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from scheduler.pipelines.occupancy import occupancy
from scheduler.pipelines.shared_plan import SharedPlan
from wakepath.sharing import SharedReport
from wakepath.units import percent, quantity


def print_shared(report: SharedReport, console: Console) -> None:
    """The table, and what it rests on."""
    console.print(_table(report))
    for line in _notes(report):
        console.print(line, highlight=False)


def _table(report: SharedReport) -> Table:
    """A row a pipeline, and one for all together."""
    shared = report.shared
    platform = shared.plans[0].platform
    table = Table(
        title=f"{len(shared.plans)} pipelines on platform '{platform.name}'",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("pipeline")
    for title in (
        "period",
        "deadline",
        "longest,\nalone",
        "longest,\nsimulated",
        *(f"work on\n{core.name}" for core in platform.cores),
        *(f"time on\n{link.name}" for link in platform.links),
        "power,\nalone",
        "power,\nits share",
    ):
        table.add_column(title, justify="right")
    worst = shared.budget.counted == "worst_case"
    for p, (plan, alone) in enumerate(zip(shared.plans, report.alone, strict=True)):
        asked = occupancy(plan)
        shares = asked.worst_case if worst else asked.expected
        seen = None if shared.confirmation is None else shared.confirmation.pipelines[p]
        table.add_row(
            plan.name,
            quantity(plan.requirements.period_s, "s"),
            quantity(plan.requirements.deadline_s, "s"),
            quantity(plan.expected.latency_max_s, "s"),
            quantity(None if seen is None else seen.latency_max_s, "s"),
            *(percent(shares.get(f"core {core.name}", 0.0)) for core in platform.cores),
            *(percent(shares.get(f"link {link.name}", 0.0)) for link in platform.links),
            "no plan" if isinstance(alone, str) else quantity(alone.expected.mean_power_w, "W"),
            quantity(asked.dynamic_power_w, "W"),
        )
    table.add_section()
    table.add_row(
        "together",
        "",
        "",
        "",
        "",
        *(percent(share) for share in shared.core_utilisation.values()),
        *(percent(share) for share in shared.link_utilisation.values()),
        "",
        quantity(shared.mean_power_w, "W"),
    )
    return table


def _notes(report: SharedReport) -> Iterator[str]:
    shared, certificate = report.shared, report.shared.certificate
    rests = ", ".join(f"{choice.core} in {choice.idle_state}" for choice in shared.idle)
    proof = "proved optimal" if certificate.status == "optimal" else f"gap {certificate.gap:.2%}"
    yield (
        f"{certificate.method}: mean power {quantity(shared.mean_power_w, 'W')} (modelled), rail "
        f"and idle power included, {proof}, lower bound {quantity(certificate.lower_bound, 'W')}"
    )
    apart = [plan.expected.mean_power_w for plan in report.alone if not isinstance(plan, str)]
    if len(apart) == len(report.alone):
        yield f"each on a device of its own: {quantity(sum(apart), 'W')} in all"
    counted = "worst case" if shared.budget.counted == "worst_case" else "expected"
    yield f"work and time on links: {counted}, share of the period; cores rest: {rests}"
    for memory in shared.plans[0].platform.memories:
        held = shared.memory[memory.name]
        yield (
            f"memory {memory.name}: {held.weights_bytes:,} bytes of weights and "
            f"{held.activations_bytes:,} of activations, of {memory.size_bytes:,}"
        )
    yield from _confirmed(shared)


def _confirmed(shared: SharedPlan) -> Iterator[str]:
    seen = shared.confirmation
    if seen is None:
        return
    kinds = {"worst_case": "if no gate stops any", "drawn": "if gates stop as they were measured"}
    workloads = " and ".join(kinds[kind] for kind in seen.workloads)
    yield (
        f"deadlines: kept by all {seen.confirmed_samples:,} samples that were simulated together, "
        f"{workloads}, over {quantity(seen.horizon_s, 's')} ({seen.hyperperiods:,.4g} "
        "hyperperiods); seen, not proved"
    )
    if shared.deadline_cuts:
        yield f"{shared.deadline_cuts} cheaper combinations missed a deadline when simulated"
    if shared.tightenings:
        yield f"contended cores and links were tightened {shared.tightenings} times after that"
    yield f"mean power simulated: {quantity(seen.mean_power_w, 'W')} (wake-ups can be shared)"
