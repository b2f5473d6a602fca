"""A backup is put back under the real program: the strip says so, ``raseed rejoin`` mends it."""

import json
import shutil
from pathlib import Path

from tests.e2e.remote import MILK, Remote, wait_for
from tests.e2e.shop import Shop, typed

ISSUED = "SELECT 1 FROM sales WHERE order_id = ? AND state = 'issued'"
UNSENT = (
    "SELECT 1 FROM notes WHERE name = 'sync.last_seq' "
    "AND value = (SELECT CAST(MAX(seq) AS TEXT) FROM ledger)"
)


def paid(shop: Shop, till: Remote) -> str:
    """A bill that is paid, issued, and known to the relay; its number."""
    till.sell((MILK,))
    order = till.request()
    shop.pay(till, order)
    wait_for(lambda: bool(till.rows(ISSUED, order)), "the bill is paid", 15)
    wait_for(lambda: bool(till.rows(UNSENT)), "the relay has the ledger", 15)
    return str(till.rows("SELECT invoice_number FROM sales WHERE order_id = ?", order)[0][0])


def rejoin(shop: Shop, folder: Path) -> str:
    """What IT types; the code comes from stdin."""
    code = json.loads((shop.folder / "counters.json").read_text())["enrolment_code"]
    return typed(["rejoin", "-"], folder, code)


def test_a_restored_counter_says_so_and_goes_on_with_a_new_series(shop: Shop) -> None:
    with shop.counter() as till:
        first = paid(shop, till)
    backup = till.data.with_name("backup")
    shutil.copytree(till.data, backup)
    with shop.counter(data=till.data) as later:
        lost = paid(shop, later)
    assert (lost[:9], int(lost[9:])) == (first[:9], int(first[9:]) + 1)
    for name in ("counter.db", "counter.db.numbers"):
        shutil.copyfile(backup / name, till.data / name)
    with shop.counter(data=till.data) as restored:
        restored.until(lambda _: restored.do("desk")["trouble"] == "relay_ahead", "it is told", 15)
    said = rejoin(shop, till.data)
    assert f"numbers without a bill here: {lost}" in said
    assert f"only the relay has bill {lost}" in said
    with shop.counter(data=till.data) as joined:
        number = paid(shop, joined)
        assert joined.do("desk")["trouble"] == ""
        (entry,) = joined.rows("SELECT detail FROM flags WHERE kind = 'numbers_missing'")
    assert entry == (lost,)
    assert (number[:3] != first[:3], number[9:]) == (True, "000001")
    joined.verify()
