"""How much cash the law lets a shop take (Income-tax Act 2025 s.186; reference domain 6)."""

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.domain.sale import Sale, TenderKind
from pos_desktop.ports import UnitOfWork

#: Nobody may receive this much in cash for one bill, or from one person in a day.
CASH_LIMIT = 2_00_000_00
#: From here on the cashier is told what this till does not know of the day's cash.
CASH_NOTICE = 50_000_00


def cash_notice(amount: int, *, known: bool) -> str:
    """What to say before this much cash is taken for a bill: "" or a code. ``cash_unnamed``: it has
    no phone (not ``known``), so nobody adds up what the customer gave today. ``cash_elsewhere``:
    she may have given some at another counter, which this one does not know. More than may be taken
    is refused anyway."""
    if not CASH_NOTICE <= amount < CASH_LIMIT:
        return ""
    return "cash_elsewhere" if known else "cash_unnamed"


def refuse_cash_beyond_law(uow: UnitOfWork, sale: Sale, amount: int, now: int) -> None:
    """Raises DomainError ``cash_limit`` for the bill with all cash that it has, and
    ``cash_limit_day`` (``taken``) for the customer, as far as her phone tells who she is."""
    standing = uow.tenders.of(sale.order_id)
    on_bill = sum(tender.amount for tender in standing if tender.kind is TenderKind.CASH)
    if on_bill + amount >= CASH_LIMIT:
        raise DomainError("cash_limit", limit=CASH_LIMIT)
    if sale.phone is not None:
        taken = uow.tenders.cash_from(sale.phone, ist_midnight(now))
        if taken + amount >= CASH_LIMIT:
            raise DomainError("cash_limit_day", limit=CASH_LIMIT, taken=taken)
