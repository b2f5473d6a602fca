"""Content of bills for the tests of the invoice."""

from typing import Any

from pos_desktop.wire import v1

MILK = v1.BillLine(
    name="Toned Milk 1 L",
    hsn="0401",
    qty="2",
    price="72.00",
    mrp="72.00",
    amount="144.00",
    taxable="144.00",
    rate="Exempt",
    tax="\u2014",
)
TOOTHPASTE = v1.BillLine(
    name="Toothpaste Mint 150 g",
    hsn="3306",
    qty="2",
    price="114.00",
    mrp="120.00",
    amount="228.00",
    taxable="217.14",
    rate="5%",
    tax="10.86",
)
PAID = v1.PaidStamp(
    label="Paid by UPI", when="23-11-2026, 10:43", reference="UPI ref 6327 1234 5678"
)

FIVE_PERCENT = v1.TaxRow(
    label="5 %",
    taxable="217.14",
    central="5.43",
    state="5.43",
    integrated="\u2014",
    cess="\u2014",
)


def bill(**changed: Any) -> v1.PageContent:
    """An issued invoice of two articles; ``changed`` replaces fields."""
    fields: dict[str, Any] = {
        "kind": "invoice",
        "shop_name": "Fresh Mart",
        "shop_initials": "FM",
        "shop_address": ("FC Road", "Pune 411004"),
        "shop_phone": "020 2553 0000",
        "gstin": "27AAPFU0939F1ZV",
        "token_no": "19",
        "counter": "Counter 2",
        "cashier": "Asha",
        "title": "TAX INVOICE",
        "number": "C2A/2627/000124",
        "order_ref": "01JDCZ9QK3M8W2X5T7RB4N6VYE",
        "date": "23-11-2026",
        "time": "10:43",
        "place_of_supply": "27-Maharashtra",
        "reverse_charge": "No",
        "lines": (MILK, TOOTHPASTE),
        "sums": (("Round-off", "\u22120.11"),),
        "total": "₹372.00",
        "pieces": "4 items",
        "tax_included": "10.86",
        "saved": "12.00",
        "tax_rows": (FIVE_PERCENT,),
        "words": "Rupees Three Hundred Seventy-Two Only",
        "paid": PAID,
        "return_policy": "Exchange within 7 days with this bill.",
        **changed,
    }
    return v1.PageContent(**fields)
