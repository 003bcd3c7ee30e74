"""Which exceptions are answers to the user, and the exit code of each."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.trace import Trace


@dataclass(frozen=True, slots=True)
class Failure:
    """What to print, and how to exit."""

    message: str
    """For stderr, whole."""
    exit_code: int
    """1 infeasible or failed, 2 bad input."""


_ANSWERS = (
    ("scheduler.infeasible", "Infeasible", 1, "infeasible"),
    ("devicemodels.cost", "UnsupportedOperator", 1, "unsupported"),
    ("devicemodels.cost", "TooLong", 2, "impossible"),
    ("simulator.durations", "UnsupportedPlan", 1, "unsupported"),
    ("backends.failures", "ExecutionFailed", 1, "failed"),
)
"""Module, class, exit code and the first word of the message."""


def as_failure(error: Exception) -> Failure | None:
    """How to tell the user of ``error``; None if it is a fault of ours, which wants a traceback.

    Modules that were never imported cannot have raised, so none is imported here.
    """
    if isinstance(error, OSError) and error.filename is not None:
        return Failure(f"{error.filename}: {error.strerror}", 2)
    for module, name, code, word in _ANSWERS:
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(error, getattr(loaded, name)):
            return Failure(f"{word}: {error}{account(error)}", code)
    if isinstance(error, OverflowError):
        return Failure(f"impossible: numbers given cannot be computed with: {error}", 2)
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRAS:
        return Failure(
            f"this command needs the package '{error.name}', which is not installed\n"
            f"  try: pip install 'wakepath[{_EXTRAS[error.name]}]'",
            2,
        )
    return None


def account(error: BaseException) -> str:
    """What became of the samples released before a run on real cores was cut short."""
    trace: Trace | None = getattr(error, "trace", None)
    if trace is None:
        return ""
    from simulator.trace import Outcome  # noqa: PLC0415 - numpy is not for every failure

    ends = [Outcome(outcome) for outcome in trace.samples.outcome.tolist()]
    counts = ", ".join(f"{ends.count(end)} {end.name.lower()}" for end in Outcome)
    return f"\n  of {len(ends)} samples released in this turn: {counts}"


_EXTRAS = {
    "torch": "torch",
    "safetensors": "torch",
    "onnx": "onnx",
    "onnxscript": "onnx",
    "onnxruntime": "onnx",
    "ortools": "cp-sat",
    "hypothesis": "testing",
}
"""The extra that brings a package."""
