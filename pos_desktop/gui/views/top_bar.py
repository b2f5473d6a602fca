"""The bar over every page: shop, lamps, time; and the strip of waiting bills under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_main_window import Ui_MainWindow
from pos_desktop.gui.keys import Command, cap
from pos_desktop.gui.presenters.wording import LAMPS
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.banner import PaidStrip
from pos_desktop.gui.widgets.pill import Pill
from pos_desktop.gui.widgets.practice import BORDER, PracticeFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from pos_desktop.gui.presenters.standing import OffState
    from pos_desktop.gui.presenters.status import StatusState
    from pos_desktop.gui.presenters.waiting import HeadState, StripState
    from pos_desktop.gui.widgets.off_strip import OffStrip

_HEAD = 128
"""Width of what stands beside the cards."""
_FULL, _SHORT_COUNT, _SHORT_LAMPS, _SHORT, _BARE = range(5)
"""How much the top bar says, by the room that there is; nothing of it is ever cut but the shop."""


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
        self.outage: Pill | None = None
        self._state: StatusState | None = None
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
        self._state = state
        self.fit()

    def fit(self) -> None:
        """Say as much as there is room for: something changed, or the window did."""
        state = self._state
        if state is None:
            return
        for level in range(_FULL, _BARE + 1):
            self._show_level(state, level)
            if self._wanted() <= self._form.stage.width():
                break

    def _show_level(self, state: StatusState, level: int) -> None:
        few = level >= _SHORT
        place = state.place if few else state.shop
        self._show_place(place, state.time, practice=state.practice)
        self._show_outage(state.outage, state.outage_short if few else state.outage)
        self._form.brandLabel.setVisible(level < _BARE)
        for lamp in state.lamps:
            short = level >= (_SHORT_COUNT if lamp.name == "relay" else _SHORT_LAMPS)
            words = lamp.short if short else lamp.text
            self.lamps[lamp.name].show_state(words, lamp.tone, lamp.spoken)

    def _wanted(self) -> int:
        """How wide the bar would like to be, in pixels."""
        form, row = self._form, self._form.topBar.layout()
        lamps = self.lamps.values()
        gaps = form.lampBox.layout()
        wide = sum(lamp.sizeHint().width() for lamp in lamps)
        parts = [form.brandLabel, form.practicePill, form.shopLabel, form.timeLabel, self.outage]
        shown = [part for part in parts if part is not None and part.isVisibleTo(form.topBar)]
        wide += sum(part.sizeHint().width() for part in shown)
        if row is None or gaps is None:
            return wide
        edges = row.contentsMargins().left() + row.contentsMargins().right() + 2 * BORDER
        return wide + edges + row.spacing() * len(shown) + gaps.spacing() * (len(lamps) - 1)

    def _show_place(self, shop: str, time: str, *, practice: bool) -> None:
        self._form.shopLabel.setText(shop)
        self._form.timeLabel.setText(time)
        self._form.practicePill.setVisible(practice)
        self._frame.setVisible(practice)

    def _show_outage(self, words: str, shown: str) -> None:
        """The sign that no PIN is asked now; made when it is first needed."""
        if self.outage is None:
            row = self._form.topBar.layout()
            if not words or not isinstance(row, QHBoxLayout):
                return
            self.outage = Pill(self._form.topBar, size=14)
            self.outage.setToolTip(say("outage_sign_hint"))
            row.insertWidget(row.indexOf(self._form.shopLabel), self.outage)
        self.outage.setVisible(bool(words))
        self.outage.show_state(shown, "pending", f"{words}. {say('outage_sign_hint')}")


class StandingBar:
    """Implements ``StandingView``: the strip comes into being when a service first goes off."""

    def __init__(self, form: Ui_MainWindow, test: Callable[[], None]) -> None:
        self._form = form
        self._test = test
        self.strip: OffStrip | None = None

    def show_off(self, state: OffState | None) -> None:
        """None hides it."""
        if state is not None:
            if self.strip is None:
                self.strip = self._made()
            self.strip.show_off(state)
        if self.strip is not None:
            self.strip.setVisible(state is not None)

    def _made(self) -> OffStrip:
        from pos_desktop.gui.widgets.off_strip import OffStrip

        strip = OffStrip(self._form.stage)
        strip.tested.connect(self._test)
        column = self._form.stage.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(self._form.pages), strip)
        return strip


class WaitingBar:
    """Implements ``WaitingView``."""

    def __init__(self, form: Ui_MainWindow, paid: PaidStrip) -> None:
        self._form = form
        self._paid = paid
        form.waitingBar.setFixedHeight(116)
        form.waitingHead.setFixedWidth(_HEAD)
        form.waitingLabel.setText(say("waiting_bills"))
        form.checkedLabel.setFont(theme.font(13))
        form.checkedLabel.setFixedHeight(18)
        for label in (form.waitingLabel, form.checkedLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        form.waitingCap.show_key(cap(Command.WAITING))
        form.inboxButton.setMinimumHeight(48)
        form.inboxButton.setProperty("badge", True)
        form.inboxButton.hide()
        form.checkedLabel.hide()

    def show_strip(self, state: StripState) -> None:
        """The cards."""
        self._form.billStrip.show_strip(state)

    def show_head(self, state: HeadState) -> None:
        """How old the oldest question is, and the way to what has to be decided."""
        form = self._form
        form.checkedLabel.setText(state.checked)
        form.checkedLabel.setVisible(bool(state.checked))
        form.inboxButton.setVisible(bool(state.badge))
        alarming = state.tone == "failed"
        if form.inboxButton.property("danger") != alarming:
            form.inboxButton.setProperty("danger", alarming)
            form.inboxButton.style().unpolish(form.inboxButton)
            form.inboxButton.style().polish(form.inboxButton)
        form.inboxButton.show_words(state.badge, cap(Command.INBOX), size=14)

    def focus_strip(self) -> None:
        """F5."""
        self._form.billStrip.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_paid(self, text: str) -> None:
        """The green strip; the focus stays where it is."""
        self._paid.show_paid(text)
