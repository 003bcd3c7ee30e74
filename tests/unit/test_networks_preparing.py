"""Constants of normalisation: learned from what comes to them, a front end's included."""

import numpy as np
import pytest
import torch

from networks.frontend import LogMel, Standardise
from networks.learning.preparing import keep_scale
from networks.streams.windows import Windows
from networks.zoo import network_spec


@pytest.mark.parametrize("name", ["smartwatch", "vowels", "words"])
def test_what_leaves_it_is_standardised(name: str) -> None:
    network = network_spec(name).build().eval()
    random = np.random.default_rng(3)
    samples = random.normal(0.2, 0.5, size=(300, *network.input_shape[1:])).astype(np.float32)
    labels = np.zeros(300, dtype=np.int8)
    keep_scale(network, Windows(samples, labels, labels.astype(np.int32), 1.0))
    values = torch.from_numpy(samples)
    for step in next(network.trunk.children()).children():
        values = step(values)
        if isinstance(step, Standardise):
            break
    spread = values.transpose(0, 1).flatten(1)
    torch.testing.assert_close(spread.mean(dim=1), torch.zeros(len(spread)), atol=1e-3, rtol=0)
    torch.testing.assert_close(spread.std(dim=1), torch.ones(len(spread)), atol=1e-2, rtol=0)


def test_the_scale_of_words_is_that_of_bands() -> None:
    sense = next(network_spec("words").build().trunk.children())
    front, standardise = list(sense.children())[:2]
    assert isinstance(front, LogMel)
    assert isinstance(standardise, Standardise)
    assert len(standardise.mean) == front(torch.zeros(1, 1, 8000)).shape[1]
