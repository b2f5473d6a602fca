"""What the hosted page and the PDF say: display-ready strings made once from the frozen sale."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.cart import pieces_of
from pos_desktop.domain.invoicing import declaration, document_title
from pos_desktop.domain.money import amount_in_words, format_qty, format_rate, format_rupees
from pos_desktop.domain.numbering import ist_date_text, ist_time_text
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import Collect, PaymentFact
from pos_desktop.domain.sale import (
    PricedLine,
    Sale,
    SaleState,
    Scheme,
    TaxClass,
    Tender,
    TenderKind,
)
from pos_desktop.domain.tax import STATES, state_tax_label
from pos_desktop.wire import v1

_DASH = "—"
_LABELS = {
    TenderKind.CASH: "cash",
    TenderKind.GATEWAY_LINK: "payment link",
    TenderKind.GATEWAY_QR: "UPI",
    # No bank has told of it: whoever reads the receipt must see on whose word it stands.
    TenderKind.OWN_UPI: "UPI (confirmed by the shop)",
    TenderKind.CARD: "card",
    TenderKind.STORE_CREDIT: "store credit",
}


@dataclass(frozen=True, slots=True)
class Bill:
    """A sale with what is needed to print it."""

    sale: Sale
    tenders: Sequence[Tender] = ()
    facts: Sequence[tuple[str, PaymentFact]] = ()
    collect: Collect | None = None


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Builds the content of a bill or an invoice with the particulars of Rule 46.

    ``logo`` is the shop's picture as the wire carries it ("" for none).
    """

    options: Options
    logo: str = ""

    def content(self, bill: Bill) -> v1.PageContent:
        """The invoice if the sale is issued, else the unpaid bill (with its Pay button)."""
        sale, shop = bill.sale, self.options.shop
        issued = sale.state is SaleState.ISSUED
        at = sale.issued_at if issued and sale.issued_at else sale.created_at
        taxed = sale.bill.scheme is Scheme.REGULAR
        return v1.PageContent(
            kind="invoice" if issued else "bill",
            lang=shop.language,
            shop_name=shop.name,
            shop_initials=shop.initials,
            logo=self.logo,
            shop_address=shop.address,
            shop_phone=shop.phone,
            gstin="" if sale.bill.scheme is Scheme.UNREGISTERED else shop.gstin,
            token_no=str(sale.token_no),
            counter=sale.counter,
            cashier=sale.cashier,
            title=document_title(sale.bill, sale.bill.scheme) if issued else "BILL",
            declaration=declaration(sale.bill.scheme) or "",
            number=sale.invoice_number or "",
            order_ref=sale.order_id,
            date=ist_date_text(at),
            time=ist_time_text(at),
            place_of_supply=place(sale.bill.place_of_supply) if taxed else "",
            reverse_charge="No" if taxed else "",
            lines=tuple(self._line(line) for line in sale.bill.lines),
            sums=_sums(sale),
            total=format_rupees(sale.due, sign=True),
            pieces=pieces_of((line.unit, line.qty) for line in sale.bill.lines),
            tax_included=_shown(sale.bill.totals.tax),
            saved=_shown(sale.bill.saved),
            tax_rows=tuple(_tax_rows(sale.bill.lines)) if taxed else (),
            state_tax_label=state_tax_label(sale.bill.supplier_state),
            words=amount_in_words(sale.due),
            paid=_stamp(bill, at) if issued else None,
            pay=None if issued else self._pay(bill),
            return_policy=shop.return_policy,
            practice=self.options.practice,
        )

    def _line(self, line: PricedLine) -> v1.BillLine:
        exempt = line.tax_class is not TaxClass.TAXABLE
        return v1.BillLine(
            name=line.name,
            hsn=line.hsn[: max(4, self.options.shop.hsn_digits)],
            qty=format_qty(line.qty, line.unit),
            price=format_rupees(line.price),
            mrp=format_rupees(line.mrp) if line.mrp is not None else "",
            amount=format_rupees(line.total),
            taxable=format_rupees(line.taxable),
            rate="Exempt" if exempt else f"{format_rate(line.gst_rate)} %",
            tax=format_rupees(line.cgst + line.sgst + line.igst + line.cess),
        )

    def _pay(self, bill: Bill) -> v1.PayButton | None:
        collect = bill.collect
        if collect is None or not collect.url:
            return None
        return v1.PayButton(
            url=collect.url,
            label=f"Pay {format_rupees(collect.amount, sign=True)}",
            pay_by=ist_time_text(collect.expires_at) if collect.expires_at else "",
            note=f"UPI, cards, net banking · on {collect.gateway.capitalize()}'s page",
        )


def place(state: str) -> str:
    """``27-Maharashtra``, the spelling of the GST tools; "" where no State is known."""
    return f"{state}-{STATES[state]}" if state in STATES else state


def _sums(sale: Sale) -> tuple[tuple[str, str], ...]:
    off = sum(line.discount + line.bill_discount for line in sale.bill.lines)
    rows: list[tuple[str, str]] = []
    if off:
        rows.append(("Discount", format_rupees(-off)))
    if sale.bill.totals.round_off:
        rows.append(("Round-off", format_rupees(sale.bill.totals.round_off)))
    return tuple(rows)


def _tax_rows(lines: Sequence[PricedLine]) -> list[v1.TaxRow]:
    """GST by rate: sums of the stored lines (domain 1.10 rule 6), taxed rates first."""
    groups: dict[tuple[int, int], list[PricedLine]] = {}
    for line in lines:
        key = (0, line.gst_rate) if line.tax_class is TaxClass.TAXABLE else (1, 0)
        groups.setdefault(key, []).append(line)
    return [_tax_row(key, group) for key, group in sorted(groups.items())]


def _tax_row(key: tuple[int, int], group: Sequence[PricedLine]) -> v1.TaxRow:
    exempt, rate = key
    return v1.TaxRow(
        label="Exempt" if exempt else f"{format_rate(rate)} %",
        taxable=format_rupees(sum(line.taxable for line in group)),
        central=_dash(sum(line.cgst for line in group)),
        state=_dash(sum(line.sgst for line in group)),
        integrated=_dash(sum(line.igst for line in group)),
        cess=_dash(sum(line.cess for line in group)),
    )


def _shown(amount: int) -> str:
    return format_rupees(amount) if amount else ""


def _dash(amount: int) -> str:
    return format_rupees(amount) if amount else _DASH


def _stamp(bill: Bill, at: int) -> v1.PaidStamp:
    kinds = list(dict.fromkeys(_LABELS[t.kind] for t in bill.tenders))
    words = " and ".join(word for word in (", ".join(kinds[:-1]), *kinds[-1:]) if word)
    label = "Paid in cash" if kinds == ["cash"] else f"Paid by {words}"
    paying = {t.reference for t in bill.tenders}
    found = [f for _, f in bill.facts if f.payment_id in paying]
    if found and all(f.method == "upi" for f in found) and len(kinds) == 1:
        label = "Paid by UPI"
    spoken = [t.reference for t in bill.tenders if t.kind is TenderKind.OWN_UPI]
    reference = next((rrn for rrn in [*(f.rrn for f in found), *spoken] if rrn), "")
    return v1.PaidStamp(
        label=label,
        when=f"{ist_date_text(at)}, {ist_time_text(at)}",
        reference=f"UPI ref {group_rrn(reference)}" if reference else "",
        tenders=tuple((_LABELS[t.kind], format_rupees(t.amount)) for t in bill.tenders),
    )


def group_rrn(rrn: str) -> str:
    """``632712345678`` -> ``6327 1234 5678``: as the customer's app shows it."""
    return " ".join(rrn[i : i + 4] for i in range(0, len(rrn), 4))
