"""The sheets of the window, built together; the window asks for them after its first paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.gui.views.bill_sheets import HelpSheet, MenuSheet, QrSheet
from pos_desktop.gui.views.messages_sheet import MessagesSheet
from pos_desktop.gui.views.money_sheets import MoneySheets
from pos_desktop.gui.views.number_sheets import CashSheet, PhoneSheet, QuantitySheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from pos_desktop.gui.widgets.sheet import Sheet
    from pos_desktop.ports import QrMatrix


class Sheets:
    """All of them, hidden over ``stage``."""

    def __init__(self, stage: QWidget, matrix: QrMatrix, shop: str) -> None:
        self.phone = PhoneSheet(stage)
        self.number = PhoneSheet(stage)
        self.quantity = QuantitySheet(stage)
        self.cash = CashSheet(stage)
        self.qr = QrSheet(stage, matrix, shop)
        self.menu = MenuSheet(stage)
        self.help = HelpSheet(stage)
        self.messages = MessagesSheet(stage, matrix)
        self.money = MoneySheets(stage)

    @property
    def every(self) -> tuple[Sheet, ...]:
        """All of them."""
        own = (self.phone, self.number, self.quantity, self.cash, self.qr, self.menu, self.help)
        return (*own, self.messages, *self.money.every)
