"""What every adapter must hold. To prove a new one, subclass ``AdapterContract`` and name it."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from backends.adapter import Adapter, Runner, UnsuitableInput
from backends.pool import WorkerPool
from backends.registry import adapter
from networks.exporting import exported_program
from tests.backends_worlds import cores, small_world

pytestmark = pytest.mark.workers


class _Scale(nn.Module):
    """No weights, no convolution: the least that there is."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        return activation.flatten(1) * 2.0


MODULES: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "conv1d": (
        nn.Sequential(nn.Conv1d(3, 5, 3, stride=2), nn.BatchNorm1d(5), nn.ReLU()),
        (1, 3, 21),
    ),
    "conv2d": (nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.ReLU6()), (1, 2, 9, 7)),
    "score": (nn.Sequential(nn.Linear(6, 1), nn.Sigmoid(), nn.Flatten(0)), (1, 6)),
    "pooled": (nn.Sequential(nn.MaxPool1d(2), nn.AdaptiveAvgPool1d(1)), (1, 3, 8)),
    "reshape": (nn.Flatten(), (1, 3, 4)),
    "scale": (_Scale(), (1, 2, 2)),
}


class AdapterContract:
    """The contract as tests; ``backends.adapter.Adapter`` has it in words."""

    name: str
    """Name of the adapter in a platform file."""

    @pytest.fixture(scope="class")
    @classmethod
    def adapter(cls) -> Adapter:
        return adapter(cls.name)

    @pytest.fixture(scope="class", params=list(MODULES))
    @classmethod
    def loaded(
        cls, request: pytest.FixtureRequest, adapter: Adapter
    ) -> tuple[nn.Module, tuple[int, ...], Runner]:
        torch.manual_seed(len(request.param))
        module, shape = MODULES[request.param]
        for part in module.modules():
            if isinstance(part, nn.BatchNorm1d):
                nn.init.uniform_(part.running_var, 0.5, 2.0)  # type: ignore[arg-type]
                nn.init.normal_(part.running_mean)  # type: ignore[arg-type]
        program = exported_program(module.eval(), torch.zeros(shape), name=request.param)
        artifact = adapter.prepare(f"segment:{request.param}", program)
        assert isinstance(artifact, bytes)
        return module, shape, adapter.load(artifact)

    def test_name_is_the_registry_s(self, adapter: Adapter) -> None:
        assert adapter.name == self.name

    def test_values_are_those_of_torch(
        self, loaded: tuple[nn.Module, tuple[int, ...], Runner]
    ) -> None:
        module, shape, run = loaded
        random = np.random.default_rng(7)
        for magnitude in (0.0, 1e-3, 1.0, 100.0):
            given = (magnitude * random.normal(size=shape)).astype(np.float32)
            with torch.no_grad():
                expected = module(torch.from_numpy(given.copy())).numpy()
            output = run(given)
            assert output.dtype == np.float32
            assert output.shape == expected.shape
            np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-4)

    def test_same_input_gives_same_output_whatever_ran_before(
        self, loaded: tuple[nn.Module, tuple[int, ...], Runner]
    ) -> None:
        _, shape, run = loaded
        given = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
        first = run(given).copy()
        run(np.full(shape, 1e6, dtype=np.float32))
        np.testing.assert_array_equal(run(given), first)

    def test_input_is_only_read_and_output_is_the_caller_s(
        self, loaded: tuple[nn.Module, tuple[int, ...], Runner]
    ) -> None:
        _, shape, run = loaded
        given = np.ones(shape, dtype=np.float32)
        given.setflags(write=False)
        output = run(given)
        assert not np.shares_memory(output, given)
        before = output.copy()
        other = run(np.full(shape, -3.0, dtype=np.float32))
        assert not np.shares_memory(output, other)
        np.testing.assert_array_equal(output, before)
        np.testing.assert_array_equal(given, 1.0)

    def test_memory_that_changes_after_the_call_does_no_harm(
        self, loaded: tuple[nn.Module, tuple[int, ...], Runner]
    ) -> None:
        _, shape, run = loaded
        given = np.ones(shape, dtype=np.float32)
        output = run(given)
        before = output.copy()
        given[...] = 9.0
        np.testing.assert_array_equal(output, before)

    def test_unsuitable_input_is_refused_and_the_runner_stays_usable(
        self, loaded: tuple[nn.Module, tuple[int, ...], Runner]
    ) -> None:
        _, shape, run = loaded
        expected = run(np.ones(shape, dtype=np.float32))
        for wrong in (
            np.ones((*shape, 2), dtype=np.float32),
            np.ones((1,) * len(shape), dtype=np.float32),  # would broadcast
            np.ones(shape, dtype=np.float64),
        ):
            with pytest.raises(UnsuitableInput, match="is needed"):
                run(wrong)  # type: ignore[arg-type]
        np.testing.assert_array_equal(run(np.ones(shape, dtype=np.float32)), expected)

    @pytest.mark.parametrize("artifact", [b"", b"nonsense", b"PK\x03\x04" + bytes(100)])
    def test_foreign_bytes_are_refused(self, adapter: Adapter, artifact: bytes) -> None:
        with pytest.raises(ValueError, match="artifact"):
            adapter.load(artifact)

    def test_worker_is_pinned_before_its_runtime_starts(self) -> None:
        platform, world = cores({"slow": self.name, "fast": self.name}), small_world()
        with WorkerPool(platform, world.graph, world.programs, ["fast"]) as pool:
            pool.load({"fast": list(world.programs)})
            (process_id,) = pool.process_ids.values()
            assert os.sched_getaffinity(process_id) == {pool.cpu_of("fast")}
            # A runtime that started its threads before the process was pinned would have them on
            # every CPU. (ONNX Runtime has one thread that sleeps, from its import on.)
            threads = [int(task.name) for task in Path(f"/proc/{process_id}/task").iterdir()]
            for thread in threads:
                assert os.sched_getaffinity(thread) == {pool.cpu_of("fast")}
            assert len(threads) <= 2
            self.check_worker(process_id)

    def check_worker(self, process_id: int) -> None:
        """More to hold for one adapter's loaded worker."""


class TestTorchEager(AdapterContract):
    name = "torch"


class TestOnnxRuntime(AdapterContract):
    name = "onnxruntime"

    def check_worker(self, process_id: int) -> None:
        mapped = Path(f"/proc/{process_id}/maps").read_text(encoding="utf-8")
        assert "onnxruntime" in mapped
        assert "libtorch" not in mapped, "a worker of ONNX Runtime must start without torch"
