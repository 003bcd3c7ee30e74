"""Torch eager: one call into torch an operator, as an exported program lists them."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch.fx.graph import CodeGen

from backends.adapter import Adapter, Array, Runner, UnsuitableInput

if TYPE_CHECKING:
    from torch.export import ExportedProgram

WARM_UP_CALLS = 3
"""Calls on zeros while loading: torch sets up its kernels in the first ones."""


class TorchEager(Adapter):
    """Runs aten operators one by one. Slow set-up, and a large share of every call is Python."""

    name: ClassVar[str] = "torch"

    def prepare(self, key: str, program: "ExportedProgram") -> bytes:
        """The program as ``torch.export.save`` writes it."""
        stream = BytesIO()
        torch.export.save(program, stream)
        return stream.getvalue()

    def load(self, artifact: bytes) -> Runner:
        """The program as a plain function of tensors, without guards and tree handling."""
        torch.set_num_threads(1)
        try:
            program = torch.export.load(BytesIO(artifact))
        except Exception as error:  # torch raises what its reader happens to trip over
            raise ValueError(f"not an artifact of torch.export: {error}") from error
        (name,) = program.graph_signature.user_inputs
        placeholder = next(node for node in program.graph.nodes if node.name == name)
        shape = tuple(placeholder.meta["val"].shape)
        module = program.module(check_guards=False)
        assert isinstance(module, torch.fx.GraphModule)
        module.graph.set_codegen(CodeGen())
        module.recompile()
        return _TorchRunner(module.forward, shape)


class _TorchRunner:
    """One program in eager mode."""

    def __init__(self, forward: Any, shape: tuple[int, ...]) -> None:
        self._forward = forward
        self._shape = shape
        for _ in range(WARM_UP_CALLS):
            self(np.zeros(shape, dtype=np.float32))

    def __call__(self, activation: Array) -> Array:
        if activation.shape != self._shape or activation.dtype != np.float32:
            raise UnsuitableInput(
                f"float32 of shape {self._shape} is needed, not {activation.dtype} of shape "
                f"{activation.shape}"
            )
        with torch.inference_mode():
            # A copy, because the answer of a reshape alone would be a view of the input.
            output: Array = self._forward(torch.from_numpy(activation.copy()))[0].numpy()
        return output
