"""``story.json`` (architecture 11) and the files beside it, with the checks that make it proof."""

import json
from dataclasses import dataclass
from pathlib import Path

from pos_desktop import assets
from pos_desktop.bootstrap.counter import Counter
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.payment import Collect, CollectKind, PaymentStatus
from pos_desktop.domain.sale import Sale
from pos_desktop.story.customer import Customer
from pos_desktop.story.scenes import Record, Story


class Broken(AssertionError):
    """The story went on but something that it shows is wrong; the text says what."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the actors saw, and where to look again."""

    story: Story
    sale: Sale
    collect: Collect | None
    messages: list[Message]
    counter: Counter
    record: Record
    customer: Customer
    relay: str


def write_report(found: Findings, out: Path) -> dict[str, object]:
    """Fetch page and PDF as the customer would, check, write ``story.json``; its content."""
    url = _bill_url(found)
    page = found.customer.open(url)
    pdf = found.customer.open(f"{found.relay}/i/{found.sale.link_token}.pdf")
    (out / "page.html").write_bytes(page.content)
    (out / "invoice.pdf").write_bytes(pdf.content)
    qr = _write_qr(found, out)
    told: dict[str, object] = {
        "story": found.story.name,
        "order_id": found.sale.order_id,
        "invoice_number": found.sale.invoice_number,
        "total_paise": found.sale.due,
        "channel": "sms" if found.sale.channel.value.startswith("sms") else "whatsapp",
        "messages": [_message(m) for m in found.messages if m.state is not MessageState.DROPPED],
        "payment": _payment(found),
        "confirmed_by": found.sale.confirmed_by,
        "inbox": _inbox(found),
        "seconds": _seconds(found.record),
        "bill_url": url,
        "files": {
            "screens": found.record.screens,
            **({"qr": "qr.png"} if qr else {}),
            "invoice_pdf": "invoice.pdf",
            "page": "page.html",
            "database": "counter.db",
        },
    }
    _check(found, page.text)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (out / "story.json").write_text(text + "\n", encoding="utf-8")
    return told


def _bill_url(found: Findings) -> str:
    """The link as the receipt carries it; without a phone, the link that a QR would show."""
    receipts = [m for m in found.messages if m.purpose is Purpose.RECEIPT]
    if receipts and receipts[0].url:
        return receipts[0].url
    return f"{found.relay}/i/{found.sale.link_token}"


def _write_qr(found: Findings, out: Path) -> bool:
    collect = found.collect
    if collect is None:
        return False
    text = collect.upi_payload if collect.kind is CollectKind.QR else collect.url
    png = RaseedRenderer(assets.path("fonts")).qr_png(text or "")
    (out / "qr.png").write_bytes(png)
    return True


def _message(message: Message) -> dict[str, object]:
    return {
        "purpose": message.purpose.value,
        "channel": message.channel,
        "to": message.to,
        "status": message.state.value,
        "template": message.template,
        "parameters": list(message.parameters),
        "body": message.body,
        "media_url": message.media_url,
        "url": message.url,
        "sid": message.sid,
    }


def _payment(found: Findings) -> dict[str, object] | None:
    collect = found.collect
    if collect is None:
        return None
    with found.counter.store.read() as uow:
        facts = [f for _, f in uow.facts.of(found.sale.order_id)]
    captured = [f for f in facts if f.status is PaymentStatus.CAPTURED]
    return {
        "gateway": collect.gateway,
        "kind": collect.kind.value,
        "collect_id": collect.gateway_id,
        "payment_id": captured[-1].payment_id if captured else None,
        "captured_paise": sum(f.amount for f in captured),
        "upi_payload": collect.upi_payload,
    }


def _inbox(found: Findings) -> list[dict[str, object]]:
    with found.counter.store.read() as uow:
        flags = uow.flags.of(found.sale.order_id)
    return [
        {"flag": f.kind, "state": f.state, "amount_paise": f.amount, "action": f.action}
        for f in flags
    ]


def _seconds(record: Record) -> dict[str, object]:
    ordered = sorted(record.scan_seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {
        "scan_to_paint_p95": round(p95, 4),
        "request_to_qr": record.request_to_qr,
        "paid_to_green": record.paid_to_green,
    }


def _check(found: Findings, page: str) -> None:
    """The same amount everywhere; exactly one message a purpose, only by the shop's channel."""
    total = format_rupees(found.sale.due)
    sends = found.customer.sends()
    purposes = [m.purpose for m in found.messages if m.state is not MessageState.DROPPED]
    problems = [
        (total not in page, f"the page does not show {total}"),
        (found.sale.invoice_number is None, "the bill has no invoice number"),
        (len(sends) != len(purposes), f"{len(sends)} sends for {len(purposes)} messages"),
        (len(set(purposes)) != len(purposes), "two messages of one purpose"),
        (any(_wrong_way(found.sale, m) for m in found.messages), "a message by another channel"),
        (any(not _says(found, m) for m in _requests(found)), "the request lacks shop or items"),
    ]
    wrong = [words for happened, words in problems if happened]
    if wrong:
        raise Broken("; ".join(wrong))


def _requests(found: Findings) -> list[Message]:
    kept = [m for m in found.messages if m.state is not MessageState.DROPPED]
    return [m for m in kept if m.purpose is Purpose.PAYMENT_REQUEST]


def _wrong_way(sale: Sale, message: Message) -> bool:
    by_sms = sale.channel.value.startswith("sms")
    return (message.channel == "sms") != by_sms or (by_sms and message.media_url is not None)


def _says(found: Findings, message: Message) -> bool:
    """Shop, token, total and an item summary ("Milk x2, Oil x3 and 5 more")."""
    said = message.body or " | ".join(message.parameters)
    first = found.sale.bill.lines[0].name.split()[0]
    amount = format_rupees(found.sale.due)
    plain = amount.replace(",", "")
    wanted = (str(found.sale.token_no), first)
    return all(word in said for word in wanted) and (amount in said or plain in said)
