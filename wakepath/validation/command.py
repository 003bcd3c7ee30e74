"""``wakepath devices --validate``."""

from wakepath.terminal import print_json, say, stdout_console
from wakepath.validation.tables import print_validation, summary_lines, validation_document


def validate_devices(output_format: str) -> None:
    """Print predicted beside published for all rows: boards of a class are judged together."""
    if output_format == "json":
        print_json(validation_document())
    else:
        print_validation(stdout_console())
    for line in summary_lines():
        say(line)
