"""The window's sheets: built on first use, one open at a time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from pos_desktop.gui.forms.ui_main_window import Ui_MainWindow
    from pos_desktop.gui.views.bill_sheets import HelpSheet, MenuSheet, QrSheet
    from pos_desktop.gui.views.messages_sheet import MessagesSheet
    from pos_desktop.gui.views.money_sheets import MoneySheets
    from pos_desktop.gui.views.number_sheets import CashSheet, PhoneSheet, QuantitySheet
    from pos_desktop.gui.views.sale_page import SalePage
    from pos_desktop.gui.views.sheets import Sheets
    from pos_desktop.gui.widgets.banner import PaidStrip
    from pos_desktop.gui.widgets.practice import PracticeFrame
    from pos_desktop.gui.widgets.sheet import Sheet
    from pos_desktop.ports import QrMatrix


class SheetWindow(QMainWindow):
    """A window whose sheets cover its stage; the window itself fills the fields named here."""

    form: Ui_MainWindow
    sale_page: SalePage
    paid_strip: PaidStrip
    frame: PracticeFrame

    def __init__(self, matrix: QrMatrix, shop: str) -> None:
        super().__init__()
        self._matrix = matrix
        self._shop = shop
        self.sheets: tuple[Sheet, ...] = ()
        self._open: list[Sheet] = []

    @property
    def phone_sheet(self) -> PhoneSheet:
        """F3."""
        return self._all_sheets.phone

    @property
    def number_sheet(self) -> PhoneSheet:
        """A number that is corrected or erased."""
        return self._all_sheets.number

    @property
    def quantity_sheet(self) -> QuantitySheet:
        """F6, and every loose article."""
        return self._all_sheets.quantity

    @property
    def cash_sheet(self) -> CashSheet:
        """F10."""
        return self._all_sheets.cash

    @property
    def qr_sheet(self) -> QrSheet:
        """F12."""
        return self._all_sheets.qr

    @property
    def menu_sheet(self) -> MenuSheet:
        """What can be done with a waiting bill."""
        return self._all_sheets.menu

    @property
    def help_sheet(self) -> HelpSheet:
        """F1."""
        return self._all_sheets.help

    @property
    def messages_sheet(self) -> MessagesSheet:
        """Registered texts, and a test of them."""
        return self._all_sheets.messages

    @property
    def money_sheets(self) -> MoneySheets:
        """Tenders, PINs, the inbox, refunds, payment details."""
        return self._all_sheets.money

    @property
    def open_sheet(self) -> Sheet | None:
        """The sheet on top, or None."""
        return self._open[-1] if self._open else None

    def dismiss_sheets(self) -> bool:
        """Close every sheet, as Esc does, from the top; whether help was the only one."""
        only_help = self._open == [self._all_sheets.help] if self._open else False
        while self._open:
            top = self._open[-1]
            top.dismissed.emit()
            if self._open and self._open[-1] is top:
                # Esc has a step inside the sheet before it; whoever presses a key wants out.
                top.close_sheet()
        return only_help

    def focus_entry(self) -> None:
        """Give the keys to the scan field, unless a sheet has them."""
        if self.open_sheet is None:
            self.sale_page.focus_entry()

    @cached_property
    def _all_sheets(self) -> Sheets:
        """Built on first use, after the first paint: nobody opens a sheet before it."""
        from pos_desktop.gui.views.sheets import Sheets

        built = Sheets(self.form.stage, self._matrix, self._shop)
        self.sheets = built.every
        for sheet in self.sheets:
            sheet.closed.connect(self._on_sheet_closed)
            sheet.opened.connect(self._on_sheet_opened)
            sheet.banner.acknowledged.connect(self.sale_page.form.banner.acknowledged)
        return built

    def _on_sheet_opened(self) -> None:
        """One sheet at a time, but for those that lie over another; strip and border on top."""
        sender = self.sender()
        for opened in [sheet for sheet in self.sheets if sheet is sender]:
            others = [sheet for sheet in self._open if sheet is not opened]
            self._open = [*others, opened]
            if not opened.on_top:
                for other in others:
                    other.dismissed.emit()
                    other.close_sheet()
        self.paid_strip.raise_()
        self.frame.raise_()

    def _on_sheet_closed(self) -> None:
        closed = self.sender()
        self._open = [sheet for sheet in self._open if sheet is not closed]
        if self._open:
            self._open[-1].take_keys()
        else:
            self.focus_entry()
