"""``story.json`` (architecture 11) and the files beside it, with the checks that make it proof."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from pos_desktop import assets
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.payment import Collect, CollectKind, PaymentStatus
from pos_desktop.domain.sale import Sale
from pos_desktop.story.record import Broken, Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pos_desktop.ports import Flag
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

Json = dict[str, object]


def write_report(on: Stage) -> Json:
    """Fetch page and PDF as the customer would, check, write ``story.json``; its content.

    The first bill is the one that the story is about. A story that proved things besides tells
    them, and every bill, refund and message per number by the provider's journal, under keys of
    their own after those that all stories have; ``gateway.json`` is then what the practice servers
    hold at its end.
    """
    bills = on.books.bills()
    about = bills[0]
    files: Json = {"screens": on.record.screens}
    if _write_qr(about, on.out):
        files["qr"] = "qr.png"
    if about.sale.invoice_number is not None:
        _fetch(on, about)
        files |= {"invoice_pdf": "invoice.pdf", "page": "page.html"}
    files["database"] = "counter.db"
    told: Json = {
        "story": on.story.name,
        "order_id": about.order_id,
        "invoice_number": about.sale.invoice_number,
        "total_paise": about.sale.due,
        "channel": "sms" if _by_sms(about.sale) else "whatsapp",
        "messages": [_message(message) for message in _kept(about)],
        "payment": _payment(about),
        "confirmed_by": about.sale.confirmed_by,
        "inbox": [_entry(flag) for flag in on.books.flags()],
        "seconds": _seconds(on.record),
        "bill_url": _bill_url(on, about),
        "files": files,
    }
    if on.record.proved:
        files["gateway"] = "gateway.json"
        told |= _proved(on, bills)
    _check(on, bills)
    _write_json(on.out / "story.json", told)
    return told


def _proved(on: Stage, bills: Sequence[Bill]) -> Json:
    """What a story tells that proved things; the practice servers' state beside it."""
    _write_json(on.out / "gateway.json", on.customer.state())
    return {
        "bills": [_bill(bill) for bill in bills],
        "refunds": [refund for bill in bills for refund in _refunds(bill)],
        "sent": _sent(on, bills),
        "proved": on.record.proved,
    }


def _write_json(file: Path, content: Json) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def _fetch(on: Stage, bill: Bill) -> None:
    """Page and PDF, as the customer opens them."""
    page = on.customer.open(_bill_url(on, bill) or "")
    pdf = on.customer.open(f"{on.world.relay}/i/{bill.sale.link_token}.pdf")
    (on.out / "page.html").write_bytes(page.content)
    (on.out / "invoice.pdf").write_bytes(pdf.content)


def _bill_url(on: Stage, bill: Bill) -> str | None:
    """The link as the receipt carries it; without a phone, the link that a QR would show. None for
    a bill that was never issued."""
    if bill.sale.invoice_number is None:
        return None
    receipts = [m for m in bill.messages if m.purpose is Purpose.RECEIPT]
    if receipts and receipts[0].url:
        return receipts[0].url
    return f"{on.world.relay}/i/{bill.sale.link_token}"


def _write_qr(bill: Bill, out: Path) -> bool:
    collect = _collect(bill)
    text = "" if collect is None else _scanned(collect)
    if text:
        png = RaseedRenderer(assets.path("fonts")).qr_png(text)
        (out / "qr.png").write_bytes(png)
    return bool(text)


def _scanned(collect: Collect) -> str:
    """What the QR on the counter's screen says."""
    return (collect.upi_payload if collect.kind is CollectKind.QR else collect.url) or ""


def _collect(bill: Bill) -> Collect | None:
    """The payable object that brought the money, else the last one; None for cash."""
    if not bill.collects or bill.sale.confirmed_by == "cash":
        return None
    paid = {reference for reference, f in bill.facts if f.status is PaymentStatus.CAPTURED}
    return next((c for c in bill.collects if c.reference in paid), bill.collects[-1])


def _message(message: Message) -> Json:
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


def _payment(bill: Bill) -> Json | None:
    collect, captured = _collect(bill), bill.captures
    if collect is None:
        return None
    return {
        "gateway": collect.gateway,
        "kind": collect.kind.value,
        "collect_id": collect.gateway_id,
        "payment_id": captured[-1].payment_id if captured else None,
        "captured_paise": sum(fact.amount for fact in captured),
        "upi_payload": collect.upi_payload,
    }


def _entry(flag: Flag) -> Json:
    return {
        "flag": flag.kind,
        "state": flag.state,
        "amount_paise": flag.amount,
        "action": flag.action,
    }


def _bill(bill: Bill) -> Json:
    sale = bill.sale
    return {
        "order_id": sale.order_id,
        "token": sale.token_no,
        "state": sale.state.value,
        "invoice_number": sale.invoice_number,
        "total_paise": sale.due,
        "captured_paise": sum(fact.amount for fact in bill.captures),
        "handed_over": sale.handed_over_at is not None,
        "collects": [
            {"kind": c.kind.value, "gateway": c.gateway, "id": c.gateway_id, "state": c.state.value}
            for c in bill.collects
        ],
        "tenders": [
            {"kind": t.kind.value, "amount_paise": t.amount, "change_paise": t.change}
            for t in bill.tenders
        ],
        "messages": [_fate(message) for message in bill.messages],
    }


def _fate(message: Message) -> Json:
    return {
        "purpose": message.purpose.value,
        "attempt": message.attempt,
        "to": message.to,
        "state": message.state.value,
        "code": message.code,
        "reason": message.reason,
    }


def _sent(on: Stage, bills: Sequence[Bill]) -> Json:
    """By number, what the provider was asked to send there, in its order."""
    purposes = {m.label: m.purpose.value for bill in bills for m in bill.messages}
    told: defaultdict[str, list[Json]] = defaultdict(list)
    for send in on.customer.sent():
        entry = {"channel": send["channel"], "purpose": purposes.get(send["label"], "")}
        told[send["to"]].append(entry)
    return dict(told)


def _refunds(bill: Bill) -> list[Json]:
    return [
        {
            "order_id": refund.order_id,
            "payment_id": refund.payment_id,
            "refund_id": refund.refund_id,
            "amount_paise": refund.amount,
            "state": refund.state.value,
            "approved_by": refund.approved_by,
        }
        for refund in bill.refunds
    ]


def _seconds(record: Record) -> Json:
    ordered = sorted(record.scan_seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {
        "scan_to_paint_p95": round(p95, 4),
        "request_to_qr": record.request_to_qr,
        "paid_to_green": record.paid_to_green,
    }


def _check(on: Stage, bills: Sequence[Bill]) -> None:
    """The same amount everywhere; exactly one message a purpose and number (one more where the
    cashier sent it again), only by the shop's channel."""
    sends, kept = on.customer.sends(), [m for bill in bills for m in _kept(bill)]
    wrong = [words for bill in bills for words in _mistakes(on, bill)]
    if len(sends) != len(kept):
        wrong.append(f"{len(sends)} sends for {len(kept)} messages")
    if wrong:
        raise Broken("; ".join(wrong))


def _mistakes(on: Stage, bill: Bill) -> list[str]:
    """What is wrong with one bill as its customer has it."""
    kept = _kept(bill)
    purposes = [(message.purpose, message.attempt, message.to) for message in kept]
    requests = [m for m in kept if m.purpose is Purpose.PAYMENT_REQUEST]
    problems = [
        (len(set(purposes)) != len(purposes), "two messages of one purpose"),
        (any(_wrong_way(bill.sale, m) for m in kept), "a message by another channel"),
        (any(not _says(bill.sale, m) for m in requests), "the request lacks shop or items"),
    ]
    url = _bill_url(on, bill)
    if url is not None:
        total = format_rupees(bill.sale.due)
        problems.append((total not in on.customer.open(url).text, f"no {total} on the page"))
    return [f"token {bill.sale.token_no}: {words}" for happened, words in problems if happened]


def _kept(bill: Bill) -> list[Message]:
    return [m for m in bill.messages if m.state is not MessageState.DROPPED]


def _by_sms(sale: Sale) -> bool:
    return sale.channel.value.startswith("sms")


def _wrong_way(sale: Sale, message: Message) -> bool:
    sms = _by_sms(sale)
    return (message.channel == "sms") != sms or (sms and message.media_url is not None)


def _says(sale: Sale, message: Message) -> bool:
    """Shop, token, total and an item summary ("Milk x2, Oil x3 and 5 more")."""
    said = message.body or " | ".join(message.parameters)
    first = sale.bill.lines[0].name.split()[0]
    amount = format_rupees(sale.due)
    plain = amount.replace(",", "")
    wanted = (str(sale.token_no), first)
    return all(word in said for word in wanted) and (amount in said or plain in said)
