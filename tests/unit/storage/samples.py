"""Values for the store's tests: bills with right sums, and a whole cash sale in one unit."""

import hashlib
from dataclasses import replace

import msgspec

from pos_desktop.domain.numbering import financial_year, invoice_number, ist_day
from pos_desktop.domain.sale import (
    Channel,
    Consent,
    PricedBill,
    PricedLine,
    Sale,
    SaleState,
    Tender,
    TenderKind,
    Totals,
)
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire.chain import canonical

# 23 November 2026, 10:43 in India: financial year 2627.
NOW = 1_795_410_780_000
SERIES = "C2A"
FY = "2627"


def line(name: str = "Atta 5 kg", total: int = 25_000) -> PricedLine:
    """One inclusive line at 5 %."""
    tax = total * 5 // 105 // 2
    return PricedLine(
        name=name,
        qty=1000,
        price=total,
        price_includes_tax=True,
        gst_rate=50_000,
        gross=total,
        discount=0,
        bill_discount=0,
        net=total,
        taxable=total - 2 * tax,
        cgst=tax,
        sgst=tax,
        igst=0,
        cess=0,
        total=total,
        item_id=7,
        barcode="8901030865275",
        mrp=total,
        hsn="1101",
    )


def bill(*lines: PricedLine) -> PricedBill:
    """A bill over these lines (one if none), payable in whole rupees."""
    kept = lines or (line(),)
    taxable, cgst, sgst, igst, cess, total = (
        sum(getattr(each, name) for each in kept)
        for name in ("taxable", "cgst", "sgst", "igst", "cess", "total")
    )
    payable = (total + 50) // 100 * 100
    totals = Totals(taxable, cgst, sgst, igst, cess, total, payable - total, payable)
    return PricedBill(kept, totals, "29", "29")


def order_id(n: int) -> str:
    """A sortable id of 26 characters."""
    return f"{n:026d}"


def sale(n: int = 1, *, lines: int = 1, phone: str | None = "+919876543210") -> Sale:
    """An awaiting bill with its own token and hash."""
    priced = bill(*(line(f"Article {k}", 10_050 + k) for k in range(lines)))
    return Sale(
        order_id=order_id(n),
        token_no=n,
        state=SaleState.AWAITING,
        counter="Counter 1",
        cashier="Asha",
        channel=Channel.WHATSAPP_LINK,
        bill=priced,
        due=priced.totals.payable,
        bill_hash=hashlib.sha256(canonical(msgspec.to_builtins(priced))).hexdigest(),
        link_token=f"token-{n:016d}",
        created_at=NOW + n,
        phone=phone,
        consent=Consent("bill", "Asha", NOW, "v1") if phone else None,
    )


def sell(store: SqliteStore, n: int, *, lines: int = 1, series: str = SERIES) -> str:
    """A cash sale as the services make it, in one unit; its invoice number once it is durable."""
    made = sale(n, lines=lines)
    with store.write() as unit:
        made = replace(made, token_no=unit.sales.next_token(ist_day(made.created_at)))
        unit.sales.add(made)
        unit.tenders.add(
            made.order_id, Tender(TenderKind.CASH, made.due, made.created_at, "Asha", made.due)
        )
        fy = financial_year(made.created_at)
        number = invoice_number(series, fy, unit.numbers.take(series, fy))
        unit.sales.issue(made.order_id, number, made.created_at, "cash")
        body = {"order_id": made.order_id, "number": number, "bill_hash": made.bill_hash}
        unit.ledger.append("sale.issued", "Asha", made.created_at, body)
        unit.outbox.put("page.publish", f"{made.order_id}/2", made.order_id, made.created_at)
        unit.sales.hand_over(made.order_id, made.created_at, "Asha")
        unit.commit()
    return number
