"""CP-SAT's verdict forged where it enters our code: the way from a lie to a sound schedule."""

import warnings

import pytest

from devicemodels.documents.errors import InputError
from scheduler.graphs import cp_sat
from scheduler.graphs.guard import SolverWarning
from scheduler.graphs.solution import GraphSolution
from tests.graph_worlds import topcuoglu

cp_model = pytest.importorskip("ortools.sat.python.cp_model", reason="needs the extra 'cp-sat'")


def forge(monkeypatch: pytest.MonkeyPatch, *, presolve_only: bool) -> None:
    """Every model is called infeasible, with presolve on or at all times."""
    truth = cp_model.CpSolver.status_name

    def status_name(solver: object, *args: object) -> str:
        if solver.parameters.cp_model_presolve or not presolve_only:  # type: ignore[attr-defined]
            return "INFEASIBLE"
        return str(truth(solver, *args))

    monkeypatch.setattr(cp_model.CpSolver, "status_name", status_name)


def test_called_infeasible_with_presolve_only(monkeypatch: pytest.MonkeyPatch) -> None:
    forge(monkeypatch, presolve_only=True)
    with pytest.warns(SolverWarning, match="infeasible"):
        solution = cp_sat.solve(topcuoglu())
    assert (solution.timing.makespan, solution.status) == (73, "optimal")


def test_called_infeasible_at_all_times(monkeypatch: pytest.MonkeyPatch) -> None:
    forge(monkeypatch, presolve_only=False)
    with pytest.warns(SolverWarning):
        solution = cp_sat.solve(topcuoglu())
    assert solution.status == "feasible"
    assert solution.timing.makespan == 80  # what HEFT had found, with a bound of our own
    assert 0 < solution.lower_bound <= 73


def test_without_ortools_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise cp_sat.PackageNotFoundError(name)

    monkeypatch.setattr(cp_sat, "version", absent)
    with pytest.raises(InputError, match=r"pip install 'wakepath\[cp-sat\]'"):
        cp_sat.solve(topcuoglu())


def test_one_worker_gives_the_same_answer_every_time() -> None:
    def once() -> GraphSolution:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SolverWarning)
            return cp_sat.solve(topcuoglu())

    assert once() == once()
