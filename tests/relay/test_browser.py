"""The customer's page in a real browser: a phone, a desk, Hindi, dark, paper."""

import base64
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.base import AXE_SCRIPT

from pos_relay import static
from pos_relay.page_texts import LANGUAGES
from pos_relay.pages import render
from tests.relay.samples import BILL, INVOICE, LINES, PDF, RETURNED, TAX
from tests.relay.support import Relay, Till
from tests.relay.test_pages import new_token
from tests.unit.wire.test_logo import SMALL

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def look(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open an address without script and leave a picture: ``look(url, size, **context)``."""
    contexts = []

    def open_page(url: str, size: dict[str, int], **more: Any) -> Any:
        context = browser.new_context(viewport=size, java_script_enabled=False, **more)
        contexts.append(context)
        page = context.new_page()
        page.console = []
        page.on("console", lambda message: page.console.append(message.text))
        page.goto(url)
        page.screenshot(path=tmp_path / f"{len(contexts)}.png", full_page=True)
        return page

    yield open_page
    for context in contexts:
        context.close()


def fits(page: Any) -> bool:
    """Whether nothing sticks out sideways (asked through the debugger: scripts are off)."""
    session = page.context.new_cdp_session(page)
    metrics = session.send("Page.getLayoutMetrics")
    return bool(metrics["cssContentSize"]["width"] <= metrics["cssLayoutViewport"]["clientWidth"])


def published(relay: Relay, till: Till, content: Any, pdf: bytes | None = None) -> str:
    token = new_token()
    assert relay.publish(till, token, content, pdf=pdf).status_code == 200
    return f"{relay.base_url}/i/{token}"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_unpaid_bill(relay: Relay, till: Till, look: Any, size: dict[str, int]) -> None:
    page = look(published(relay, till, BILL), size)
    assert fits(page)
    assert page.console == [], "the browser has nothing to complain about, CSP included"
    assert page.title() == "Fresh Mart"
    button = page.get_by_role("link", name="Pay ₹1,132.00")
    box = button.bounding_box()
    assert box["y"] + box["height"] < size["height"], "the Pay button needs no scrolling"
    assert box["height"] >= 44
    total = page.get_by_text("₹1,132.00", exact=True).first.bounding_box()
    assert total["height"] >= 40
    assert page.get_by_role("row").count() == 15
    assert page.get_by_role("heading", level=1).inner_text() == "Fresh Mart"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_paid_invoice(relay: Relay, till: Till, look: Any, size: dict[str, int]) -> None:
    page = look(published(relay, till, INVOICE, PDF), size)
    assert fits(page)
    assert page.get_by_text("Paid by UPI").is_visible()
    assert page.get_by_role("link", name="Pay").count() == 0
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download PDF").click()
    assert caught.value.suggested_filename == "invoice.pdf"
    assert Path(caught.value.path()).read_bytes() == PDF


def test_the_language_switch_works_without_script(relay: Relay, till: Till, look: Any) -> None:
    url = published(relay, till, INVOICE)
    for address in (url, url.replace("/i/", "/i?"), url.replace("/i/", "/FRSHMT/")):
        page = look(address, PHONE)
        page.get_by_role("link", name="हिन्दी").click()
        assert page.get_by_text("UPI से भुगतान हुआ").is_visible()
        assert fits(page)
        page.get_by_role("link", name="English").click()
        assert page.get_by_text("Paid by UPI").is_visible()


@pytest.fixture
def judged(browser: Any) -> Iterator[Any]:
    """What axe finds wrong with an address: ``judged(url, size, scheme)``.

    axe needs script; the page's own policy stays in force, so it comes through the debugger.
    """
    contexts = []

    def judge(url: str, size: dict[str, int], scheme: str = "light") -> list[str]:
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.evaluate(AXE_SCRIPT)
        # All rules run on everything; of what is right one example each is enough.
        found = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
        assert len(found["passes"]) > 15, "axe has looked at the page"
        wrong = [*found["violations"], *found["incomplete"]]
        return [f"{each['id']}: {node['html']}" for each in wrong for node in each["nodes"]]

    yield judge
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    relay: Relay, till: Till, judged: Any, size: dict[str, int], scheme: str
) -> None:
    practice = relay.enrol(relay.shop(practice=True))
    logo = base64.b64encode(SMALL).decode()
    shown = msgspec.structs.replace(INVOICE, logo=logo, lang="hi")
    for url in (
        published(relay, till, BILL),
        published(relay, practice, BILL),
        published(relay, till, INVOICE, PDF),
        published(relay, till, shown, PDF),
        published(relay, till, RETURNED, PDF),
        f"{relay.base_url}/i/none",
        f"{relay.base_url}/p/T/return",
    ):
        assert judged(url, size, scheme) == []


def test_axe_would_find_something(judged: Any, tmp_path: Path) -> None:
    pale = render(BILL).replace("--muted:#59616b", "--muted:#b9c1cb")
    file = tmp_path / "pale.html"
    file.write_text(pale, "utf-8")
    assert any(fault.startswith("color-contrast") for fault in judged(file.as_uri(), PHONE))


def test_the_shops_logo_is_seen(relay: Relay, till: Till, look: Any) -> None:
    shown = msgspec.structs.replace(BILL, logo=base64.b64encode(SMALL).decode())
    for size in (PHONE, DESK):
        page = look(published(relay, till, shown), size)
        assert page.console == [], "the policy of the page allows its own picture"
        box = page.locator("img.logo").bounding_box()
        assert 44 <= box["height"] <= 52
        assert box["width"] <= 156
        assert fits(page)


def test_long_names_and_many_lines_stay_inside(relay: Relay, till: Till, look: Any) -> None:
    long = msgspec.structs.replace(LINES[0], name="Supercalifragilistic" * 8, qty="1,234.567 kg")
    big = msgspec.structs.replace(LINES[0], amount="12,34,56,789.00", price="12,34,56,789.00")
    content = msgspec.structs.replace(
        INVOICE,
        lines=(long, big, *LINES * 10),
        shop_name="Sri Venkateswara Provision Stores " * 2,
        total="₹12,34,56,789.00",
        token_no="1234",
    )
    for size in (PHONE, DESK, {"width": 320, "height": 560}):
        assert fits(look(published(relay, till, content), size))


def test_dark_practice_and_paper(relay: Relay, look: Any, tmp_path: Path) -> None:
    till = relay.enrol(relay.shop(practice=True))
    url = published(relay, till, BILL)
    page = look(url, PHONE, color_scheme="dark")
    assert page.get_by_text("PRACTICE").is_visible()
    assert fits(page)
    paper = look(url, DESK)
    paper.emulate_media(media="print")
    assert not paper.get_by_role("link", name="Pay").is_visible()
    assert not paper.get_by_role("link", name="हिन्दी").is_visible()
    assert paper.get_by_text("PRACTICE").is_visible()


def paper(page: Any, file: Path) -> int:
    """Print to A4 and count the sheets."""
    page.pdf(path=file, prefer_css_page_size=True)
    said = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True)
    assert "(A4)" in said.stdout
    return int(said.stdout.split("Pages:")[1].split()[0])


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_an_invoice_of_twenty_lines_is_one_sheet(
    relay: Relay, till: Till, look: Any, tmp_path: Path, lang: str
) -> None:
    # 32 letters: nine in ten goods of a real shop have shorter names.
    long = tuple(
        msgspec.structs.replace(line, name="Fun Foods Chocolate Spread 350 g") for line in LINES
    )
    twenty = msgspec.structs.replace(
        INVOICE,
        lines=(long * 3)[:20],
        lang=lang,
        practice=True,
        buyer=("Asha Traders", "MG Road, Bengaluru", "29AAGCB7383J1Z4"),
        tax_rows=(*TAX, *TAX[:2]),
        logo=base64.b64encode(SMALL).decode(),
    )
    assert paper(look(published(relay, till, twenty), DESK), tmp_path / "twenty.pdf") == 1
    assert paper(look(published(relay, till, BILL), PHONE), tmp_path / "bill.pdf") == 1
    many = msgspec.structs.replace(INVOICE, lines=LINES * 15, lang=lang)
    assert paper(look(published(relay, till, many), DESK), tmp_path / "long.pdf") == 3
    words = ["pdftotext", "-layout", str(tmp_path / "long.pdf"), "-"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert printed.count("Surf Excel Easy Wash 1 kg") == 15
    assert printed.count("₹1,132.00") == 2, "the total is not repeated on every sheet"


def test_an_exported_site_needs_no_relay(look: Any, judged: Any, tmp_path: Path) -> None:
    """From the index to a bill, its other language and its PDF, all from files."""
    (tmp_path / "i").mkdir()
    for name, html in static.pages(INVOICE, "bill", pdf=True).items():
        (tmp_path / "i" / name).write_text(html, "utf-8")
    (tmp_path / "i" / "bill.pdf").write_bytes(PDF)
    month = static.month("2026-11", [(INVOICE, "i/bill.html"), (BILL, "i/none.html")])
    (tmp_path / "2026-11.html").write_text(month, "utf-8")
    index = tmp_path / "index.html"
    index.write_text(static.index([("2026-11", 2)]), "utf-8")
    for size in (PHONE, DESK):
        page = look(index.as_uri(), size)
        page.get_by_role("link", name="2026-11").click()
        assert fits(page)
        page.get_by_role("link", name="C2A/2627/000124").click()
        assert fits(page)
        assert page.get_by_text("₹1,132.00").first.is_visible()
        page.get_by_role("link", name="हिन्दी").click()
        assert page.get_by_text("UPI से भुगतान हुआ").is_visible()
        document = page.get_by_role("link", name="PDF डाउनलोड करें").get_attribute("href")
        assert (tmp_path / "i" / document).read_bytes() == PDF
    assert judged((tmp_path / "2026-11.html").as_uri(), PHONE) == []


def test_pages_that_open_nothing(relay: Relay, look: Any) -> None:
    page = look(f"{relay.base_url}/i/none", PHONE)
    assert page.get_by_role("heading", name="This link does not open").is_visible()
    assert fits(page)
    back = look(f"{relay.base_url}/p/T/return", PHONE)
    assert back.get_by_text("Please look at the counter").is_visible()
