"""The bill as values: what was priced, what was frozen, how it was paid.

Money is integer paise, quantity integer thousandths, a rate integer ten-thousandths of a percent
(18 % is 180_000: the price format allows four decimals, see ``domain/tax.py``). Moments are integer
milliseconds since 1970-01-01 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

# They are settings of the shop; the counter reads its settings before it needs a sale.
from pos_desktop.domain.options import Channel, LinkStyle, RoundOff, Scheme

__all__ = [
    "Channel",
    "Consent",
    "Item",
    "LinkStyle",
    "PricedBill",
    "PricedLine",
    "RoundOff",
    "Sale",
    "SaleState",
    "Scheme",
    "TaxClass",
    "Tender",
    "TenderKind",
    "Totals",
]


class TaxClass(StrEnum):
    """How a line is treated under GST (reference domain 1.6)."""

    TAXABLE = "taxable"
    NIL = "nil"
    EXEMPT = "exempt"
    NON_GST = "non_gst"


class SaleState(StrEnum):
    """``draft`` lives in the cart only; the database knows the other three."""

    AWAITING = "awaiting"
    ISSUED = "issued"
    ABANDONED = "abandoned"


class TenderKind(StrEnum):
    """How money reached the shop.

    The two of the gateway are the books' record of captured payments. ``own_upi`` is a person's
    word (own UPI QR, 12-digit RRN), ``card`` an external terminal's slip, ``store_credit`` the
    balance of a credit note.
    """

    CASH = "cash"
    GATEWAY_LINK = "gateway_link"
    GATEWAY_QR = "gateway_qr"
    OWN_UPI = "own_upi"
    CARD = "card"
    STORE_CREDIT = "store_credit"


@dataclass(frozen=True, slots=True)
class Item:
    """One article of the catalogue, as the scanner finds it.

    ``unit`` is the UQC code (PCS, KGS ...); ``gst_rate``/``cess_rate`` in 1/10000 percent;
    ``cess_per_unit`` in paise per one unit. ``mrp`` is None where the article has none.
    """

    item_id: int
    barcode: str
    name: str
    price: int
    mrp: int | None = None
    price_includes_tax: bool = True
    gst_rate: int = 0
    hsn: str = ""
    unit: str = "PCS"
    category: str = ""
    tax_class: TaxClass = TaxClass.TAXABLE
    cess_rate: int = 0
    cess_per_unit: int = 0


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line as it is stored and printed; reports and returns read only these fields.

    Invariants (reference domain 1.10): ``net = gross - discount - bill_discount``; for an inclusive
    price ``total == net``; ``cgst == sgst``; ``total == taxable + cgst + sgst + igst + cess``.
    """

    name: str
    qty: int
    price: int
    price_includes_tax: bool
    gst_rate: int
    gross: int
    discount: int
    bill_discount: int
    net: int
    taxable: int
    cgst: int
    sgst: int
    igst: int
    cess: int
    total: int
    item_id: int | None = None
    barcode: str = ""
    mrp: int | None = None
    hsn: str = ""
    unit: str = "PCS"
    tax_class: TaxClass = TaxClass.TAXABLE
    cess_rate: int = 0
    cess_per_unit: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the stored lines (never recomputed on totals), the round-off line and the payable."""

    taxable: int
    cgst: int
    sgst: int
    igst: int
    cess: int
    total: int
    round_off: int
    payable: int

    @property
    def tax(self) -> int:
        """All GST and cess on the bill, in paise."""
        return self.cgst + self.sgst + self.igst + self.cess


@dataclass(frozen=True, slots=True)
class PricedBill:
    """A priced cart: the result of ``domain.tax.price_bill``."""

    lines: tuple[PricedLine, ...]
    totals: Totals
    supplier_state: str = ""
    place_of_supply: str = ""
    scheme: Scheme = Scheme.REGULAR

    @property
    def saved(self) -> int:
        """What the customer pays less than MRP, in paise (0 where no line has an MRP above it)."""
        kept = 0
        for line in self.lines:
            if line.mrp is not None:
                # Half up like every amount; a line sold above its MRP never counts as negative.
                full = (line.mrp * line.qty + 500) // 1000
                kept += max(0, full - line.total)
        return kept


@dataclass(frozen=True, slots=True)
class Consent:
    """That the customer agreed to messages about this bill (reference domain 3.2)."""

    purpose: str
    asked_by: str
    at: int
    text_version: str


@dataclass(frozen=True, slots=True)
class Tender:
    """Money in hand or at the gateway that counts for one sale; amounts in paise.

    ``reference``: payment id, RRN, slip number or credit code. ``approved_by``: the manager whose
    PIN it took. ``tender_id`` is 0 until the database has given one.
    """

    kind: TenderKind
    amount: int
    at: int
    by: str
    tendered: int = 0
    change: int = 0
    reference: str = ""
    approved_by: str = ""
    tender_id: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """A frozen bill. Everything but ``state``, ``issued_at`` and ``invoice_number`` never changes;
    ``phone`` and ``link_token`` may be corrected while it waits, ``contact`` counts how often.

    ``order_id`` is our sortable id (26 characters), ``token_no`` the number called out at the
    counter, ``link_token`` the 128-bit secret of the hosted page (22 characters). ``remote``: a
    phone order, paid and handed over elsewhere. ``confirmed_by``: push, poll, cash, asserted ...
    ``link_style``: where the link of its payment request leads.
    """

    order_id: str
    token_no: int
    state: SaleState
    counter: str
    cashier: str
    channel: Channel
    bill: PricedBill
    due: int
    bill_hash: str
    link_token: str
    created_at: int
    phone: str | None = None
    consent: Consent | None = None
    invoice_number: str | None = None
    issued_at: int | None = None
    confirmed_by: str | None = None
    handed_over_at: int | None = None
    remote: bool = False
    link_style: LinkStyle = LinkStyle.GATEWAY
    contact: int = 0
