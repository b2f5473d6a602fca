"""What changes by waiting alone is read again each second; everything else only on events."""

import pytest

from pos_desktop.gui.presenters.desk import DeskPresenter
from pos_desktop.services.views import DeskState, Tone, WaitingBill
from tests.support import window_fakes as fakes


def _desk(words: str, message: str) -> tuple[fakes.Desk, DeskPresenter]:
    bill = WaitingBill("O1", 1, 100, Tone.PENDING, words, fakes.NOW, message_words=message)
    desk = fakes.Desk(now=DeskState((bill,), 0, None, 0))
    presenter = DeskPresenter(fakes.Played(desk=desk).services, ())
    presenter.on_changed()
    return desk, presenter


@pytest.mark.parametrize(
    ("words", "message"), [("asking_gateway", "queued"), ("waiting_payment", "queued")]
)
def test_a_bill_that_waits_for_an_answer_is_read_each_second(words: str, message: str) -> None:
    desk, presenter = _desk(words, message)
    presenter.on_tick()
    presenter.on_tick()
    assert desk.reads == 3


def test_a_bill_at_rest_is_not_read_by_the_clock() -> None:
    desk, presenter = _desk("waiting_payment", "delivered")
    presenter.on_tick()
    assert desk.reads == 1
