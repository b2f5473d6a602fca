"""Whose turn it is to be asked about: QRs on a screen first, but never they alone; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.domain.payment import Collect, CollectKind
from pos_desktop.services.schedule import takes_money

_IN_A_ROW = 2


@dataclass
class Turns:
    """Remembers how many QRs had their turn in a row."""

    in_a_row: int = 0

    def others_wait(self, due: Sequence[Collect]) -> bool:
        """Whether QRs had turns enough, and there is nobody else in ``due``."""
        return self.in_a_row >= _IN_A_ROW and all(map(on_screen, due))

    def pick(self, due: Sequence[Collect]) -> Collect | None:
        """The next of ``due``, which stands in the order of ``Collects.due``."""
        others = [collect for collect in due if not on_screen(collect)]
        if self.in_a_row >= _IN_A_ROW and others:
            return others[0]
        return due[0] if due else None

    def took(self, collect: Collect) -> None:
        """It had its turn."""
        self.in_a_row = self.in_a_row + 1 if on_screen(collect) else 0


def on_screen(collect: Collect) -> bool:
    """Whether a customer may be standing before it now."""
    return collect.kind is CollectKind.QR and takes_money(collect)
