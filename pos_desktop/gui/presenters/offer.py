"""The QR on the screen at once where the customer's message cannot leave (design relay 3)."""

from pos_desktop.domain.options import LinkStyle
from pos_desktop.domain.sale import Channel
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.qr import QrPresenter
from pos_desktop.gui.presenters.sale import SalePresenter
from pos_desktop.services.views import DeskState, Lamp, LampState, WaitingBill


class OfferPresenter:
    """Opens the QR sheet once per bill, and never over a bill that is being made."""

    def __init__(self, services: Services, qr: QrPresenter, sale: SalePresenter) -> None:
        options = services.options
        self._by_page = options.link_style is LinkStyle.PAGE
        self._channel = options.channel
        self._qr = qr
        self._sale = sale
        self._relay_down = False
        self._offered: set[str] = set()

    def on_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        """With the relay known to be away nobody waits to find out."""
        for lamp in lamps:
            if lamp.name == "relay":
                self._relay_down = lamp.state is LampState.DOWN

    def on_desk(self, state: DeskState) -> None:
        """Offer the newest bill whose message waits for the relay."""
        self._channel = state.channel or self._channel
        stuck = [bill for bill in state.waiting if self._stuck(bill)]
        self._offered &= {bill.order_id for bill in state.waiting}
        if not stuck:
            return
        newest = max(stuck, key=lambda bill: bill.created_at)
        busy = len(self._sale.draft.cart) > 0 or self._qr.order_id is not None
        if newest.order_id not in self._offered and not busy:
            self._offered.add(newest.order_id)
            self._qr.open(newest.order_id, newest.token_no, newest.amount)

    def _stuck(self, bill: WaitingBill) -> bool:
        if bill.message_purpose != "payment_request" or not bill.can_show_qr:
            return False
        needed = self._channel is not Channel.WHATSAPP_LINK or self._by_page
        known = self._relay_down and needed and bill.message_words == "queued"
        return known or bill.message_words == "waits_for_relay"
