"""A key typed on the manager's computer is used by the program that runs, without a restart."""

from tests.e2e.remote import MILK, Remote, wait_for
from tests.e2e.shop import Shop, typed

TOLD = "SELECT body FROM ledger WHERE kind = 'shop.keys' ORDER BY seq"
GOOD = "SELECT 1 FROM collects WHERE order_id = ? AND state = 'open'"
REFUSED = "SELECT 1 FROM collects WHERE order_id = ? AND state = 'requested' AND last_error <> ''"


def appears(till: Remote, count: int, query: str, *values: object) -> None:
    """Wait for so many rows."""
    wait_for(lambda: len(till.rows(query, *values)) == count, query, 30)


def test_a_rotated_key_is_used_without_a_restart(shop: Shop) -> None:
    with shop.counter("whatsapp_link") as till:
        good = str(shop.around.endpoints["key_secret"])
        for n, (key, what) in enumerate((("another-key", REFUSED), (good, GOOD)), 1):
            said = typed(["secret", "gateway.key_secret"], till.data, key)
            assert "or get it when they ask next: 1" in said
            assert key not in said
            appears(till, n, TOLD)
            till.sell((MILK,))
            appears(till, 1, what, till.request())
        bodies = [f'{{"versions":{{"gateway.key_secret":{n}}}}}' for n in (1, 2)]
        assert till.rows(TOLD) == [(body,) for body in bodies]
    till.verify()
