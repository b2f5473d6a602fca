"""Money that goes back from the counter: for goods that come back, and for what came too much.

Every method runs in the db lane and commits first; the gateway is asked by the outbox. A refund
goes only against captured payments, and its key is derived from the payment (design payments 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.refund import (
    Refund,
    RefundEvent,
    RefundLine,
    RefundState,
    excess_key,
    next_refund_state,
    return_key,
)
from pos_desktop.domain.returns import LEAST_REFUND, part_value, spread
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Clock, GatewayError, Gateways, Store, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.approvals import given
from pos_desktop.services.captures import Capture, captures_of
from pos_desktop.services.entries import close_entry
from pos_desktop.services.outbox import Listener
from pos_desktop.services.refund_book import settled_otherwise, still_owed
from pos_desktop.services.views import MoneyOwed, RefundableLine, RefundOffer, ReturnOrder


@dataclass(frozen=True, slots=True)
class Excess:
    """What of a payment no bill counts goes back: ``order_id`` is the bill it came on."""

    order_id: str
    payment: Capture
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Refunds:
    """Refunds of one counter."""

    store: Store
    clock: Clock
    gateways: Gateways
    listener: Listener

    def offer(self, order_id: str) -> RefundOffer:
        """What may go back of an issued bill; raises DomainError ``not_issued``."""
        with self.store.read() as uow:
            sale = _issued(uow, order_id)
            payable = sum(payment.for_goods(order_id) for payment in captures_of(uow, order_id))
            earlier = uow.refunds.of(order_id)
        lines = _lines(sale, _returned(earlier))
        rest = sale.due - _gone(earlier)
        return RefundOffer(order_id, sale.invoice_number or "", lines, payable, rest)

    def find(self, text: str) -> str | None:
        """The order id of an issued bill by its invoice number (any case) or its last digits."""
        wanted = text.strip().upper()
        if not wanted:
            return None
        with self.store.read() as uow:
            whole = f"/{int(wanted):06d}" if wanted.isascii() and wanted.isdigit() else wanted
            return uow.sales.numbered(whole) or uow.sales.numbered(wanted)

    def give_back(self, asked: ReturnOrder) -> tuple[MoneyOwed, ...]:
        """Ask the gateway to give back what these goods cost; pressed twice it is asked once.

        The return that empties a bill brings its rounding along. Raises DomainError ``not_issued``,
        ``line_unknown``, ``returned_too_much``, ``nothing_to_refund``, ``refund_too_small``,
        ``refund_too_much``, ``approval_needed``, ``approval_used`` (for other goods),
        ``gateway_keys_gone``.
        """
        now = self.clock.now()
        approval = given(asked.approval, now)
        with self.store.write() as uow:
            sale = _issued(uow, asked.order_id)
            earlier = uow.refunds.of(asked.order_id)
            lines = _asked_lines(sale, earlier, asked.lines)
            refunds = _same_decision(earlier, approval, lines)
            if not refunds:
                refunds = self._goods(uow, sale, lines, asked, now)
            owed = tuple(_owed(uow, refund) for refund in refunds)
            uow.commit()
        self.listener.changed()
        return owed

    def excess(self, uow: UnitOfWork, asked: Excess, approval: Approval, now: int) -> Refund:
        """Give back what this payment brought too much; pressed twice it is asked once. Part of the
        caller's transaction. Raises DomainError ``nothing_to_refund``, ``refund_too_small``,
        ``approval_needed`` or ``gateway_keys_gone``."""
        payment = asked.payment
        given(approval, now)
        known = uow.refunds.get(excess_key(payment.payment_id))
        if known is not None:
            return known
        if payment.free == 0:
            raise DomainError("nothing_to_refund")
        if payment.free < LEAST_REFUND:
            raise DomainError("refund_too_small", least=LEAST_REFUND)
        refund = _refund(payment, payment.free, now, approval)
        refund = replace(
            refund,
            key=excess_key(payment.payment_id),
            order_id=asked.order_id,
            reason=asked.reason,
            asked_by=asked.by,
        )
        self._ask(uow, refund, now)
        return refund

    def again(self, key: str, approval: Approval) -> None:
        """Try a failed one once more, with a new key where the old one gave nothing back.

        Raises DomainError ``refund_not_failed`` or ``approval_needed``.
        """
        now = self.clock.now()
        with self.store.write() as uow:
            self.once_more(uow, key, approval, now)
            uow.commit()
        self.listener.changed()

    def once_more(self, uow: UnitOfWork, key: str, approval: Approval, now: int) -> Refund:
        """Like ``again``, as part of the caller's transaction."""
        given(approval, now)
        refund = uow.refunds.get(key)
        failed = refund is not None and refund.state is RefundState.FAILED
        if refund is None or not failed or settled_otherwise(uow, refund):
            raise DomainError("refund_not_failed")
        step = next_refund_state(refund.state, RefundEvent.AGAIN)
        tried = replace(
            refund,
            state=step.state,
            attempt=refund.attempt + 1,
            refund_id=None,
            next_ask_at=None,
            asks=0,
            last_error=None,
        )
        uow.refunds.save(tried)
        for flag in uow.flags.of(refund.order_id):
            mine = flag.kind == "refund_failed" and flag.detail in refund.wire_keys
            if mine and flag.state == "open":
                how = f"asked again {tried.wire_keys[-1]}"
                close_entry(uow, flag, now, how, approval.by, approval.by)
        self._put(uow, tried, approval.by, now)
        return tried

    def owed(self) -> tuple[MoneyOwed, ...]:
        """Everything that is neither done nor given back otherwise, oldest first."""
        with self.store.read() as uow:
            return tuple(_owed(uow, refund) for refund in still_owed(uow))

    def _goods(
        self,
        uow: UnitOfWork,
        sale: Sale,
        lines: Sequence[RefundLine],
        asked: ReturnOrder,
        now: int,
    ) -> Sequence[Refund]:
        amount = _worth(sale, uow.refunds.of(sale.order_id), lines)
        if amount <= 0:
            raise DomainError("nothing_to_refund")
        payments = captures_of(uow, sale.order_id)
        if not payments:
            raise DomainError("refund_too_much", limit=0)
        parts = spread(amount, [payment.for_goods(sale.order_id) for payment in payments])
        refunds: list[Refund] = []
        for payment, part in zip(payments, parts, strict=True):
            if part == 0:
                continue
            known = uow.refunds.of_payment(payment.gateway, payment.payment_id)
            number = 1 + sum(r.key != excess_key(r.payment_id) for r in known)
            refund = replace(
                _refund(payment, part, now, asked.approval),
                key=return_key(payment.payment_id, number),
                order_id=sale.order_id,
                reason=asked.reason,
                asked_by=asked.by,
                # What came back is counted once, on the first of the payments that give it back.
                lines=tuple(lines) if not refunds else (),
            )
            self._ask(uow, refund, now)
            refunds.append(refund)
        return refunds

    def _ask(self, uow: UnitOfWork, refund: Refund, now: int) -> None:
        # A gateway that cannot be asked any more is known before anything is promised.
        try:
            gateway = self.gateways.named(refund.gateway)
        except GatewayError as error:
            raise DomainError("gateway_keys_gone") from error
        if not gateway.capabilities().refunds:
            raise DomainError("refunds_not_offered")
        if not uow.refunds.add(refund):
            raise DomainError("refund_asked")
        self._put(uow, refund, refund.asked_by, now)

    def _put(self, uow: UnitOfWork, refund: Refund, by: str, now: int) -> None:
        body = {
            "key": refund.key,
            "attempt": refund.attempt,
            "order_id": refund.order_id,
            "gateway": refund.gateway,
            "payment_id": refund.payment_id,
            "amount": refund.amount,
            "reason": refund.reason,
            "approved_by": refund.approved_by,
            "lines": [[line.line_no, line.qty, line.amount] for line in refund.lines],
        }
        uow.ledger.append("refund.asked", by, now, body)
        subject = effects.refund_subject(refund.key, refund.attempt)
        uow.outbox.put(effects.REFUND_ASK, subject, refund.order_id, now)


def _refund(payment: Capture, amount: int, now: int, approval: Approval) -> Refund:
    return Refund(
        key="",
        order_id="",
        gateway=payment.gateway,
        payment_id=payment.payment_id,
        amount=amount,
        reason="",
        state=RefundState.ASKED,
        created_at=now,
        asked_by="",
        approved_by=approval.by,
        provider_order_id=payment.provider_order_id,
    )


def _issued(uow: UnitOfWork, order_id: str) -> Sale:
    sale = uow.sales.get(order_id)
    if sale is None or sale.state is not SaleState.ISSUED:
        raise DomainError("not_issued")
    return sale


def _returned(refunds: Sequence[Refund]) -> dict[int, int]:
    """Thousandths that came back, by line; a failed refund is still owed, so it counts."""
    back: dict[int, int] = {}
    for refund in refunds:
        for line in refund.lines:
            back[line.line_no] = back.get(line.line_no, 0) + line.qty
    return back


def _lines(sale: Sale, back: dict[int, int]) -> tuple[RefundableLine, ...]:
    found = []
    for number, line in enumerate(sale.bill.lines, 1):
        gone = back.get(number, 0)
        left = line.qty - gone
        worth = part_value(line.total, line.qty, gone, left)
        priced = RefundableLine(
            number, line.name, line.qty, left, worth, unit=line.unit, total=line.total
        )
        found.append(priced)
    return tuple(found)


def _asked_lines(
    sale: Sale, earlier: Sequence[Refund], lines: Sequence[tuple[int, int]]
) -> tuple[RefundLine, ...]:
    back, asked = _returned(earlier), []
    for number, qty in lines:
        if not 1 <= number <= len(sale.bill.lines) or qty <= 0:
            raise DomainError("line_unknown", line=number)
        line, gone = sale.bill.lines[number - 1], back.get(number, 0)
        back[number] = gone + qty
        asked.append(RefundLine(number, qty, part_value(line.total, line.qty, gone, qty)))
    return tuple(asked)


def _same_decision(
    earlier: Sequence[Refund], approval: Approval, lines: Sequence[RefundLine]
) -> Sequence[Refund]:
    """The refunds that were asked for by this very approval, which is good for one: who presses
    twice meant it once. None for a new decision."""
    asked = [
        refund
        for refund in earlier
        if refund.key != excess_key(refund.payment_id)
        and refund.approved_by == approval.by
        and refund.created_at >= approval.at
    ]
    before = [(line.line_no, line.qty) for refund in asked for line in refund.lines]
    if asked and before != [(line.line_no, line.qty) for line in lines]:
        raise DomainError("approval_used")
    return asked


def _worth(sale: Sale, earlier: Sequence[Refund], lines: Sequence[RefundLine]) -> int:
    """Paise for these lines: their exact value, and with the last of them the bill's rounding.

    Raises DomainError ``returned_too_much``.
    """
    back = _returned(earlier)
    for line in lines:
        back[line.line_no] = back.get(line.line_no, 0) + line.qty
    left = [line.qty - back.get(number, 0) for number, line in enumerate(sale.bill.lines, 1)]
    if min(left) < 0:
        raise DomainError("returned_too_much")
    rest = sale.due - _gone(earlier)
    return rest if not any(left) else min(rest, sum(line.amount for line in lines))


def _gone(refunds: Sequence[Refund]) -> int:
    """Paise that were given back for goods."""
    return sum(r.amount for r in refunds if r.key != excess_key(r.payment_id))


def _owed(uow: UnitOfWork, refund: Refund) -> MoneyOwed:
    sale = uow.sales.get(refund.order_id)
    return MoneyOwed(
        key=refund.key,
        order_id=refund.order_id,
        amount=refund.amount,
        state=refund.state.value,
        since=refund.created_at,
        reason=refund.reason,
        payment_id=refund.payment_id,
        invoice_number=sale.invoice_number if sale is not None else None,
        last_error=refund.last_error or "",
        token_no=sale.token_no if sale is not None else None,
    )
