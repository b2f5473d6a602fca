"""The core is killed again and again while it sells, asks, is paid and changes its mind.

What it acknowledged is there after every kill; in the end every rupee that the gateway captured is
on a bill or in the inbox, and nothing was done twice.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.storage.verify import verify_database
from tests.kill.shop import Json, Killed

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal"),
]
SEED = int(os.environ.get("RASEED_SEED", "20261123"))
CASES = 38  # four times: four workers run one quarter each, which mostly waits


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Killed]:
    with Killed(tmp_path) as shop:
        yield shop


def check_acknowledged(shop: Killed, since: int) -> None:
    """Everything told since entry ``since`` stands in the file."""
    sales = {
        order: (state, number, due)
        for order, state, number, due in shop.rows(
            "SELECT order_id, state, invoice_number, due FROM sales"
        )
    }
    for told in shop.told[since:]:
        if told["what"] == "asked":
            assert sales[told["order"]][2] == told["due"], told
        elif told["what"] == "issued":
            assert sales[told["order"]] == ("issued", told["number"], told["due"]), told
        elif told["what"] == "given":
            query = "SELECT handed_over_at FROM sales WHERE order_id = ?"
            assert shop.rows(query, told["order"])[0][0] is not None, told
    numbers = sorted(number for _, number, _ in sales.values() if number is not None)
    series = numbers[0].rpartition("/")[0] if numbers else ""
    assert numbers == [f"{series}/{n:06d}" for n in range(1, len(numbers) + 1)]


def check_money(shop: Killed) -> None:
    """The gateway's books and ours agree to the paisa."""
    state = shop.practice.state()
    captured = {p["id"]: p["amount"] for p in state["payments"] if p["captured"]}
    tenders: Counter[str] = Counter()
    for reference, amount in shop.rows(
        "SELECT reference, amount FROM tenders WHERE kind LIKE 'gateway%'"
    ):
        tenders[reference] += amount
    flags = dict(shop.rows("SELECT detail, amount FROM flags WHERE state = 'open'"))
    for payment, amount in captured.items():
        assert tenders[payment] + flags.get(payment, 0) == amount, payment
    assert set(tenders) <= set(captured)
    short = shop.rows(
        "SELECT order_id FROM sales s WHERE state = 'issued' AND due > "
        "(SELECT coalesce(sum(amount), 0) FROM tenders t WHERE t.order_id = s.order_id)"
    )
    assert short == []


def check_once(shop: Killed) -> None:
    """No reference was made twice, nothing ended is payable, no automatic message went twice."""
    state = shop.practice.state()
    links = Counter(link["reference_id"] for link in state["links"])
    qrs = Counter(qr["notes"]["intent"] for qr in state["qrs"])
    assert not [ref for ref, times in (links + qrs).items() if times > 1]
    alive = [link["reference_id"] for link in state["links"] if link["status"] == "created"]
    alive += [qr["notes"]["intent"] for qr in state["qrs"] if qr["status"] == "active"]
    waiting = {order for (order,) in shop.rows("SELECT order_id FROM sales WHERE state='awaiting'")}
    assert {ref.rpartition("-")[0] for ref in alive} <= waiting
    assert set(Counter(ref.rpartition("-")[0] for ref in alive).values()) <= {1}
    sent = Counter(sent_labels(shop))
    assert not [label for label, times in sent.items() if times > 1]


def sent_labels(shop: Killed) -> list[str]:
    """The label of every message that reached the provider, as often as it did."""
    entries: list[Json] = shop.practice.journal("exotel")
    posts = [str([entry["json"], entry["form"]]) for entry in entries if entry["method"] == "POST"]
    ours = [row[0] for row in shop.rows("SELECT message_id FROM messages")]
    return [message for message in ours for post in posts if f"m1.{message}" in post]


def kill_again_and_again(shop: Killed, cases: int, seed: int) -> None:
    checked = 0
    for case in range(cases):
        seconds = shop.life(seed * 10_000 + case)
        print(f"seed {seed} case {case}: killed after {seconds:.3f} s")
        check_acknowledged(shop, checked)
        checked = len(shop.told)
    shop.settle(60)
    check_acknowledged(shop, 0)
    check_money(shop)
    check_once(shop)
    result = verify_database(shop.counter / "counter.db")
    assert (result.ok, result.problem) == (True, "")
    done = Counter(told["what"] for told in shop.told)
    assert done["asked"] > cases / 10, done
    assert done["issued"] > cases / 10, done


@pytest.mark.timeout(240)
@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_nothing_acknowledged_is_lost_and_no_rupee_goes_astray(shop: Killed, quarter: int) -> None:
    kill_again_and_again(shop, CASES, SEED + quarter)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_fifteen_hundred_kills(shop: Killed) -> None:
    kill_again_and_again(shop, 1500, SEED)
