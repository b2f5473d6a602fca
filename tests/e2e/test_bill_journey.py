"""The customer's way in a real browser: message, bill, Pay, the gateway's page, back, invoice."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from pos_desktop.domain.options import Channel, Options
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.services import effects
from pos_desktop.settings.paths import folders
from pos_desktop.settings.store import OptionsFile
from tests.kill.seller import Seller
from tests.relay.test_browser import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.support.practice import Practice, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason="Chromium is not installed"),
]


class Till:
    """The program without its window; what it sends arrives at the practice Exotel."""

    def __init__(self, seller: Seller, practice: Practice) -> None:
        self.seller = seller
        self.practice = practice

    def sell(self, seed: int) -> Sale:
        """A bill whose payment is asked for by SMS."""
        order = self.seller.order(Random(seed))
        assert order.phone is not None
        return self.seller.do(lambda: self.seller.counter.checkout.request(order))

    def link(self, sale: Sale) -> str:
        """The address in the message that the customer got."""

        def found() -> list[str]:
            links = [str(message["url"]) for message in self.practice.state()["messages"]]
            return [link for link in links if sale.link_token in link]

        wait_for(lambda: bool(found()), seconds=20)
        return found()[0]

    def now(self, sale: Sale) -> Sale:
        with self.seller.counter.store.read() as uow:
            found = uow.sales.get(sale.order_id)
        assert found is not None
        return found

    def published(self, sale: Sale) -> bool:
        """Whether the relay holds the invoice."""
        with self.seller.counter.store.read() as uow:
            page = uow.pages.latest(sale.order_id)
        return page is not None and page.revision > effects.BILL_REVISION and page.acknowledged


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    folder = tmp_path_factory.mktemp("journey")
    places = folders(folder / "till")
    places.make()
    OptionsFile(places.options).save(Options(practice=True, channel=Channel.SMS_LINK))
    with Surroundings(folder / "around") as around:
        practice = Practice(around.endpoints)
        seller = Seller(around.file, folder / "till")
        try:
            yield Till(seller, practice)
        finally:
            seller.counter.engine.stop()
            seller.lanes.close()
            seller.counter.close()
            practice.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


class Customer:
    """Her browser: every address that it asks for is kept, every page is pictured and judged."""

    def __init__(self, browser: Any, size: dict[str, int], pictures: Path) -> None:
        self.context = browser.new_context(viewport=size)
        self.asked: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self._pictures = pictures

    def opens(self, link: str) -> Any:
        page = self.context.new_page()
        page.goto(link)
        return page

    def sees(self, page: Any, what: str) -> None:
        page.screenshot(path=self._pictures / f"{what}.png", full_page=True)
        page.evaluate(AXE_SCRIPT)
        assert [each["id"] for each in page.evaluate("axe.run()")["violations"]] == [], what

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}


@pytest.fixture(params=[PHONE, DESK], ids=["360x740", "1280x800"])
def customer(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Customer]:
    here = Customer(browser, request.param, tmp_path)
    yield here
    here.context.close()


def test_from_the_message_to_the_invoice(till: Till, customer: Customer) -> None:
    sale = till.sell(1)
    link = till.link(sale)
    page, other = customer.opens(link), customer.opens(link)
    customer.sees(page, "1-bill")
    assert page.get_by_text("To pay").is_visible()
    assert page.locator("img.logo").is_visible()
    pay = page.get_by_role("link", name="Pay ₹")
    box = pay.bounding_box()
    assert box["y"] + box["height"] < page.viewport_size["height"], "needs no scrolling"
    pay.click()
    assert page.url.startswith(f"{till.practice.origin}/rzp/")
    assert page.get_by_text("no real money").is_visible()
    page.get_by_role("button", name="Pay").click()
    _knows_nothing(page, till, sale)
    customer.sees(page, "2-back")

    wait_for(lambda: till.published(sale), seconds=20)
    # Three ways to the invoice: back in the browser, a page that was left open, the message again.
    page.go_back()
    page.go_back()
    other.get_by_role("link", name="Paid already? Show the invoice").click()
    for shown in (page, other, customer.opens(link)):
        assert shown.url == link
        _is_the_invoice(shown, till.now(sale))
    customer.sees(page, "3-invoice")
    assert customer.hosts() == {urlsplit(link).netloc, urlsplit(till.practice.origin).netloc}
    told = json.dumps(till.practice.journal("razorpay"))
    assert sale.order_id in told
    assert sale.link_token not in told, "the gateway never learns the link of the bill"


def _knows_nothing(page: Any, till: Till, sale: Sale) -> None:
    """Where the gateway sends her: no link can stand there, because whoever is given one (the
    gateway) could open the bill with it."""
    assert urlsplit(page.url).path == f"/p/{till.seller.options.counter.tenant}/return"
    assert page.get_by_role("heading", name="Thank you").is_visible()
    assert page.get_by_text("open the link in your message again").is_visible()
    assert page.get_by_role("link").count() == 0
    assert sale.link_token not in page.url + page.content()


def _is_the_invoice(page: Any, sale: Sale) -> None:
    assert sale.state is SaleState.ISSUED
    assert page.get_by_text("Paid by UPI").is_visible()
    assert page.get_by_text(sale.invoice_number).is_visible()
    assert page.get_by_role("link", name="Pay ₹").count() == 0
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download PDF").click()
    assert Path(caught.value.path()).read_bytes().startswith(b"%PDF-")
