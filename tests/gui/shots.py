"""Pictures of the window in all its states: ``python -m tests.gui.shots FOLDER [NAMES...]``.

Look at them beside the target pictures after every change of the look.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop

from pos_desktop.documents.qr import qr_matrix
from pos_desktop.domain.payment import CollectKind
from pos_desktop.gui.app import Counter, Deps, build_counter
from pos_desktop.gui.events import Events
from pos_desktop.gui.keys import Command
from pos_desktop.services.views import DeskState, Lamp, LampState, PaidNews, PayableQr
from tests.gui.money_scenes import MONEY
from tests.support.window_fakes import (
    LAMPS,
    NOW,
    OIL,
    PICTURED,
    PayingCustomer,
    Played,
    waiting_bills,
)

UPI = (
    "upi://pay?pa=rzp.freshmart@hdfcbank&pn=Fresh%20Mart&am=1132.00&cu=INR&tr=RZPQRpractice0001"
    "&tn=Token%2019"
)
QR = PayableQr("A19", 19, 113200, CollectKind.QR, UPI, None, NOW + 272_000, "qr_on_screen")


def settle() -> None:
    """Let layouts and posted events come to rest."""
    for _ in range(4):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        QCoreApplication.sendPostedEvents()


class Studio:
    """One window with stand-ins behind it."""

    def __init__(
        self,
        *,
        theme: str = "light",
        practice: bool = False,
        shop: Callable[["Studio"], None] | None = None,
    ) -> None:
        self.played = Played(customer=PayingCustomer() if practice else None)
        self.played.options = replace(self.played.options, theme=theme, practice=practice)
        if shop is not None:
            shop(self)
        self.events = Events()
        self.counter: Counter = build_counter(Deps(self.played.services, self.events, qr_matrix))
        self.counter.start()
        self.counter.presenters.status.on_lamps(LAMPS)
        settle()

    def settle(self) -> None:
        """Let layouts come to rest."""
        settle()

    def close(self) -> None:
        """Take the window away at once: every one that still lives is dressed again with the
        next."""
        window = self.counter.window
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)
        settle()

    def bill(self) -> None:
        """The bill of the target picture, with its customer."""
        for item, qty in PICTURED:
            self.counter.presenters.sale.add(item, qty)
        self.phone("9876543210")

    def phone(self, number: str) -> None:
        """Type a number and take it."""
        self.counter.presenters.customer.on_key()
        self.counter.presenters.customer.on_typed(number)
        self.counter.presenters.customer.on_enter()

    def waiting(self) -> None:
        """The waiting bills of the target picture."""
        self.played.desk.now = DeskState(waiting_bills(), 0, None, 1)
        self.counter.wiring.on_changed()
        settle()


def empty(studio: Studio) -> None:
    """Nothing scanned, nothing waiting."""


def seven(studio: Studio) -> None:
    """The target picture."""
    studio.bill()
    studio.waiting()


def paid(studio: Studio) -> None:
    """A payment arrived."""
    seven(studio)
    studio.counter.wiring.on_paid(PaidNews("A16", 16, 56000, "0934", "C2A/2627/000123"))


def error(studio: Studio) -> None:
    """An unknown code, offline lamps, unsent bills."""
    seven(studio)
    studio.counter.presenters.entry.on_scan("8901234567894")
    studio.counter.presenters.status.on_lamps(
        (Lamp("internet", LampState.DOWN), Lamp("gateway", LampState.DOWN))
    )
    studio.played.desk.now = DeskState(waiting_bills(), 3, NOW - 240_000, 1)
    studio.counter.wiring.on_changed()


def phone_empty(studio: Studio) -> None:
    """F9 without a number."""
    seven(studio)
    studio.counter.presenters.customer.on_key()
    studio.counter.presenters.customer.on_none()
    studio.counter.presenters.pay.on_request()


def phone_typed(studio: Studio) -> None:
    """A number is complete."""
    phone_empty(studio)
    studio.counter.presenters.customer.on_typed("9876543210")


def phone_wrong(studio: Studio) -> None:
    """A number that cannot be a mobile."""
    phone_empty(studio)
    studio.counter.presenters.customer.on_typed("2876543210")
    studio.counter.presenters.customer.on_enter()


def qr(studio: Studio) -> None:
    """The QR on screen."""
    seven(studio)
    studio.played.desk.qr = QR
    studio.counter.presenters.qr.open("A19", 19, 113200)


def qr_asking(studio: Studio) -> None:
    """The gateway has not answered yet."""
    seven(studio)
    studio.counter.presenters.qr.open("A19", 19, 113200)


def cash(studio: Studio) -> None:
    """Counting change."""
    seven(studio)
    studio.counter.presenters.pay.on_cash()
    studio.counter.window.cash_sheet.form.cashField.setText("1200")


def cash_short(studio: Studio) -> None:
    """Not enough yet."""
    cash(studio)
    studio.counter.window.cash_sheet.form.cashField.setText("1000")


def quantity(studio: Studio) -> None:
    """F6 on a loose line."""
    seven(studio)
    studio.counter.presenters.sale.on_select(3)
    studio.counter.presenters.sale.on_quantity_key()


def menu(studio: Studio) -> None:
    """A waiting bill was opened."""
    seven(studio)
    studio.counter.presenters.waiting.on_key()
    studio.counter.presenters.menu.open("A17")


def requested(studio: Studio) -> None:
    """F9: the bill parked itself."""
    seven(studio)
    studio.counter.presenters.pay.on_request()


def settings(studio: Studio) -> None:
    """The settings file could not be read."""
    problem = "options.toml: relay.base_url: Expected `str`, got `int`"
    studio.counter.presenters.notices.error("settings_kept", problem=problem)


def abandon(studio: Studio) -> None:
    """Giving up a bill asks why."""
    menu(studio)
    studio.counter.presenters.money.choices.on_choice("menu_abandon")


def search(studio: Studio) -> None:
    """Typing a name."""
    seven(studio)
    studio.counter.window.sale_page.form.scanField.setText("3*to")
    studio.counter.presenters.entry.on_text("3*to")


def nothing_found(studio: Studio) -> None:
    """Typing a name that nothing has."""
    seven(studio)
    studio.counter.window.sale_page.form.scanField.setText("zebra")
    studio.counter.presenters.entry.on_text("zebra")


def keys(studio: Studio) -> None:
    """F1."""
    seven(studio)
    studio.counter.window.help_sheet.open()


def strip(studio: Studio) -> None:
    """F5: a card is marked."""
    seven(studio)
    studio.counter.presenters.waiting.on_key()
    studio.counter.presenters.waiting.on_move(1)


def many(studio: Studio) -> None:
    """Forty lines, a long name, a high total."""
    long = replace(OIL, item_id=999, name="Fortune Sunlite Refined Sunflower Oil 1 L pouch (pack)")
    for at in range(40):
        item = replace(OIL, item_id=100 + at, name=f"Item number {at + 1} of many")
        studio.counter.presenters.sale.add(item, 9000)
    studio.counter.presenters.sale.add(replace(long, price=99_99_900, mrp=99_99_900), 9000)
    studio.waiting()


def parked(studio: Studio) -> None:
    """A bill was put aside."""
    studio.bill()
    studio.counter.wiring.on_command(Command.PARK)


Scene = tuple[Callable[[Studio], None], str, bool, tuple[int, int]]
HD, SMALL, FULL = (1366, 768), (1024, 768), (1920, 1080)
SCENES: dict[str, Scene] = {
    "empty": (empty, "light", False, HD),
    "seven": (seven, "light", False, HD),
    "seven-dark": (seven, "dark", False, HD),
    "seven-contrast": (seven, "high-contrast", False, HD),
    "paid": (paid, "light", False, HD),
    "paid-dark": (paid, "dark", False, HD),
    "error": (error, "light", False, HD),
    "error-dark": (error, "dark", False, HD),
    "phone-empty": (phone_empty, "light", False, HD),
    "phone-typed": (phone_typed, "light", False, HD),
    "phone-wrong": (phone_wrong, "dark", False, HD),
    "qr": (qr, "light", False, HD),
    "qr-dark": (qr, "dark", False, HD),
    "qr-asking": (qr_asking, "light", False, HD),
    "cash": (cash, "light", False, HD),
    "cash-short": (cash_short, "dark", False, HD),
    "quantity": (quantity, "light", False, HD),
    "menu": (menu, "light", False, HD),
    "abandon": (abandon, "light", False, HD),
    "search": (search, "light", False, HD),
    "search-none": (nothing_found, "dark", False, HD),
    "keys": (keys, "light", False, HD),
    "strip": (strip, "light", False, HD),
    "many": (many, "light", False, HD),
    "parked": (parked, "light", False, HD),
    "practice": (seven, "light", True, HD),
    "practice-menu": (menu, "light", True, HD),
    "practice-qr": (qr, "light", True, HD),
    "practice-requested": (requested, "light", True, HD),
    "settings": (settings, "light", False, HD),
    "practice-dark": (seven, "dark", True, HD),
    "small": (seven, "light", False, SMALL),
    "small-error": (error, "light", True, SMALL),
    "small-qr": (qr, "light", False, SMALL),
    "small-cash": (cash, "light", False, SMALL),
    "small-phone": (phone_typed, "light", False, SMALL),
    "full": (seven, "light", False, FULL),
    "full-qr": (qr, "light", False, FULL),
}


LOOKS: dict[str, tuple[str, tuple[int, int]]] = {
    "": ("light", HD),
    "-dark": ("dark", HD),
    "-small": ("light", SMALL),
    "-small-dark": ("dark", SMALL),
    "-full": ("light", FULL),
    "-full-dark": ("dark", FULL),
    "-150": ("light", (1280, 720)),  # 1920x1080 at 150 %, see QT_SCALE_FACTOR
}
"""How a scene of money is looked at; the ending of its name says it."""


def take(name: str, folder: Path) -> Path:
    """One picture; returns its file. Scenes of money take an ending of ``LOOKS``."""
    shop = None
    if name in SCENES:
        act, theme, practice, size = SCENES[name]
    else:
        ending = max((end for end in LOOKS if name.endswith(end)), key=len)
        act, shop = MONEY[name.removesuffix(ending) if ending else name]
        (theme, size), practice = LOOKS[ending], False
    studio = Studio(theme=theme, practice=practice, shop=shop)
    window = studio.counter.window
    window.resize(*size)
    settle()
    act(studio)
    settle()
    file = folder / f"{name}.png"
    if not window.grab().save(str(file)):
        raise OSError(f"{file} could not be written")
    studio.close()
    return file


def main(arguments: list[str]) -> int:
    """All pictures, or those named."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments[1:] or (*SCENES, *MONEY):
        print(take(name, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
