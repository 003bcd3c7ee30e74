"""What both contract suites are made of: laws, which become Hypothesis tests of each subclass."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings

from scheduler.validity import Violation

Example = TypeVar("Example")
Question = TypeVar("Question")
Answer = TypeVar("Answer")


class BrokenContract(AssertionError):
    """A law does not hold: which one, for what kinds of reason, and on what example."""

    def __init__(self, law: str, kinds: tuple[str, ...], explain: Callable[[], str]) -> None:
        super().__init__(law, kinds)
        self.law = law
        """Name of the test."""
        self.kinds = kinds
        """The checker's kinds of violation, or a word for what else is wrong, without repeats."""
        self._explain = explain  # a picture takes longer than most of what shrinking tries

    def __str__(self) -> str:
        return self._explain()


class Domain(ABC, Generic[Example, Question, Answer]):
    """What a suite must know of the problems that its schedulers solve."""

    @abstractmethod
    def question(self, example: Example) -> Question:
        """What the scheduler is asked; raises ``Infeasible`` if that alone has no answer."""

    @abstractmethod
    def violations(self, question: Question, answer: Answer) -> Sequence[Violation]:
        """What is wrong with an answer, and with it as an answer to this question."""

    @abstractmethod
    def played(self, answer: Answer) -> None:
        """Compare a sound answer with a second account of it; ``AssertionError`` if it differs."""

    @abstractmethod
    def value(self, answer: Answer) -> float:
        """The figure that is minimised."""

    @abstractmethod
    def certificate(self, answer: Answer) -> tuple[bool, float]:
        """Whether the answer is called optimal, and its lower bound."""

    @abstractmethod
    def best(self, question: Question) -> Answer | None:
        """The best answer, by trying all; ``Infeasible`` if there is none, None if there are too
        many to try."""

    @abstractmethod
    def renamed(self, example: Example, salt: str = "") -> Example:
        """The same under other names, with ``salt`` in them."""

    @abstractmethod
    def reordered(self, example: Example) -> Example:
        """The same with its parts in another order."""

    @abstractmethod
    def slower(self, example: Example, factor: int) -> tuple[Example, float]:
        """Everything takes ``factor`` times as long; and by what the best value changes."""

    @abstractmethod
    def described(self, question: Question) -> str:
        """The question as text."""

    @abstractmethod
    def drawn(self, answer: Answer, violations: Sequence[Violation] = ()) -> str:
        """The answer as a grid, with what is wrong marked."""

    @abstractmethod
    def dumped(self, answer: Answer) -> str:
        """The answer as a document."""

    @abstractmethod
    def loaded(self, document: str) -> Answer:
        """The answer in a document."""


@dataclass(frozen=True, slots=True)
class Law:
    """One thing that every scheduler must keep."""

    name: str
    """Name of the test that it becomes."""
    body: Callable[..., None]
    """Raises ``BrokenContract``; called with the contract, the law's name and an example."""
    examples: str | None
    """Name of the class attribute that holds the strategy of examples; None for a law with
    examples of its own, which is called once with the contract and the law's name."""
    effort: float = 1.0
    """Examples tried, as a share of ``max_examples``."""
    applies: Callable[[type["Contract"]], bool] = lambda contract: True
    """Whether a contract has this law."""


class Contract:
    """A suite: each law becomes a method ``test_...`` of every subclass, for pytest to find.

    Examples do not depend on chance, so a suite that fails will fail again. A subclass leaves out
    a law by setting its name to None.
    """

    exact: ClassVar[bool] = False
    """Whether the scheduler finds the best answer there is, and one whenever there is one."""
    respects_deadline: ClassVar[bool] = True
    """Whether it keeps deadlines. If not, answers that miss one are not held against it."""
    ignored: ClassVar[tuple[str, ...]] = ()
    """More kinds of violation that are not held against it."""
    max_examples: ClassVar[int] = 100
    """Examples for the main laws; the others take a share of them."""
    shrink: ClassVar[bool] = True
    """Whether to look for a smaller example once one has failed."""
    hash_seeds: ClassVar[tuple[int, ...]] = (0, 1, 2, 3, 4)
    """Values of PYTHONHASHSEED under which answers must agree; empty to leave that out."""
    laws: ClassVar[tuple[Law, ...]] = ()
    """What is tested."""
    domain: ClassVar[Domain[Any, Any, Any]]
    """Chains, or graphs."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        for law in cls.laws:
            if law.name not in vars(cls):
                setattr(cls, law.name, _as_test(cls, law) if law.applies(cls) else None)

    def schedule(self, problem: Any) -> Any:
        """Answer a problem, or raise ``Infeasible``: what is tested."""
        raise NotImplementedError(f"{type(self).__name__} must define schedule(self, problem)")

    @property
    def excused(self) -> tuple[str, ...]:
        """Kinds of violation that are not held against the scheduler."""
        return self.ignored if self.respects_deadline else (*self.ignored, "deadline")


def _as_test(contract: type[Contract], law: Law) -> Callable[..., None]:
    """The method: a Hypothesis test, unless the law has examples of its own."""
    if law.examples is None:

        def once(self: Contract) -> None:
            law.body(self, law.name)

        return _named(once, contract, law)

    def each(self: Contract, example: Any) -> None:
        law.body(self, law.name, example)

    strategy = getattr(contract, law.examples)
    phases = (Phase.generate, Phase.shrink) if contract.shrink else (Phase.generate,)
    tried = quietly(max(1, round(law.effort * contract.max_examples)), *phases)
    return tried(given(example=strategy)(_named(each, contract, law)))


def _named(test: Callable[..., None], contract: type[Contract], law: Law) -> Callable[..., None]:
    test.__name__ = law.name
    test.__qualname__ = f"{contract.__qualname__}.{law.name}"
    test.__module__ = contract.__module__
    test.__doc__ = law.body.__doc__
    return test


def quietly(max_examples: int, *phases: Phase) -> settings:
    """Settings of a test that repeats itself exactly and prints nothing but its own message."""
    return settings(
        max_examples=max_examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
