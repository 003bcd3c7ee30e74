"""Which pipeline goes first where several wait for one core."""

from collections.abc import Sequence

from scheduler.plan import Plan


def rate_monotonic(plans: Sequence[Plan]) -> tuple[int, ...]:
    """One priority a plan, the smallest goes first: shorter periods before longer ones.

    Equal periods have equal priorities; samples of these go by release, then by pipeline. The
    order that is best for independent periodic tasks on one core whose deadlines are their
    periods (Liu and Layland, "Scheduling algorithms for multiprogramming in a hard-real-time
    environment", JACM 20(1), 1973, doi:10.1145/321738.321743).
    """
    periods = sorted({plan.requirements.period_s for plan in plans})
    return tuple(periods.index(plan.requirements.period_s) for plan in plans)
