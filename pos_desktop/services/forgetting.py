"""Forgetting a customer: her number leaves the books, the documents stay as they are (DPDP).

Page, PDF, figures and ledger never held it. What she refused stands (``services/consent.py`` keeps
no number), and what is still to be paid has to end first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.approvals import given
from pos_desktop.services.drafts import NOTE
from pos_desktop.services.outbox import Listener


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many bills and messages had the number."""

    bills: int
    messages: int


class Forgetting:
    """Erases numbers; db lane. ``scrub`` writes the file anew, so that nothing of the number is
    left between its pages; it blocks, and raises StoreError where it has to be repeated."""

    def __init__(
        self, store: Store, clock: Clock, listener: Listener, scrub: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._listener = listener
        self._scrub = scrub

    def forget(self, phone: str, approval: Approval) -> Forgotten:
        """Erase this number everywhere; again is harmless, and finishes what was interrupted.

        Raises DomainError ``approval_needed``, ``number_waits`` (``n``: the token of its oldest
        bill that waits for money, ``bills``: how many do) or ``number_in_draft`` (a bill that is
        being made or was put aside has it); StoreError.
        """
        now = self._clock.now()
        given(approval, now)
        with self._store.write() as uow:
            _check(uow, phone)
            messages = uow.messages.forget(phone, now, approval.by)
            bills = uow.sales.forget(phone)
            if bills or messages:
                body = {"bills": bills, "messages": messages, "approved_by": approval.by}
                uow.ledger.append("number.forgotten", approval.by, now, body)
            uow.commit()
        self._scrub()
        self._listener.changed()
        return Forgotten(bills, messages)


def _check(uow: UnitOfWork, phone: str) -> None:
    waiting = uow.sales.awaiting_of(phone)
    oldest = uow.sales.get(waiting[0]) if waiting else None
    if oldest is not None:
        raise DomainError("number_waits", n=oldest.token_no, bills=len(waiting))
    if phone in (uow.notes.get(NOTE) or ""):
        raise DomainError("number_in_draft")
