"""What the shop sees of its templates before the first of them goes wrong."""

import json
from dataclasses import replace

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import CounterOptions, ExotelOptions, LinkStyle, Options
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.samples import RegisteredSamples
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Sample, Samples
from tests.unit.messaging.conftest import EXOTEL, OPTIONS, PRACTICE, TEMPLATES


def samples(options: Options, registry: TemplateRegistry | None = None) -> Samples:
    known = registry or TemplateRegistry.load(TEMPLATES.read_bytes())
    return RegisteredSamples(
        known, TemplateComposer(known, options), options, lambda: options.channel
    )


def named(options: Options, name: str, registry: TemplateRegistry | None = None) -> Sample:
    return next(s for s in samples(options, registry).all() if s.name == name)


@pytest.mark.parametrize("base", [OPTIONS, PRACTICE])
@pytest.mark.parametrize(
    ("channel", "style", "used"),
    [
        (Channel.SMS_LINK, LinkStyle.PAGE, {"bill_pay_sms", "bill_receipt_sms", "bill_refund_sms"}),
        (
            Channel.WHATSAPP_LINK,
            LinkStyle.GATEWAY,
            {"bill_pay_link", "bill_receipt", "bill_refund"},
        ),
        (Channel.WHATSAPP_LINK, LinkStyle.PAGE, {"bill_pay_page", "bill_receipt", "bill_refund"}),
        (
            Channel.WHATSAPP_QR,
            LinkStyle.GATEWAY,
            {"bill_pay_qr", "bill_pay_link", "bill_receipt", "bill_refund"},
        ),
    ],
)
def test_the_shipped_templates_fit_every_channel(
    base: Options, channel: Channel, style: LinkStyle, used: set[str]
) -> None:
    found = samples(replace(base, channel=channel, link_style=style)).all()
    assert {s.name for s in found if s.used} == used
    assert [s.used for s in found] == sorted((s.used for s in found), reverse=True)
    assert [(s.name, s.problem) for s in found if s.problem] == []
    for sample in found:
        assert "{" not in sample.body
        assert (1 <= sample.units <= 2) if sample.provider == "sms" else sample.units == 0


@pytest.mark.parametrize(
    ("changes", "name", "problem"),
    [
        ({"whatsapp_from": ""}, "bill_receipt", "no_whatsapp_number"),
        ({"dlt_entity_id": ""}, "bill_pay_sms", "no_dlt_entity"),
        ({"sms_from": ""}, "bill_pay_sms", ""),
    ],
)
def test_what_the_settings_lack(changes: dict[str, str], name: str, problem: str) -> None:
    lacking: ExotelOptions = replace(EXOTEL, **changes)
    assert named(replace(OPTIONS, exotel=lacking), name).problem == problem


def test_a_sender_may_stand_with_the_template_only() -> None:
    rows = json.loads(TEMPLATES.read_text("utf-8"))
    bare = [row | {"sms_sender": ""} for row in rows]
    registry = TemplateRegistry.load(json.dumps(bare).encode())
    options = replace(OPTIONS, exotel=replace(EXOTEL, sms_from=""))
    assert named(options, "bill_pay_sms", registry).problem == "no_sms_sender"


def test_what_does_not_fit_says_why_and_shows_the_registered_text() -> None:
    named_long = replace(OPTIONS, shop=replace(OPTIONS.shop, name="S" * 61))
    sample = named(named_long, "bill_pay_sms")
    assert (sample.problem, sample.params["limit"]) == ("brand_too_long", 60)
    assert sample.body.startswith("{#shop#}: your bill is Rs {#numeric#}")


def test_what_stands_above_the_text() -> None:
    rows = json.loads(TEMPLATES.read_text("utf-8"))
    text = {"header": "text", "header_text": "Invoice {{1}}", "header_field": "invoice_number"}
    document = {"header": "document", "header_field": "credit_note"}
    rows = [
        row | {"bill_receipt": text, "bill_refund": document}.get(row["name"], {}) for row in rows
    ]
    registry = TemplateRegistry.load(json.dumps(rows).encode())
    options = replace(OPTIONS, counter=CounterOptions(series="C2A"))
    assert named(options, "bill_receipt", registry).head == "Invoice C2A/2627/000123"
    assert named(options, "bill_refund", registry).head == "C2A-2627-000124.pdf"
    assert named(options, "bill_pay_qr", registry).head == ""
    nobody = replace(options, shop=replace(options.shop, name=""))
    assert named(nobody, "bill_refund", registry).head == ""


def test_an_unknown_template_cannot_be_filled() -> None:
    message = samples(OPTIONS)
    with pytest.raises(InputError) as caught:
        message.filled("nothing", None, "")  # type: ignore[arg-type]  # not reached
    assert caught.value.code == "template_missing"
