"""Networks of our own, one file each: a file with a ``SPEC`` can be trained and planned by name."""

import importlib
import pkgutil
from difflib import get_close_matches
from typing import TYPE_CHECKING

from networks.errors import network_error

if TYPE_CHECKING:
    from networks.spec import NetworkSpec


def network_names() -> tuple[str, ...]:
    """Names of the files here; none of them is imported."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def network_spec(name: str) -> "NetworkSpec":
    """The trainable network called ``name``; imports torch.

    Raises
    ------
    NetworkError
        There is no such file, or it has no ``SPEC``.
    """
    names = network_names()
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(names)}"
        raise network_error(f"no network '{name}' in networks/zoo", hint=hint)
    spec: NetworkSpec | None = getattr(importlib.import_module(f"{__name__}.{name}"), "SPEC", None)
    if spec is None:
        raise network_error(
            f"network '{name}' has no gates and no recipe: it can be traced, not trained"
        )
    return spec
