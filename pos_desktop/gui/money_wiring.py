"""Joins the sheets of money with their presenters, and names what their keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pos_desktop.gui.keys import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from pos_desktop.gui.presenters.cast import Presenters
    from pos_desktop.gui.views.main_window import MainWindow


class MoneyWiring(QObject):
    """Lives as long as the window."""

    def __init__(self, window: MainWindow, presenters: Presenters) -> None:
        super().__init__(window)
        self._window = window
        self._p = presenters
        self._connect_decisions()
        self._connect_split()
        self._connect_books()

    def on_locked(self) -> None:
        """Found at the start, before a customer has paid for a bill that gets no number."""
        self._p.notices.must_see("series_locked")

    def table(self) -> dict[Command, Callable[[], None]]:
        """What the keys of money do."""
        p = self._p
        return {
            Command.REQUEST: self._on_main,
            Command.SPLIT: p.money.split.on_key,
            Command.REMOTE: p.pay.on_remote,
            Command.RETURN: self._on_return,
            Command.INBOX: p.money.inbox.on_key,
            Command.GOODS: p.menu.give_goods,
            Command.RECEIPT: p.menu.receipt_again,
            Command.MENU: p.money.more.on_key,
            Command.TEST: p.money.standing.on_test,
        }

    def _on_main(self) -> None:
        """F9: what the main button says now."""
        ways = {"request": self._p.pay.on_request, "qr": self._p.pay.on_qr}
        ways["cash"] = self._p.pay.on_cash
        ways[self._p.money.standing.way]()

    def _on_return(self) -> None:
        """The marked bill if it is issued, else a number is asked for."""
        marked = self._p.waiting.marked
        issued = marked is not None and marked.invoice_number is not None
        self._p.money.refund.on_key(marked.order_id if marked is not None and issued else None)

    def _on_own_paid(self) -> None:
        """The customer paid to the shop's own QR: its UTR is typed."""
        bill = self._p.waiting.bill(self._p.qr.order_id or "")
        if bill is not None:
            self._p.qr.on_back()
            self._p.money.split.open_waiting(bill, "own_upi")

    def _connect_decisions(self) -> None:
        sheets, money = self._window.money_sheets, self._p.money
        sheets.pin.typed.connect(money.pin.on_typed)
        sheets.pin.entered.connect(money.pin.on_enter)
        sheets.first_pin.typed.connect(money.pin.on_first)
        sheets.first_pin.entered.connect(money.pin.on_first_enter)
        sheets.pin.dismissed.connect(money.pin.on_back)
        sheets.first_pin.dismissed.connect(money.pin.on_back)
        sheets.reason.typed.connect(money.reason.on_typed)
        sheets.reason.entered.connect(money.reason.on_enter)
        sheets.reason.dismissed.connect(money.reason.on_back)

    def _connect_split(self) -> None:
        sheet, split = self._window.money_sheets.split, self._p.money.split
        sheet.kind.connect(split.on_kind)
        sheet.amount.connect(split.on_amount)
        sheet.reference.connect(split.on_reference)
        sheet.entered.connect(split.on_enter)
        sheet.rest.connect(split.on_rest)
        sheet.take_back.connect(split.on_take_back)
        sheet.dismissed.connect(split.on_back)
        self._window.qr_sheet.confirmed.connect(self._on_own_paid)

    def _connect_books(self) -> None:
        sheets, money = self._window.money_sheets, self._p.money
        self._connect_messages()
        sheets.inbox.moved.connect(money.inbox.on_move)
        sheets.inbox.clicked_row.connect(money.inbox.on_select)
        sheets.inbox.chosen.connect(money.inbox.on_choice)
        sheets.inbox.dismissed.connect(money.inbox.on_back)
        sheets.story.dismissed.connect(money.story.on_back)
        sheets.refund.number.connect(money.refund.on_number)
        sheets.refund.quantity.connect(money.refund.on_quantity)
        sheets.refund.moved.connect(money.refund.on_move)
        sheets.refund.stepped.connect(money.refund.on_step)
        sheets.refund.clicked_row.connect(money.refund.on_select)
        sheets.refund.everything.connect(money.refund.on_all)
        sheets.refund.other.connect(money.refund.on_other)
        sheets.refund.entered.connect(money.refund.on_enter)
        sheets.refund.dismissed.connect(money.refund.on_back)

    def _connect_messages(self) -> None:
        sheet, messages = self._window.messages_sheet, self._p.money.messages
        self._p.money.more.messages = messages.on_key
        self._p.money.more.forget = self._p.money.numbers.forget
        sheet.moved.connect(messages.on_move)
        sheet.clicked_row.connect(messages.on_select)
        sheet.typed.connect(messages.on_typed)
        sheet.entered.connect(messages.on_send)
        sheet.channel.connect(messages.on_channel)
        sheet.dismissed.connect(messages.on_back)
