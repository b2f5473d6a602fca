"""The bar over every page: shop, lamps, time; and the strip of waiting bills under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_main_window import Ui_MainWindow
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.presenters.wording import LAMPS
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.banner import PaidStrip
from pos_desktop.gui.widgets.pill import Pill
from pos_desktop.gui.widgets.practice import PracticeFrame

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.status import StatusState
    from pos_desktop.gui.presenters.waiting import StripState


class TopBar:
    """Implements ``StatusView``."""

    def __init__(self, form: Ui_MainWindow, frame: PracticeFrame) -> None:
        self._form = form
        self._frame = frame
        form.topBar.setFixedHeight(48)
        form.brandLabel.setText(say("app_name"))
        form.practicePill.show_state(say("practice"), "pending", say("practice_hint"))
        form.practicePill.setToolTip(say("practice_hint"))
        form.practicePill.set_size(15)
        form.practicePill.hide()
        form.timeLabel.setFont(theme.font(15, 600))
        for label in (form.brandLabel, form.shopLabel, form.timeLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.lamps = {name: Pill(form.lampBox) for name in LAMPS}
        row = form.lampBox.layout()
        for lamp in self.lamps.values():
            if row is not None:
                row.addWidget(lamp)

    def show_first(self, shop: str, time: str, *, practice: bool) -> None:
        """What the first paint shows, before anything is known: every lamp is being checked."""
        self._show_place(shop, time, practice=practice)
        for name, lamp in self.lamps.items():
            words = say("lamp_checking", name=say(f"lamp_{name}"))
            lamp.show_state(words, "parked", words)

    def show_status(self, state: StatusState) -> None:
        """Lamps, time, practice."""
        self._show_place(state.shop, state.time, practice=state.practice)
        for lamp in state.lamps:
            self.lamps[lamp.name].show_state(lamp.text, lamp.tone, lamp.spoken)

    def _show_place(self, shop: str, time: str, *, practice: bool) -> None:
        self._form.shopLabel.setText(shop)
        self._form.timeLabel.setText(time)
        self._form.practicePill.setVisible(practice)
        self._frame.setVisible(practice)


class WaitingBar:
    """Implements ``WaitingView``."""

    def __init__(self, form: Ui_MainWindow, paid: PaidStrip) -> None:
        self._form = form
        self._paid = paid
        form.waitingBar.setFixedHeight(116)
        form.waitingHead.setFixedWidth(70)
        form.waitingLabel.setText(say("waiting_bills"))
        form.waitingLabel.setTextFormat(Qt.TextFormat.PlainText)
        form.waitingCap.show_key(cap(Command.WAITING))

    def show_strip(self, state: StripState) -> None:
        """The cards."""
        self._form.billStrip.show_strip(state)

    def focus_strip(self) -> None:
        """F5."""
        self._form.billStrip.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_paid(self, text: str) -> None:
        """The green strip; the focus stays where it is."""
        self._paid.show_paid(text)
