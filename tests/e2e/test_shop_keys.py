"""A key typed on the manager's computer is used by the program that runs, without a restart."""

import os
import subprocess
import sys

from tests.e2e.remote import MILK, Remote, wait_for
from tests.e2e.shop import Shop

TOLD = "SELECT body FROM ledger WHERE kind = 'shop.keys' ORDER BY seq"
GOOD = "SELECT 1 FROM collects WHERE order_id = ? AND state = 'open'"
REFUSED = "SELECT 1 FROM collects WHERE order_id = ? AND state = 'requested' AND last_error <> ''"


def appears(till: Remote, count: int, query: str, *values: object) -> None:
    """Wait for so many rows."""
    wait_for(lambda: len(till.rows(query, *values)) == count, query, 30)


def typed(folder: object, key: str) -> None:
    """What the manager types."""
    command = [sys.executable, "-P", "-m", "pos_desktop", "secret", "gateway.key_secret"]
    done = subprocess.run(
        [*command, "--data", str(folder)],
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        input=f"{key}\n",
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "or get it when they ask next: 1" in done.stdout
    assert key not in done.stdout + done.stderr


def test_a_rotated_key_is_used_without_a_restart(shop: Shop) -> None:
    with shop.counter("whatsapp_link") as till:
        good = str(shop.around.endpoints["key_secret"])
        for n, (key, what) in enumerate((("another-key", REFUSED), (good, GOOD)), 1):
            typed(till.data, key)
            appears(till, n, TOLD)
            till.sell((MILK,))
            appears(till, 1, what, till.request())
        assert till.rows(TOLD) == [('{"names":["gateway.key_secret"]}',)] * 2
    till.verify()
