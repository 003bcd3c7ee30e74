"""Run a gated network over a stream and keep what each gate and the answer said."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from networks.answers import answers
from networks.batches import batches, evaluated
from networks.errors import network_error
from networks.gated import CodecName, GatedNetwork
from networks.gated_graph import ANEW, part_of_edge
from scheduler.recording import Recording
from scheduler.taskgraph import TaskGraph


def record(
    network: GatedNetwork,
    taskgraph: TaskGraph,
    codecs: Mapping[str, str],
    samples: NDArray[np.float32],
    labels: NDArray[np.int8],
) -> Recording:
    """Gate scores and answers with ``codecs`` in force, as if no gate had stopped any sample.

    Parameters
    ----------
    network
        In whatever mode; it is evaluated.
    taskgraph
        The network's; the one of a plan has only the gates that the plan uses.
    codecs
        Codec by the name of the edge that crosses a link; all others send the raw activation.
    samples
        Shape (n, ...), raw.
    labels
        Shape (n,), 1 where positive.

    Raises
    ------
    NetworkError
        A gate or a codec is not one of this network's, or a score or an answer is not finite.
    """
    chosen = _by_part(network, taskgraph, codecs)
    strange = [gate.name for gate in taskgraph.gates if gate.name not in network.gated_parts]
    if strange:
        raise network_error(f"network '{network.name}' has no gate '{strange[0]}'", hint=ANEW)
    columns = [network.gated_parts.index(gate.name) for gate in taskgraph.gates]
    scores, outputs, done = [], [], 0
    with evaluated(network):
        for batch in batches(samples):
            crossing = network.crossing(batch, chosen)
            scores.append(torch.sigmoid(crossing.gate_logits).numpy())
            outputs.append(crossing.output.numpy())
            said = np.concatenate([scores[-1], outputs[-1].reshape(len(batch), -1)], axis=1)
            _refuse_odd(network.name, said, done, chosen)
            done += len(batch)
    return Recording(
        labels=labels,
        gate_scores=np.concatenate(scores)[:, columns],
        answers=answers(np.concatenate(outputs)),
        gates=tuple(gate.name for gate in taskgraph.gates),
    )


def _by_part(
    network: GatedNetwork, taskgraph: TaskGraph, codecs: Mapping[str, str]
) -> dict[str, CodecName]:
    """Codec by the part whose activation it sends; ``none`` is left out."""
    gated = part_of_edge(network, taskgraph)
    chosen: dict[str, CodecName] = {}
    for edge, codec in codecs.items():
        if codec == "none":
            continue
        known = network.known_codecs(gated[edge]) if edge in gated else ()
        name = next((one for one in known if one == codec), None)
        if name is None:
            raise network_error(
                f"network '{taskgraph.name}' has no codec '{codec}' at edge '{edge}'", hint=ANEW
            )
        chosen[gated[edge]] = name
    return chosen


def _refuse_odd(
    network: str, values: NDArray[np.float32], first: int, codecs: Mapping[str, CodecName]
) -> None:
    """Scores and outputs (batch, n) of the samples from index ``first`` on must be numbers."""
    odd = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(odd):
        sent = ", ".join(f"'{codec}' behind '{part}'" for part, codec in codecs.items())
        raise network_error(
            f"network '{network}': {len(odd)} of {len(values)} samples from sample {first} on give "
            f"scores or answers that are not finite, the first is sample {first + odd[0]}"
            + (f"; activations are sent as {sent}" if sent else ""),
            hint="look for NaN or infinity in that sample or in the weights",
        )
