"""What a scenario must fulfil beyond the form of its file: names exist, numbers fit together."""

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import Source, TreePath, child
from devicemodels.platform import Platform
from networks.zoo import network_names
from wakepath.conduct_checks import conduct_names, conduct_problems
from wakepath.scenario_file import ScenarioFile, platform_source
from wakepath.workload_checks import NANOSECOND, time_problems, workload_problems

LARGEST_SEED = 2**64 - 1
"""Random draws and PyTorch take no larger one."""


def stream_names() -> tuple[str, ...]:
    """Streams that a scenario may name, sorted: the files of networks/streams that load one."""
    spec = importlib.util.find_spec("networks.streams")
    if spec is None or not spec.submodule_search_locations:
        return ()
    files = sorted(Path(spec.submodule_search_locations[0]).glob("*.py"))
    return tuple(path.stem for path in files if "\ndef load(" in path.read_text())


def named_problems(source: Source, folder: Path, *, trained: bool) -> Iterator[Problem]:
    """Names that nothing has: network, stream, files, platforms, cores.

    It reads the tree of the file, so that it has something to say of a file with other problems.
    """
    if _text(source, ("network", "file")) is None:
        yield from _unknown(
            source, ("network", "name"), network_names(), "network", "networks/zoo has"
        )
        yield from _unknown(
            source, ("stream", "name"), stream_names(), "stream", "networks/streams has"
        )
    else:
        yield from _own_network(source, folder)
    yield from _weights(source, folder, trained)
    design = _text(source, ("network", "design"))
    if design is not None and not _is_file(folder / design):
        message = f"network.design: there is no file '{_short(folder / design)}'"
        hint = "leave it out for the network's own, or make one with `wakepath train --sweep`"
        yield source.problem(("network", "design"), message, hint=hint)
    taskgraph = _text(source, ("network", "taskgraph"))
    if trained and taskgraph is not None and not _is_file(folder / taskgraph):
        yield _missing_file(source, ("network", "taskgraph"), folder, taskgraph)
    target, problems = _platform(source, ("platform",), folder)
    yield from problems
    hardware, problems = _platform(source, ("hardware", "platform"), folder)
    yield from problems
    yield from _cores(source, target, hardware)
    yield from conduct_names(source, target)


def relation_problems(scenario: ScenarioFile, source: Source) -> Iterator[Problem]:
    """Numbers that are in range one by one, but not together."""

    def told(path: TreePath) -> str:
        return f"'{_text(source, path)}'"

    period, deadline = scenario.workload.period_s, scenario.deadline_s
    positive: tuple[tuple[TreePath, float], ...] = (
        (("workload", "period"), period),
        (("deadline",), deadline),
        (("hardware", "replay_period"), scenario.hardware.replay_period_s),
    )
    for path, value in positive:
        yield from time_problems(source, path, value)
    if deadline > period >= NANOSECOND:
        limit = f"the workload's period, {told(('workload', 'period'))}"
        message = f"deadline: {told(('deadline',))} is longer than {limit}"
        hint = "shorten the deadline or lengthen the period: samples must not pile up"
        yield source.problem(("deadline",), message, hint=hint)
    yield from workload_problems(scenario.workload, source)
    if scenario.queue.capacity < 1:
        message = f"queue.capacity: {scenario.queue.capacity} is too small; at least 1 is needed"
        yield source.problem(("queue", "capacity"), message)
    if not 0 <= scenario.seed <= LARGEST_SEED:
        message = f"seed: it is a whole number from 0 to 2^64 - 1, not {_short(scenario.seed)}"
        yield source.problem(("seed",), message)
    yield from conduct_problems(scenario.idle_policy, scenario.faults, source)


def _weights(source: Source, folder: Path, trained: bool) -> Iterator[Problem]:
    path = ("network", "weights")
    weights = _text(source, path)
    if weights is None:
        return
    if not weights.endswith(".safetensors"):
        message = f"network.weights: '{_short(weights)}' is not a .safetensors file"
        hint = "other formats can run code when they are loaded: convert it with safetensors"
        yield source.problem(path, message, hint=hint)
    elif trained and not _is_file(folder / weights):
        yield _missing_file(source, path, folder, weights)


def _own_network(source: Source, folder: Path) -> Iterator[Problem]:
    path = ("network", "file")
    file = _text(source, path)
    if file is None:
        return
    if not file.endswith(".py"):
        message = f"network.file: '{_short(file)}' is not a .py file"
        yield source.problem(path, message, hint="a Python file with a SPEC is needed")
    elif not _is_file(folder / file):
        message = f"network.file: there is no file '{_short(folder / file)}'"
        hint = "write it, with a SPEC, or leave `file` out to take a network of networks/zoo"
        yield source.problem(path, message, hint=hint)


def _cores(source: Source, target: Platform | None, hardware: Platform | None) -> Iterator[Problem]:
    path: TreePath = ("hardware", "cores")
    cores = child(child(source.tree, "hardware"), "cores")
    if not isinstance(cores, dict):
        return
    if target is not None:
        names = [core.name for core in target.cores]
        for name in cores:
            if name not in names:
                message = f"hardware.cores: platform '{target.name}' has no core '{name}'"
                hint = did_you_mean(name, names, "its cores")
                yield source.problem((*path, name), message, hint=hint, at="key")
        for name in names:
            if name not in cores:
                message = f"hardware.cores: nothing plays core '{name}' of '{target.name}'"
                hint = f"add '{name}: CORE', with a core of the hardware"
                yield source.problem(path, message, hint=hint, at="key")
    players: dict[str, str] = {}
    for name, player in cores.items():
        if not isinstance(player, str):
            continue
        if player in players:
            message = f"hardware.cores.{name}: '{player}' already plays '{players[player]}'"
            yield source.problem((*path, name), message, hint="take another core")
        players.setdefault(player, name)
        yield from _player(source, (*path, name), player, hardware)


def _player(
    source: Source, path: TreePath, player: str, hardware: Platform | None
) -> Iterator[Problem]:
    if hardware is None:
        return
    names = [core.name for core in hardware.cores]
    if player not in names:
        message = f"{source.dotted(path)}: platform '{hardware.name}' has no core '{player}'"
        yield source.problem(path, message, hint=did_you_mean(player, names, "its cores"))
    elif hardware.core(player).adapter is None:
        message = f"{source.dotted(path)}: core '{player}' of '{hardware.name}' has no adapter"
        hint = "only a core with an adapter can execute; take a platform like 'host'"
        yield source.problem(path, message, hint=hint)


def _platform(
    source: Source, path: TreePath, folder: Path
) -> tuple[Platform | None, Iterable[Problem]]:
    name = _text(source, path)
    if name is None:
        return None, ()
    try:
        return load_platform(platform_source(name, folder)), ()
    except InputError as error:
        return None, [_here(source, path, problem) for problem in error.problems]


def _here(source: Source, path: TreePath, problem: Problem) -> Problem:
    """A problem with a platform as a whole is the scenario's; one inside its file stays there."""
    if problem.line is not None:
        return problem
    message = f"{source.dotted(path)}: {problem.message}"
    if problem.file is not None:
        message = f"{source.dotted(path)}: {problem.file}: {problem.message}"
    return source.problem(path, message, hint=problem.hint)


def _unknown(
    source: Source, path: TreePath, known: tuple[str, ...], what: str, otherwise: str
) -> Iterator[Problem]:
    name = _text(source, path)
    if name is not None and name not in known:
        message = f"{source.dotted(path)}: there is no {what} '{_short(name)}'"
        yield source.problem(path, message, hint=did_you_mean(name, known, otherwise))


def _missing_file(source: Source, path: TreePath, folder: Path, name: str) -> Problem:
    message = f"{source.dotted(path)}: there is no file '{_short(str(folder / name))}'"
    return source.problem(path, message, hint=f"make it with: wakepath train {folder}")


def _text(source: Source, path: TreePath) -> str | None:
    """The text at ``path``; None if there is none."""
    tree = source.tree
    for part in path:
        tree = child(tree, part)
    return tree if isinstance(tree, str) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
