"""Frozen parts of a trunk compute each sample once, however often training or measuring asks.

What a frozen part gives depends on what enters it and on nothing else. As long as nothing before it
learns, the same activation comes again in every epoch, and with every codec that does not.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from networks.gated import GatedNetwork

LARGEST_BYTES = 2**30
"""Most bytes that one part remembers; what is beyond is computed each time."""


@contextmanager
def remembering(network: GatedNetwork, parts: Sequence[str]) -> Iterator[None]:
    """While this lasts, ``parts`` remember what they gave for each sample.

    Parameters
    ----------
    network
        None of the weights of ``parts`` may change meanwhile, and they must be in evaluation mode.
    parts
        Names of frozen parts of its trunk.

    Notes
    -----
    A sample is known by a hash of 128 bits, and computed alone: the bits that it gives depend on it
    alone. Where gradients must pass through a part, it computes as ever.
    """
    frozen = [
        module
        for module in map(network.trunk.get_submodule, parts)
        if not isinstance(module.forward, _Memory)  # it remembers already
    ]
    for module in frozen:
        module.forward = _Memory(module.forward)
    try:
        yield
    finally:
        for module in frozen:
            del module.forward


class _Memory:
    def __init__(self, compute: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self.compute = compute
        self.known: dict[bytes, torch.Tensor] = {}
        self.bytes = 0

    def __call__(self, activation: torch.Tensor) -> torch.Tensor:
        """What the part gives for each sample of a batch (batch, ...)."""
        learns = activation.requires_grad and torch.is_grad_enabled()
        if learns or torch.compiler.is_exporting():
            return self.compute(activation)
        return torch.stack([self._one(sample) for sample in activation])

    def _one(self, sample: torch.Tensor) -> torch.Tensor:
        """Alone, so that what it gives does not depend on what it came with."""
        key = _key(sample)
        given = self.known.get(key)
        if given is None:
            with torch.no_grad():
                given = self.compute(sample[None])[0]
            size = given.numel() * given.element_size()
            if self.bytes + size <= LARGEST_BYTES:
                self.known[key] = given
                self.bytes += size
        return given


def _key(sample: torch.Tensor) -> bytes:
    content = sample.detach().contiguous().numpy()
    return hashlib.blake2b(content.data, digest_size=16).digest()
