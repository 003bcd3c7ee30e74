"""The networks of the benchmark MLPerf Tiny in int8, as task graphs, without their weights.

Source: C. Banbury et al., "MLPerf Tiny Benchmark", 2021 (arXiv 2106.07597), and the definitions of
the reference networks in the benchmark's repository (github.com/mlcommons/tiny, folder
``benchmark/training``). Operators, names, shapes, bytes and geometry are those that an import of
the reference ``.tflite`` files gives. Training left scales, which are missing, and weights, of
which the information a weight is known for ``kws``, ``ic`` and ``ad``.
"""

from collections.abc import Callable
from dataclasses import replace

from devicemodels.documents.explain import did_you_mean
from devicemodels.operators import Quantisation
from devicemodels.published.ethos_u55 import layer_cycles
from networks.building import Int8Network
from networks.errors import network_error
from scheduler.taskgraph import Operator, TaskGraph


def tiny_names() -> tuple[str, ...]:
    """The benchmark's own short names, in its order."""
    return tuple(_NETWORKS)


def tiny_network(name: str) -> TaskGraph:
    """The network called ``name``; ``NetworkError`` if there is none."""
    make = _NETWORKS.get(name)
    if make is None:
        hint = did_you_mean(name, tiny_names(), "the benchmark has")
        raise network_error(f"no network '{name}' in MLPerf Tiny", hint=hint)
    graph = make().taskgraph(name)
    entropy = {
        layer.operator: layer.weight_entropy_bits
        for layer in layer_cycles()
        if layer.network == name and layer.origin == "published"
    }
    operators = (_trained(operator, entropy.get(operator.name)) for operator in graph.operators)
    return replace(graph, operators=tuple(operators))


def _trained(operator: Operator, entropy_bits: float | None) -> Operator:
    """With the information of one of its weights, where it has some and that is known."""
    if entropy_bits is None:
        return operator
    scales = 1 if operator.kind == "linear" else operator.output_shape[-1]
    known = Quantisation("int8", scales, weight_entropy_bits=entropy_bits)
    return replace(operator, quantisation=known)


def _kws() -> Int8Network:
    """DS-CNN: ten MFCCs of 49 frames in, twelve words out; 2,656,768 MACs.

    Y. Zhang et al., "Hello Edge: keyword spotting on microcontrollers", 2017 (arXiv 1711.07128).
    """
    network = Int8Network(49, 10, 1)
    network.conv(64, (10, 4), (2, 2))
    for _ in range(4):
        network.depthwise_conv((3, 3))
        network.conv(64, (1, 1))
    return _classified(network, 12)


def _ic() -> Int8Network:
    """ResNet-8: images of 32x32 in three colours in, ten classes out; 12,501,632 MACs.

    The smallest of K. He et al., "Deep residual learning for image recognition", 2015
    (arXiv 1512.03385), for CIFAR-10: one block for each size of feature map.
    """
    network = Int8Network(32, 32, 3)
    start = network.conv(16, (3, 3))
    network.conv(16, (3, 3))
    block = network.add(start, network.conv(16, (3, 3), activation=False))
    for channels in (32, 64):
        network.conv(channels, (3, 3), (2, 2))
        inner = network.conv(channels, (3, 3), activation=False)
        shortcut = network.conv(channels, (1, 1), (2, 2), reads=block, activation=False)
        block = network.add(shortcut, inner)
    return _classified(network, 10)


def _ad() -> Int8Network:
    """An autoencoder: five frames of 128 mel bands in, the same out; 264,192 MACs.

    The baseline of Y. Koizumi et al., "Description and discussion on DCASE2020 challenge task 2",
    2020 (arXiv 2006.05822).
    """
    network = Int8Network(640)
    for features in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        network.linear(features)
    network.linear(640, activation=False)
    return network


def _vww() -> Int8Network:
    """MobileNetV1 of width 0.25: images of 96x96 in, person or not out; 7,489,664 MACs.

    A. Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
    applications", 2017 (arXiv 1704.04861), table 1, with a quarter of its channels.
    """
    network = Int8Network(96, 96, 3)
    network.conv(8, (3, 3), (2, 2))
    for channels, step in (
        *((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)),
        *((128, 1),) * 5,
        *((256, 2), (256, 1)),
    ):
        network.depthwise_conv((3, 3), (step, step))
        network.conv(channels, (1, 1))
    return _classified(network, 2)


def _sww() -> Int8Network:
    """The streaming wake word: 30 frames of 40 mel bands in, three classes out; 826,368 MACs.

    One step of the network of version 1.3, which looks at all its frames again at each: depthwise
    convolutions over time, without an activation of their own, each before a 1x1 convolution.
    """
    network = Int8Network(30, 1, 40)
    for frames, channels in ((3, 128), (5, 128), (10, 128), (15, 32)):
        network.depthwise_conv((frames, 1), padded=False, activation=False)
        network.conv(channels, (1, 1))
    network.flatten()
    network.linear(3, activation=False)
    network.softmax()
    return network


def _classified(network: Int8Network, classes: int) -> Int8Network:
    """``network`` with the mean of its channels and a linear classifier at its end."""
    network.global_pool()
    network.flatten()
    network.linear(classes, activation=False)
    network.softmax()
    return network


_NETWORKS: dict[str, Callable[[], Int8Network]] = {
    **{"kws": _kws, "ic": _ic, "ad": _ad, "vww": _vww, "sww": _sww},
}
