"""A stand-in for the services about customers' numbers."""

from dataclasses import dataclass, field

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Consent
from pos_desktop.services.forgetting import Forgotten


@dataclass
class Numbers:
    """Remembers what was asked; ``refuse_next`` is raised by the next call that changes anything.
    ``silent``: who wants no messages."""

    silent: set[str] = field(default_factory=set)
    did: list[tuple[object, ...]] = field(default_factory=list)
    refuse_next: RaseedError | None = None

    def refused(self, phone: str) -> bool:
        return phone in self.silent

    def refuse(self, phone: str, by: str) -> None:
        self._do("refuse", phone, by)
        self.silent.add(phone)

    def refuse_for(self, order_id: str, by: str) -> None:
        self._do("refuse_for", order_id, by)

    def agree(self, phone: str, by: str) -> None:
        self._do("agree", phone, by)
        self.silent.discard(phone)

    def correct(self, order_id: str, phone: str | None, consent: Consent | None, by: str) -> None:
        self._do("correct", order_id, phone, consent, by)

    def forget(self, phone: str, approval: Approval) -> Forgotten:
        self._do("forget", phone, approval.by)
        return Forgotten(2, 5)

    def _do(self, *what: object) -> None:
        refusal, self.refuse_next = self.refuse_next, None
        if refusal is not None:
            raise refusal
        self.did.append(what)
