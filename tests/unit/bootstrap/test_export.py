"""``raseed export-pages``: what the relay serves, as files that need no relay."""

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos_desktop import cli
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.sale import PricedBill, Sale
from pos_desktop.ports import Page
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import seal, v1
from pos_relay import static
from pos_relay.pages import render
from tests.relay.samples import BILL, INVOICE, PDF
from tests.unit.services.test_pages import MILK, priced, sale_of

TOKENS = [seal.encode(bytes([number]) * 16) for number in range(120)]


def bill(number: int, milk: PricedBill) -> Sale:
    order_id = f"01J{number:023d}"
    sale = sale_of(milk, issued=False)
    return replace(sale, order_id=order_id, link_token=TOKENS[number], token_no=number + 1)


def page(sale: Sale, revision: int, content: v1.PageContent, pdf: bytes | None = None) -> Page:
    sealer, token = TokenSealer(), sale.link_token
    sealed = None if pdf is None else sealer.pdf(token, revision, pdf)
    return Page(
        sale.order_id, revision, sealer.page(token, revision, content), sealed, acknowledged=True
    )


@pytest.fixture
def till(tmp_path: Path) -> Path:
    """A counter with 120 bills of two months, the first of them paid; one has no page."""
    folder = tmp_path / "till"
    folder.mkdir()
    store = SqliteStore(folder / DATABASE).open()
    milk = priced(MILK)
    with store.write() as uow:
        for number in range(120):
            sale = bill(number, milk)
            uow.sales.add(sale)
            month = "10" if number < 7 else "11"
            shown = msgspec.structs.replace(BILL, date=f"23-{month}-2026", token_no=str(number))
            if number:
                uow.pages.save(page(sale, 1, shown))
            if number == 1:
                paid = msgspec.structs.replace(INVOICE, date="23-10-2026", lang="ta")
                uow.pages.save(page(sale, 2, paid, PDF))
        uow.commit()
    store.close()
    return folder


def exported(target: Path, till: Path) -> int:
    return cli.run(["export-pages", str(target), "--data", str(till)])


def test_every_page_is_a_file_and_the_index_leads_to_it(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "site" / "pages"
    assert exported(target, till) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"119 bills written; {target / 'index.html'} lists them.")
    assert said.err == ""
    months = re.findall(r'href="([\d-]+\.html)"', (target / "index.html").read_text("utf-8"))
    assert months == ["2026-11.html", "2026-10.html"]
    found = [
        address
        for month in months
        for address in re.findall(r'href="(i/\S+)"', (target / month).read_text("utf-8"))
    ]
    assert sorted(found) == sorted(f"i/{token}.html" for token in TOKENS[1:])
    for address in found:
        assert (target / address).is_file()
    assert len(list((target / "i").iterdir())) == 119 * 2 + 1
    for file in (target, *target.rglob("*")):
        assert file.stat().st_mode & 0o077 == 0, "readable by the owner only"


def test_a_file_is_the_page_that_the_relay_shows(till: Path, tmp_path: Path) -> None:
    """The newest revision, in the shop's language and the other, with its own PDF."""
    assert exported(tmp_path / "out", till) == 0
    folder, token = tmp_path / "out" / "i", TOKENS[1]
    tamil = (folder / f"{token}.html").read_text("utf-8")
    english = (folder / f"{token}.en.html").read_text("utf-8")
    assert '<html lang="ta">' in tamil
    assert f'href="{token}.en.html"' in tamil
    assert f'href="{token}.html"' in english
    assert (folder / f"{token}.pdf").read_bytes() == PDF
    assert f'href="{token}.pdf"' in english
    paid = msgspec.structs.replace(INVOICE, date="23-10-2026", lang="ta")
    alone = re.sub(r'<p class="np">.*?</p>|<a class="btn np".*?</a>', "", tamil)
    assert alone.split() == re.sub(r'<p class="np">.*?</p>', "", render(paid)).split()
    unpaid = (folder / f"{TOKENS[2]}.html").read_text("utf-8")
    assert "https://rzp.io/rzp/Ab3dE9k" in unpaid
    assert ".pdf" not in unpaid


def test_it_works_beside_a_counter_that_is_running(till: Path, tmp_path: Path) -> None:
    with_more = SqliteStore(till / DATABASE).open()
    try:
        sale = bill(0, priced(MILK))
        with with_more.write() as uow:
            uow.pages.save(page(sale, 1, BILL))
            uow.commit()
        assert exported(tmp_path / "out", till) == 0
    finally:
        with_more.close()
    assert (tmp_path / "out" / "i" / f"{TOKENS[0]}.html").is_file()


def test_a_page_that_does_not_open_is_named_and_the_rest_is_written(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = SqliteStore(till / DATABASE).open()
    with store.write() as uow:
        uow.pages.save(Page(bill(0, priced(MILK)).order_id, 1, b"damaged", None, True))
        uow.commit()
    store.close()
    assert exported(tmp_path / "out", till) == 1
    said = capsys.readouterr()
    assert said.out.startswith("119 bills written")
    assert said.err == f"export-pages: the page of 01J{0:023d} does not open\n"


def test_a_shop_without_bills_has_an_index_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "till").mkdir()
    SqliteStore(tmp_path / "till" / DATABASE).open().close()
    assert exported(tmp_path / "out", tmp_path / "till") == 0
    assert "No bill has a page yet." in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_it_never_overwrites(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    assert exported(target, till) == 2
    assert capsys.readouterr().err == f"export-pages: The folder {target} is not empty.\n"
    assert [file.name for file in target.iterdir()] == ["mine.txt"]


def test_what_cannot_be_read_or_written_is_a_sentence(
    till: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert exported(tmp_path / "a", tmp_path / "empty") == 2
    (tmp_path / "file").write_text("x")
    assert exported(tmp_path / "file" / "b", till) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.startswith("export-pages: ") and "Errno" not in line for line in said)


def test_names_from_a_bill_are_only_text() -> None:
    nasty = "<img src=x onerror=alert(1)>"
    hostile = msgspec.structs.replace(INVOICE, number=nasty, total=nasty, token_no=nasty)
    listed = static.month("2026-11", [(hostile, "i/x.html")])
    assert "<img" not in listed
