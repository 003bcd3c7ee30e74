"""One core: its names, its memory, and each of its parts."""

from collections.abc import Iterator

from devicemodels.coherence.idle_states import idle_incoherences
from devicemodels.coherence.incoherence import Incoherence, repeated
from devicemodels.coherence.laws import law_incoherences
from devicemodels.coherence.operating_points import point_incoherences
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import TreePath
from devicemodels.platform import Core


def core_incoherences(core: Core, path: TreePath, memories: list[str]) -> Iterator[Incoherence]:
    """Everything in ``core``, which stands at ``path``, that does not fit together."""
    where = f"cores.{core.name}"
    points = [point.name for point in core.operating_points]
    idle = [idle_state.name for idle_state in core.idle_states]
    for what, names in (("operating_points", points), ("idle_states", idle)):
        if not names:
            yield Incoherence((*path, what), f"{where}.{what}: at least one is needed")
        yield from repeated((*path, what), names, f"{where}.{what}")
    if core.memory not in memories:
        message = f"{where}.memory: there is no memory '{core.memory}'"
        yield Incoherence((*path, "memory"), message, did_you_mean(core.memory, memories, "there"))
    if core.activity < 0:
        message = f"{where}.activity: {core.activity} is negative"
        yield Incoherence((*path, "activity"), message)
    if core.adapter is not None and core.adapter.cpu < 0:
        message = f"{where}.adapter.cpu: {core.adapter.cpu} is negative; CPUs count from 0"
        yield Incoherence((*path, "adapter", "cpu"), message)
    yield from point_incoherences(core, (*path, "operating_points"), f"{where}.operating_points")
    yield from idle_incoherences(core, (*path, "idle_states"), f"{where}.idle_states")
    yield from law_incoherences(core.cost, (*path, "cost"), f"{where}.cost")
