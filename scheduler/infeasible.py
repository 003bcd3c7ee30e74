"""No plan exists: an answer, with what binds and by how much."""


class Infeasible(Exception):
    """Raised when no plan can meet the requirements.

    ``reason`` says which constraint binds, ``detail`` by how much or what to try.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
