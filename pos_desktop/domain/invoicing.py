"""Which document a bill becomes, and the words that the law wants on it (reference domain 1.1)."""

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import PricedBill, PricedLine, Scheme, TaxClass

#: Rule 5 (CGST Rules): at the top of every bill of a composition dealer.
COMPOSITION_DECLARATION = "composition taxable person, not eligible to collect tax on supplies"

TAX_INVOICE = "TAX INVOICE"
BILL_OF_SUPPLY = "BILL OF SUPPLY"
INVOICE_CUM_BILL = "INVOICE-CUM-BILL OF SUPPLY"
BILL = "BILL"


def document_title(bill: PricedBill, scheme: Scheme, buyer_gstin: str | None = None) -> str:
    """The heading to print: Rules 46, 49 and 46A by scheme, kinds of lines and buyer.

    Raises DomainError ``mixed_bill_registered_buyer``: Rule 46A is for unregistered buyers only, a
    registered one needs two documents.
    """
    if scheme is Scheme.UNREGISTERED:
        return BILL
    if scheme is Scheme.COMPOSITION:
        return BILL_OF_SUPPLY
    kinds = {bears_tax(line) for line in bill.lines}
    if kinds == {True}:
        return TAX_INVOICE
    if kinds == {True, False}:
        if buyer_gstin:
            raise DomainError("mixed_bill_registered_buyer")
        return INVOICE_CUM_BILL
    return BILL_OF_SUPPLY


def declaration(scheme: Scheme) -> str | None:
    """The sentence for the top of the document, or None."""
    return COMPOSITION_DECLARATION if scheme is Scheme.COMPOSITION else None


def bears_tax(line: PricedLine) -> bool:
    """Whether a line is a taxable supply; a rate of 0 is nil-rated however it is classed."""
    rated = bool(line.gst_rate or line.cess_rate or line.cess_per_unit)
    return rated and line.tax_class is TaxClass.TAXABLE
