"""A message, its facts and the shipped templates."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.options import (
    ExotelOptions,
    GatewayOptions,
    Options,
    RelayOptions,
    Shop,
)
from pos_desktop.domain.sale import PricedLine
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.ports import MessageFacts

TEMPLATES = Path(__file__).resolve().parents[3] / "resources" / "templates" / "messages.json"
TOKEN = "K7Q2ZPabcdefghijkl_-34"
PAGE = f"https://b.shree.in/i/{TOKEN}"
SMS_PAGE = f"https://b.shree.in/i?{TOKEN}"
PAY_LINK = "https://rzp.io/rzp/Ab3dE9k"
PICTURE = f"https://b.shree.in/q/{TOKEN}.png"

EXOTEL = ExotelOptions(
    base_url="https://api.in.exotel.com",
    account_sid="shree1",
    api_key="key",
    sms_from="SHRSTO",
    dlt_entity_id="1101000000000000001",
    whatsapp_from="+918047100000",
    callback_url="https://relay.example/cb/exotel/{channel}/shree/s3cret",
)
OPTIONS = Options(
    shop=Shop(name="Shree Stores"),
    gateway=GatewayOptions(),
    exotel=EXOTEL,
    relay=RelayOptions(base_url="https://relay.example", public_url="https://b.shree.in"),
)
PRACTICE = replace(
    OPTIONS,
    exotel=replace(EXOTEL, base_url="http://127.0.0.1:8093"),
    relay=RelayOptions(base_url="http://127.0.0.1:54321"),
)


def line(name: str, qty: int = 1000, unit: str = "PCS") -> PricedLine:
    """One line of a bill; only its name and quantity matter here."""
    return PricedLine(
        name=name,
        qty=qty,
        price=1000,
        price_includes_tax=True,
        gst_rate=0,
        gross=1000,
        discount=0,
        bill_discount=0,
        net=1000,
        taxable=1000,
        cgst=0,
        sgst=0,
        igst=0,
        cess=0,
        total=1000,
        unit=unit,
    )


FACTS = MessageFacts(
    shop="Shree Stores",
    token_no=12,
    total=124950,
    lines=(line("Milk", 2000), line("Oil", 3000)),
    invoice_number="C2A/2627/000123",
)


@pytest.fixture(scope="session")
def registry() -> TemplateRegistry:
    return TemplateRegistry.load(TEMPLATES.read_bytes())


@pytest.fixture
def message() -> Message:
    return Message(
        message_id="01JD8Q6W7X",
        order_id="01JD8Q6W7A",
        purpose=Purpose.PAYMENT_REQUEST,
        attempt=1,
        channel="whatsapp",
        to="+919812345670",
        state=MessageState.WAITING,
        created_at=0,
    )
