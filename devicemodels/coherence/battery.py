"""A battery that can be drawn from, and a regulator that makes no energy."""

from collections.abc import Iterator

from devicemodels.coherence.incoherence import Incoherence
from devicemodels.platform import Battery, Regulator


def battery_incoherences(battery: Battery) -> Iterator[Incoherence]:
    """Everything in ``battery`` that no device could have."""
    for key, value in (("capacity", battery.capacity_j), ("usable_share", battery.usable_share)):
        if value == 0:
            hint = "leave the battery out if there is none"
            yield Incoherence(("battery", key), f"battery.{key}: 0 leaves nothing to draw", hint)
    if battery.regulator is not None:
        yield from _regulator(battery.regulator)


def _regulator(regulator: Regulator) -> Iterator[Incoherence]:
    """Whether input power rises with output power and is never below it."""
    path, loads = ("battery", "regulator", "loads"), regulator.loads
    where = ".".join(path)
    if not loads:
        yield Incoherence(path, f"{where}: at least one is needed")
        return
    sound = True
    for index, load in enumerate(loads):
        at, before_w = f"{where}[{index}]", loads[index - 1].output_power_w if index else 0.0
        if load.efficiency == 0:
            message = f"{at}.efficiency: 0 is too small; more than 0 is needed"
            yield Incoherence((*path, index, "efficiency"), message)
            sound = False
        if load.output_power_w <= before_w:
            message = (
                f"{at}.output_power: {load.output_power_w:g} W is not above {before_w:g} W, "
                + ("the load before it" if index else "no load")
            )
            hint = "list loads from the smallest to the largest"
            yield Incoherence((*path, index, "output_power"), message, hint)
            sound = False
    if not sound:
        return
    output_w, input_w = zip(*regulator.corners, strict=True)
    for index, (load, now_w) in enumerate(zip(loads, input_w[1:], strict=True)):
        if now_w <= input_w[index]:
            drawn = f"{input_w[index]:.4g} W at {output_w[index]:g} W"
            message = (
                f"{where}[{index}].efficiency: {load.efficiency:g} makes the regulator draw "
                f"{now_w:.4g} W at {load.output_power_w:g} W, not more than the {drawn}"
            )
            hint = (
                "input power rises with the load: lower this efficiency, or raise the one before it"
            )
            hint = hint if index else "lower this efficiency or the quiescent power"
            yield Incoherence((*path, index, "efficiency"), message, hint)
            sound = False
    slope = (input_w[-1] - input_w[-2]) / (output_w[-1] - output_w[-2])
    if sound and slope < 1:
        below_w = (input_w[-1] - slope * output_w[-1]) / (1 - slope)
        last = len(loads) - 1
        message = (
            f"{where}[{last}].efficiency: going on as it came to this load, the input would fall "
            f"below the output above {below_w:.4g} W"
        )
        hint = "add a load above those that the device draws, or lower this efficiency"
        yield Incoherence((*path, last, "efficiency"), message, hint)
