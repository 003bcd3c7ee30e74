"""Adapters by name. Nothing is imported before an adapter is asked for."""

from importlib import import_module

from backends.adapter import Adapter
from devicemodels.documents.errors import InputError

_ADAPTERS = {
    "torch": ("backends.torch_eager", "TorchEager"),
    "onnxruntime": ("backends.onnx_runtime", "OnnxRuntime"),
}
"""Name in a platform file -> module and class. The next adapter is one line here."""

_EXTRAS = {"torch": "torch", "onnxruntime": "onnx"}
"""Which extra installs what an adapter needs."""


def adapter_names() -> tuple[str, ...]:
    """Every name that a platform file may use."""
    return tuple(_ADAPTERS)


def adapter(name: str) -> Adapter:
    """The adapter of that name.

    Raises ``InputError`` on an unknown name, or if the runtime behind it is not installed.
    """
    if name not in _ADAPTERS:
        raise InputError.single(
            f"there is no adapter '{name}': there are {', '.join(_ADAPTERS)}",
            hint="name one of these in the core's `adapter`",
        )
    module, class_name = _ADAPTERS[name]
    try:
        made: Adapter = getattr(import_module(module), class_name)()
    except ModuleNotFoundError as missing:
        raise InputError.single(
            f"adapter '{name}' needs the package '{missing.name}', which is not installed",
            hint=f"pip install 'wakepath[{_EXTRAS[name]}]'",
        ) from missing
    return made
