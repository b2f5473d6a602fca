"""The heading by scheme, lines and buyer."""

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.invoicing import bears_tax, declaration, document_title
from pos_desktop.domain.sale import PricedBill, RoundOff, Scheme, TaxClass
from pos_desktop.domain.tax import LineToPrice, price_bill

SOAP = LineToPrice("Soap", 4200, gst_rate=180_000)
MILK = LineToPrice("Milk", 2700)
SALT = LineToPrice("Salt", 2700, gst_rate=50_000, tax_class=TaxClass.NIL)
CESS = LineToPrice("Legacy", 2700, cess_per_unit=10)
GSTIN = "27AAPFU0939F1ZV"


def bill(*lines: LineToPrice, scheme: Scheme = Scheme.REGULAR) -> PricedBill:
    return price_bill(
        lines,
        supplier_state="27",
        place_of_supply="27",
        scheme=scheme,
        round_off=RoundOff.NEAREST,
    )


@pytest.mark.parametrize(
    ("lines", "buyer", "title"),
    [
        ((SOAP,), None, "TAX INVOICE"),
        ((SOAP, CESS), GSTIN, "TAX INVOICE"),
        ((MILK, SALT), None, "BILL OF SUPPLY"),
        ((MILK,), GSTIN, "BILL OF SUPPLY"),
        ((SOAP, MILK), None, "INVOICE-CUM-BILL OF SUPPLY"),
        ((SOAP, SALT), "", "INVOICE-CUM-BILL OF SUPPLY"),
    ],
)
def test_a_regular_dealer(lines: tuple[LineToPrice, ...], buyer: str | None, title: str) -> None:
    assert document_title(bill(*lines), Scheme.REGULAR, buyer) == title


def test_a_registered_buyer_of_both_kinds_needs_two_documents() -> None:
    with pytest.raises(DomainError) as caught:
        document_title(bill(SOAP, MILK), Scheme.REGULAR, GSTIN)
    assert caught.value.code == "mixed_bill_registered_buyer"


def test_who_may_not_collect_tax() -> None:
    for scheme, title in ((Scheme.COMPOSITION, "BILL OF SUPPLY"), (Scheme.UNREGISTERED, "BILL")):
        made = bill(SOAP, MILK, scheme=scheme)
        assert document_title(made, scheme, GSTIN) == title
        assert not any(bears_tax(line) for line in made.lines)
    assert declaration(Scheme.COMPOSITION) == (
        "composition taxable person, not eligible to collect tax on supplies"
    )
    assert declaration(Scheme.REGULAR) is None
    assert declaration(Scheme.UNREGISTERED) is None
