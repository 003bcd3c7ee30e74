"""ONNX Runtime on one thread, with its buffers bound once."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from backends.adapter import Adapter, Array, Runner, UnsuitableInput

if TYPE_CHECKING:
    from torch.export import ExportedProgram

WARM_UP_CALLS = 3
"""Calls on zeros while loading: the first ones allocate."""

_TABLES: dict[int, Any] = {}
"""The exporter's table of operators, by version of the operator set."""

QUIET = 3
"""ONNX Runtime's own log level: errors only."""


class OnnxRuntime(Adapter):
    """Runs a fused graph in one call; its worker starts without torch."""

    name: ClassVar[str] = "onnxruntime"

    def prepare(self, key: str, program: "ExportedProgram") -> bytes:
        """The program as an ONNX file, by torch's exporter for exported programs."""
        import torch  # noqa: PLC0415 - the worker's half does without

        with _quiet(), _one_registry():
            exported = torch.onnx.export(program, dynamo=True, verbose=False)
        assert exported is not None
        return bytes(exported.model_proto.SerializeToString())

    def load(self, artifact: bytes) -> Runner:
        """A session on one thread that sleeps, not spins, between calls."""
        import onnxruntime as ort  # noqa: PLC0415 - the parent's half does without

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = QUIET
        for pool in ("intra_op", "inter_op"):
            options.add_session_config_entry(f"session.{pool}.allow_spinning", "0")
        try:
            session = ort.InferenceSession(artifact, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no common base class but this
            raise ValueError(f"not an ONNX artifact: {error}") from error
        return _OnnxRunner(session)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter from telling at each export what it deprecates and what it lacks."""
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        registration.setLevel(level)


@contextmanager
def _one_registry() -> Iterator[None]:
    """Make the exporter keep its table of operators from export to export.

    It parses the source of 500 functions for the table, which takes longer than exporting one of
    our small programs. The method is private to torch, whose version we pin.
    """
    from torch.onnx._internal.exporter import (  # noqa: PLC0415 - the worker's half does without
        _registration,
    )

    registry = _registration.ONNXRegistry
    original = registry.__dict__["from_torchlib"]

    def kept(opset_version: int) -> Any:
        if opset_version not in _TABLES:
            _TABLES[opset_version] = original.__func__(registry, opset_version)
        return _TABLES[opset_version]

    registry.from_torchlib = staticmethod(kept)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        registry.from_torchlib = original  # type: ignore[method-assign]


class _OnnxRunner:
    """One session, whose input and output stay at one place in memory."""

    def __init__(self, session: Any) -> None:
        (taken,), (given,) = session.get_inputs(), session.get_outputs()
        self._input = np.zeros(taken.shape, dtype=np.float32)
        self._output = np.zeros(given.shape, dtype=np.float32)
        self._session = session
        self._binding = session.io_binding()
        self._binding.bind_input(
            taken.name, "cpu", 0, np.float32, taken.shape, self._input.ctypes.data
        )
        self._binding.bind_output(
            given.name, "cpu", 0, np.float32, given.shape, self._output.ctypes.data
        )
        for _ in range(WARM_UP_CALLS):
            self(self._input)

    def __call__(self, activation: Array) -> Array:
        if activation.shape != self._input.shape or activation.dtype != np.float32:
            raise UnsuitableInput(
                f"float32 of shape {self._input.shape} is needed, not {activation.dtype} of "
                f"shape {activation.shape}"
            )
        self._input[...] = activation
        self._session.run_with_iobinding(self._binding)
        return self._output.copy()
