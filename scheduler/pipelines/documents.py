"""Shared plans as files."""

from pathlib import Path

from devicemodels.documents.json_document import dump_document, load_document, read_document
from scheduler.pipelines.shared_plan import SharedPlan


def dump_shared_plan(shared: SharedPlan) -> str:
    """The JSON text of a shared plan, a ``wakepath/shared-plan@1`` document."""
    return dump_document(shared)


def load_shared_plan(text: str, file: str) -> SharedPlan:
    """The shared plan in a JSON text; ``InputError`` names all problems of ``file``.

    This checks the form only: ``scheduler.pipelines.validity`` checks what it says.
    """
    return load_document(SharedPlan, text, file)


def read_shared_plan(path: Path) -> SharedPlan:
    """The shared plan in a file; ``InputError`` names all problems of its form."""
    return read_document(SharedPlan, path)
