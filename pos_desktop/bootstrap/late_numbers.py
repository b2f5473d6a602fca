"""The services about customers' numbers, as they come into being after the first paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pos_desktop.bootstrap.late import LateCounter
    from pos_desktop.domain.people import Approval
    from pos_desktop.domain.sale import Consent
    from pos_desktop.services.forgetting import Forgotten


class LateNumbers:
    """gui.presenters.ports.Numbers in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def refused(self, phone: str) -> bool:
        return self._late.get().consents.refused(phone)

    def refuse(self, phone: str, by: str) -> None:
        self._late.get().consents.refuse(phone, by)

    def refuse_for(self, order_id: str, by: str) -> None:
        self._late.get().consents.refuse_for(order_id, by)

    def agree(self, phone: str, by: str) -> None:
        self._late.get().consents.agree(phone, by)

    def correct(self, order_id: str, phone: str | None, consent: Consent | None, by: str) -> None:
        self._late.get().contacts.correct(order_id, phone, consent, by)

    def forget(self, phone: str, approval: Approval) -> Forgotten:
        return self._late.get().forgetting.forget(phone, approval)
