"""A trainable network from a Python file of the user's own. Reading it runs it."""

import importlib.util
import sys
import traceback
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path

from devicemodels.documents.errors import InputError, Problem
from networks.errors import NetworkError, network_error
from networks.gated import GatedNetwork
from networks.spec import NetworkSpec

MODULE_PREFIX = "wakepath_own_"
"""What the module of such a file is called begins so: it hides no other."""


def spec_from_file(path: Path, *, name: str) -> NetworkSpec:
    """The ``SPEC`` of a Python file, which is run for it as any import would.

    Parameters
    ----------
    path
        The file. It may import what is installed; the folder it lies in is not searched.
    name
        What the network must be called.

    Raises
    ------
    NetworkError
        There is no such file, it raises, or it has no :class:`NetworkSpec` called ``SPEC`` of that
        name. An ``InputError`` of its own passes as it is.
    """
    file = str(path)
    if not path.is_file():
        raise network_error("there is no such file", hint="write one with a SPEC", file=file)
    module_name = MODULE_PREFIX + path.stem
    found = importlib.util.spec_from_file_location(module_name, path)
    if found is None or found.loader is None:
        raise network_error("this is not a Python file", hint="its name ends in .py", file=file)
    found.loader = _LeavesNothing(module_name, str(found.origin))
    module = importlib.util.module_from_spec(found)
    before = sys.modules.get(module_name)
    sys.modules[module_name] = module  # dataclasses look their module up
    try:
        found.loader.exec_module(module)
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise NetworkError([_raised(error, path, str(found.origin))]) from error
    finally:
        if before is None:
            del sys.modules[module_name]
        else:
            sys.modules[module_name] = before
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, NetworkSpec):
        has = "it has no SPEC" if spec is None else f"its SPEC is a {type(spec).__name__}"
        raise network_error(
            f"{has}, but a networks.spec.NetworkSpec is needed",
            hint="SPEC = NetworkSpec(name=..., build=..., stream=..., load=..., recipe=...)",
            file=file,
        )
    if spec.name != name:
        raise network_error(
            f"its SPEC is called '{spec.name}', the scenario's network '{name}'",
            hint="let both have one name",
            file=file,
        )
    ran_as = str(found.origin)

    def build() -> GatedNetwork:
        try:
            return spec.build()
        except InputError:
            raise
        except Exception as error:
            raise NetworkError([_raised(error, path, ran_as)]) from error

    return replace(spec, build=build)


class _LeavesNothing(SourceFileLoader):
    """Runs a file without a cache of its bytecode beside it: the folder is the user's."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Write nothing."""


def _raised(error: BaseException, path: Path, ran_as: str) -> Problem:
    """What went wrong while the file ran, and in which of its lines; ``ran_as`` is in the trace."""
    line = None
    if isinstance(error, SyntaxError) and error.filename == ran_as:
        line = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        line = next((f.lineno for f in reversed(frames) if f.filename == ran_as), None)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    rows = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return Problem(
        f"running it raised {type(error).__name__}: {text}",
        file=str(path),
        line=line,
        snippet=rows[line - 1] if line is not None and line <= len(rows) else None,
    )
