"""The real window with a network printer: a bill on paper, one that waits, one in doubt."""

import json
import socket
from pathlib import Path

import pytest

from pos_desktop.settings.paths import folders
from tests.e2e.remote import MILK, Remote, wait_for
from tests.e2e.shop import Shop
from tests.support.paper_roll import read
from tests.support.socket_printer import Manner, SocketPrinter

pytestmark = pytest.mark.timeout(120)


def with_printer(data: Path, port: int) -> Path:
    """A practice counter's folder whose settings name the printer; the folder."""
    places = folders(data)
    places.make()
    printer = {"kind": "network", "address": f"127.0.0.1:{port}", "drawer": True}
    kept = {"practice": True, "paper": "58mm", "printer": printer}
    places.options.write_text(json.dumps(kept), encoding="utf-8")
    return data


def cash(till: Remote) -> str:
    """A bill that is paid in cash; its number."""
    before = set(till.orders())
    till.sell((MILK,), "")
    till.do("press", keys=["F10", "Return"])
    wait_for(lambda: len(till.orders()) == len(before) + 1, "the bill is committed")
    (order,) = set(till.orders()) - before
    query = "SELECT invoice_number FROM sales WHERE order_id = ?"
    wait_for(lambda: till.rows(query, order)[0][0] is not None, "it is issued")
    return str(till.rows(query, order)[0][0])


def slips(played: SocketPrinter) -> list[str]:
    """The words of every receipt that was cut."""
    rolls = [read(job) for job in played.jobs]
    return [" ".join(" ".join(roll.texts).split()) for roll in rolls if roll.cuts]


def in_doubt(till: Remote, played: SocketPrinter, number: str) -> None:
    """The printer dies in this bill; the cashier says that it is not there."""
    till.do("press", keys=["Ctrl+P"])
    till.until(lambda look: "can tell whether" in look["notice"], "it asks", 20)
    assert number in till.look()["notice"]
    played.manner.most = None
    till.do("press", keys=["Ctrl+P"])
    till.until(lambda look: f"Was bill {number} printed?" in look["words"], "the question")
    till.do("press", keys=["2"])
    wait_for(lambda: len(played.jobs) == 2, "it is printed again", 20)
    words = " ".join(read(played.jobs[1]).texts)
    assert number in words
    assert "DUPLICATE" in words
    till.do("press", keys=["Ctrl+P"])
    wait_for(lambda: len(played.jobs) == 3, "a reprint", 20)
    assert "DUPLICATE" in " ".join(read(played.jobs[2]).texts)
    # The drawer stayed shut for the cash that came while the printer was off.
    assert [read(job).pulses for job in played.jobs[1:]] == [0, 0]
    cash(till)
    wait_for(lambda: len(played.jobs) == 4, "the drawer opens", 20)
    assert read(played.jobs[3]).pulses == 1


def test_a_bill_that_waits_for_its_printer_and_one_in_doubt(shop: Shop, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with shop.counter(data=with_printer(tmp_path / "till", port)) as till:
        till.until(lambda look: look["lamps"]["printer"] == "Printer down", "the lamp is red", 15)
        first = cash(till)
        till.do("press", keys=["Ctrl+P"])
        till.until(lambda look: "goes to the printer" in look["notice"], "it is queued")
        second = cash(till)  # nothing waits for the printer
        with SocketPrinter(port=port) as played:
            wait_for(lambda: len(slips(played)) == 1, "the first is printed", 40)
            till.until(lambda look: look["lamps"]["printer"] == "Printer", "the lamp is green", 15)
            assert first in slips(played)[0]
            assert "DUPLICATE" not in slips(played)[0]
        with SocketPrinter(Manner(most=300), port) as played:
            in_doubt(till, played, second)
        kinds = "SELECT kind, json_extract(body, '$.copy') FROM ledger WHERE kind LIKE 'receipt.%'"
        assert till.rows(kinds) == [
            ("receipt.answered", None),
            ("receipt.reprinted", 2),
            ("receipt.reprinted", 3),
        ]
        assert till.longest_turn < 1.0
        till.verify()


def test_a_counter_killed_while_it_prints_asks_at_the_next_start(
    shop: Shop, tmp_path: Path
) -> None:
    with SocketPrinter(Manner(end=None)) as silent:
        data = with_printer(tmp_path / "till", silent.port)
        with shop.counter(data=data) as till:
            till.until(lambda look: look["lamps"]["printer"] == "Printer", "the lamp is green", 15)
            number = cash(till)
            till.do("press", keys=["Ctrl+P"])
            till.kill_when("SELECT 1 FROM outbox WHERE kind = 'paper.print' AND state = 'doing'")
        port = silent.port
    with SocketPrinter(port=port) as played, shop.counter(data=data) as later:
        later.until(lambda look: "can tell whether" in look["notice"], "it asks", 20)
        assert number in later.look()["notice"]
        later.do("press", keys=["Ctrl+P"])
        later.until(lambda look: f"Was bill {number} printed?" in look["words"], "question")
        later.do("press", keys=["Return"])
        answered = "SELECT 1 FROM ledger WHERE kind = 'receipt.answered'"
        wait_for(lambda: bool(later.rows(answered)), "the answer is kept")
        later.verify()
    assert played.jobs == []
