"""Infeasibility as an answer: which limits are in the way, by how much, and the nearest plan."""

from typing import TYPE_CHECKING, Any

from devicemodels.documents.files import plain
from scheduler.infeasible import Infeasible
from scheduler.problem import Problem
from wakepath.fronts import cores_in_words, gates_in_words
from wakepath.units import percent, quantity

if TYPE_CHECKING:
    from scheduler.nearest import Conflict, LimitReport

_NAMES = {
    "deadline": ("deadline", "s"),
    "latency_mean": ("mean latency", "s"),
    "latency_p99": ("p99 latency", "s"),
    "energy": ("energy per sample", "J"),
    "energy_delay": ("energy-delay product", "Js"),
    "accuracy": ("accuracy floor", ""),
    "memory": ("size of the memories", "x"),
}


def explained(problem: Problem, none: Infeasible) -> tuple[Infeasible, dict[str, Any]]:
    """What the exact planner's "no plan" means: for a person, and as a document."""
    from scheduler.nearest import conflict  # noqa: PLC0415 - compiled code, seldom needed

    found = conflict(problem)
    if found is None:
        return none, as_document(none, None)
    lines = (none.detail, *as_lines(problem, found))
    return Infeasible(none.reason, "\n  ".join(lines)), as_document(none, found)


def as_lines(problem: Problem, conflict: "Conflict") -> list[str]:
    """For a person, on stderr."""
    lines = [_line(report) for report in conflict.limits]
    relaxed = " and ".join(_NAMES[name][0] for name in conflict.relaxed)
    assignment, expected = conflict.nearest, conflict.expected
    figures = [f"worst latency {quantity(expected.latency_max_s, 's')}"]
    if expected.latency_max_s <= problem.requirements.period_s:
        figures.append(
            f"energy per sample {quantity(expected.energy_per_sample_j, 'J')} (modelled)"
        )
    figures.append(f"accuracy {percent(expected.accuracy)}")
    return [
        *lines,
        f"nearest plan, with another {relaxed}: {', '.join(figures)};",
        f"  on {cores_in_words(problem, assignment.modes)}; "
        f"gates {gates_in_words(problem, assignment.gates)}",
    ]


def _line(report: "LimitReport") -> str:
    name, _ = _NAMES[report.name]
    alone, enough = _value(report, report.alone), _value(report, report.enough)
    asked = _value(report, report.asked)
    if report.enough is None:
        return f"{name} {asked}: no other value is enough by itself; alone, {alone} is possible"
    return f"{name} {asked}: {enough} is enough if all else stays; alone, {alone} is possible"


def _value(report: "LimitReport", value: float | None) -> str:
    unit = _NAMES[report.name][1]
    if value is None:
        return "nothing"
    if unit == "x":
        return f"{value:.4g} x"
    return quantity(value, unit, 6) if unit else f"{value:.4%}"


def as_document(none: Infeasible, conflict: "Conflict | None") -> dict[str, Any]:
    """For JSON, on stdout."""
    document: dict[str, Any] = {"reason": none.reason, "detail": none.detail}
    if conflict is not None:
        document["limits"] = [
            {"limit": r.name, "asked": r.asked, "possible_alone": r.alone, "enough": r.enough}
            for r in conflict.limits
        ]
        document["nearest"] = {
            "relaxed": list(conflict.relaxed),
            "expected": plain(conflict.expected),
        }
    return {"infeasible": document}
