"""A manager's yes is for one decision, now."""

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval

ONE_DECISION_MS = 10 * 60 * 1000
"""For so long an approval stands for the decision it was given for."""


def given(approval: Approval | None, now: int) -> Approval:
    """The approval. Raises DomainError ``approval_needed`` without one that was given just now."""
    if approval is None or not 0 <= now - approval.at <= ONE_DECISION_MS:
        raise DomainError("approval_needed")
    return approval
