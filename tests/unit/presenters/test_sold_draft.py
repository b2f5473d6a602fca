"""What the sale itself writes as the draft is not undone by an older one that was still to come."""

from pos_desktop.domain.cart import Cart
from pos_desktop.gui.presenters.draft import Customer, Draft, DraftKeeper
from tests.support.window_fakes import MILK, SALT, Inline


class Kept:
    """``gui.presenters.ports.Drafts`` on a list."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def save(self, text: str) -> None:
        self.texts.append(text)

    def load(self) -> str | None:
        return self.texts[-1] if self.texts else None


def test_what_waited_to_be_written_is_forgotten() -> None:
    runner, drafts = Inline(held=True), Kept()
    keeper = DraftKeeper(runner, drafts)
    keeper.keep("one item")
    keeper.keep("two items")
    keeper.forget()
    runner.go()
    assert drafts.texts == ["one item"]
    # The sale was refused: the bill as it stands is kept after all.
    keeper.keep("two items")
    runner.go()
    assert drafts.load() == "two items"


def test_only_bills_put_aside_stay() -> None:
    draft = Draft()
    draft.cart.add(MILK, 1000)
    assert draft.left() == ""
    draft.customer = Customer("+919876543210")
    draft.park()
    draft.cart.add(SALT, 2000)
    left = Draft.from_text(draft.left())
    assert left.cart.to_json() == Cart().to_json()
    assert [customer.phone for _, customer in left.parked] == ["+919876543210"]
    draft.renew()
    assert draft.to_text() == draft.left()
