"""Where a training stands, on disk: after a crash it goes on as if nothing had happened.

A checkpoint is one safetensors file with all that the next step depends on: weights, the moments of
the optimiser and the state of the random generators. The schedule of the learning rate is a
function of the number of steps, so it is not stored. The file also says which training it is of; no
other may go on from it.
"""

import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from devicemodels.documents.errors import Problem
from networks.errors import NetworkError, network_error
from networks.gated import GatedNetwork
from networks.spec import NetworkSpec
from networks.streams.windows import Windows
from networks.weights import put_weights, read_tensors, write_tensors

CHECKPOINT_FILE = "checkpoint.safetensors"
"""Where training keeps it, beside the weights to be."""

VERSION = "wakepath/checkpoint@1"
"""Of the form of the file."""

_NETWORK, _OPTIMIZER = "network.", "optimizer."
_ORDER, _TORCH, _LABEL = "random.order", "random.torch", "label"


@dataclass(frozen=True, slots=True)
class Learner:
    """All that changes while a network learns."""

    network: GatedNetwork
    """Its weights and the statistics of its batch norms."""
    optimizer: AdamW
    """Its moments."""
    schedule: OneCycleLR
    """Of the learning rate, a function of the number of steps."""
    random: torch.Generator
    """Order of samples, augmentation, codecs; dropout draws from torch's own generator."""

    @property
    def learned(self) -> dict[str, torch.nn.Parameter]:
        """What the optimiser changes, by name, in its order."""
        names = {id(parameter): name for name, parameter in self.network.named_parameters()}
        return {names[id(p)]: p for group in self.optimizer.param_groups for p in group["params"]}


def training_label(
    spec: NetworkSpec, network: GatedNetwork, windows: Windows, seed: int, epochs: int
) -> dict[str, object]:
    """Which training this is, by what its bytes depend on; code apart."""
    recipe = asdict(replace(spec.recipe, epochs=epochs))
    label = {
        "network": spec.name,
        "seed": seed,
        **recipe,
        "cuts": {part: asdict(cut) for part, cut in network.cuts.items()},
        "training data": windows.sha256[:12],
        "torch": torch.__version__,
    }
    parsed: dict[str, object] = json.loads(json.dumps(label))
    return parsed


def save_checkpoint(
    path: Path, learner: Learner, label: Mapping[str, object], *, epochs_done: int
) -> None:
    """Write where training stands after an epoch; the file is replaced whole."""
    text = json.dumps({"version": VERSION, "epochs done": epochs_done, **label})
    tensors = {f"{_NETWORK}{name}": t for name, t in learner.network.state_dict().items()}
    for name, parameter in learner.learned.items():
        for key, value in learner.optimizer.state.get(parameter, {}).items():
            tensors[f"{_OPTIMIZER}{key}.{name}"] = value
    tensors[_ORDER] = learner.random.get_state()
    tensors[_TORCH] = torch.get_rng_state()
    tensors[_LABEL] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
    write_tensors(tensors, path)


def resume_from(
    path: Path, learner: Learner, label: Mapping[str, object], *, steps_per_epoch: int
) -> int:
    """Put ``learner``, and torch's generator, to where the checkpoint stands.

    Returns the number of epochs done.

    Raises
    ------
    NetworkError
        There is no checkpoint, or it is damaged, or of another training: every difference is named.
    """
    file = str(path)
    if not path.is_file():
        raise network_error(
            "there is no checkpoint to resume from", hint="train without --resume", file=file
        )
    tensors = read_tensors(path)
    epochs_done = _same_training(tensors.pop(_LABEL, None), label, file)
    try:
        order, own = tensors.pop(_ORDER), tensors.pop(_TORCH)
        weights = {
            name.removeprefix(_NETWORK): tensor
            for name, tensor in tensors.items()
            if name.startswith(_NETWORK)
        }
        put_weights(learner.network, weights, file=file)
        moments = _moments(tensors, learner)
        with warnings.catch_warnings():
            # The optimiser has made these steps already, before it was interrupted.
            warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
            for _ in range(epochs_done * steps_per_epoch):
                learner.schedule.step()
        groups = learner.optimizer.state_dict()["param_groups"]
        learner.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        learner.random.set_state(order)
        torch.set_rng_state(own)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _damaged(file, str(error)) from error
    return epochs_done


def _moments(
    tensors: Mapping[str, torch.Tensor], learner: Learner
) -> dict[int, dict[str, torch.Tensor]]:
    """The optimiser's state by the number of its parameter; none for what had no gradient yet."""
    moments: dict[int, dict[str, torch.Tensor]] = {}
    learned = learner.learned
    numbers = {name: number for number, name in enumerate(learned)}
    for full_name, tensor in tensors.items():
        if full_name.startswith(_OPTIMIZER):
            key, _, name = full_name.removeprefix(_OPTIMIZER).partition(".")
            moments.setdefault(numbers[name], {})[key] = tensor
            if tensor.dim() and tensor.shape != learned[name].shape:
                raise ValueError(f"'{full_name}' has shape {tuple(tensor.shape)}")
    return moments


def _same_training(found: torch.Tensor | None, wanted: Mapping[str, object], file: str) -> int:
    """Epochs done, if the label in the file is the wanted one."""
    try:
        if found is None:
            raise ValueError("it has no label")
        label = json.loads(bytes(found.numpy()))
        version, done = label.pop("version"), int(label.pop("epochs done"))
        if version != VERSION:
            raise ValueError(f"its version is {version!r}, not {VERSION!r}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(file, str(error)) from error
    missing = "nothing"
    differences = [
        f"it is of a training with {key} {label.get(key, missing)!r}, "
        f"this one has {wanted.get(key, missing)!r}"
        for key in dict.fromkeys((*wanted, *label))
        if label.get(key, missing) != wanted.get(key, missing)
    ]
    if differences:
        hint = "train without --resume, or as it was begun"
        raise NetworkError(
            Problem(message, file=file, hint=hint if message is differences[-1] else "")
            for message in differences
        )
    return done


def _damaged(file: str, why: str) -> NetworkError:
    return network_error(
        f"this is not a checkpoint, or it is damaged: {why}",
        hint="train without --resume",
        file=file,
    )
