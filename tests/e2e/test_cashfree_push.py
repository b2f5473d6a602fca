"""Practice Cashfree from end to end: the relay believes its webhooks, with the keys of this run."""

from pathlib import Path

from pos_desktop.domain.payment import CollectKind, PaymentStatus
from pos_desktop.sandbox.surroundings import Surroundings
from tests.contracts.cashfree_world import CashfreeWorld
from tests.contracts.gateway_case import Way
from tests.support.practice import Practice, wait_for


def hooks(practice: Practice) -> list[int | None]:
    """What the relay answered to each webhook of Cashfree, in order."""
    return [
        entry["status"]
        for entry in practice.journal("webhooks")
        if "/hook/cashfree/" in entry["path"]
    ]


def answered(practice: Practice, count: int) -> list[int | None]:
    """The same once so many were answered."""
    wait_for(lambda: len(hooks(practice)) == count and None not in hooks(practice))
    return hooks(practice)


def test_the_relay_believes_the_practice_cashfree_at_every_start(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        with Surroundings(tmp_path) as around:
            practice = Practice(around.endpoints)
            keys.add(practice.line["cashfree_secret"])
            for kind in CollectKind:
                opened = Way(CashfreeWorld(practice), kind).open()
                assert opened.paid().status is PaymentStatus.CAPTURED
            # The QR's payment, the link's payment, and the link itself.
            assert answered(practice, 3) == [200, 200, 200]
            practice.close()
    assert len(keys) == 2
