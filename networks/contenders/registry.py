"""Contenders by name: the gated network first, then its baselines."""

from collections.abc import Callable, Mapping

from networks.contender import Contender
from networks.contenders import (
    cascade,
    compression_only,
    early_exits,
    gate_only,
    gated,
    pruned_int8,
    small,
    ungated,
)
from networks.spec import NetworkSpec

CONTENDERS: Mapping[str, Callable[[NetworkSpec, int], Contender]] = {
    "gated": gated.make,
    "gated-answering": gated.make_answering,
    "ungated": ungated.make,
    "early-exits": early_exits.make,
    "gate-only": gate_only.make,
    "compression-only": compression_only.make,
    "pruned-int8": pruned_int8.make,
    "small": small.make,
    "cascade": cascade.make,
}
"""Each trains from nothing but the spec and the seed; the name is the contender's."""
