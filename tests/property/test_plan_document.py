"""A plan that is written and read again is the same plan, to the last digit."""

from hypothesis import HealthCheck, given, reject, settings

from devicemodels.documents.files import document_hash
from scheduler.documents import dump_plan, load_plan
from scheduler.infeasible import Infeasible
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check
from tests.strategies import World, worlds


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(worlds())
def test_a_plan_comes_back_equal_and_still_valid(world: World) -> None:
    try:
        plan = schedule(make_problem("world", world.graph, world.platform, world.requirements))
    except Infeasible:
        reject()
    text = dump_plan(plan)
    again = load_plan(text, "plan.json")
    assert again == plan
    assert dump_plan(again) == text
    assert document_hash(again.platform) == plan.platform_sha256
    assert document_hash(again.task_graph) == plan.task_graph_sha256
    assert check(again) == check(plan)
