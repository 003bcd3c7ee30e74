"""Gates and codecs at any cut point of any network that can be traced, with one call.

The network is not rewritten and needs to know nothing of gates: it is traced, split where it is to
be gated, and its pieces are the parts of a :class:`GatedNetwork`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

import torch
from torch import nn

from devicemodels.documents.errors import Problem
from networks.aten import module_of
from networks.cutting import tensors_crossing
from networks.errors import NetworkError, network_error
from networks.gated import CutDesign, GatedNetwork
from networks.rebuilding import rebuild
from networks.tracing import TracedNetwork, trace_network

HIDDEN = 8
"""Width of a gate head's hidden layer, unless told."""

WIRE_SHARE = 4
"""Of so many channels one is sent by the learned codec, unless told."""

_RANKS = range(2, 6)
"""Axes that an activation behind a gate may have: batch, channels, and up to three more."""


def insert(
    module: nn.Module,
    example: torch.Tensor,
    cuts: Mapping[str, CutDesign] | Iterable[str],
    *,
    name: str,
    apart: Iterable[str] = (),
) -> GatedNetwork:
    """Put a gate and a learned codec behind chosen places of a network.

    Parameters
    ----------
    module
        One tensor in, one tensor out. Its layers become those of the result, so training one trains
        the other; weights keep their names, behind that of their part. Batch norms that are layers
        or that ask ``self.training`` learn in training mode, and dropouts drop.
    example
        One sample with its batch of one; its values do not matter.
    cuts
        What stands behind which cut point; names alone get :func:`design_for`. A cut point is named
        by its operator, as ``trace(...).cut_points`` has them, or by a module that ends there. What
        has no multiply-accumulates stays with what is before it: a gate behind a convolution looks
        at what the pooling after it gives.
    name
        Name of the network.
    apart
        Where a part ends without a gate, named as cuts are: parts can be frozen one by one.

    Returns
    -------
    GatedNetwork
        A part for each of them, named after it with ``_`` for every dot, and one for the rest,
        named after the last operator. Gates and codecs are untrained, all else computes what
        ``module`` does.

    Raises
    ------
    NetworkError
        The network cannot be traced; a cut is unknown or inside a block where more than one tensor
        crosses, nothing is computed behind it, or its design does not fit. All wrong cuts are told.

    Examples
    --------
    >>> import torch
    >>> from networks.insertion import insert
    >>> from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn
    >>> network = insert(DsCnn(), torch.zeros(INPUT_SHAPE), ["stem", "blocks.1"], name="keywords")
    >>> network.gated_parts
    ('stem', 'blocks_1')
    >>> network.crossing(torch.zeros(5, 1, 49, 10)).gate_logits.shape
    torch.Size([5, 2])
    """
    if example.dim() < 2 or example.shape[0] != 1:
        raise network_error(
            f"network '{name}': the example has shape {tuple(example.shape)}, not that of one "
            "sample in a batch of one",
            hint="example[None] adds the axis of the batch",
        )
    traced = trace_network(module, example, name=name)
    chosen = cuts if isinstance(cuts, Mapping) else dict.fromkeys(cuts)
    ends, designs = _designed(traced, chosen, list(apart))
    parts = rebuild(module, example, traced, list(ends.values()))
    last = traced.taskgraph.operators[-1].name.replace(".", "_")
    names = [*ends, f"{last}_end" if last in ends else last]
    return GatedNetwork(name, tuple(example.shape), dict(zip(names, parts, strict=True)), designs)


def design_for(shape: tuple[int, ...]) -> CutDesign:
    """What to put behind an activation of ``shape`` (1, channels, ...) if nothing is known."""
    return CutDesign(channels=shape[1], wire_channels=max(1, shape[1] // WIRE_SHARE), hidden=HIDDEN)


def _designed(
    traced: TracedNetwork, cuts: Mapping[str, CutDesign | None], apart: Sequence[str]
) -> tuple[dict[str, str], dict[str, CutDesign]]:
    """By the name of the part, in order: the operator that ends it, and what stands behind it."""
    graph = traced.taskgraph
    problems: list[Problem] = []
    found: dict[int, str] = {}
    for cut in (*cuts, *apart):
        place = _segment(traced, cut)
        if isinstance(place, Problem):
            problems.append(place)
            continue
        shape = graph.edges[place].shape
        if cut in cuts:
            problems += misfits(graph.name, cut, cuts[cut], shape)
        if place in found:
            problems.append(
                Problem(
                    f"network '{graph.name}': the cuts '{found[place]}' and '{cut}' are one: "
                    f"both end with '{graph.segments[place].operators[-1]}'",
                    hint="keep one of them",
                )
            )
        found.setdefault(place, cut)
    ends: dict[str, str] = {}
    designs: dict[str, CutDesign] = {}
    for place, cut in sorted(found.items()):
        part = cut.replace(".", "_")
        if part in ends:
            problems.append(
                Problem(f"network '{graph.name}': two cuts would both be called '{part}'")
            )
        ends[part] = graph.segments[place].operators[-1]
    if problems:
        raise NetworkError(problems)
    for place, cut in sorted(found.items()):
        if cut in cuts:
            shape = graph.edges[place].shape
            design = cuts[cut] or design_for(shape)
            designs[cut.replace(".", "_")] = replace(design, dimensions=len(shape) - 2)
    return ends, designs


def _segment(traced: TracedNetwork, cut: str) -> int | Problem:
    """Index of the segment behind which a gate at ``cut`` stands, or what is wrong with it."""
    graph = traced.taskgraph
    names = [group.name for group in traced.groups]
    index = _operator(traced, cut)
    points = {point.after for point in graph.cut_points}
    if index is None:
        near = get_close_matches(cut, points, n=3, cutoff=0.4) or sorted(points, key=names.index)
        return Problem(
            f"network '{graph.name}' has no cut point '{cut}'",
            hint=f"cut after {_listed(near[:8])}",
        )
    if index < len(names) - 1 and names[index] not in points:
        crossing = list(tensors_crossing([o.inputs for o in graph.operators], names))[index]
        before = [name for name in names[:index] if name in points][-1:]
        behind = [name for name in names[index:] if name in points][:1]
        return Problem(
            f"network '{graph.name}' cannot be gated after '{cut}': it is inside a block, and "
            f"{len(crossing)} tensors cross there, {_listed(sorted(crossing))}",
            hint=f"cut after {_listed([*before, *behind])}, where one tensor crosses"
            if before or behind
            else "no cut point is before or behind it",
        )
    place = next(i for i, s in enumerate(graph.segments) if names[index] in s.operators)
    if place == len(graph.segments) - 1:
        others = [segment.operators[-1] for segment in graph.segments[:-1]]
        return Problem(
            f"network '{graph.name}' cannot be gated after '{cut}': nothing that a gate could save "
            "is computed behind it",
            hint=f"cut after {_listed(others[-3:])}" if others else "it is too small to be gated",
        )
    return place


def _operator(traced: TracedNetwork, cut: str) -> int | None:
    """Index of the operator called ``cut``, or of the last one with a call of that module."""
    for index, group in enumerate(traced.groups):
        if group.name == cut:
            return index
    inside = (
        index
        for index, group in enumerate(traced.groups)
        if any(f"{module_of(call)[0]}.".startswith(f"{cut}.") for call in group.calls)
    )
    return max(inside, default=None)


def misfits(name: str, cut: str, design: CutDesign | None, shape: tuple[int, ...]) -> list[Problem]:
    """What of a design does not fit the activation behind its cut."""
    what = f"network '{name}', cut '{cut}'"
    if len(shape) not in _RANKS or shape[0] != 1:
        return [
            Problem(
                f"{what}: an activation of shape {shape} has no channels that a gate could look at",
                hint="cut where it is (1, channels, ...) with up to three more axes",
            )
        ]
    if design is not None and design.channels != shape[1]:
        return [
            Problem(
                f"{what}: the design is for {design.channels} channels, the activation has shape "
                f"{shape}",
                hint=f"channels={shape[1]}",
            )
        ]
    if design is not None and design.dimensions not in (None, len(shape) - 2):
        return [
            Problem(
                f"{what}: the design is for {design.dimensions} dimensions, the activation has "
                f"shape {shape}",
                hint=f"dimensions={len(shape) - 2}, or leave it out",
            )
        ]
    return []


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
