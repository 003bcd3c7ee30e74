"""``wakepath devices --validate``."""

from devicemodels.documents.errors import InputError
from wakepath.terminal import print_json, say, stdout_console
from wakepath.validation.tables import print_validation, summary_lines, validation_document


def validate_devices(name: str | None, output_format: str) -> None:
    """Print predicted beside published for all rows: boards of a class are judged together."""
    if name is not None:
        raise InputError.single(
            f"--validate judges all devices together, not '{name}' alone", hint="leave NAME out"
        )
    if output_format == "json":
        print_json(validation_document())
    else:
        print_validation(stdout_console())
    for line in summary_lines():
        say(line)
