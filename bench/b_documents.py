"""QR codes and invoices."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench import floors, naive
from bench.harness import Bench
from bench.setting import Setting
from pos_desktop.documents.qr import qr_matrix
from pos_desktop.wire import v1

UPI = (
    "upi://pay?pa=shop.counter1@examplebank&pn=Fresh%20Mart%20General%20Stores"
    "&tr=INV2526A000123&am=1234.50&cu=INR&tn=Invoice%20A-123"
)


@contextmanager
def qr(setting: Setting) -> Iterator[Bench]:
    """A UPI link of about 120 characters becomes modules."""
    yield Bench(
        floor=lambda: floors.qr_matrix(UPI),
        ours=lambda: qr_matrix(UPI),
        naive=lambda: naive.qr_picture(UPI),
    )


@contextmanager
def pdf_10(setting: Setting) -> Iterator[Bench]:
    """An everyday bill."""
    yield _pdf(setting, 10)


@contextmanager
def pdf_200(setting: Setting) -> Iterator[Bench]:
    """A wholesale bill of five pages."""
    yield _pdf(setting, 200)


def _pdf(setting: Setting, lines: int) -> Bench:
    bill = content(lines)
    return Bench(
        floor=lambda: floors.bare_invoice(bill),
        ours=lambda: setting.renderer.invoice_pdf(bill, practice=False),
        naive=lambda: naive.platypus_invoice(bill),
        naive_rounds=3,
    )


def content(lines: int) -> v1.PageContent:
    """An issued invoice of ``lines`` lines at two rates."""
    return v1.PageContent(
        kind="invoice",
        shop_name="Fresh Mart",
        shop_initials="FM",
        shop_address=("FC Road", "Pune 411004"),
        shop_phone="020 2553 0000",
        gstin="27AAPFU0939F1ZV",
        token_no="19",  # noqa: S106 - the number called out at the counter
        counter="Counter 2",
        cashier="Asha",
        title="TAX INVOICE",
        number="C2A/2627/000124",
        order_ref="01JDCZ9QK3M8W2X5T7RB4N6VYE",
        date="23-11-2026",
        time="10:43",
        place_of_supply="27-Maharashtra",
        reverse_charge="No",
        lines=tuple(_line(number) for number in range(lines)),
        sums=(("Round-off", "0.11"),),
        total=f"₹{lines * 500:,}.00",
        tax_included="57.78",
        saved="25.00",
        tax_rows=tuple(
            v1.TaxRow(
                label=label, taxable=taxable, central=half, state=half, integrated="—", cess="—"
            )
            for label, taxable, half in (("5 %", "731.42", "18.29"), ("18 %", "117.80", "10.60"))
        ),
        words="Rupees One Thousand One Hundred Thirty-Two Only",
        paid=v1.PaidStamp(
            label="Paid by UPI", when="23-11-2026, 10:43", reference="UPI ref 6327 1234 5678"
        ),
        return_policy="Exchange within 7 days with this bill.",
    )


def _line(number: int) -> v1.BillLine:
    return v1.BillLine(
        name=f"Whole wheat atta premium {number} kg",
        hsn="1101",
        qty="2",
        price="250.00",
        mrp="265.00",
        amount="500.00",
        taxable="476.19",
        rate="5 %",
        tax="23.81",
    )
