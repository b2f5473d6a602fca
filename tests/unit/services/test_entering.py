"""Entering a state writes what the table of the domain says, and nothing else."""

from dataclasses import replace

import pytest

from pos_desktop.domain.collect import ENTERING, Entering
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.ports import Picture, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.entering import entered
from tests.support.till import Till

NOW = 1_795_409_130_000
LATER = NOW + 1
KINDS = {
    Entering.ASK: effects.COLLECT_CREATE,
    Entering.CLOSE: effects.COLLECT_CLOSE,
    Entering.END_PICTURE: effects.PICTURE_CLOSE,
}


def collect(till: Till, state: CollectState, gateway: str = "razorpay") -> Collect:
    """One that stands beside a bill, with a picture at the relay and no row of its own."""
    order_id = till.checkout.request(till.order()).order_id
    reference = f"{order_id}-9"
    made = Collect(reference, order_id, 9, CollectKind.QR, state, gateway, 23700, NOW, "qr_9")
    with till.store.write() as uow:
        uow.pages.save_picture(Picture(reference, "T", b"sealed", acknowledged=True))
        uow.commit()
    return replace(made, next_ask_at=NOW)


def rows(uow: UnitOfWork, of: Collect) -> set[str]:
    own = (effects.OWN_QR_CREATE, effects.OWN_QR_CLOSE)
    return {
        kind for kind in (*KINDS.values(), *own) if uow.outbox.find(kind, of.reference) is not None
    }


@pytest.mark.parametrize("state", list(CollectState))
def test_every_state_writes_what_the_table_says(till: Till, state: CollectState) -> None:
    made = collect(till, state)
    with till.store.write() as uow:
        after = entered(uow, made, LATER)
        told = ENTERING[state]
        assert rows(uow, made) == {KINDS[effect] for effect in told if effect in KINDS}
    if Entering.WATCH in told:
        assert after.next_ask_at is not None
        assert after.next_ask_at > LATER
    elif Entering.STOP_WATCHING in told:
        assert after.next_ask_at is None
    else:
        assert after == made


def test_the_shops_own_qr_has_rows_of_its_own(till: Till) -> None:
    made = collect(till, CollectState.REQUESTED, OWN_UPI)
    with till.store.write() as uow:
        entered(uow, made, LATER)
        entered(uow, replace(made, state=CollectState.CLOSING), LATER)
        own = {effects.OWN_QR_CREATE, effects.OWN_QR_CLOSE}
        assert rows(uow, made) == own | {effects.PICTURE_CLOSE}


def test_a_picture_that_the_relay_has_not_got_is_closed_by_its_own_row(till: Till) -> None:
    made = collect(till, CollectState.CLOSING)
    with till.store.write() as uow:
        uow.pages.save_picture(Picture(made.reference, "T", b"sealed", acknowledged=False))
        entered(uow, made, LATER)
        assert rows(uow, made) == {effects.COLLECT_CLOSE}
