"""Where an installed package keeps a data file, without importing the package."""

import importlib.util
from pathlib import Path

from networks.errors import network_error

EXTRA = "pip install 'wakepath[data]'"
"""How the packages of the extra ``data`` are installed."""


def packaged_file(package: str, inside: str, *, what: str, install: str = EXTRA) -> Path:
    """Path of the file ``inside`` the installed ``package``.

    Parameters
    ----------
    package
        Name that it is imported by. It is not imported: it may be heavy.
    inside
        Path of the file in the package, with ``/``.
    what
        What the file has, as in ``the smartwatch recordings``.
    install
        The command that brings the package.

    Raises
    ------
    NetworkError
        The package is not installed, or has no such file.
    """
    try:
        found = importlib.util.find_spec(package)
    except ModuleNotFoundError:  # of a package in a package, the outer one
        found = None
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / inside if folders else None
    if path is None or not path.is_file():
        raise network_error(
            f"{what} ship inside the package {package}, which is not installed or has no {inside}",
            hint=install,
        )
    return path
