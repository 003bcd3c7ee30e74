"""Idle states that are worth entering: each draws no more than the one before it.

A device tree counts ``min-residency`` from the beginning of the entry and does not speak of the
exit; of 65 states that Linux lists for Arm chips, two (hi3660 and mt8173) still give less than
entry and exit together. A stay of that length is over before the core could have gone and come
back, so it is refused here, with the length that the latencies call for.
"""

from collections.abc import Iterator

from devicemodels.coherence.incoherence import Incoherence
from devicemodels.documents.readable import quantity
from devicemodels.documents.source import TreePath
from devicemodels.platform import Core, IdleState
from devicemodels.power import active_power_w

ROUNDING = 1e-9
"""Relative: sums that are equal but for rounding are equal."""


def idle_incoherences(core: Core, path: TreePath, where: str) -> Iterator[Incoherence]:
    """What is wrong with the idle states of ``core``, a list at ``path``, the shallowest first."""
    for index, state in enumerate(core.idle_states):
        less_w, of_what, hint = _above(core, index)
        if state.power_w > less_w * (1.0 + ROUNDING):
            message = (
                f"{where}.{state.name}.power: {quantity(state.power_w, 'W')} is more than the "
                f"{quantity(less_w, 'W')} {of_what}"
            )
            yield Incoherence((*path, index, "power"), message, hint)
        needed_s = state.entry_latency_s + state.exit_latency_s
        if state.min_residency_s < needed_s * (1.0 - ROUNDING):
            yield _too_short(state, needed_s, (*path, index, "min_residency"), where)


def _above(core: Core, index: int) -> tuple[float, str, str]:
    """What a state must not draw more than: watts, whose they are, and what to try."""
    if index:
        shallower = core.idle_states[index - 1]
        hint = "list idle states from the shallowest to the deepest; a deeper one draws less"
        return shallower.power_w, f"of '{shallower.name}', which is shallower", hint
    powers = [(active_power_w(core, point), point.name) for point in core.operating_points]
    if not powers or core.activity < 0:  # told elsewhere
        return float("inf"), "", ""
    least_w, name = min(powers, key=lambda entry: entry[0])
    hint = "what is drawn whether the core rests or not belongs to the rail"
    return least_w, f"that the core draws when it computes at '{name}'", hint


def _too_short(state: IdleState, needed_s: float, path: TreePath, where: str) -> Incoherence:
    least = quantity(needed_s, "s")
    message = (
        f"{where}.{state.name}.min_residency: {quantity(state.min_residency_s, 's')} is shorter "
        f"than {least}, which entry and exit take together"
    )
    hint = f"{least} is the least that can be worth it"
    return Incoherence(path, message, hint)
