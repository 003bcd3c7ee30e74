"""The parameters of any cost law, by what their names and types say of them.

Counts (integers) are at least 1, rates (``..._per_cycle``) more than 0, costs at least 0. Tables
are by kind of operator, and each kind stands in the table that the law looks it up in.
"""

from collections.abc import Iterator, Mapping

from devicemodels.coherence.incoherence import Incoherence
from devicemodels.cost import CostLaw, CyclesLaw, MeasuredTimes
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.fields import Key, alternatives, keys_of, quantity_of
from devicemodels.documents.source import TreePath
from devicemodels.laws.ethos.arrays import SIZES
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.operators import MAC_KINDS, OPERATOR_KINDS

MAC_TABLES = ("cycles_per_mac", "macs_per_cycle")
"""Fields of laws that are looked up for kinds with multiply-accumulates."""
ELEMENT_TABLE = "cycles_per_element"
"""Field of laws that is looked up for all other kinds."""


def law_incoherences(law: CostLaw, path: TreePath, where: str) -> Iterator[Incoherence]:
    """What is wrong with the numbers of ``law``, which stands at ``path``."""
    if isinstance(law, MeasuredTimes):  # its keys are pieces of work, its values checked times
        return
    if isinstance(law, EthosULaw) and law.macs_per_cycle not in SIZES:
        message = f"{where}.macs_per_cycle: an Ethos-U55 has none with {law.macs_per_cycle} MACs"
        yield Incoherence(
            (*path, "macs_per_cycle"), message, f"it has {', '.join(map(str, SIZES))}"
        )
    its_class: type = type(law)
    for key in keys_of(its_class, "yaml").values():
        value = getattr(law, key.field)
        if value is None or quantity_of(key.annotation) is not None:  # checked as it was read
            continue
        at, named = (*path, key.name), f"{where}.{key.name}"
        if isinstance(value, Mapping):
            for kind, number in value.items():
                found = _kind(law, key.field, kind)
                if found:
                    yield Incoherence((*at, kind), f"{named}{found[0]}", found[1])
                yield from _number(key, number, (*at, kind), f"{named}.{kind}")
        elif isinstance(value, (int, float)):
            yield from _number(key, value, at, named)


def _number(key: Key, value: float, path: TreePath, where: str) -> Iterator[Incoherence]:
    if int in alternatives(key.annotation):
        if value < 1:
            yield Incoherence(path, f"{where}: {value} is too small; at least 1 is needed")
    elif key.field.endswith("_per_cycle"):
        if value <= 0:
            message = f"{where}: {value:g} is too small; more than 0 is needed"
            hint = "leave a kind out that the core does not run" if path[-1] != key.name else ""
            yield Incoherence(path, message, hint)
    elif value < 0:
        yield Incoherence(path, f"{where}: {value} is negative")


def _kind(law: CostLaw, table: str, kind: str) -> tuple[str, str] | None:
    """What is wrong with a kind in a table, and what to try."""
    if kind not in OPERATOR_KINDS:
        hint = did_you_mean(kind, OPERATOR_KINDS, "kinds")
        return f": there is no operator kind '{kind}'", hint
    if isinstance(law, CyclesLaw):  # it adds both up
        return None
    if table == ELEMENT_TABLE and kind in MAC_KINDS:
        hint = f"write it under {next(name for name in MAC_TABLES if hasattr(law, name))}"
        return f".{kind}: it multiplies and accumulates and is costed by its MACs", hint
    if table in MAC_TABLES and kind not in MAC_KINDS:
        return f".{kind}: it has no MACs", f"write it under {ELEMENT_TABLE}"
    return None
