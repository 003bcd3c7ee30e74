"""Which calls a runtime computes in one pass: a group becomes one operator of the task graph.

A convolution, a linear or a matmul takes with it, in this order and each at most once, the batch
norm, the addition and the activation that follow it. Additions, multiplications and free-standing
normalisations take an activation. A value that anybody else reads is never fused away. An addition
goes to the operand that is computed last: only then is the other one there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import fx

from devicemodels.operators import MAC_KINDS, OperatorKind
from networks.aten import aten_name, is_layer, kind_of, module_of
from networks.exporting import ExportedCalls

_ORDER = {"normalisation": 1, "add": 2, "activation": 3}
_TAKES_ACTIVATION: frozenset[OperatorKind] = frozenset({"add", "mul", "normalisation"})


@dataclass(slots=True)
class CallGroup:
    """Calls computed in one pass; the first gives the operator its kind."""

    name: str
    """Name of the operator, unique within the network."""
    kind: OperatorKind
    """Kind of the first call."""
    calls: list[fx.Node]
    """The calls in order; only the last one's output is read by others."""
    fused: list[OperatorKind] = field(default_factory=list)
    """Kinds of the calls after the first."""

    @property
    def output(self) -> fx.Node:
        """The call whose output leaves the group."""
        return self.calls[-1]


def fuse(exported: ExportedCalls) -> list[CallGroup]:
    """Partition the calls into groups, in order of execution."""
    groups: list[CallGroup] = []
    made_by: dict[fx.Node, int] = {}
    names = _Names()
    live = {*exported.calls, exported.source}
    for call in exported.calls:
        kind = kind_of(call)
        index = _host(call, kind, groups, made_by, live)
        if index is None:
            index = len(groups)
            groups.append(CallGroup(names.of(call), kind, [call]))
        else:
            groups[index].calls.append(call)
            groups[index].fused.append(kind)
        made_by[call] = index
    return groups


def _host(
    call: fx.Node,
    kind: OperatorKind,
    groups: list[CallGroup],
    made_by: dict[fx.Node, int],
    live: set[fx.Node],
) -> int | None:
    """Index of the group that computes ``call`` in the same pass, if any does."""
    if kind not in _ORDER or (kind == "normalisation" and aten_name(call) != "batch_norm"):
        return None
    operands = [operand for operand in call.all_input_nodes if operand in live]
    if not operands or any(operand not in made_by for operand in operands):
        return None
    index = max(made_by[operand] for operand in operands)
    group = groups[index]
    if group.output not in operands or sum(user in live for user in group.output.users) != 1:
        return None
    last = _ORDER.get(group.fused[-1], 0) if group.fused else 0
    if group.kind in MAC_KINDS:
        return index if _ORDER[kind] > last else None
    takes = kind == "activation" and group.kind in _TAKES_ACTIVATION and not group.fused
    return index if takes else None


class _Names:
    """Gives each operator the path of its module, told apart where one module calls twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, call: fx.Node) -> str:
        """A name not given before."""
        name = next(name for name in self._candidates(call) if name not in self._taken)
        self._taken.add(name)
        return name

    @staticmethod
    def _candidates(call: fx.Node) -> Iterator[str]:
        path, kind = module_of(call)
        operator = aten_name(call)
        base = f"{path}.{operator}" if path else operator
        if path and is_layer(kind):
            base = path
        yield base
        number = 2
        while True:
            yield f"{base}_{number}"
            number += 1
