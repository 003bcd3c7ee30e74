"""What can be wrong with a network, its weights or its data, said in one message."""

from devicemodels.documents.errors import InputError, Problem


class NetworkError(InputError):
    """A network, a weights file or a data stream that cannot be used, and what to try."""


def network_error(message: str, *, hint: str = "", file: str | None = None) -> NetworkError:
    """An error of one problem: what, where, the value; ``hint`` says what to try."""
    return NetworkError([Problem(message, hint=hint, file=file)])
