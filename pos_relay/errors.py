"""How the relay says no: one exception that becomes a ``Problem`` body."""

from pos_desktop.wire import v1


class Refused(Exception):
    """An answer other than 2xx for a counter; ``problem`` is its body."""

    def __init__(self, status: int, problem: v1.Problem, wait: int = 0) -> None:
        super().__init__(problem.text)
        self.status = status
        self.problem = problem
        self.wait = wait


class Missing(Exception):
    """The one answer for unknown, revoked and malformed links and addresses."""


class Lost(Exception):
    """What a row names is ``missing``, ``unreadable`` or ``damaged``; ``page`` begins its id."""

    def __init__(self, fault: str, page_id: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.page = page_id[:6]


class SetupError(Exception):
    """The relay must not start or go on like this; the text is for the operator."""


def refused(status: int, code: str, text: str) -> Refused:
    """A refusal without sync fields."""
    return Refused(status, v1.Problem(code=code, text=text))


def slow_down(seconds: int) -> Refused:
    """429: come again after so many seconds."""
    return Refused(429, v1.Problem(code="slow_down", text="too many calls: wait"), seconds)
