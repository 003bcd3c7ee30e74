"""A problem without gates or codecs is the same problem with less to choose from."""

import pytest

from scheduler.infeasible import Infeasible
from scheduler.restriction import VARIANTS, restrict
from scheduler.taskgraph import GateChoice, GateUse
from tests.baseline_worlds import chain, core, gate, platform, point, problem

CORES = [core("a", [point("p", 1, 10)]), core("b", [point("p", 2, 30)])]
USE = GateUse("g0", 0.5, {"negative": 0.5, "positive": 0.0})


def test_choices_without_gates_and_raw_crossings_are_left() -> None:
    choices = [GateChoice((USE,), 0.93, 0.9), GateChoice((), 0.95, 1.0)]
    graph = chain([10, 10], [8], int8=True, gates=[gate(0, 1, 0.5)], choices=choices)
    table = problem(graph, platform(CORES), deadline_us=100)
    assert restrict(table, gates=True, codecs=True) == table
    bare = restrict(table, gates=False, codecs=False)
    assert bare.gate_choices == (choices[1],)
    assert [[codec.name for codec in edge.codecs] for edge in bare.graph.edges] == [["none"]]
    assert [len(rows) for rows in bare.codecs] == [1]
    assert bare.limits == table.limits
    assert bare.reach(0) == (1.0, 1.0, 1.0)
    assert len(restrict(table, gates=False, codecs=True).codecs[0]) == 2
    assert len(restrict(table, gates=True, codecs=False).gate_choices) == 2


def test_gates_that_were_never_left_out_cannot_be() -> None:
    graph = chain([10, 10], [8], gates=[gate(0, 1, 0.5)])
    table = problem(graph, platform(CORES), deadline_us=100)
    with pytest.raises(Infeasible, match="cannot be planned without its gates"):
        restrict(table, gates=False, codecs=True)


def test_variants_go_from_most_to_least() -> None:
    assert [variant.name for variant in VARIANTS] == [
        "gates and codecs",
        "gates only",
        "codecs only",
        "neither",
    ]
