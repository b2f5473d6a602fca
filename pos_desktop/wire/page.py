"""What a hosted page says, version 1 (part of ``wire.v1``): a bill, an invoice, its credit notes.

Every string is display-ready: the relay formats nothing.
"""

import msgspec


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as printed. ``qty`` carries its unit where it is not pieces ("1.235 kg")."""

    name: str
    hsn: str = ""
    qty: str
    price: str
    mrp: str = ""
    amount: str
    taxable: str = ""
    rate: str = ""
    tax: str = ""


class TaxRow(msgspec.Struct, frozen=True, kw_only=True):
    """GST of one rate; a dash where nothing applies."""

    label: str
    taxable: str
    central: str
    state: str
    integrated: str
    cess: str


class PaidStamp(msgspec.Struct, frozen=True, kw_only=True):
    """How and when the bill was paid. ``label``: "Paid by UPI", "Paid in cash"."""

    label: str
    when: str
    reference: str = ""
    tenders: tuple[tuple[str, str], ...] = ()


class PayButton(msgspec.Struct, frozen=True, kw_only=True):
    """Where the customer pays; the relay shows it only if the host is on its allow-list."""

    url: str
    label: str
    pay_by: str = ""
    note: str = ""


class CreditNote(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of an invoice that came back: Rule 53 (1A) with the fields of the page around it.

    ``total`` carries the rupee sign. ``refund`` says where the money went ("Refunded by UPI").
    """

    title: str = "CREDIT NOTE"
    number: str
    date: str
    reason: str = ""
    lines: tuple[BillLine, ...]
    sums: tuple[tuple[str, str], ...] = ()
    total: str
    tax_rows: tuple[TaxRow, ...] = ()
    words: str = ""
    refund: str = ""
    reference: str = ""


class PageContent(msgspec.Struct, frozen=True, kw_only=True):
    """A bill, an invoice or an invoice with its credit notes, with every field of Rule 46 that
    applies (reference domain 1.2)."""

    v: int = 1
    kind: str  # "bill" until paid, then "invoice"
    lang: str = "en"
    shop_name: str
    shop_initials: str = ""
    logo: str = ""  # a PNG of at most 8 KB as base64; the initials stand for it where it is not
    shop_address: tuple[str, ...] = ()
    shop_phone: str = ""
    gstin: str = ""
    token_no: str
    counter: str
    cashier: str = ""
    title: str  # TAX INVOICE, BILL OF SUPPLY, INVOICE-CUM-BILL OF SUPPLY, BILL
    declaration: str = ""  # composition wording
    number: str = ""
    order_ref: str = ""
    date: str
    time: str
    place_of_supply: str = ""
    reverse_charge: str = ""
    buyer: tuple[str, ...] = ()
    lines: tuple[BillLine, ...]
    sums: tuple[tuple[str, str], ...] = ()  # (label, amount): discount, round-off ...
    total: str  # with the rupee sign
    pieces: str = ""
    tax_included: str = ""
    saved: str = ""
    tax_rows: tuple[TaxRow, ...] = ()
    state_tax_label: str = "SGST"
    words: str = ""
    paid: PaidStamp | None = None
    pay: PayButton | None = None
    return_policy: str = ""
    practice: bool = False
    credit_notes: tuple[CreditNote, ...] = ()  # of an invoice only, oldest first
