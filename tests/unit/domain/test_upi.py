"""UPI links: written in one way, read in many."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.upi import UpiPayment, parse_upi, upi_link

PAYMENT = UpiPayment("asha.stores@okbank", "Asha & Sons 100%", "C2A-17_1", 113_200)


def test_the_order_and_the_escapes_are_fixed() -> None:
    assert upi_link(PAYMENT, mc="5411", tn=" Bill 17 ") == (
        "upi://pay?pa=asha.stores@okbank&pn=Asha%20%26%20Sons%20100%25&mc=5411&tr=C2A-17_1"
        "&tn=Bill%2017&am=1132.00&cu=INR"
    )


def test_what_is_not_set_is_left_out() -> None:
    assert upi_link(UpiPayment("a1@bank", "Asha")) == "upi://pay?pa=a1@bank&pn=Asha&cu=INR"
    assert len(unquote(upi_link(PAYMENT, tn="x" * 80)).split("tn=")[1].split("&")[0]) == 50


@pytest.mark.parametrize(
    ("payment", "code"),
    [
        (UpiPayment("asha", "Asha"), "vpa_invalid"),
        (UpiPayment("asha@bank&am=1", "Asha"), "vpa_invalid"),
        (UpiPayment("asha@bank", " "), "payee_name_empty"),
        (UpiPayment("asha@bank", "Asha", "a/b"), "reference_invalid"),
        (UpiPayment("asha@bank", "Asha", "a" * 36), "reference_invalid"),
        (UpiPayment("asha@bank", "Asha", "a", 0), "amount_not_positive"),
        (UpiPayment("asha@bank", "Asha", "a", -5), "amount_not_positive"),
        (UpiPayment("asha@bank", "Asha", "a", 5, "USD"), "currency_invalid"),
    ],
)
def test_what_apps_would_refuse_is_refused_here(payment: UpiPayment, code: str) -> None:
    with pytest.raises(InputError) as caught:
        upi_link(payment)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "payment"),
    [
        (
            "upi://pay?ver=01&mode=15&pa=rzr.qr@bank&pn=Asha%20Stores&tr=RZPabc&cu=INR&mc=5411&am=1132.00",
            UpiPayment("rzr.qr@bank", "Asha Stores", "RZPabc", 113_200),
        ),
        ("UPI://PAY?pa=a%40b&am=5", UpiPayment("a@b", "", "", 500)),
        ("upi://pay?pa=a@b&am=0.5&cu=USD&", UpiPayment("a@b", "", "", 50, "USD")),
        (" upi://pay?pa=a@b\n", UpiPayment("a@b", "")),
    ],
)
def test_links_of_others_are_understood(text: str, payment: UpiPayment) -> None:
    assert parse_upi(text) == payment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "upi_not_a_payment"),
        ("https://rzp.io/i/x", "upi_not_a_payment"),
        ("upi://mandate?pa=a@b", "upi_not_a_payment"),
        ("upi://pay?" + "pa=a@b&x=" + "x" * 3000, "upi_not_a_payment"),
        ("upi://pay?pn=Asha", "upi_no_payee"),
        ("upi://pay?pa=", "upi_no_payee"),
        ("upi://pay?pa=a@b&pa=c@d", "upi_field_twice"),
        ("upi://pay?pa=a@b&am=1&am=2", "upi_field_twice"),
        ("upi://pay?pa=a@b&am=1.234", "upi_amount_invalid"),
        ("upi://pay?pa=a@b&am=1,000", "upi_amount_invalid"),
        ("upi://pay?pa=a@b&am=-1", "upi_amount_invalid"),
        ("upi://pay?pa=a@b&am=NaN", "upi_amount_invalid"),
    ],
)
def test_what_is_no_payment_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_upi(text)
    assert caught.value.code == code


@given(
    st.from_regex(r"[A-Za-z0-9._-]{2,20}@[a-z]{2,10}", fullmatch=True),
    st.text(min_size=1, max_size=30).filter(lambda name: name.strip() == name),
    st.from_regex(r"[A-Za-z0-9_-]{0,35}", fullmatch=True),
    st.one_of(st.none(), st.integers(1, 10**12)),
)
def test_what_is_written_is_read_back(pa: str, pn: str, tr: str, amount: int | None) -> None:
    try:
        pn.encode()
    except UnicodeEncodeError:
        return
    payment = UpiPayment(pa, pn, tr, amount)
    link = upi_link(payment, tn="Bill")
    assert parse_upi(link) == payment
    assert " " not in link
    assert "+" not in link
