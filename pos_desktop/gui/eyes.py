"""Eyes for stories and demonstrations: what stands on the window now, as a person could read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QWidget

from pos_desktop.gui.views.main_window import MainWindow
from pos_desktop.gui.widgets.buttons import KeyButton


@dataclass(frozen=True, slots=True)
class SeenCard:
    """A waiting bill as its card has it."""

    order_id: str
    title: str
    amount: str
    words: str
    message: str


@dataclass(frozen=True, slots=True)
class SeenButton:
    """A button; ``key`` is printed on it ("" where none is), ``enabled``: it may be pressed."""

    words: str
    key: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One look. ``sheet`` names what covers the page ("" for the page itself); ``texts`` and
    ``buttons`` are those of the sheet where one is open, else of the page. ``lamps`` has the words
    of each lamp by its name, ``focus`` the name of what has the keys, as it is read out."""

    lines: int
    total: str
    notice: str
    strip: str
    sheet: str
    focus: str
    texts: tuple[str, ...]
    buttons: tuple[SeenButton, ...]
    cards: tuple[SeenCard, ...]
    lamps: tuple[tuple[str, str], ...]


def see(window: MainWindow) -> Seen:
    """Look at the window, which must have been shown."""
    page, sheet = window.sale_page, window.open_sheet
    top: QWidget = window if sheet is None else sheet
    here = [widget for widget in top.findChildren(QWidget) if widget.isVisible()]
    banner = page.form.banner if sheet is None else sheet.banner
    focus = window.focusWidget()
    return Seen(
        lines=page.form.cartTable.model().rowCount(),
        total=page.form.totalLabel.text,
        notice=banner.accessibleName() if banner.isVisible() else "",
        strip=window.paid_strip.text,
        sheet=type(sheet).__name__ if sheet is not None else "",
        focus="" if focus is None else focus.accessibleName() or " ".join(_said(focus)),
        texts=tuple(text for widget in here for text in _said(widget)),
        buttons=tuple(_button(w) for w in here if isinstance(w, QAbstractButton)),
        cards=_cards(window),
        lamps=tuple((name, pill.text) for name, pill in window.top_bar.lamps.items()),
    )


def _said(widget: QWidget) -> Iterator[str]:
    """What one widget says: its words where it has some, else what a screen reader would tell."""
    if isinstance(widget, KeyButton):
        texts = [widget.words]
    elif isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        texts = [widget.text()]
    elif isinstance(widget, QAbstractItemView):
        texts = list(_cells(widget))
    else:
        shown = getattr(widget, "text", "")
        texts = [shown if isinstance(shown, str) and shown else widget.accessibleName()]
    yield from (text for text in texts if text)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(model.rowCount()):
        cell, column = model.index(row, 0), 0
        while cell.isValid():
            yield str(cell.data() or "")
            column += 1
            cell = model.index(row, column)


def _button(button: QAbstractButton) -> SeenButton:
    enabled = button.isEnabled()
    if isinstance(button, KeyButton):
        return SeenButton(button.words, button.key, enabled)
    return SeenButton(button.text() or button.accessibleName(), "", enabled)


def _cards(window: MainWindow) -> tuple[SeenCard, ...]:
    return tuple(
        SeenCard(card.order_id, card.title, card.amount, card.words, card.message)
        for widget in window.form.billStrip.cards()
        if (card := widget.card) is not None
    )
