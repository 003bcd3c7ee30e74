"""The laws that a scheduler must keep, for chains and graphs alike.

Metamorphic laws (other names, another order, another unit of time) follow Chen, Cheung, Yiu,
"Metamorphic testing: a new approach for generating next test cases", HKUST-CS98-01, 1998: where
nobody knows the right answer, two answers must still agree with each other.
"""

import json
from collections.abc import Sequence
from math import isclose
from typing import Any
from unittest import SkipTest

from hypothesis import Phase, given, reject

from scheduler.infeasible import Infeasible
from scheduler.tolerance import FIGURE_RELATIVE
from scheduler.validity import Violation
from wakepath.testing.contract_base import BrokenContract, Contract, Domain, Law, quietly
from wakepath.testing.hash_seeds import Place, place_of, under_hash_seed

SLOWER = 2
"""By what the law of time scaling stretches time: a power of two, so that floats stay exact."""
HASHED = 20
"""Examples of the law of hash seeds; each seed is a process that answers them all."""


def answers_are_sound(contract: Contract, law: str, example: Any) -> None:
    """Whatever is answered passes the independent checker, and answers what was asked."""
    question = _question(contract, example)
    answer = _answer(contract, law, question)
    if not isinstance(answer, Infeasible):
        wrong = _violations(contract, question, answer)
        if wrong:
            kinds = tuple(dict.fromkeys(violation.kind for violation in wrong))
            why = f"what it answers is not sound: {', '.join(kinds)}"
            raise _broken(contract, law, kinds, why, question, answer, wrong)


def figures_are_played(contract: Contract, law: str, example: Any) -> None:
    """Figures and times agree with a second account of them, which is not the checker's."""
    question = _question(contract, example)
    answer = _answer(contract, law, question)
    if not isinstance(answer, Infeasible):
        try:
            contract.domain.played(answer)
        except AssertionError as differs:
            if not contract.ignored:
                why = str(differs).splitlines()[0]
                raise _broken(contract, law, ("played",), why, question, answer) from None


def best_is_not_beaten(contract: Contract, law: str, example: Any) -> None:
    """Bounds and optimality claims are true, and an exact scheduler is as good as brute force."""
    question = _question(contract, example)
    try:
        best = contract.domain.best(question)
        if best is None:
            reject()
    except Infeasible:
        best = None
    answer = _answer(contract, law, question)
    if isinstance(answer, Infeasible):
        if contract.exact and best is not None:
            why = f"it finds nothing ({answer.reason}), and brute force does"
            raise _broken(contract, law, ("infeasible",), why, question, best)
        return
    if best is None or contract.domain.violations(question, answer):
        return  # the first law says so
    value, optimum = contract.domain.value(answer), contract.domain.value(best)
    optimal, bound = contract.domain.certificate(answer)
    at_best = isclose(value, optimum, rel_tol=FIGURE_RELATIVE)
    if optimal and not at_best:
        kind, why = "not-optimal", f"it calls {value} optimal, brute force reaches {optimum}"
    elif bound > optimum * (1.0 + FIGURE_RELATIVE):
        kind, why = "bound", f"its lower bound is {bound}, brute force reaches {optimum}"
    elif contract.exact and not at_best:
        kind, why = "not-optimal", f"it reaches {value}, brute force {optimum}"
    else:
        return
    raise _broken(contract, law, (kind,), why, question, answer)


def same_question_same_answer(contract: Contract, law: str, example: Any) -> None:
    """Asked twice, it answers the same."""
    question = _question(contract, example)
    first, second = (_answer(contract, law, question) for _ in range(2))
    if _text(contract, first) != _text(contract, second):
        why = "asked twice, it gives two answers"
        raise _broken(contract, law, ("unsteady",), why, question, first, (), second)


def names_do_not_matter(contract: Contract, law: str, example: Any) -> None:
    """Under other names the answer is as good: ties are broken by order, not by name."""
    other = contract.domain.renamed(example)
    _require_same_value(contract, law, example, other, 1.0, ("names", "under other names"))


def order_does_not_matter(contract: Contract, law: str, example: Any) -> None:
    """With its parts in another order a problem has the same best value."""
    other = contract.domain.reordered(example)
    _require_same_value(contract, law, example, other, 1.0, ("order", "in another order"))


def time_scales(contract: Contract, law: str, example: Any) -> None:
    """Where everything takes twice as long, the best latency doubles and the best energy stays."""
    other, factor = contract.domain.slower(example, SLOWER)
    how = ("time", f"where everything takes {SLOWER} times as long")
    _require_same_value(contract, law, example, other, factor, how)


def hash_seed_does_not_matter(contract: Contract, law: str) -> None:
    """Answers are the same, byte for byte, under every value of PYTHONHASHSEED."""
    try:
        place = place_of(type(contract))
    except ValueError as nowhere:
        raise SkipTest(str(nowhere)) from None
    examples = _some(contract)
    seeds = contract.hash_seeds
    rows = [json.loads(under_hash_seed(seed, answers, place, examples)) for seed in seeds]
    for index in sorted(range(len(examples)), key=lambda index: len(rows[0][index])):
        for seed, row in zip(seeds, rows, strict=True):
            if row[index] != rows[0][index]:
                first, second = (_known(contract, texts[index]) for texts in (rows[0], row))
                question = contract.domain.question(examples[index])
                why = (
                    f"it answers differently under PYTHONHASHSEED={seeds[0]} and {seed}: look for "
                    "an iteration over a set"
                )
                raise _broken(contract, law, ("hash-seed",), why, question, first, (), second)


def answers(place: Place, examples: Sequence[Any]) -> bytes:
    """What the contract at ``place`` answers; for another process."""
    contract: Contract = place.find()()
    texts = []
    for example in examples:
        try:
            texts.append(_text(contract, contract.schedule(contract.domain.question(example))))
        except Infeasible as answer:
            texts.append(_text(contract, answer))
    return json.dumps(texts).encode()


def _is_exact(contract: type[Contract]) -> bool:
    return contract.exact


def _has_hash_seeds(contract: type[Contract]) -> bool:
    return bool(contract.hash_seeds)


LAWS = (
    Law("test_answers_are_sound", answers_are_sound, "examples"),
    Law("test_figures_are_played", figures_are_played, "examples", 0.3),
    Law("test_best_is_not_beaten", best_is_not_beaten, "small_examples"),
    Law("test_same_question_same_answer", same_question_same_answer, "examples", 0.2),
    Law("test_names_do_not_matter", names_do_not_matter, "examples", 0.5),
    Law("test_order_does_not_matter", order_does_not_matter, "examples", 0.3, _is_exact),
    Law("test_time_scales", time_scales, "examples", 0.3, _is_exact),
    Law("test_hash_seed_does_not_matter", hash_seed_does_not_matter, None, 1.0, _has_hash_seeds),
)
"""All of them; names are those of the tests."""


def examine(contract: type[Contract]) -> tuple[BrokenContract, ...]:
    """Try every law of a contract; those that are broken, each with its smallest example."""
    broken = []
    for law in contract.laws:
        test = getattr(contract, law.name)
        if test is not None:
            try:
                test(contract())
            except BrokenContract as found:
                broken.append(found)
            except SkipTest:
                continue
    return tuple(broken)


def _question(contract: Contract, example: Any) -> Any:
    try:
        return contract.domain.question(example)
    except Infeasible:
        reject()


def _answer(contract: Contract, law: str, question: Any) -> Any:
    try:
        return contract.schedule(question)
    except Infeasible as answer:
        return answer
    except Exception as error:
        why = f"schedule() raises {type(error).__name__}: {error}"
        raise _broken(contract, law, ("exception",), why, question, None) from error


def _violations(contract: Contract, question: Any, answer: Any) -> Sequence[Violation]:
    found = contract.domain.violations(question, answer)
    return [violation for violation in found if violation.kind not in contract.excused]


def _require_same_value(
    contract: Contract, law: str, example: Any, other: Any, factor: float, how: tuple[str, str]
) -> None:
    question, variant = _question(contract, example), _question(contract, other)
    first, second = _answer(contract, law, question), _answer(contract, law, variant)
    differs = value_difference(contract.domain, first, second, factor)
    if differs:
        why = f"{how[1]} {differs}"
        raise _broken(contract, law, (how[0],), why, question, first, (), second)


def value_difference(
    domain: Domain[Any, Any, Any], first: Any, second: Any, factor: float
) -> str | None:
    """What the second answer (or ``Infeasible``) reaches instead of ``factor`` times the first."""
    one, two = (
        None if isinstance(answer, Infeasible) else domain.value(answer)
        for answer in (first, second)
    )
    if one is None or two is None:
        same = one is two
    else:
        same = isclose(one * factor, two, rel_tol=FIGURE_RELATIVE)
    if same:
        return None
    wanted = "no answer" if one is None else one * factor
    return f"it reaches {'no answer' if two is None else two} instead of {wanted}"


def _some(contract: Contract) -> list[Any]:
    """Examples for other processes, as many as one process answers in good time."""
    found: list[Any] = []

    @quietly(HASHED, Phase.generate)
    @given(contract.examples)  # type: ignore[attr-defined]
    def collect(example: Any) -> None:
        _question(contract, example)
        # two names that hash the same way round under all seeds are found out by others
        found.append(contract.domain.renamed(example, f"_{len(found)}_"))

    collect()
    return found


def _text(contract: Contract, answer: Any) -> str:
    if isinstance(answer, Infeasible):
        return f"infeasible: {answer}"
    return contract.domain.dumped(answer)


def _known(contract: Contract, text: str) -> Any:
    if text.startswith("infeasible"):
        return Infeasible(text.removeprefix("infeasible: "), "in the other process")
    return contract.domain.loaded(text)


def _broken(
    contract: Contract,
    law: str,
    kinds: tuple[str, ...],
    why: str,
    question: Any,
    answer: Any,
    violations: Sequence[Violation] = (),
    second: Any = None,
) -> BrokenContract:
    """The law, why it is broken, the question and what was answered to it."""

    def explain() -> str:
        shown = [_shown(contract, one, violations) for one in (answer, second) if one is not None]
        head = f"{type(contract).__name__}, {law}: {why}"
        parts = [head, "the problem:", contract.domain.described(question)]
        for one in shown:
            parts += ["the answer:", one]
        return "\n".join(parts)

    return BrokenContract(law, kinds, explain)


def _shown(contract: Contract, answer: Any, violations: Sequence[Violation]) -> str:
    if isinstance(answer, Infeasible):
        return f"infeasible: {answer}"
    return contract.domain.drawn(answer, violations)
