"""The recipe that others begin from, and whether a recipe can train a network."""

from collections.abc import Iterator
from math import isfinite

from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from networks.errors import NetworkError
from networks.gated import GatedNetwork
from networks.spec import Recipe

FROM_SCRATCH = Recipe(
    epochs=20,
    batch_size=64,
    learning_rate=5e-3,
    weight_decay=5e-2,
    gate_weights=(0.5, 0.5),
    positive_weight=3.0,
    gate_positive_weight=8.0,
    recall_floor=1.0,
    margin_share=0.01,
)
"""What small networks with two gates and few positives are trained with from fresh weights.

A recall floor of 1, and room below it: validation has too few positives to give any away, and the
lowest of them is not the lowest there is.
"""


def require_recipe(recipe: Recipe, network: GatedNetwork) -> None:
    """Raise ``NetworkError`` with every problem, unless ``recipe`` can train ``network``."""
    problems = list(recipe_problems(recipe, network))
    if problems:
        raise NetworkError(problems)


def recipe_problems(recipe: Recipe, network: GatedNetwork) -> Iterator[Problem]:
    """Values out of range, weights that do not match the gates, parts that do not exist."""
    where = f"recipe of '{network.name}'"
    for name, value, fits, limit in _limits(recipe):
        if not fits:
            yield Problem(f"{where}: {name} is {value!r}; it must be {limit}")
    gates = network.gated_parts
    for name, weights in (
        ("gate_weights", recipe.gate_weights),
        ("sparsity_weights", recipe.sparsity_weights),
    ):
        if len(weights) != len(gates) and (weights or name == "gate_weights"):
            listed = f"its {len(gates)} gates are {', '.join(gates)}" if gates else "it has no gate"
            yield Problem(
                f"{where}: {name} is {weights}, but {listed}",
                hint="give one weight for each gate, in order",
            )
        if any(not isfinite(weight) or weight < 0 for weight in weights):
            yield Problem(f"{where}: {name} is {weights}; no weight may be below 0 or not finite")
    parts = list(network.parts)
    for part in recipe.frozen_parts:
        if part not in parts:
            yield Problem(
                f"{where}: frozen_parts has '{part}', which is no part of the trunk",
                hint=did_you_mean(part, parts, "its parts are"),
            )
    if not gates and set(recipe.frozen_parts) >= set(parts):
        yield Problem(
            f"{where}: every part is frozen and there is no gate, so there is nothing to learn",
            hint="leave out of frozen_parts what shall learn",
        )


def _limits(recipe: Recipe) -> Iterator[tuple[str, object, bool, str]]:
    """Name, value, whether it is within its limit, and the limit in words."""
    yield "epochs", recipe.epochs, recipe.epochs >= 1, "at least 1"
    # Batch norms have no variance of a batch of one.
    yield "batch_size", recipe.batch_size, recipe.batch_size >= 2, "at least 2"
    rate, decay = recipe.learning_rate, recipe.weight_decay
    yield "learning_rate", rate, isfinite(rate) and rate > 0, "above 0"
    yield "weight_decay", decay, isfinite(decay) and decay >= 0, "at least 0"
    for name in ("positive_weight", "gate_positive_weight"):
        weight = getattr(recipe, name)
        fits = weight == "balanced" or (
            not isinstance(weight, str) and isfinite(weight) and weight > 0
        )
        yield name, weight, fits, "above 0, or 'balanced'"
    for name in ("recall_floor", "warm_up_share", "margin_share", "false_alarm_cap"):
        share = getattr(recipe, name)
        yield name, share, 0 <= share <= 1, "from 0 to 1"
    confidence = recipe.recall_confidence
    fits = confidence is None or 0 < confidence < 1
    yield "recall_confidence", confidence, fits, "between 0 and 1, or None"
