"""Bills as a counter publishes them; the figures add up (those of the pictures to reach)."""

import msgspec

from pos_desktop.wire import v1

TOKEN = "AAECAwQFBgcICQoLDA0ODw"
OTHER_TOKEN = "EBESExQVFhcYGRobHB0eHw"


_FIELDS = ("name", "hsn", "qty", "price", "amount", "taxable", "rate", "mrp")
_ROWS = (
    ("Amul Taaza Toned Milk 1 L", "0401", "2", "72.00", "144.00", "144.00", "Exempt", ""),
    ("Britannia Good Day Cashew 200 g", "1905", "1", "45.00", "45.00", "42.86", "5 %", "50.00"),
    ("Tata Salt 1 kg", "2501", "1", "28.00", "28.00", "28.00", "Exempt", ""),
    ("Tomato (loose)", "0702", "1.235 kg", "43.00", "53.11", "53.11", "Exempt", ""),
    ("Colgate MaxFresh Red 150 g", "3306", "2", "114.00", "228.00", "217.14", "5 %", "124.00"),
    ("Fortune Sunlite Oil 1 L pouch", "1507", "3", "165.00", "495.00", "471.42", "5 %", ""),
    ("Surf Excel Easy Wash 1 kg", "3402", "1", "139.00", "139.00", "117.80", "18 %", ""),
)
LINES = tuple(v1.BillLine(**dict(zip(_FIELDS, row, strict=True))) for row in _ROWS)
TAX = (
    v1.TaxRow(
        label="5 %", taxable="731.42", central="18.29", state="18.29", integrated="—", cess="—"
    ),
    v1.TaxRow(
        label="18 %", taxable="117.80", central="10.60", state="10.60", integrated="—", cess="—"
    ),
    v1.TaxRow(label="Exempt", taxable="225.11", central="—", state="—", integrated="—", cess="—"),
)
BILL = v1.PageContent(
    kind="bill",
    shop_name="Fresh Mart",
    shop_initials="FM",
    shop_address=("FC Road, Pune", "Maharashtra 411004"),
    shop_phone="020 2553 0000",
    gstin="27AAPFU0939F1ZV",
    token_no="19",
    counter="2",
    title="BILL",
    order_ref="01KAS0M3EXAMP1E0RDER1D0000",
    date="23-11-2026",
    time="10:42",
    place_of_supply="27-Maharashtra",
    reverse_charge="No",
    lines=LINES,
    sums=(("Round-off", "−0.11"),),
    total="₹1,132.00",
    tax_included="57.78",
    saved="25.00",
    tax_rows=TAX,
    words="Rupees One Thousand One Hundred Thirty-Two Only",
    pay=v1.PayButton(
        url="https://rzp.io/rzp/Ab3dE9k",
        label="Pay ₹1,132.00",
        pay_by="11:12",
        note="UPI, cards, net banking · on Razorpay's page",
    ),
    return_policy="within 7 days with this bill",
)
INVOICE = msgspec.structs.replace(
    BILL,
    kind="invoice",
    title="INVOICE-CUM-BILL OF SUPPLY",
    number="C2A/2627/000124",
    pay=None,
    time="10:43",
    paid=v1.PaidStamp(
        label="Paid by UPI",
        when="23-11-2026, 10:43",
        reference="UPI ref 6327 1234 5678",
        tenders=(("UPI", "1,132.00"),),
    ),
)
RETURNED = msgspec.structs.replace(
    INVOICE,
    credit_notes=(
        v1.CreditNote(
            number="C2AC/2627/000003",
            date="25-11-2026",
            reason="Goods returned",
            lines=(
                v1.BillLine(
                    name="Colgate MaxFresh Red 150 g",
                    hsn="3306",
                    qty="1",
                    price="114.00",
                    mrp="124.00",
                    amount="114.00",
                    taxable="108.58",
                    rate="5 %",
                ),
            ),
            total="₹114.00",
            tax_rows=(
                v1.TaxRow(
                    label="5 %",
                    taxable="108.58",
                    central="2.71",
                    state="2.71",
                    integrated="—",
                    cess="—",
                ),
            ),
            words="Rupees One Hundred Fourteen Only",
            refund="Refunded by UPI",
            reference="UPI ref 6329 8765 4321",
        ),
    ),
)
PDF = b"%PDF-1.4\n% a small stand-in, sealed and opened like a real one\n%%EOF\n"
