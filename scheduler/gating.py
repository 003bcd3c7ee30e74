"""Which gates are used, and at which thresholds: the choices of a planner, as a small automaton.

Choices are measured as a whole, because what a gate stops depends on the gates before it. The
automaton reads one choice gate by gate; choices that agree so far share their state, and so do
states from which everything onward is the same. If the gates are nested (what a gate stops
depends only on the last one used), that leaves one state for each gate and threshold; if they are
not, there are as many as the measurements need, and planning stays exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum

from scheduler.exits import answers_from
from scheduler.taskgraph import CLASSES, Gate, GateChoice, GateUse, SampleClass, TaskGraph

OFF = -1
"""The setting of a gate that is left out; other settings count its thresholds from 0."""

Thresholds = tuple[float, float | None]
"""A gate's threshold and its positive threshold."""


@dataclass(frozen=True, slots=True)
class GateState:
    """What is known of a sample that has come past some gates."""

    position: int
    """How many gates of the task graph, used or not, lie behind it."""
    reach: float
    """Share of all samples that come here."""
    onward: tuple[tuple[int, int], ...]
    """(setting of the next gate, state after it), in order; empty behind the last gate."""
    loss: float
    """Behind the last gate: accuracy lost against the task graph's; elsewhere 0."""
    recall: float
    """Behind the last gate: recall of the choice; elsewhere 1."""


@dataclass(frozen=True, slots=True)
class GateStates:
    """The automaton; state 0 is where every sample begins."""

    states: tuple[GateState, ...]
    """Every state comes before those onward from it."""
    thresholds: tuple[tuple[Thresholds, ...], ...]
    """By gate: those that some choice uses, ascending; settings index these."""
    choice: Mapping[tuple[int, ...], int]
    """Index of the choice that has these settings, one a gate."""


def gate_choices(graph: TaskGraph) -> tuple[GateChoice, ...]:
    """What may be chosen; of a task graph without choices, its gates as they stand."""
    if graph.gate_choices:
        return graph.gate_choices
    uses = tuple(gate_use(gate) for gate in graph.gates)
    return (GateChoice(uses, graph.accuracy, graph.recall),)


def gate_use(gate: Gate) -> GateUse:
    """The gate as it stands."""
    return GateUse(
        gate.name, gate.threshold, gate.stop_rate, gate.positive_threshold, gate.answer_rate
    )


def gate_as_used(gate: Gate, use: GateUse) -> Gate:
    """The gate with the thresholds and rates of a use of it."""
    return replace(
        gate,
        threshold=use.threshold,
        stop_rate=use.stop_rate,
        positive_threshold=use.positive_threshold,
        answer_rate=use.answer_rate,
    )


def use_gates(graph: TaskGraph, choice: GateChoice) -> TaskGraph:
    """The task graph with the gates of ``choice`` and no others, and nothing left to choose."""
    heads = {gate.name: gate for gate in graph.gates}
    gates = tuple(gate_as_used(heads[use.gate], use) for use in choice.gates)
    return replace(
        graph, gates=gates, accuracy=choice.accuracy, recall=choice.recall, gate_choices=()
    )


def survival(
    gates: tuple[Gate, ...] | tuple[GateUse, ...], class_prior: Mapping[SampleClass, float]
) -> tuple[float, ...]:
    """Share of samples that reach each gate, and, last, the share that ends at none.

    Stop rates are among those reaching a gate, by class, so the product within a class is exact
    whatever the correlation between the gates.
    """
    passing = {label: class_prior[label] for label in CLASSES}
    reach = [fsum(passing.values())]
    for gate in gates:
        passing = {c: mass * (1.0 - gate.stop_rate[c]) for c, mass in passing.items()}
        reach.append(fsum(passing.values()))
    return tuple(reach)


def answered(gate: Gate, label: SampleClass) -> float:
    """Share that a gate answers "positive" among the samples of a class that reach it."""
    return 0.0 if gate.answer_rate is None else gate.answer_rate[label]


def answered_share(
    gates: tuple[Gate, ...], class_prior: Mapping[SampleClass, float]
) -> dict[str, float]:
    """By gate: share answered "positive" there among all samples that reach it."""
    shares = {}
    reaching = {label: class_prior[label] for label in CLASSES}
    for gate in gates:
        together = fsum(reaching.values())
        positive = fsum(mass * answered(gate, c) for c, mass in reaching.items())
        shares[gate.name] = positive / together if together > 0.0 else 0.0
        reaching = {c: mass * (1.0 - gate.stop_rate[c]) for c, mass in reaching.items()}
    return shares


def gate_states(graph: TaskGraph, class_prior: Mapping[SampleClass, float]) -> GateStates:
    """The automaton of all choices of ``graph``.

    Raises ``ValueError`` if a choice names a gate that the task graph lacks, or out of order, or if
    two choices with the same settings so far disagree about who comes that far.
    """
    choices = gate_choices(graph)
    names = tuple(gate.name for gate in graph.gates)
    thresholds = tuple(
        tuple(
            sorted(
                {_thresholds(use) for c in choices for use in c.gates if use.gate == name},
                key=lambda pair: (pair[0], answers_from(pair[1])),
            )
        )
        for name in names
    )
    by_settings: dict[tuple[int, ...], int] = {}
    reach: dict[tuple[int, ...], float] = {}
    for index, choice in enumerate(choices):
        settings = _settings(choice, names, thresholds)
        if settings in by_settings:
            raise ValueError(f"gate choices {by_settings[settings]} and {index} are the same")
        by_settings[settings] = index
        shares = iter(survival(choice.gates, class_prior))
        here = next(shares)
        for end in range(len(settings) + 1):
            if end and settings[end - 1] != OFF:
                here = next(shares)
            known = reach.setdefault(settings[:end], here)
            if abs(known - here) > 1e-9:
                raise ValueError(
                    f"gate choice {index} says that {here} of all samples pass the same gates at "
                    f"the same thresholds for which another choice says {known}"
                )
    return GateStates(_merged(graph, choices, by_settings, reach), thresholds, by_settings)


def _thresholds(use: GateUse) -> Thresholds:
    return use.threshold, use.positive_threshold


def _settings(
    choice: GateChoice, names: tuple[str, ...], thresholds: tuple[tuple[Thresholds, ...], ...]
) -> tuple[int, ...]:
    used = {use.gate: _thresholds(use) for use in choice.gates}
    if [use.gate for use in choice.gates] != [name for name in names if name in used]:
        raise ValueError(
            f"a gate choice uses {[use.gate for use in choice.gates]}, the task graph has "
            f"{list(names)}: name known gates once, in their order"
        )
    return tuple(
        thresholds[g].index(used[name]) if name in used else OFF for g, name in enumerate(names)
    )


def _merged(
    graph: TaskGraph,
    choices: tuple[GateChoice, ...],
    by_settings: Mapping[tuple[int, ...], int],
    reach: Mapping[tuple[int, ...], float],
) -> tuple[GateState, ...]:
    """Minimise the tree of prefixes from its leaves; then number from the root."""
    children: dict[tuple[int, ...], list[int]] = {prefix: [] for prefix in reach}
    for prefix in reach:
        if prefix:
            children[prefix[:-1]].append(prefix[-1])
    found: dict[GateState, int] = {}
    made: dict[tuple[int, ...], int] = {}
    for prefix in sorted(reach, key=len, reverse=True):
        choice = choices[by_settings[prefix]] if prefix in by_settings else None
        state = GateState(
            position=len(prefix),
            reach=float(f"{reach[prefix]:.12e}"),  # nested states differ by rounding alone
            onward=tuple((s, made[*prefix, s]) for s in sorted(children[prefix])),
            loss=0.0 if choice is None else graph.accuracy - choice.accuracy,
            recall=1.0 if choice is None else choice.recall,
        )
        made[prefix] = found.setdefault(state, len(found))
    last = len(found) - 1  # the root was made last: count backwards from it
    return tuple(
        replace(state, onward=tuple((s, last - q) for s, q in state.onward))
        for state in reversed(found)
    )
