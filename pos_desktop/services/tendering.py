"""Other tenders and splits: what a person takes for a bill, in any mix, until nothing is open.

Every method runs in the db lane and acts on nothing outside. A bill whose last part is taken here
is issued and handed over in the same transaction: the customer stands at the counter.
"""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.collect import settle
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.domain.tenders import BY_HAND, count, credit_code, offered, rrn, slip
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.approvals import given
from pos_desktop.services.captures import capture, money_of
from pos_desktop.services.cash import refuse_cash_beyond_law
from pos_desktop.services.entries import close_entry, open_entry
from pos_desktop.services.freeze import freeze
from pos_desktop.services.issuing import PAYABLE, close_collects
from pos_desktop.services.order import Order
from pos_desktop.services.outbox import Listener
from pos_desktop.services.own_words import doubt_words
from pos_desktop.services.payments import Payments
from pos_desktop.services.people import outage_until

_UNCONFIRMED = "asserted_unconfirmed"
_LIVE = PAYABLE | {CollectState.CLOSING}


class CreditBook(Protocol):
    """The balances of credit notes; reads within the caller's transaction."""

    def balance(self, uow: UnitOfWork, code: str) -> int | None:
        """What this credit note is worth, in paise; None where there is no such note."""
        ...


@dataclass(frozen=True, slots=True)
class TenderOrder:
    """What somebody gives for a bill; amounts in paise.

    ``amount`` is what is to count, ``tendered`` the cash given (0: just the amount). ``reference``:
    the RRN, the slip's reference or the code of the credit note, as typed. ``approval``: a
    manager's, for own UPI and for a slip that pays for something else today.
    """

    order_id: str
    kind: TenderKind
    amount: int
    by: str
    tendered: int = 0
    reference: str = ""
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class SplitState:
    """What a bill has received and what is open, for the screen; amounts in paise.

    ``tenders`` stand (each with its ``tender_id``); ``by_hand`` of them may be taken back while the
    bill waits. ``captured`` is the gateway's part of ``received``. ``collect_words`` is a code as
    in ``WaitingBill.words`` or "": what is payable now, which has to close before more is taken.
    ``change`` goes back to the customer for the tender that was just taken; ``give_back`` is cash
    that was counted before and is not needed. ``kinds`` may be taken in this shop.
    """

    order_id: str
    token_no: int
    state: SaleState
    due: int
    received: int
    open: int
    tenders: tuple[Tender, ...]
    captured: int = 0
    collect_words: str = ""
    change: int = 0
    give_back: int = 0
    invoice_number: str | None = None
    kinds: tuple[TenderKind, ...] = ()

    @property
    def by_hand(self) -> tuple[Tender, ...]:
        """What may be taken back; nothing once the bill is issued."""
        if self.state is not SaleState.AWAITING:
            return ()
        return tuple(tender for tender in self.tenders if tender.kind in BY_HAND)


class Tendering:
    """Takes tenders; one instance per counter. Without ``credits`` no credit note is taken."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        listener: Listener,
        payments: Payments,
        credits: CreditBook | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._listener = listener
        self._payments = payments
        self._options = payments.issuer.options
        self._credits = credits

    def begin(self, order: Order) -> Sale:
        """Freeze the bill without asking anybody for its money; it waits for tenders.

        Raises DomainError ``nothing_to_pay``.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = freeze(uow, order, self._options, now, self._payments.issuer.ids)
            body = {"order_id": sale.order_id, "due": sale.due, "bill_hash": sale.bill_hash}
            uow.ledger.append("sale.begun", sale.cashier, now, body)
            uow.commit()
        self._listener.changed()
        return sale

    def add(self, order: TenderOrder) -> SplitState:
        """Take one tender; the bill is issued and handed over when nothing is open any more.

        Raises DomainError: ``not_waiting``; ``closing_first`` while something is payable at the
        gateway (``Checkout.free`` closes it); what ``domain.tenders`` raises; ``cash_limit``,
        ``cash_limit_day``; ``own_upi_off``, ``approval_needed`` (``limit`` of an outage window),
        ``rrn_used``; ``slip_used`` (``reference``, ``n``: the token for which it pays already
        today) without an approval; ``no_such_credit``, ``credit_used``, ``credit_too_little``
        (``balance``).
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = _awaiting(uow, order.order_id)
            tender = self._checked(uow, sale, order, now)
            uow.tenders.add(sale.order_id, tender)
            body = {"order_id": sale.order_id, **_told(tender), "approved_by": tender.approved_by}
            uow.ledger.append("tender.added", order.by, now, body)
            if tender.kind is TenderKind.OWN_UPI:
                _listed(uow, sale.order_id, tender, now)
            give_back = self._settle(uow, sale, order, now)
            state = self._state(uow, order.order_id, tender.change, give_back)
            uow.commit()
        self._listener.changed()
        return state

    def take_back(
        self, tender_id: int, by: str, reason: str, approval: Approval | None = None
    ) -> SplitState:
        """Give a tender back before the bill is issued; the books keep both (``reason``).

        Raises DomainError: ``no_such_tender``, ``not_waiting`` once the bill is issued,
        ``not_by_hand`` for a gateway's payment (that is a refund), ``reason_needed``.
        """
        if not reason.strip():
            raise DomainError("reason_needed")
        now = self._clock.now()
        with self._store.write() as uow:
            order_id, tender = _standing(uow, tender_id)
            _awaiting(uow, order_id)
            if tender.kind not in BY_HAND:
                raise DomainError("not_by_hand", kind=tender.kind.value)
            if tender.kind is TenderKind.OWN_UPI and uow.facts.by_rrn(tender.reference):
                # The bank has said it too: it is a gateway's money by now, and goes back there.
                raise DomainError("not_by_hand", kind=tender.kind.value)
            uow.tenders.take_back(tender_id, now, by, reason)
            who = approval.by if approval else ""
            body = {"order_id": order_id, **_told(tender), "reason": reason, "approved_by": who}
            uow.ledger.append("tender.taken_back", by, now, body)
            _forget(uow, order_id, tender, now)
            # What is payable now asks for less than is open from here on.
            close_collects(uow, order_id, now, "split")
            state = self._state(uow, order_id)
            uow.commit()
        self._listener.changed()
        return state

    def state(self, order_id: str) -> SplitState:
        """How a bill stands. Raises DomainError ``not_waiting`` for an unknown one."""
        with self._store.read() as uow:
            return self._state(uow, order_id)

    def kinds(self) -> tuple[TenderKind, ...]:
        """What may be taken by hand in this shop; asks nobody."""
        own_upi = bool(self._options.own_upi.vpa)
        return offered(own_upi=own_upi, credit=self._credits is not None)

    def _checked(self, uow: UnitOfWork, sale: Sale, order: TenderOrder, now: int) -> Tender:
        """The tender as it will stand; raises what ``add`` raises."""
        counted = count(
            order.kind, order.amount, order.tendered, self._payments.switching.open(uow, sale)
        )
        # An RRN says that money was paid already: closing the other way would not undo that, and
        # when the gateway cannot be reached nothing can be closed (reliability (c) row 27).
        if order.kind is not TenderKind.OWN_UPI and _live(uow, sale.order_id) is not None:
            raise DomainError("closing_first")
        reference, approved_by = "", ""
        match order.kind:
            case TenderKind.CASH:
                refuse_cash_beyond_law(uow, sale, counted.amount, now)
            case TenderKind.CARD:
                reference, approved_by = self._slip(uow, order, now)
            case TenderKind.OWN_UPI:
                reference = self._own_upi(uow, sale, order, now)
                approved_by = given(order.approval, now).by if order.approval else ""
            case _:
                reference = self._credit(uow, order)
        return Tender(
            order.kind,
            counted.amount,
            now,
            order.by,
            tendered=counted.tendered,
            change=counted.change,
            reference=reference,
            approved_by=approved_by,
        )

    def _own_upi(self, uow: UnitOfWork, sale: Sale, order: TenderOrder, now: int) -> str:
        """The RRN, if a manager stands for it and it pays for nothing else."""
        own = self._options.own_upi
        if not own.vpa:
            raise DomainError("own_upi_off")
        reference = rrn(order.reference)
        if _spoken_for(uow, reference) or uow.tenders.using(TenderKind.OWN_UPI, reference):
            raise DomainError("rrn_used")
        if order.approval is None:
            standing = uow.tenders.of(sale.order_id)
            asserted = sum(t.amount for t in standing if t.kind is TenderKind.OWN_UPI)
            within = asserted + order.amount <= own.outage_limit
            if outage_until(uow, now) is None or not within:
                raise DomainError("approval_needed", limit=own.outage_limit)
        return reference

    def _slip(self, uow: UnitOfWork, order: TenderOrder, now: int) -> tuple[str, str]:
        """(reference, manager): hers is the word that a slip which pays already pays once more."""
        reference = slip(order.reference)
        other = _slip_today(uow, reference, now)
        if other is None:
            return reference, ""
        if order.approval is None:
            raise DomainError("slip_used", n=other.token_no, reference=reference)
        approved_by = given(order.approval, now).by
        body = {"order_id": order.order_id, "reference": reference, "pays_for": other.order_id}
        uow.ledger.append("slip.used_again", order.by, now, {**body, "approved_by": approved_by})
        return reference, approved_by

    def _credit(self, uow: UnitOfWork, order: TenderOrder) -> str:
        """The code of a credit note that is worth as much and was never used."""
        code = credit_code(order.reference)
        balance = None if self._credits is None else self._credits.balance(uow, code)
        if balance is None:
            raise DomainError("no_such_credit")
        if uow.tenders.using(TenderKind.STORE_CREDIT, code):
            raise DomainError("credit_used")
        if order.amount > balance:
            raise DomainError("credit_too_little", balance=balance)
        return code

    def _settle(self, uow: UnitOfWork, sale: Sale, order: TenderOrder, now: int) -> int:
        """Issue the bill if nothing is open; the cash that was counted before and goes back."""
        if self._payments.switching.open(uow, sale) > 0:
            # What is shown (own UPI) or still being closed asks for more than is open now.
            close_collects(uow, sale.order_id, now, "split")
            return 0
        news = self._payments.recount(uow, sale.order_id, now, order.kind.value)
        if not sale.remote:
            uow.sales.hand_over(sale.order_id, now, order.by)
        return news.give_back if news is not None else 0

    def _state(
        self, uow: UnitOfWork, order_id: str, change: int = 0, give_back: int = 0
    ) -> SplitState:
        sale = uow.sales.get(order_id)
        if sale is None:
            raise DomainError("not_waiting")
        tenders = uow.tenders.of(order_id)
        settlement = settle(sale.due, money_of(uow, order_id), tenders)
        received = settlement.received - settlement.refunded
        taken = sum(tender.amount for tender in tenders if tender.kind in BY_HAND)
        return SplitState(
            order_id=order_id,
            token_no=sale.token_no,
            state=sale.state,
            due=sale.due,
            received=received,
            open=settlement.open,
            tenders=tuple(tenders),
            captured=max(0, received - taken),
            collect_words=_words(_live(uow, order_id)),
            change=change,
            give_back=give_back,
            invoice_number=sale.invoice_number,
            kinds=self.kinds(),
        )


def _slip_today(uow: UnitOfWork, reference: str, now: int) -> Sale | None:
    """The bill for which a slip with this reference was taken today; a terminal counts anew every
    day. What stands on the same bill counts too: one payment has one slip."""
    midnight = ist_midnight(now)
    for order_id in uow.tenders.using(TenderKind.CARD, reference):
        standing = uow.tenders.of(order_id)
        if any(t.reference == reference and t.at >= midnight for t in standing):
            return uow.sales.get(order_id)
    return None


def _awaiting(uow: UnitOfWork, order_id: str) -> Sale:
    sale = uow.sales.get(order_id)
    if sale is None or sale.state is not SaleState.AWAITING:
        raise DomainError("not_waiting")
    return sale


def _standing(uow: UnitOfWork, tender_id: int) -> tuple[str, Tender]:
    """The bill of a tender that was not taken back, and the tender."""
    for bill in uow.panel.bills():
        for tender in bill.tenders:
            if tender.tender_id == tender_id:
                return bill.order_id, tender
    raise DomainError("no_such_tender")


def _spoken_for(uow: UnitOfWork, reference: str) -> bool:
    """Whether the bank's payment with this RRN belongs to a bill, or has gone back or is to go."""
    if uow.facts.gone_back(reference):
        return True
    for order_id, fact in uow.facts.by_rrn(reference):
        payment = capture(uow, fact.gateway, fact.payment_id)
        if order_id or (payment is not None and payment.free == 0):
            return True
    return False


def _listed(uow: UnitOfWork, order_id: str, tender: Tender, now: int) -> None:
    """Where no manager has looked at it, it stays listed until the bank's fact is there; one that
    is there already may tell of less."""
    if not tender.approved_by:
        open_entry(uow, order_id, _UNCONFIRMED, tender.amount, now, tender.reference)
    for _, fact in uow.facts.by_rrn(tender.reference):
        doubt_words(uow, "", fact, now)


def _forget(uow: UnitOfWork, order_id: str, tender: Tender, now: int) -> None:
    """The bank has nothing to confirm of a tender that was taken back."""
    for flag in uow.flags.of(order_id):
        named = flag.kind == _UNCONFIRMED and flag.detail.split()[-1:] == [tender.reference]
        if named and flag.state == "open":
            close_entry(uow, flag, now, "taken back")


def _live(uow: UnitOfWork, order_id: str) -> Collect | None:
    """What is payable or being closed, the newest first."""
    collects = [c for c in uow.collects.of(order_id) if c.state in _LIVE]
    return collects[-1] if collects else None


def _told(tender: Tender) -> dict[str, object]:
    """What the ledger says of a tender."""
    return {"kind": tender.kind.value, "amount": tender.amount, "reference": tender.reference}


def _words(collect: Collect | None) -> str:
    if collect is None:
        return ""
    if collect.state is CollectState.OPEN and collect.gateway == OWN_UPI:
        return "own_upi_waiting"
    shown = "qr_on_screen" if collect.kind is CollectKind.QR else "waiting_payment"
    return {
        CollectState.REQUESTED: "asking_gateway",
        CollectState.UNKNOWN: "not_confirmed_checking",
        CollectState.OPEN: shown,
    }.get(collect.state, "closing_checking")
