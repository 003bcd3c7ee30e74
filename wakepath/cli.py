"""The command line: every command is in a file of its own, imported when it is called.

Data goes to stdout, progress and summaries to stderr. Exit codes: 0 fine, 1 infeasible, a
deadline missed or a run that failed, 2 bad input.
"""

import sys
from importlib import import_module
from keyword import iskeyword
from typing import NoReturn

import click

from wakepath.siblings import require_siblings

require_siblings()

from devicemodels.documents.errors import InputError  # noqa: E402 - ours, that is now sure
from wakepath.failures import account, as_failure  # noqa: E402

COMMANDS = {
    "run": "Plan, simulate, execute and compare: the main job.",
    "plan": "Plan a scenario for its target platform.",
    "simulate": "Simulate a plan on its platform.",
    "execute": "Run a plan on this machine's cores.",
    "schedule": "Schedule a published instance or a graph of tasks.",
    "check": "Check a plan or schedule, independently of the planner.",
    "import": "Read a .tflite or ONNX file into a task graph.",
    "devices": "List the platforms of the catalog, or show one.",
    "calibrate": "Measure this machine's cores and write their device models.",
    "train": "Train a scenario's gated network.",
    "schema": "Print the JSON Schema of the scenario file, for editors.",
}
"""Name and one line for ``--help``; ``wakepath.commands.NAME`` has the rest (``import_``)."""


class _LazyCommands(click.Group):
    """Imports a command's module when the command is called, not to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name + "_" * iskeyword(cmd_name)
        command: click.Command = import_module(f"wakepath.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wakepath")
def cli() -> None:
    """Plan, prove and run always-on neural inference over DSP, CPU and NPU cores."""


def main() -> NoReturn:
    """Run the command line and exit; no user's mistake shows a traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt) as interrupt:
        click.echo(f"stopped{account(interrupt.__cause__ or interrupt)}", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except InputError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        click.echo(failure.message, err=True)
        sys.exit(failure.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
