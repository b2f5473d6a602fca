"""``raseed price``: the worked bills to the paisa, and every way to be wrong named."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.pricing_json import InputErrors, parse_cart, price_json

OURS = Path(__file__).parents[2] / "data" / "gst_vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(OURS.read_text(encoding="utf-8"))
BY_ID = {vector["id"]: vector for vector in VECTORS}


def cart(**changes: Any) -> dict[str, Any]:
    """The first worked bill with other fields; ``line_x`` changes its line, a None removes."""
    made: dict[str, Any] = copy.deepcopy(BY_ID["X01"]["input"])
    for name, value in changes.items():
        target = made["lines"][0] if name.startswith("line_") else made
        key = name.removeprefix("line_")
        if value is None:
            target.pop(key)
        else:
            target[key] = value
    return made


def total_of(document: object, name: str) -> str:
    totals = price_json(document)["totals"]
    assert isinstance(totals, dict)
    return str(totals[name])


def faults_of(document: object) -> tuple[str, ...]:
    with pytest.raises(InputErrors) as caught:
        price_json(document)
    return caught.value.faults


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_worked_bills_come_out_to_the_paisa(vector: dict[str, Any]) -> None:
    assert price_json(vector["input"]) == vector["expected"]


def test_our_copy_of_the_worked_bills_is_the_given_one(reference: Path) -> None:
    given = reference / "data" / "gst_vectors.json"
    if not given.is_file():
        pytest.skip("the given folder has no worked bills")
    assert json.loads(given.read_text(encoding="utf-8")) == VECTORS


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_numbers_may_be_json_numbers(vector: dict[str, Any]) -> None:
    text = json.dumps(vector["input"])
    for line in vector["input"]["lines"]:
        for name, value in line.items():
            if isinstance(value, str) and name != "name":
                text = text.replace(f'"{name}": "{value}"', f'"{name}": {value}')
    assert price_json(parse_cart(text)) == vector["expected"]


def test_a_decimal_is_read_exactly() -> None:
    document = parse_cart(json.dumps(cart()).replace('"499.50"', "499.50"))
    assert isinstance(document, dict)
    assert document["lines"][0]["price"] == Decimal("499.50")
    assert price_json(document) == BY_ID["X01"]["expected"]


@pytest.mark.parametrize(
    ("value", "total"),
    [
        (5, "0.05"),
        ("5", "0.05"),
        ("५", "0.05"),
        (Decimal("5E+0"), "0.05"),
        (Decimal("1E+2"), "1.00"),
    ],
)
def test_quantities_may_be_written_in_several_ways(value: object, total: str) -> None:
    document = cart(line_qty=value, line_price="0.01", line_gst_rate=0)
    assert total_of(document, "total") == total


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ([], "document: must be an object"),
        (cart(lines=None), "lines: missing"),
        (cart(lines={}), "lines: must be a list"),
        (cart(lines=[]), "lines: 1 to 999 lines, not 0"),
        (cart(lines=["x"]), "lines[0]: must be an object"),
        (cart(supplier_state=None), "supplier_state: missing"),
        (cart(supplier_state="00"), "supplier_state: unknown State code '00'"),
        (cart(place_of_supply=27), "place_of_supply: unknown State code 27"),
        (cart(scheme=1), "scheme: must be one of regular, composition, unregistered, not 1"),
        (cart(round_off=None), "round_off: missing"),
        (cart(round_off=["up"]), "round_off: must be one of nearest, down, none, not ['up']"),
        (cart(bill_discount="1000000"), "bill_discount: more than the lines are worth"),
        (cart(bill_discount="0.001"), "bill_discount: more than 2 decimals: '0.001'"),
        (cart(tip="1"), "tip: unknown field"),
        (cart(line_colour="red"), "lines[0].colour: unknown field"),
        (cart(line_name=None), "lines[0].name: missing"),
        (cart(line_name=" "), "lines[0].name: must be a text that is not empty"),
        (cart(line_name=5), "lines[0].name: must be a text that is not empty"),
        (cart(line_price=None), "lines[0].price: missing"),
        (cart(line_price="1.005"), "lines[0].price: more than 2 decimals: '1.005'"),
        (cart(line_price=Decimal("1.005")), "lines[0].price: more than 2 decimals: 1.005"),
        (cart(line_price="-1"), "lines[0].price: must not be negative: '-1'"),
        (cart(line_price=-1), "lines[0].price: must not be negative: -1"),
        (cart(line_price="100000000"), "lines[0].price: more than 99999999.99"),
        (cart(line_price=10**400), "lines[0].price: too big"),
        (cart(line_price=True), "lines[0].price: must be a plain number, not True"),
        (cart(line_price=1.5), "lines[0].price: must be a plain number, not 1.5"),
        (cart(line_price="1,000"), "lines[0].price: must be a plain number, not '1,000'"),
        (cart(line_price="1e3"), "lines[0].price: must be a plain number, not '1e3'"),
        (cart(line_price=""), "lines[0].price: must be a plain number, not ''"),
        (cart(line_price="NaN"), "lines[0].price: must be a plain number, not 'NaN'"),
        (cart(line_price=Decimal("NaN")), "lines[0].price: must be a plain number, not NaN"),
        (cart(line_price=Decimal("sNaN")), "lines[0].price: must be a plain number, not sNaN"),
        (cart(line_price=Decimal("1E+99")), "lines[0].price: must be a plain number, not 1E+99"),
        (cart(line_mrp="400"), "lines[0].price: above the MRP"),
        (cart(line_mrp="x"), "lines[0].mrp: must be a plain number, not 'x'"),
        (cart(line_price_includes_tax=None), "lines[0].price_includes_tax: missing"),
        (cart(line_price_includes_tax=1), "lines[0].price_includes_tax: must be true or false"),
        (cart(line_qty=None), "lines[0].qty: missing"),
        (cart(line_qty="0"), "lines[0].qty: must be more than 0"),
        (cart(line_qty="-0"), "lines[0].qty: must be more than 0"),
        (cart(line_qty=-1), "lines[0].qty: must not be negative: -1"),
        (cart(line_qty=10**9), "lines[0].qty: more than 9999"),
        (cart(line_qty="0.0001"), "lines[0].qty: more than 3 decimals: '0.0001'"),
        (cart(line_qty="1,5"), "lines[0].qty: must be a plain number, not '1,5'"),
        (cart(line_qty=[]), "lines[0].qty: must be a plain number, not []"),
        (cart(line_gst_rate="0.00001"), "lines[0].gst_rate: more than 4 decimals: '0.00001'"),
        (cart(line_gst_rate=118), "lines[0].gst_rate: more than 100 percent"),
        (cart(line_cess_rate=1001), "lines[0].cess_rate: more than 1000 percent"),
        (cart(line_discount="1000"), "lines[0].discount: more than the line"),
        (cart(line_discount="-5"), "lines[0].discount: must not be negative: '-5'"),
        (cart(line_discount_percent=101), "lines[0].discount_percent: more than 100 percent"),
        (
            cart(line_discount="0", line_discount_percent="0"),
            "lines[0].discount: not together with discount_percent",
        ),
        (
            cart(line_tax_class="free"),
            "lines[0].tax_class: must be one of taxable, nil, exempt, non_gst, not 'free'",
        ),
        (
            cart(line_price_includes_tax=True, line_cess_per_unit="600"),
            "lines[0].price: does not cover the cess per unit",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named(document: object, fault: str) -> None:
    assert faults_of(document) == (fault,)


def test_all_faults_are_told_at_once() -> None:
    document = cart(scheme=None, line_price="x", line_qty="0")
    document["lines"].append({**document["lines"][0], "price": "1", "qty": "1.2345"})
    assert faults_of(document) == (
        "scheme: missing",
        "lines[0].price: must be a plain number, not 'x'",
        "lines[0].qty: must be more than 0",
        "lines[1].qty: more than 3 decimals: '1.2345'",
    )


def test_faults_are_an_input_error_for_others() -> None:
    with pytest.raises(InputError) as caught:
        price_json({})
    assert caught.value.code == "price_input"
    assert caught.value.params == {"count": 5}
    assert str(caught.value).startswith("supplier_state: missing\n")


def test_what_defaults_to_nothing_may_be_left_out() -> None:
    document = cart(bill_discount=None, line_cess_rate=None, line_cess_per_unit=None)
    assert price_json(document) == BY_ID["X01"]["expected"]


def test_tax_class_and_mrp_are_optional_fields() -> None:
    assert total_of(cart(line_tax_class="exempt"), "payable") == "999.00"
    no_mrp = cart()
    no_mrp["lines"][0]["mrp"] = None
    assert price_json(no_mrp) == BY_ID["X01"]["expected"]


def test_the_mrp_guard_needs_the_mrp_on_every_line() -> None:
    at_mrp = cart(line_price="99.60", line_qty="1", line_price_includes_tax=True, line_mrp="99.60")
    assert total_of(at_mrp, "payable") == "99.00"
    at_mrp["lines"].append({**at_mrp["lines"][0], "mrp": "100", "price": "100"})
    assert total_of(at_mrp, "payable") == "199.00"
    at_mrp["lines"][1].pop("mrp")
    assert total_of(at_mrp, "payable") == "200.00"


def test_a_thousand_lines_are_too_many() -> None:
    document = cart()
    document["lines"] *= 999
    priced = price_json(document)["lines"]
    assert isinstance(priced, list)
    assert len(priced) == 999
    document["lines"] += document["lines"][:1]
    assert faults_of(document) == ("lines: 1 to 999 lines, not 1000",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "document: not JSON"),
        ("{", "document: not JSON"),
        ("[" * 100_000, "document: not JSON"),
        ('{"a": ' + "9" * 5000 + "}", "document: not JSON"),
        ('{"scheme": "regular", "scheme": "composition"}', "scheme: stands twice in one object"),
    ],
)
def test_text_that_is_no_cart_is_refused(text: str, fault: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_cart(text)
    assert caught.value.faults[0].startswith(fault)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e9999999999999999999999"])
def test_numbers_that_are_none_get_to_their_field(number: str) -> None:
    document = parse_cart(json.dumps(cart()).replace('"499.50"', number))
    assert faults_of(document)[0].startswith("lines[0].price: must be a plain number")
