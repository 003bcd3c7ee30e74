"""How a core rests when nothing waits: the policies that a simulation can be given.

A plan chooses one idle state a core, and its proofs rest on that choice: ``Fixed``. The others ask
what else could be done with the same plan. For one stay a policy is a *descent*: idle states, each
with the time after the beginning of the stay at which it is entered. What each means for the cores
of a platform is worked out once, before the run, by ``simulator.idling.tables``.

``BreakEven`` is the lower envelope of Irani, Shukla and Gupta, "Online strategies for dynamic power
management in systems with multiple power-saving states", ACM Transactions on Embedded Computing
Systems 2(3), 2003, doi:10.1145/860176.860180. ``Predictive`` is made in the manner of the menu
governor of Linux (https://docs.kernel.org/admin-guide/pm/cpuidle.html), without its timers.
"""

from dataclasses import dataclass

from devicemodels.documents.quantities import Seconds


@dataclass(frozen=True, slots=True)
class Fixed:
    """The idle state that the plan chose for the core, at once."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Deeper and deeper, each state after a time; states that save no power are passed over."""

    after_s: tuple[Seconds, ...]
    """By idle state but the shallowest, which is entered at once: when it is entered, counted from
    the beginning of the stay. States without a time are not entered."""
    exit_latency_limit_s: Seconds | None = None
    """States that take longer to leave are not entered; None for no limit."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """A deeper state as soon as the stay has lasted so long that it would have been cheaper."""

    exit_latency_limit_s: Seconds | None = None
    """States that take longer to leave are not entered; None for no limit."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """The deepest state whose minimal residency fits the length that is expected of the stay."""

    exit_latency_limit_s: Seconds | None = None
    """States that take longer to leave are not entered; None for no limit."""


@dataclass(frozen=True, slots=True)
class Clairvoyant:
    """The state that costs the least for the length that the stay turns out to have.

    A bound and not a policy that anybody could build: no other spends less on the same stay.
    """

    exit_latency_limit_s: Seconds | None = None
    """States that take longer to leave are not entered; None for no limit."""


IdlePolicy = Fixed | Timeout | BreakEven | Predictive | Clairvoyant

FIXED = Fixed()
"""What a simulation does unless it is told otherwise."""
