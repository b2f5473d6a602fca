"""Whole sales by ``./run --headless``, judged by what they leave behind and by nothing of ours."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.e2e.played import Played, play, rupees

PHONE = "+919876543210"
QR_STORIES = ("whatsapp-qr", "screen-qr", "relay-down-pay")
LINK_STORIES = ("whatsapp-link", "sms-link")
PAID_STORIES = (*QR_STORIES, *LINK_STORIES)
STORIES = (*PAID_STORIES, "cash")
# story: (confirmed by, purposes of its messages)
FATES = {
    "whatsapp-qr": ("push", ("payment_request", "receipt")),
    "whatsapp-link": ("push", ("payment_request", "receipt")),
    "sms-link": ("push", ("payment_request", "receipt")),
    "screen-qr": ("push", ()),
    "relay-down-pay": ("poll", ("receipt",)),
    "cash": ("cash", ("receipt",)),
}

pytestmark = pytest.mark.timeout(150)
every_story = pytest.mark.parametrize("name", STORIES)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Played]]]:
    """All stories, two at a time; the tests of the first begin while others still play."""
    folder = tmp_path_factory.mktemp("stories")
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(play, name, folder / name) for name in STORIES}


@pytest.fixture
def played(stage: dict[str, Future[Played]], name: str) -> Played:
    story = stage[name].result()
    assert story.code == 0, story.said
    return story


def decoded(file: Path) -> str:
    with Image.open(file) as picture:
        assert picture.format == "PNG"
        found = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 1
    return str(found[0].text)


def asked_amount(payload: str) -> str:
    parts = urlsplit(payload)
    assert (parts.scheme, parts.netloc) == ("upi", "pay")
    fields = parse_qs(parts.query, strict_parsing=True)
    assert fields["cu"] == ["INR"]
    (amount,) = fields["am"]
    return amount


@every_story
def test_a_story_ends_well_and_says_where_to_look(played: Played, name: str) -> None:
    assert f"story {name}: paid, invoice {played.told['invoice_number']}" in played.said
    for file in ("story.json", "invoice.pdf", "page.html"):
        assert str(played.folder / file) in played.said
    assert "Traceback" not in played.said


MESSAGE_KEYS = [
    "purpose", "channel", "to", "status", "template", "parameters", "body", "media_url", "url",
    "sid",
]  # fmt: skip
PAYMENT_KEYS = [
    "gateway", "kind", "collect_id", "payment_id", "captured_paise", "upi_payload",
]  # fmt: skip
STORY_KEYS = [
    "story", "order_id", "invoice_number", "total_paise", "channel", "messages", "payment",
    "confirmed_by", "inbox", "seconds", "bill_url", "files",
]  # fmt: skip


@every_story
def test_story_json_has_exactly_its_form(played: Played, name: str) -> None:
    told = played.told
    assert list(told) == STORY_KEYS
    assert told["story"] == name
    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", told["order_id"])
    assert re.fullmatch(r"P[0-9A-HJKMNP-TV-Z]{2}/\d{4}/\d{6}", told["invoice_number"])
    assert type(told["total_paise"]) is int and told["total_paise"] > 0
    assert told["channel"] == ("sms" if name == "sms-link" else "whatsapp")
    assert all(list(message) == MESSAGE_KEYS for message in told["messages"])
    assert list(told["seconds"]) == ["scan_to_paint_p95", "request_to_qr", "paid_to_green"]
    files = {"screens": told["files"]["screens"], "qr": "qr.png", "invoice_pdf": "invoice.pdf"}
    files |= {"page": "page.html", "database": "counter.db"}
    if name == "cash":
        del files["qr"]
        assert not (played.folder / "qr.png").exists()
    assert told["files"] == files
    assert told["inbox"] == []


@every_story
def test_how_the_payment_was_confirmed(played: Played, name: str) -> None:
    told = played.told
    assert told["confirmed_by"] == FATES[name][0]
    payment, seconds = told["payment"], told["seconds"]
    assert 0 < seconds["scan_to_paint_p95"] < 1
    if name == "cash":
        assert (payment, seconds["request_to_qr"], seconds["paid_to_green"]) == (None, None, None)
        return
    assert list(payment) == PAYMENT_KEYS
    assert payment["gateway"] == "razorpay"
    assert payment["captured_paise"] == told["total_paise"]
    assert re.fullmatch(r"pay_\w{14}", payment["payment_id"])
    by_qr = name in QR_STORIES
    assert payment["kind"] == ("qr" if by_qr else "link")
    assert payment["collect_id"].startswith("qr_" if by_qr else "plink_")
    assert (payment["upi_payload"] is not None) == by_qr
    assert 0 < seconds["request_to_qr"] < 10
    assert 0 < seconds["paid_to_green"] < 10


@every_story
def test_one_message_a_purpose_by_the_shops_channel_only(played: Played, name: str) -> None:
    messages = played.told["messages"]
    assert tuple(m["purpose"] for m in messages) == FATES[name][1]
    for message in messages:
        assert message["channel"] == ("sms" if name == "sms-link" else "whatsapp")
        assert (message["to"], message["status"]) == (PHONE, "delivered")
        assert message["template"] and message["sid"]
        if message["channel"] == "sms":
            assert message["media_url"] is None
    assert len({m["sid"] for m in messages}) == len(messages)
    # What was not sent is only what the bill outran.
    kept = played.rows("SELECT purpose, state FROM messages ORDER BY created_at, message_id")
    others = [(p, s) for p, s in kept if s != "delivered"]
    assert others == ([("payment_request", "dropped")] if name == "relay-down-pay" else [])


@pytest.mark.parametrize("name", ["whatsapp-qr", "whatsapp-link", "sms-link"])
def test_the_request_says_shop_token_items_and_total(played: Played, name: str) -> None:
    told = played.told
    request = told["messages"][0]
    ((token,),) = played.rows("SELECT token_no FROM sales")
    body = request["body"]
    assert "Fresh Mart" in body
    assert re.search(rf"\btoken (number is )?{token}\b", body)
    assert re.search(r"[A-Z]\w+( \w+)* x\d+(, .+ x\d+)*( and \d+ more)", body)
    amount = rupees(told["total_paise"])
    assert (amount if name != "sms-link" else amount.replace(",", "")) in body
    # The picture to scan, our page, or the gateway's page: each story has its own way.
    page = urlsplit(told["bill_url"]).netloc
    ways = (request["media_url"], request["url"])
    hosts = tuple(None if way is None else urlsplit(way).netloc for way in ways)
    if name == "whatsapp-qr":
        assert hosts == (page, None)
    elif name == "sms-link":
        assert ways == (None, told["bill_url"])
    else:
        assert hosts[0] is None and hosts[1] not in (None, page)


@pytest.mark.parametrize("name", STORIES)
def test_the_receipt_carries_the_link_of_the_bill(played: Played, name: str) -> None:
    told = played.told
    receipts = [m for m in told["messages"] if m["purpose"] == "receipt"]
    # Before it ended, the relay of this story listened where its log says.
    log = (played.folder / "shop" / "relay.port").read_text(encoding="utf-8")
    assert urlsplit(told["bill_url"]).netloc == f"127.0.0.1:{log}"
    ((token,),) = played.rows("SELECT link_token FROM sales")
    assert len(token) == 22 and told["bill_url"].endswith(token)
    for receipt in receipts:
        assert receipt["url"] == told["bill_url"]
        assert told["invoice_number"] in receipt["body"]
        amount = rupees(told["total_paise"])
        assert (amount if receipt["channel"] != "sms" else amount.replace(",", "")) in receipt[
            "body"
        ]


@pytest.mark.parametrize("name", QR_STORIES)
def test_the_qr_asks_for_the_exact_amount(played: Played, name: str) -> None:
    told = played.told
    payload = decoded(played.folder / "qr.png")
    assert payload == told["payment"]["upi_payload"]
    assert asked_amount(payload) == rupees(told["total_paise"]).replace(",", "")


@pytest.mark.parametrize("name", LINK_STORIES)
def test_the_qr_of_a_link_story_is_the_gateways_link(played: Played, name: str) -> None:
    ((url,),) = played.rows("SELECT url FROM collects")
    assert decoded(played.folder / "qr.png") == url
    if name == "whatsapp-link":
        assert url == played.told["messages"][0]["url"]


@pytest.mark.parametrize("name", ["whatsapp-qr"])
def test_the_picture_in_the_message_is_the_same_qr(played: Played, name: str) -> None:
    """Fetched from its public address while the bill was unpaid, as WhatsApp does."""
    assert decoded(played.folder / "message-qr.png") == played.told["payment"]["upi_payload"]


@every_story
def test_the_amount_is_the_same_everywhere(played: Played, name: str) -> None:
    total = played.told["total_paise"]
    shown = rupees(total)
    assert f"₹{shown}" in played.pdf
    assert shown in (played.folder / "page.html").read_text(encoding="utf-8")
    amounts = {
        "bill": played.rows("SELECT due FROM sales"),
        "payable": played.rows("SELECT payable FROM sales"),
        "lines": played.rows("SELECT sum(total) FROM sale_lines"),
        "tender": played.rows("SELECT amount FROM tenders"),
        "ledger": played.rows(
            "SELECT json_extract(body, '$.due') FROM ledger WHERE kind = 'sale.issued'"
        ),
    }
    if name != "cash":
        amounts["asked"] = played.rows("SELECT amount FROM collects")
        amounts["captured"] = played.rows("SELECT amount FROM facts WHERE status = 'captured'")
    assert amounts == {place: [(total,)] for place in amounts}


@every_story
def test_the_invoice_has_what_the_law_asks(played: Played, name: str) -> None:
    text, told = played.pdf, played.told
    for wanted in (
        told["invoice_number"], told["order_id"], "GSTIN 27AAPFU0939F1ZV", "HSN", "1512", "CGST",
        "SGST", "27-Maharashtra", "Amount in words", "Only", f"₹{rupees(told['total_paise'])}",
    ):  # fmt: skip
        assert wanted in text
    if name == "cash":
        assert "Paid in cash" in text
        return
    ((rrn,),) = played.rows("SELECT rrn FROM facts WHERE status = 'captured'")
    assert re.fullmatch(r"\d{12}", rrn)
    assert f"UPI ref {rrn[:4]} {rrn[4:8]} {rrn[8:]}" in text


@every_story
def test_the_page_is_the_paid_invoice_without_script(played: Played, name: str) -> None:
    page = (played.folder / "page.html").read_text(encoding="utf-8")
    assert played.told["invoice_number"] in page
    assert "27AAPFU0939F1ZV" in page
    assert "<script" not in page.lower()
    assert PHONE[3:] not in page and PHONE[3:] not in played.pdf
    assert len(page.encode()) < 30_000


@every_story
def test_the_books_verify(played: Played, name: str) -> None:
    command = [sys.executable, "-P", "-m", "pos_desktop", "verify"]
    command.append(str(played.folder / "counter.db"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    ((entries,),) = played.rows("SELECT count(*) FROM ledger WHERE kind = 'sale.issued'")
    assert entries == 1


@every_story
def test_the_screens_show_something(played: Played, name: str) -> None:
    screens = played.told["files"]["screens"]
    assert len(screens) >= 4
    assert sorted(screens) == screens
    seen = {}
    for screen in screens:
        with Image.open(played.folder / screen) as picture:
            assert (picture.format, picture.size) == ("PNG", (1366, 768))
            colours = picture.convert("RGB").getcolors(1 << 20)
        assert colours is not None and len(colours) > 200, f"{screen} has few colours"
        most = max(count for count, _ in colours)
        assert most < 0.95 * 1366 * 768, f"{screen} is nearly blank"
        seen[screen.partition("-")[2]] = (played.folder / screen).read_bytes()
    # A receipt may be delivered before the paid bill is photographed: then nothing is left to
    # change on the screen between these two, and only these two.
    receipt = seen.pop("receipt.png")
    assert len(set(seen.values())) == len(seen) == len(screens) - 1, "two steps look the same"
    assert receipt not in [seen[name] for name in seen if name not in ("paid.png", "change.png")]
