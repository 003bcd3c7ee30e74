"""From a module to a plain graph of calls: torch.export, then no in-place calls, no identities."""

import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass

import torch
from torch import fx, nn
from torch.export.graph_signature import InputKind, OutputKind

from networks.aten import DROPOUTS, IDENTITIES, aten_name, kind_of, where
from networks.batches import modes_kept
from networks.errors import network_error


@dataclass(frozen=True, slots=True)
class ExportedCalls:
    """The calls of a network from its one input to its one output, without side effects."""

    name: str
    """Name of the network."""
    source: fx.Node
    """Placeholder of the sample."""
    calls: tuple[fx.Node, ...]
    """Calls of aten operators in order of execution; constants are ``get_attr``."""
    result: fx.Node
    """The call whose output is the network's answer."""
    tensors: Mapping[str, torch.Tensor]
    """Parameters, buffers and constants by the target of their ``get_attr``."""


def exported_program(
    module: nn.Module, example: torch.Tensor, *, name: str, training: bool = False
) -> torch.export.ExportedProgram:
    """Export ``module`` for inputs shaped as ``example``, in evaluation mode or in training mode.

    Raises
    ------
    NetworkError
        torch cannot export it; the message has torch's reason in one line.
    """
    try:
        with modes_kept(module), _silence(), torch.no_grad():
            module.train(training)
            return torch.export.export(module, (example,))
    except Exception as error:
        raise network_error(
            f"network '{name}' ({type(module).__name__}) cannot be exported for an input of shape "
            f"{tuple(example.shape)}: {_reason(error)}",
            hint="take decisions that depend on values out of forward(); one tensor of that shape "
            "in, one tensor out",
        ) from None


def export_calls(
    module: nn.Module, example: torch.Tensor, *, name: str, training: bool = False
) -> ExportedCalls:
    """Export ``module`` and read its calls, each without side effects.

    In training mode dropouts are among them.

    Raises
    ------
    NetworkError
        It cannot be exported, has not one input and one output, or has an unknown operator.
    """
    program = exported_program(module, example, name=name, training=training)
    return _Reader(name, program, DROPOUTS if training else frozenset()).read()


@contextmanager
def _silence() -> Iterator[None]:
    """Keep torch's own prints, warnings and logs off the terminal: the one message is ours."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _reason(error: Exception) -> str:
    """First line of torch's complaint that says something, without its error class noise."""
    lines = (line.strip() for line in str(error).splitlines())
    first = next((line for line in lines if line), type(error).__name__)
    return first.rstrip(".:")[:200]


class _Reader:
    """Copies an exported graph; ``env`` says what stands for each of torch's values by now."""

    def __init__(
        self, name: str, program: torch.export.ExportedProgram, kept: frozenset[str]
    ) -> None:
        self.name = name
        self.kept = kept
        self.program = program
        self.graph = fx.Graph()
        self.env: dict[fx.Node, fx.Node] = {}
        self.root: dict[fx.Node, fx.Node] = {}
        self.order = {node: i for i, node in enumerate(program.graph.nodes)}
        self.tensors: dict[str, torch.Tensor] = {}

    def read(self) -> ExportedCalls:
        """Copy every call in order."""
        source = self._inputs()
        calls: list[fx.Node] = []
        for node in self.program.graph.nodes:
            if node.op == "call_function":
                copy = self._call(node)
                if copy is not None:
                    calls.append(copy)
            elif node.op not in ("placeholder", "output"):
                raise network_error(
                    f"network '{self.name}': '{node.target}' in '{where(node)}' is control flow "
                    "or a constant that cannot be traced",
                    hint="make it a buffer or a plain operator",
                )
        result = self._output()
        live = _live(calls, result)
        return ExportedCalls(self.name, source, live, result, self.tensors)

    def _inputs(self) -> fx.Node:
        """Make one placeholder for the sample and a ``get_attr`` for every constant."""
        program = self.program
        placeholders = [n for n in program.graph.nodes if n.op == "placeholder"]
        sources: list[fx.Node] = []
        for node, spec in zip(placeholders, program.graph_signature.input_specs, strict=True):
            if spec.kind == InputKind.USER_INPUT:
                copy = self.graph.placeholder(node.name)
                sources.append(copy)
            else:
                target = str(spec.target)
                stored = program.state_dict.get(target, program.constants.get(target))
                if not isinstance(stored, torch.Tensor):
                    raise network_error(f"network '{self.name}': constant '{target}' is no tensor")
                self.tensors[target] = stored
                copy = self.graph.create_node("get_attr", target)
            copy.meta = dict(node.meta)
            self.env[node] = copy
        if len(sources) != 1:
            raise network_error(
                f"network '{self.name}' takes {len(sources)} tensors: it must take exactly one"
            )
        return sources[0]

    def _call(self, node: fx.Node) -> fx.Node | None:
        """Copy one call; an identity stands for its operand and leaves no call."""
        name = aten_name(node)
        in_place = name.endswith("_") and not name.startswith("_")
        if in_place:
            name = name[:-1]
        if name in IDENTITIES - self.kept:
            operand = node.args[0]
            assert isinstance(operand, fx.Node)
            self.env[node] = self.env[operand]
            return None
        copy = self.graph.node_copy(node, lambda n: self.env[n])
        self.env[node] = copy
        if in_place:
            copy.target = _functional(node, name)
            self._overwrite(node, copy)
        if name not in self.kept and kind_of(copy) == "reshape":
            operand = copy.args[0]
            assert isinstance(operand, fx.Node)
            self.root[copy] = self.root.get(operand, operand)
        return copy

    def _overwrite(self, node: fx.Node, copy: fx.Node) -> None:
        """What was written over is from now on the result, under every name that it has."""
        operand = node.args[0]
        assert isinstance(operand, fx.Node)
        old = self.env[operand]
        root = self.root.get(old, old)
        for name, stands_for in list(self.env.items()):
            if stands_for is old:
                self.env[name] = copy
            elif self.root.get(stands_for, stands_for) is root and any(
                self.order[user] > self.order[node] for user in name.users
            ):
                raise network_error(
                    f"network '{self.name}': '{node.target}' in '{where(node)}' writes over a "
                    "tensor whose view is read later",
                    hint="use the operator that is not in place",
                )

    def _output(self) -> fx.Node:
        """The copy of the one value that the network returns."""
        specs = self.program.graph_signature.output_specs
        returned = list(self.program.graph.output_node().args[0])
        users = [
            value
            for value, spec in zip(returned, specs, strict=True)
            if spec.kind == OutputKind.USER_OUTPUT
        ]
        if len(users) != 1 or not isinstance(users[0], fx.Node):
            raise network_error(
                f"network '{self.name}' returns {len(users)} values: it must return one tensor"
            )
        return self.env[users[0]]


def _functional(node: fx.Node, name: str) -> torch._ops.OpOverload:
    """The operator without side effects that does what an in-place one does."""
    target = node.target
    assert isinstance(target, torch._ops.OpOverload)
    packet = getattr(torch.ops.aten, name)
    overload: torch._ops.OpOverload = getattr(packet, target._overloadname)
    return overload


def _live(calls: list[fx.Node], result: fx.Node) -> tuple[fx.Node, ...]:
    """The calls that the result depends on, in order."""
    needed = {result}
    for call in reversed(calls):
        if call in needed:
            needed.update(call.all_input_nodes)
    return tuple(call for call in calls if call in needed)
