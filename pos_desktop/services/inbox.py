"""The exceptions inbox: what a person decides about money, and what has solved itself.

Nothing leaves it silently: every closing is a line of the ledger with who, how and, where money
moves, by whose PIN (design payments 7).
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.refund import RefundState
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import Clock, Flag, Store, UnitOfWork
from pos_desktop.services.approvals import given
from pos_desktop.services.attaching import Attaching, waiting_sale
from pos_desktop.services.entries import close_entry
from pos_desktop.services.inbox_entries import (
    MANAGED,
    Subject,
    entry_of,
    open_bills,
    subject_of,
)
from pos_desktop.services.outbox import Listener
from pos_desktop.services.refund_book import OTHERWISE, look_now
from pos_desktop.services.refunds import Excess, Refunds
from pos_desktop.services.views import InboxChoice, InboxEntry, PaidNews

_LOOKED_AT = frozenset({RefundState.PENDING, RefundState.FAILED})


@dataclass(frozen=True, slots=True)
class Inbox:
    """Every method runs in the db lane."""

    store: Store
    clock: Clock
    listener: Listener
    refunds: Refunds
    attaching: Attaching

    def entries(self) -> tuple[InboxEntry, ...]:
        """Every open entry, oldest first."""
        with self.store.read() as uow:
            flags = uow.flags.open()
            bills = open_bills(uow) if flags else []
            return tuple(entry_of(uow, flag, bills) for flag in flags)

    def act(self, choice: InboxChoice) -> None:
        """Do what a person decided, and nothing if any of it cannot be done.

        Raises DomainError: ``entry_closed``, ``not_offered``, ``approval_needed``,
        ``reason_needed``, and what refunding, attaching and collecting raise.
        """
        now = self.clock.now()
        with self.store.write() as uow:
            flag = uow.flags.get(choice.flag_id)
            if flag is None or flag.state != "open":
                raise DomainError("entry_closed")
            if choice.action not in entry_of(uow, flag, open_bills(uow)).actions:
                raise DomainError("not_offered", action=choice.action)
            if choice.action in MANAGED:
                given(choice.approval, now)
            news = self._do(uow, flag, choice, now)
            uow.commit()
        self.listener.changed()
        if news is not None:
            self.listener.paid(news)

    def _do(self, uow: UnitOfWork, flag: Flag, choice: InboxChoice, now: int) -> PaidNews | None:
        subject = subject_of(uow, flag)
        match choice.action:
            case "refund":
                self._refund(uow, flag, subject, choice, now)
            case "attach":
                return self._attach(uow, flag, subject, choice, now)
            case "collect_rest":
                return self._collect_rest(uow, flag, choice, now)
            case "check_again":
                _check_again(uow, flag, subject, now)
            case "refund_again":
                self._refund_again(uow, subject, choice, now)
            case "given_otherwise":
                _given_otherwise(uow, flag, subject, choice, now)
            case _:
                _accept(uow, flag, choice, now)
        return None

    def _refund(
        self, uow: UnitOfWork, flag: Flag, subject: Subject, choice: InboxChoice, now: int
    ) -> None:
        approval = given(choice.approval, now)
        asked = []
        for payment in subject.spare:
            excess = Excess(flag.order_id, payment, flag.kind, choice.by)
            asked.append(self.refunds.excess(uow, excess, approval, now).key)
        how = f"refund asked {', '.join(asked)}"
        close_entry(uow, flag, now, how, choice.by, approval.by)

    def _attach(
        self, uow: UnitOfWork, flag: Flag, subject: Subject, choice: InboxChoice, now: int
    ) -> PaidNews | None:
        approval = given(choice.approval, now)
        payment = subject.payments[0]
        news = self.attaching.attach(uow, payment, choice.target, approval.by, now)
        close_entry(uow, flag, now, f"attached to {choice.target}", choice.by, approval.by)
        return news

    def _collect_rest(
        self, uow: UnitOfWork, flag: Flag, choice: InboxChoice, now: int
    ) -> PaidNews | None:
        """Ask for what is still open, in place of what is payable now; the entry stays until it is
        paid."""
        sale = waiting_sale(uow, flag.order_id)
        switching = self.attaching.payments.switching
        # Who stands at the counter scans; who is not there needs the link.
        by_link = sale.remote or not switching.opener.offers(uow).qr
        kind = WishKind.LINK if by_link else WishKind.QR
        return switching.wish(uow, sale, Wish(flag.order_id, kind, now, choice.by))

    def _refund_again(
        self, uow: UnitOfWork, subject: Subject, choice: InboxChoice, now: int
    ) -> None:
        key = subject.refund.key if subject.refund is not None else ""
        self.refunds.once_more(uow, key, given(choice.approval, now), now)


def _check_again(uow: UnitOfWork, flag: Flag, subject: Subject, now: int) -> None:
    """Ask the gateway at once; what it answers closes the entry or leaves it."""
    if not flag.order_id:
        uow.collects.wake_all(now)
    for collect in uow.collects.of(flag.order_id):
        if collect.gateway_id is not None:
            uow.collects.save(replace(collect, next_ask_at=now))
    if subject.refund is not None and subject.refund.state in _LOOKED_AT:
        uow.refunds.save(replace(subject.refund, next_ask_at=now))
    uow.outbox.hurry(now)


def _given_otherwise(
    uow: UnitOfWork, flag: Flag, subject: Subject, choice: InboxChoice, now: int
) -> None:
    """The bank never gave it back and the shop did: in cash, by transfer. It is owed no more;
    should the gateway pay it after all, an entry tells that it was given twice."""
    reason, approval = choice.reason.strip(), given(choice.approval, now)
    if not reason:
        raise DomainError("reason_needed")
    body: dict[str, object] = {
        "key": flag.detail,
        "order_id": flag.order_id,
        "amount": flag.amount,
        "reason": reason,
        "approved_by": approval.by,
    }
    uow.ledger.append("refund.given_otherwise", choice.by, now, body)
    if subject.refund is not None:
        # One last look: the gateway may have paid without anybody having heard.
        look_now(uow, subject.refund, now)
    close_entry(uow, flag, now, f"{OTHERWISE}: {reason}", choice.by, approval.by)


def _accept(uow: UnitOfWork, flag: Flag, choice: InboxChoice, now: int) -> None:
    if not choice.reason.strip():
        raise DomainError("reason_needed")
    approval = given(choice.approval, now)
    close_entry(uow, flag, now, f"accepted: {choice.reason.strip()}", choice.by, approval.by)
