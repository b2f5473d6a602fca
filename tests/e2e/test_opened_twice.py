"""Two programs on one folder: the second says so and goes, the first sells on."""

import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.remote import MILK, wait_for
from tests.e2e.shop import Shop


def second(shop: Shop, folder: Path) -> subprocess.CompletedProcess[str]:
    """The icon was clicked once more."""
    endpoints = str(shop.folder / "counters.json")
    command = [sys.executable, "-P", "-m", "pos_desktop", "--practice", endpoints]
    return subprocess.run(
        [*command, "--data", str(folder)],
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_the_second_window_says_so_and_the_first_sells_on(shop: Shop) -> None:
    with shop.counter() as first:
        first.sell((MILK,))
        told = second(shop, first.data)
        said = told.stderr.splitlines()[0]
        assert (told.returncode, said) == (3, "raseed: Raseed is already open")
        assert first.look()["lines"] == 1, "the bill on the screen is as it was"
        order = first.request()
        shop.pay(first, order)
        issued = "SELECT 1 FROM sales WHERE order_id = ? AND state = 'issued'"
        wait_for(lambda: bool(first.rows(issued, order)), "the bill is paid", 15)
    first.verify()


def test_a_window_that_was_killed_keeps_nobody_out(shop: Shop) -> None:
    """The lock of the window ends with its process."""
    killed = shop.counter()
    killed.until(lambda look: bool(look["ready"]), "the counter is open", 20)
    killed.kill()
    with shop.counter(data=killed.data) as again:
        again.sell((MILK,))
    again.verify()
