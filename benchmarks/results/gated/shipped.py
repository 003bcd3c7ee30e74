"""The committed weights of the scenarios on the test data."""

from pathlib import Path

from benchmarks.results.gated.figures import NetworkFigures
from benchmarks.results.gated.judging import judge
from networks.contender import Contender
from networks.record import record
from networks.training import load_network
from networks.zoo import network_spec
from wakepath.flow import task_graph
from wakepath.scenario import load_scenario


def judge_shipped(folder: Path) -> NetworkFigures:
    """As any contender is judged: saved weights and task graph, test data."""
    scenario = load_scenario(folder)
    spec = network_spec(scenario.network.name)
    network = load_network(spec, scenario.weights_path)
    graph = task_graph(scenario)
    contender = Contender(
        "shipped",
        graph,
        lambda codecs, windows: record(network, graph, codecs, windows.samples, windows.labels),
    )
    return judge(contender, spec.load("test"))
