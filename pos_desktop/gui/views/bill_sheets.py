"""The sheets about one waiting bill: its QR, and what can be done with it. And the list of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from pos_desktop.domain.errors import InputError
from pos_desktop.gui import theme
from pos_desktop.gui.forms.ui_keys import Ui_Keys
from pos_desktop.gui.forms.ui_menu import Ui_Menu
from pos_desktop.gui.forms.ui_qr import Ui_Qr
from pos_desktop.gui.keys import KEYS
from pos_desktop.gui.texts import say
from pos_desktop.gui.widgets.buttons import KeyButton
from pos_desktop.gui.widgets.form import dress, fill
from pos_desktop.gui.widgets.labels import KeyCap
from pos_desktop.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.choices import MenuState
    from pos_desktop.gui.presenters.qr import QrState
    from pos_desktop.ports import QrMatrix


_ESC = "Esc"
_SECOND = "2"
"""The key of what else can be done beside closing the QR."""
_NARROW = 4
"""So many choices stand in one column."""
_QR_LEAST, _QR_MOST, _QR_BESIDE = 360, 640, 600
"""Sides of the code in pixels, and what stands beside it."""


class QrSheet(Sheet):
    """Implements ``QrView``. Scanning goes on under it: the next customer is served."""

    practised = Signal()
    confirmed = Signal()
    takes_scans = True

    def __init__(self, parent: QWidget, matrix: QrMatrix, shop: str) -> None:
        super().__init__(parent)
        self._matrix = matrix
        self._payload: str | None = None
        form = self.form = fill(Ui_Qr(), self.body)
        _plain(self.body)
        form.shopLabel.setText(shop)
        form.shopLabel.setFont(theme.font(20, 600))
        form.amountLabel.set_look(72, Qt.AlignmentFlag.AlignLeft)
        form.tokenLabel.setFont(theme.font(20))
        form.statePill.set_size(17)
        form.wordsLabel.setMinimumHeight(24)
        form.qrFrame.setObjectName("paper")
        form.nextButton.show_words(say("qr_next"), _ESC)
        form.nextButton.setMinimumHeight(56)
        form.nextButton.clicked.connect(self.dismissed)
        self.practice_button = self._more_button()
        self.practice_button.clicked.connect(self.practised)
        self.confirm_button = self._more_button()
        self.confirm_button.clicked.connect(self.confirmed)

    def open_qr(self, state: QrState) -> None:
        """Show it, as large as the window allows: phones read large codes from afar."""
        room = self.page
        side = max(_QR_LEAST, min(_QR_MOST, room.height() - 240, room.width() - _QR_BESIDE - 40))
        self.form.qrCanvas.setFixedSize(side, side)
        self.set_width(side + _QR_BESIDE)
        self._payload = None
        self.form.qrCanvas.clear()
        self.show_qr(state)
        self.open()

    def show_qr(self, state: QrState) -> None:
        """Code, amount, words, countdown."""
        form = self.form
        form.amountLabel.show_text(state.amount)
        form.tokenLabel.setText(state.title)
        short = state.payload is not None or state.picture is not None
        form.statePill.setVisible(short)
        form.wordsLabel.setVisible(not short)
        form.statePill.show_state(state.words, state.tone)
        form.wordsLabel.setText(state.words)
        form.payeeLabel.setText(state.payee)
        form.appsLabel.setText(state.apps)
        self.practice_button.setVisible(bool(state.practice))
        self.practice_button.show_words(state.practice, _SECOND, size=16)
        self.confirm_button.setVisible(bool(state.confirm))
        self.confirm_button.show_words(state.confirm, _SECOND, size=16)
        self._show_code(state)

    def close_qr(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """Esc is all that it listens to."""
        return self.form.nextButton

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The figure presses the button on which it is printed."""
        for button in (self.practice_button, self.confirm_button):
            if event.text() == button.key and button.isVisible() and not event.isAutoRepeat():
                button.click()
                return
        super().keyPressEvent(event)

    def _more_button(self) -> KeyButton:
        button, column = KeyButton(self.form.leftColumn), self.form.leftColumn.layout()
        button.setMinimumHeight(56)
        button.hide()
        if column is not None:
            column.addWidget(button)
        return button

    def _show_code(self, state: QrState) -> None:
        canvas = self.form.qrCanvas
        if state.payload is None:
            self._payload = None
            if state.picture is None or not canvas.show_picture(state.picture, state.name):
                canvas.clear()
        elif state.payload != self._payload:
            self._payload = state.payload
            try:
                canvas.show_modules(self._matrix(state.payload), state.name)
            except InputError as error:
                canvas.clear()
                self.form.wordsLabel.setText(say("qr_undrawable", reason=error.code))
                self.form.wordsLabel.show()


class MenuSheet(Sheet):
    """Implements ``MenuView``; the first choice has the focus, a dangerous one never."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Menu(), self.body)
        dress(self, form.titleLabel, form.closeButton, "")
        form.statePill.set_size(15)
        form.amountLabel.set_look(34, Qt.AlignmentFlag.AlignRight)
        form.choiceBox.chosen.connect(self.chosen)

    def open_menu(self, state: MenuState) -> None:
        """Show it; opening again replaces the choices."""
        self.form.choiceBox.show_choices(state.choices, columns=state.columns)
        narrow = state.columns == 1 or len(state.choices) <= _NARROW
        self.set_width(520 if narrow else 680)
        self.show_menu(state)
        self.open()

    def show_menu(self, state: MenuState) -> None:
        """Who, how much and how it stands."""
        form = self.form
        form.titleLabel.setText(state.title)
        form.stateRow.setVisible(bool(state.words or state.amount))
        form.amountLabel.show_text(state.amount)
        form.statePill.setVisible(bool(state.words))
        form.statePill.show_state(state.words, state.tone or "parked")
        form.noteLabel.setText(state.note)
        form.noteLabel.setVisible(bool(state.note))
        self.refit()

    def close_menu(self) -> None:
        """Hide it."""
        self.close_sheet()

    def first_field(self) -> QWidget:
        """The first choice that does no harm, else Close."""
        return self.form.choiceBox.harmless() or self.form.closeButton

    def buttons(self) -> list[KeyButton]:
        """The choices."""
        return self.form.choiceBox.buttons

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Figures press the buttons on which they are printed."""
        if not self.form.choiceBox.press_key(event):
            super().keyPressEvent(event)


class HelpSheet(Sheet):
    """F1: the table of keys as it is in the code."""

    takes_scans = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = self.form = fill(Ui_Keys(), self.body)
        form.titleLabel.setText(say("help_title"))
        form.titleLabel.setFont(theme.font(20, 600))
        form.closeButton.show_words(say("close"), _ESC)
        form.closeButton.clicked.connect(self.dismissed)
        rows = [(key.cap, say(f"key_{key.command.value}")) for key in KEYS]
        rows.append((say("help_quantity"), say("help_quantity_what")))
        grid = form.keyBox.layout()
        half = (len(rows) + 1) // 2
        for at, (key, words) in enumerate(rows):
            cap, label = KeyCap(form.keyBox), QLabel(words, form.keyBox)
            cap.show_key(key)
            column, row = divmod(at, half)
            if isinstance(grid, QGridLayout):
                grid.addWidget(cap, row, column * 3, Qt.AlignmentFlag.AlignRight)
                grid.addWidget(label, row, column * 3 + 1)
                grid.setColumnStretch(column * 3 + 1, 1)
        _plain(self.body)
        self.set_width(880)

    def first_field(self) -> QWidget:
        """Close."""
        return self.form.closeButton


def _plain(widget: QWidget) -> None:
    for label in widget.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    for button in widget.findChildren(QPushButton):
        button.setAutoDefault(True)
