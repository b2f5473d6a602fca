"""Going back to the db lane with an answer from outside."""

from collections.abc import Callable

from pos_desktop.ports import Lanes


def record(lanes: Lanes, write: Callable[[], None]) -> None:
    """Run ``write`` in the db lane; an error there is a bug and goes to the lane's own reporter."""
    lanes.submit("db", write, _nothing_left, _escalate)


def _nothing_left(_: object) -> None:
    """Once it is recorded nothing is left to do."""


def _escalate(error: Exception) -> None:
    raise error
