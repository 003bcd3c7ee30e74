"""Weights on disk: safetensors only. Nothing is ever unpickled."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as tensors_to_bytes
from torch import nn

from devicemodels.documents.errors import Problem
from devicemodels.documents.files import write_atomically
from networks.errors import NetworkError, network_error


def save_weights(module: nn.Module, path: Path) -> None:
    """Write all parameters and buffers; the same values give the same bytes."""
    write_tensors(module.state_dict(), path)


def write_tensors(tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write a safetensors file, whole or not at all; the same values give the same bytes."""
    sound = {name: tensor.contiguous() for name, tensor in sorted(tensors.items())}
    write_atomically(path, tensors_to_bytes(sound))


def load_weights(module: nn.Module, path: Path, *, shown_as: str | None = None) -> None:
    """Read all parameters and buffers of ``module`` from ``path``; all or none of them.

    Parameters
    ----------
    module
        Receives the values.
    path
        A safetensors file.
    shown_as
        What errors call the file; the path if not given.

    Raises
    ------
    NetworkError
        The file is absent or is not safetensors, or its tensors are not this module's: every
        missing, unexpected and misshapen one is named.
    """
    file = shown_as or str(path)
    tensors = read_tensors(path, shown_as=file)
    put_weights(module, tensors, file=file)


def put_weights(module: nn.Module, tensors: Mapping[str, torch.Tensor], *, file: str) -> None:
    """Set all parameters and buffers of ``module`` to ``tensors``; all or none of them.

    Raises ``NetworkError`` as :func:`load_weights` does; ``file`` is where they come from.
    """
    wanted = module.state_dict()
    problems = [
        *(f"tensor '{name}' is missing" for name in wanted if name not in tensors),
        *(f"tensor '{name}' is not part of the network" for name in tensors if name not in wanted),
        *(
            f"tensor '{name}' is {_described(tensors[name])}, the network's is {_described(own)}"
            for name, own in wanted.items()
            if name in tensors and _described(tensors[name]) != _described(own)
        ),
        *(
            f"tensor '{name}' has values that are not finite"
            for name, tensor in tensors.items()
            if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all())
        ),
    ]
    if problems:
        hint = "these are weights of another network, or damaged: train them again"
        raise NetworkError(
            Problem(message, file=file, hint=hint if message is problems[-1] else "")
            for message in problems
        )
    module.load_state_dict(tensors)


def read_tensors(path: Path, *, shown_as: str | None = None) -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file by name; ``NetworkError`` if it is none."""
    file = shown_as or str(path)
    if not path.is_file():
        raise network_error(
            "there is no such weights file", hint="'wakepath train' makes it", file=file
        )
    try:
        return parse_tensors(path.read_bytes())
    except OSError as error:
        raise network_error(f"cannot be read: {error.strerror}", file=file) from None
    except (SafetensorError, ValueError, KeyError) as error:
        raise network_error(
            f"this is not a safetensors file: {error}",
            hint="weights are read from safetensors only; pickled ones are never loaded",
            file=file,
        ) from None


def _described(tensor: torch.Tensor) -> str:
    """Type and shape, as errors name them."""
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
