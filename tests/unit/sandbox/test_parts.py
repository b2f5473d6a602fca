"""The small parts: faults, journal, ids, units, pictures, settings, templates."""

import io
import json
import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pos_desktop.sandbox.exotel import registry
from pos_desktop.sandbox.exotel.units import is_gsm, units
from pos_desktop.sandbox.faults import FaultRefused, Faults
from pos_desktop.sandbox.journal import Journal
from pos_desktop.sandbox.limits import Limits
from pos_desktop.sandbox.png import picture
from pos_desktop.sandbox.qr_matrix import matrix
from pos_desktop.sandbox.settings import Features, practice_keys
from pos_desktop.sandbox.shapes import is_local_url, reference_number, tail


def test_faults_count_down_in_the_order_they_came() -> None:
    faults = Faults()
    faults.add({"target": "razorpay", "kind": "hang", "count": 1, "method": "post"})
    faults.add({"target": "razorpay", "kind": "status_500", "count": 2, "skip": 1})
    taken = [faults.take("razorpay", "GET", "/v1/x") for _ in range(2)]
    assert [f.kind if f else None for f in taken] == [None, "status_500"]
    posted = [faults.take("razorpay", "POST", "/v1/x") for _ in range(3)]
    assert [f.kind if f else None for f in posted] == ["hang", "status_500", None]
    assert faults.as_json() == []


def test_faults_for_a_time_end_by_the_clock() -> None:
    now = [100.0]
    faults = Faults(lambda: now[0])
    faults.add({"target": "exotel", "kind": "refuse", "seconds": 5})
    assert faults.take("exotel", "GET", "/") is not None
    now[0] = 104.9
    assert faults.take("exotel", "GET", "/") is not None
    now[0] = 105.0
    assert faults.take("exotel", "GET", "/") is None


def test_a_fault_must_be_known() -> None:
    with pytest.raises(FaultRefused, match="not known"):
        Faults().add({"target": "callbacks", "kind": "hang"})


def test_limits_count_the_last_minute() -> None:
    at = [100.0]
    limits = Limits(lambda: at[0])
    assert all(limits.take("razorpay") for _ in range(50))
    limits.set("razorpay", 2)
    assert [limits.take("razorpay") for _ in range(3)] == [True, True, False]
    assert limits.take("exotel")
    at[0] = 159.9
    assert not limits.take("razorpay")
    at[0] = 160.0
    assert [limits.take("razorpay") for _ in range(3)] == [True, True, False]
    assert limits.as_json() == {"razorpay": 2}
    limits.set("razorpay", 0)
    assert limits.take("razorpay")
    assert limits.as_json() == {}


def test_the_journal_reads_json_and_forms() -> None:
    journal = Journal()
    journal.open("razorpay", "POST", ("/a", ""), b'{"x":1}')
    journal.open("exotel", "POST", ("/b", "q=1"), b"To=%2B91&Body=a+b")
    journal.open("exotel", "GET", ("/c", ""), b"")
    first, second, third = journal.since(0)
    assert (first["json"], first["form"]) == ({"x": 1}, None)
    assert second["form"] == {"To": "+91", "Body": "a b"}
    assert (third["json"], third["form"], third["status"]) == (None, None, None)
    assert [e["n"] for e in journal.since(1, "exotel")] == [2, 3]


def test_ids_and_reference_numbers_look_right() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{14}", tail())
    assert tail() != tail()
    assert re.fullmatch(r"6327\d{8}", reference_number(1_795_409_201))


def test_practice_keys_look_live() -> None:
    keys = practice_keys()
    assert re.fullmatch(r"rzp_live_practice[A-Za-z0-9]{6}", keys.key_id)
    assert keys.test_key_id.startswith("rzp_test_")
    assert practice_keys().key_secret != keys.key_secret


def test_switches_change_together_or_not_at_all() -> None:
    features = Features()
    with pytest.raises(ValueError, match="colour"):
        features.change({"qr": False, "colour": "red"})
    with pytest.raises(ValueError, match="pace_ms"):
        features.change({"qr": False, "pace_ms": True})
    assert features.qr is True
    features.change({"qr": False, "callback_to": "zero"})
    assert (features.qr, features.callback_to) == (False, "zero")


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:80/x", True),
        ("https://localhost/", True),
        ("http://[::1]:9/", True),
        ("http://127.0.0.1.example.in/", False),
        ("http://10.0.0.1/", False),
        ("http://user@example.in/", False),
        ("file:///etc/passwd", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_what_is_on_this_machine(url: str, local: bool) -> None:
    assert is_local_url(url) is local


@pytest.mark.parametrize(
    ("body", "billed"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("₹" * 70, 1),
        ("₹" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_units_are_counted_as_billed(body: str, billed: int) -> None:
    assert units(body) == billed
    assert is_gsm(body) is (body[:1] in ("a", "[", ""))


@given(st.text(min_size=1, max_size=60))
def test_any_text_in_a_qr_reads_back(text: str) -> None:
    shown = Image.open(io.BytesIO(picture(matrix(text), 4)))
    read = zxingcpp.read_barcodes(shown)
    assert [code.bytes for code in read] == [text.encode()]


@pytest.mark.parametrize("length", [78, 79, 106, 107, 154, 192, 230, 231, 271, 272, 321])
def test_every_version_reads_back(length: int) -> None:
    text = ("upi://pay?pa=shop@bank&am=1249.50" * 12)[:length]
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture(matrix(text), 4))))
    assert [code.text for code in read] == [text]


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        matrix("x" * 400)


def test_shipped_templates_can_be_filled_and_pass() -> None:
    known = registry.shipped()
    values = {"shop": "Fresh Mart", "numeric": "12", "alphanumeric": "Tea x2", "var": "x"}
    values["url"] = "https://b.shree.in/i?K7Q2ZP"
    for template in known:
        if template.provider != "sms":
            assert "{{" not in registry.render(template, ("x",) * template.parameters)
            continue
        body = re.sub(r"\{#(\w+)#\}", lambda m: values[m[1]], template.body)
        form = {"Body": body, "DltTemplateId": template.dlt_template_id}
        assert registry.judge_sms(known, form, "1") is None
        assert registry.sender_of(known, template.dlt_template_id) == template.sms_sender


@pytest.mark.parametrize("rows", [{}, ["x"], [{"name": "x"}], [{"parameters": "4"}]])
def test_templates_of_another_form_are_refused(rows: object) -> None:
    with pytest.raises(ValueError, match="template"):
        registry.read(json.loads(json.dumps(rows)))
