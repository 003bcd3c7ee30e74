"""Designs: another way to gate a network of the zoo, as a value, a document and a network."""

from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from networks.design import Design, designed, dump_design, read_design
from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import trace_gated
from networks.learning.pretrained import fix
from networks.sweep.assumed import Tracings
from networks.sweep.pricing import scaled
from networks.sweep.space import SweepSpace, cut_designs, placements, space_of, subsets
from tests.training_worlds import SPEC

EARLY = CutDesign(channels=4, wire_channels=1, hidden=2)
DESIGN = Design("bumps", {"early": EARLY}, gate_weights=(0.7,), sparsity_weights=(0.1,))


def test_a_design_is_a_document(tmp_path: Path) -> None:
    file = tmp_path / "design.json"
    file.write_text(dump_design(DESIGN))
    assert read_design(file) == DESIGN


def test_a_designed_network_is_the_trunk_gated_elsewhere() -> None:
    spec = designed(SPEC, DESIGN)
    network = spec.build()
    assert network.cuts == {"early": EARLY}
    assert spec.recipe == replace(SPEC.recipe, gate_weights=(0.7,), sparsity_weights=(0.1,))
    own = trace_gated(SPEC.build()).trunk.taskgraph
    assert trace_gated(network).trunk.taskgraph == own


def test_constants_are_prepared_by_the_names_of_the_zoo() -> None:
    seen = []
    spec = replace(SPEC, prepare=lambda network, _: seen.append(network.gated_parts))
    cut = replace(DESIGN, cuts={"middle.conv": replace(EARLY, channels=8)})
    made = designed(spec, cut)
    network = made.build()
    made.prepare(network, SPEC.load("validation"))
    assert network.gated_parts == ("middle_conv",)
    assert seen == [("early", "middle")]


def test_frozen_parts_stay_frozen_where_the_trunk_is_cut_anew() -> None:
    spec = replace(SPEC, recipe=replace(SPEC.recipe, frozen_parts=("early",)))
    two = Design(
        "bumps",
        {"early.conv": EARLY, "middle.conv": replace(EARLY, channels=8)},
        gate_weights=(1.0, 1.0),
    )
    assert designed(spec, two).recipe.frozen_parts == ("early_conv",)
    mixed = replace(DESIGN, cuts={"middle.conv": replace(EARLY, channels=8)})
    with pytest.raises(InputError, match="part 'middle_conv' of network 'bumps' is frozen in the"):
        designed(spec, mixed)


def test_parts_whose_weights_are_constants_stay_frozen_too() -> None:
    def build() -> GatedNetwork:
        network = SPEC.build()
        fix(network.parts["early"])
        return network

    recipe = replace(SPEC.recipe, frozen_parts=("early",))
    assert designed(replace(SPEC, build=build, recipe=recipe), DESIGN).recipe.frozen_parts == (
        "early",
    )


def test_a_frozen_part_that_is_none_is_refused() -> None:
    recipe = replace(SPEC.recipe, frozen_parts=("erly",))
    with pytest.raises(InputError, match="frozen_parts has 'erly', which is no part of the trunk"):
        designed(replace(SPEC, recipe=recipe), DESIGN)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"network": "watch"}, "the design is of network 'watch', not of 'bumps'"),
        ({"gate_weights": ()}, "gate_weights: 0 for 1 gates"),
        ({"sparsity_weights": (1.0, 2.0)}, "sparsity_weights: 2 for 1 gates"),
        ({"cuts": {"erly": EARLY}}, "network 'bumps' has no cut point 'erly'"),
        ({"cuts": {"middle.conv": EARLY}}, "the design is for 4 channels"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        designed(SPEC, replace(DESIGN, **wrong), file="design.json")  # type: ignore[arg-type]
    assert message in str(refusal.value)
    assert "design.json" in str(refusal.value)


@pytest.fixture(scope="module")
def space() -> SweepSpace:
    network = SPEC.build()
    return space_of(network, trace_gated(network).trunk, SPEC.recipe)


def test_the_space_is_around_the_networks_own_design(space: SweepSpace) -> None:
    assert [cut.cut for cut in space.cuts] == ["early", "middle"]
    for cut in space.cuts:
        assert cut.designs[cut.own] == SPEC.build().cuts[cut.cut]
        widths = [design.wire_channels for design in cut.designs]
        assert widths == sorted(set(widths), reverse=True)
    assert space.gate_weights == (0.5, 1.0)
    assert [len(cuts) for cuts in subsets(space)] == [1, 1, 2]
    assert len(list(placements(space.cuts, ["early"]))) == len(space.cuts[0].designs)


def test_where_all_channels_are_sent_widths_are_no_choice() -> None:
    network = SPEC.build()
    cuts = {part: replace(cut, codecs=("sparse",)) for part, cut in network.cuts.items()}
    sparse = GatedNetwork(network.name, network.input_shape, network.parts, cuts)
    found = space_of(sparse, trace_gated(sparse).trunk, SPEC.recipe)
    assert [cut.designs for cut in found.cuts] == [(cuts["early"],), (cuts["middle"],)]


def test_the_task_graph_of_a_placement_is_that_of_its_network(space: SweepSpace) -> None:
    tracings = Tracings(SPEC.build(), space)
    for cuts in subsets(space):
        for placement in placements(cuts, [cut.cut for cut in cuts]):
            design = Design("bumps", cut_designs(space, placement), (1.0,) * len(cuts))
            real = trace_gated(designed(SPEC, design).build()).taskgraph
            assert tracings.taskgraph(placement) == real


def test_weights_follow_what_is_saved_and_the_largest_stays_whole() -> None:
    assert scaled(0.5, {"early": 4e-6, "late": 1e-6}) == (0.5, 0.125)
    assert scaled(0.5, {"early": 0.0, "late": 1e-6}) == (0.0, 0.5)
    assert scaled(0.5, {"early": 0.0, "late": 0.0}) == (0.0, 0.0)
    assert scaled(0.5, {}) == ()
