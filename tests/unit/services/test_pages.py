"""What the customer reads: every kind of bill, as display-ready strings."""

from dataclasses import replace

import pytest

from pos_desktop.domain.options import Language, Options, Shop
from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import (
    Channel,
    PricedBill,
    RoundOff,
    Sale,
    SaleState,
    Scheme,
    TaxClass,
    Tender,
    TenderKind,
)
from pos_desktop.domain.tax import LineToPrice, price_bill
from pos_desktop.services.pages import Bill, PageWriter, place
from pos_desktop.wire import v1
from tests.support.rig import START, options

MILK = LineToPrice("Milk", 7400, gst_rate=50_000, hsn="04012000", mrp=7400)
SOAP = LineToPrice("Soap", 4500, qty=2000, gst_rate=180_000, hsn="34011190", mrp=5000)
RICE = LineToPrice("Rice", 6500, qty=1235, unit="KGS", hsn="1006", tax_class=TaxClass.EXEMPT)
COLA = LineToPrice("Cola", 4000, gst_rate=280_000, cess_rate=120_000, hsn="2202")
CASH, LINK, QR = TenderKind.CASH, TenderKind.GATEWAY_LINK, TenderKind.GATEWAY_QR
OWN, CARD, CREDIT = TenderKind.OWN_UPI, TenderKind.CARD, TenderKind.STORE_CREDIT


def priced(
    *lines: LineToPrice, scheme: Scheme = Scheme.REGULAR, supplier: str = "27", buyer: str = ""
) -> PricedBill:
    return price_bill(
        lines,
        supplier_state=supplier,
        place_of_supply=buyer or supplier,
        scheme=scheme,
        round_off=RoundOff.NEAREST,
    )


def sale_of(bill: PricedBill, *, issued: bool = True) -> Sale:
    sale = Sale(
        order_id="01J0000000000000000000000A",
        token_no=47,
        state=SaleState.AWAITING,
        counter="Counter 2",
        cashier="Asha",
        channel=Channel.WHATSAPP_LINK,
        bill=bill,
        due=bill.totals.payable,
        bill_hash="",
        link_token="T" * 22,
        created_at=START,
    )
    if not issued:
        return sale
    number, at = "P2A/2627/000001", START + 60_000
    return replace(sale, state=SaleState.ISSUED, invoice_number=number, issued_at=at)


def paid(sale: Sale, *kinds: TenderKind) -> tuple[Tender, ...]:
    share = sale.due // len(kinds)
    named = {CASH: "", OWN: "632712345670"}
    return tuple(
        Tender(kind, share, START, "x", reference=named.get(kind, f"pay_{number}"))
        for number, kind in enumerate(kinds, 1)
    )


def fact(number: int, method: str = "upi", rrn: str | None = "632712345678") -> PaymentFact:
    return PaymentFact(
        "razorpay", f"pay_{number}", PaymentStatus.CAPTURED, 1, "INR", START, method, rrn=rrn
    )


def content(
    bill: PricedBill, *kinds: TenderKind, shop: Options | None = None, facts: int = 0
) -> v1.PageContent:
    sale = sale_of(bill)
    seen = tuple(("B-1", fact(number)) for number in range(1, facts + 1))
    return PageWriter(shop or options()).content(Bill(sale, paid(sale, *kinds or (CASH,)), seen))


def with_shop(**given: object) -> Options:
    shop = options()
    changed = replace(shop.shop, **given)  # type: ignore[arg-type]  # fields by name
    return replace(shop, shop=changed)


def test_a_tax_invoice_has_the_particulars_of_rule_46() -> None:
    page = content(priced(MILK, SOAP))
    assert (page.kind, page.title, page.number) == ("invoice", "TAX INVOICE", "P2A/2627/000001")
    assert (page.shop_name, page.gstin) == ("Fresh Mart", "27AAPFU0939F1ZV")
    assert page.shop_address == ("FC Road", "Pune 411004")
    assert (page.date, page.time) == ("23-11-2026", "10:16")
    assert (page.place_of_supply, page.reverse_charge) == ("27-Maharashtra", "No")
    assert (page.token_no, page.counter, page.cashier) == ("47", "Counter 2", "Asha")
    milk, soap = page.lines
    assert (milk.name, milk.qty, milk.price, milk.mrp) == ("Milk", "1", "74.00", "74.00")
    assert (milk.hsn, milk.rate, milk.amount) == ("0401", "5 %", "74.00")
    assert (milk.taxable, milk.tax) == ("70.48", "3.52")
    assert (soap.qty, soap.amount, soap.rate) == ("2", "90.00", "18 %")
    assert [row.label for row in page.tax_rows] == ["5 %", "18 %"]
    assert page.tax_rows[0].central == page.tax_rows[0].state == "1.76"
    assert (page.tax_rows[0].integrated, page.tax_rows[0].cess) == ("—", "—")
    assert (page.total, page.saved, page.state_tax_label) == ("₹164.00", "10.00", "SGST")
    assert page.words == "Rupees One Hundred Sixty-Four Only"
    assert page.pay is None
    assert page.declaration == ""


def test_hsn_is_cut_to_what_the_shop_must_print() -> None:
    for digits, shown in ((0, "0401"), (4, "0401"), (6, "040120"), (8, "04012000")):
        page = content(priced(MILK), shop=with_shop(hsn_digits=digits))
        assert page.lines[0].hsn == shown


def test_exempt_lines_beside_taxed_ones() -> None:
    page = content(priced(RICE, MILK))
    assert page.title == "INVOICE-CUM-BILL OF SUPPLY"
    rice = page.lines[0]
    assert (rice.qty, rice.rate, rice.tax, rice.mrp) == ("1.235 kg", "Exempt", "0.00", "")
    assert [row.label for row in page.tax_rows] == ["5 %", "Exempt"]
    assert page.tax_rows[1].taxable == rice.amount == "80.28"
    assert set(page.tax_rows[1].central + page.tax_rows[1].state) == {"—"}


def test_only_exempt_goods_make_a_bill_of_supply_without_tax() -> None:
    page = content(priced(RICE))
    assert (page.title, page.tax_included) == ("BILL OF SUPPLY", "")
    assert page.sums == (("Round-off", "−0.28"),)


def test_composition_says_so_and_shows_no_tax() -> None:
    page = content(priced(MILK, scheme=Scheme.COMPOSITION))
    assert page.title == "BILL OF SUPPLY"
    assert "composition taxable person" in page.declaration
    assert (page.tax_rows, page.tax_included, page.place_of_supply) == ((), "", "")
    assert page.reverse_charge == ""
    assert page.gstin == "27AAPFU0939F1ZV"


def test_unregistered_shows_no_gstin() -> None:
    page = content(priced(MILK, scheme=Scheme.UNREGISTERED))
    assert (page.title, page.gstin, page.tax_rows, page.declaration) == ("BILL", "", (), "")


def test_a_union_territory_levies_utgst_and_another_state_igst() -> None:
    assert content(priced(MILK, supplier="04")).state_tax_label == "UTGST"
    page = content(priced(COLA, supplier="27", buyer="29"))
    (row,) = page.tax_rows
    assert page.place_of_supply == "29-Karnataka"
    assert (row.central, row.state) == ("—", "—")
    assert (row.integrated, row.cess) == ("8.00", "3.43")


def test_a_state_that_is_not_known_is_shown_as_it_stands() -> None:
    assert [place("27"), place("00"), place("")] == ["27-Maharashtra", "00", ""]


def test_discounts_and_rounding_are_rows_of_their_own() -> None:
    off = replace(SOAP, discount=525)
    bill = price_bill(
        (off, MILK),
        supplier_state="27",
        place_of_supply="27",
        scheme=Scheme.REGULAR,
        round_off=RoundOff.NEAREST,
        bill_discount=100,
    )
    page = content(bill)
    assert page.sums == (("Discount", "−6.25"), ("Round-off", "0.25"))
    assert page.total == "₹158.00"
    assert content(priced(MILK)).sums == ()


def test_an_unpaid_bill_has_a_pay_button_where_there_is_a_link() -> None:
    sale = sale_of(priced(MILK), issued=False)
    collect = Collect(
        "B-1", "B", 1, CollectKind.LINK, CollectState.OPEN, "razorpay", sale.due, START,
        url="https://rzp.io/rzp/L1", expires_at=START + 1_800_000,
    )  # fmt: skip
    writer = PageWriter(options())
    page = writer.content(Bill(sale, collect=collect))
    assert (page.kind, page.title, page.number, page.paid) == ("bill", "BILL", "", None)
    assert page.pay is not None
    assert (page.pay.url, page.pay.label) == ("https://rzp.io/rzp/L1", "Pay ₹74.00")
    assert page.pay.note == "UPI, cards, net banking · on Razorpay's page"
    assert page.pay.pay_by.startswith("10:45")
    endless = writer.content(Bill(sale, collect=replace(collect, expires_at=None)))
    assert endless.pay is not None
    assert endless.pay.pay_by == ""
    assert writer.content(Bill(sale, collect=replace(collect, url=None))).pay is None
    rest = writer.content(Bill(sale, collect=replace(collect, amount=1_050))).pay
    assert rest is not None
    assert rest.label == "Pay ₹10.50", "a part was paid otherwise: the link asks for the rest"
    assert writer.content(Bill(sale)).pay is None


@pytest.mark.parametrize(
    ("kinds", "facts", "label", "reference"),
    [
        ((CASH,), 0, "Paid in cash", ""),
        ((LINK,), 0, "Paid by payment link", ""),
        ((LINK,), 1, "Paid by UPI", "UPI ref 6327 1234 5678"),
        ((QR,), 1, "Paid by UPI", "UPI ref 6327 1234 5678"),
        ((CASH, QR), 2, "Paid by cash and UPI", "UPI ref 6327 1234 5678"),
        ((LINK, CASH), 1, "Paid by payment link and cash", "UPI ref 6327 1234 5678"),
        ((CARD,), 0, "Paid by card", ""),
        ((CREDIT, CARD, CASH), 0, "Paid by store credit, card and cash", ""),
        ((OWN,), 0, "Paid by UPI (confirmed by the shop)", "UPI ref 6327 1234 5670"),
        ((QR, OWN), 1, "Paid by UPI and UPI (confirmed by the shop)", "UPI ref 6327 1234 5678"),
    ],
)
def test_the_stamp_says_how_it_was_paid(
    kinds: tuple[TenderKind, ...], facts: int, label: str, reference: str
) -> None:
    page = content(priced(MILK), *kinds, facts=facts)
    assert page.paid is not None
    assert (page.paid.label, page.paid.reference) == (label, reference)
    assert page.paid.when.startswith("23-11-2026, 10:16")
    assert len(page.paid.tenders) == len(kinds)


def test_a_card_on_the_gateways_page_is_no_upi() -> None:
    sale = sale_of(priced(MILK))
    card = fact(1, method="card", rrn=None)
    foreign = fact(9, rrn="999999999999")  # a late one that is no tender of this bill
    page = PageWriter(options()).content(
        Bill(sale, paid(sale, LINK), (("B-1", card), ("B-1", foreign)))
    )
    assert page.paid is not None
    assert (page.paid.label, page.paid.reference) == ("Paid by payment link", "")
    assert page.paid.tenders == (("payment link", "74.00"),)


def test_practice_and_the_shops_own_words_are_on_every_page() -> None:
    shop = replace(with_shop(return_policy="7 days", initials="FM"), practice=True)
    page = content(priced(MILK), shop=shop)
    assert (page.practice, page.return_policy, page.shop_initials) == (True, "7 days", "FM")
    assert content(priced(MILK)).practice is False
    assert (content(priced(MILK)).lang, content(priced(MILK)).logo) == ("en", "")
    tamil = PageWriter(with_shop(language=Language.TAMIL), logo="iVBORw0=")
    page = tamil.content(Bill(sale_of(priced(MILK))))
    assert (page.lang, page.logo) == ("ta", "iVBORw0=")
    assert content(priced(MILK), shop=replace(options(), shop=Shop())).shop_name == ""
