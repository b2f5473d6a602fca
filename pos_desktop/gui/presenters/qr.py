"""The QR that a customer scans at the counter; it closes by itself when the money is there."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.payment import CollectKind
from pos_desktop.gui.presenters import practice
from pos_desktop.gui.presenters.cards import money_words
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import countdown
from pos_desktop.gui.texts import say
from pos_desktop.services.views import PaidNews, PayableQr

_SHOWABLE = frozenset({"waiting_payment", "qr_on_screen", "own_upi_waiting", "asking_gateway", ""})


@dataclass(frozen=True, slots=True)
class QrState:
    """The QR sheet. One of ``payload`` (drawn here) and ``picture`` (PNG bytes) or none yet.

    ``practice``: words of the button that plays the customer; empty in a real shop. ``confirm``:
    words of the button that takes the UTR of the shop's own QR.
    """

    title: str
    amount: str
    words: str
    tone: str
    payee: str
    payload: str | None = None
    picture: bytes | None = None
    apps: str = ""
    name: str = ""
    practice: str = ""
    confirm: str = ""


class QrView(Protocol):
    """The QR sheet."""

    def open_qr(self, state: QrState) -> None: ...
    def show_qr(self, state: QrState) -> None: ...
    def close_qr(self) -> None: ...


class QrPresenter:
    """Shows what is payable of one bill; a late answer for a bill that left is dropped."""

    def __init__(self, view: QrView, services: Services, notices: Notices) -> None:
        self._view = view
        self._services = services
        self._notices = notices
        self._order: str | None = None
        self._bill = (0, 0)
        self._qr: PayableQr | None = None
        self._picture: bytes | None = None
        self._picture_url = ""
        self._shown: QrState | None = None

    @property
    def order_id(self) -> str | None:
        """The bill that is shown, or None."""
        return self._order

    def open(self, order_id: str, token_no: int, amount: int) -> None:
        """Show the QR of a parked bill as soon as there is one; number and amount at once."""
        self._order = order_id
        self._bill = (token_no, amount)
        self._qr = self._picture = self._shown = None
        self._picture_url = ""
        state = self._state()
        self._shown = state
        self._view.open_qr(state)
        self.reload()

    def reload(self) -> None:
        """Something changed: read again what can be scanned."""
        order = self._order
        if order is None:
            return

        def done(qr: PayableQr | None) -> None:
            if self._order == order:
                self._seen(qr)

        self._services.runner.run(
            "db", lambda: self._services.desk.payable(order), done, self._notices.failed
        )

    def on_tick(self) -> None:
        """A second went by: the countdown moves."""
        if self._order is not None:
            self._show()

    def on_paid(self, news: PaidNews) -> None:
        """This bill is paid: the sheet goes, the strip says the rest."""
        if news.order_id == self._order:
            self.on_back()

    def on_practice(self) -> None:
        """Practice: the customer scans and pays; the sheet goes with the news."""
        if self._order is not None:
            practice.act(self._services, self._notices, self._order, practice.PAYS)

    def on_back(self) -> None:
        """Esc, or the next customer: the bill keeps waiting in the panel."""
        if self._order is not None:
            self._order = None
            self._view.close_qr()

    def _seen(self, qr: PayableQr | None) -> None:
        if qr is not None and qr.paid:
            self.on_back()
            return
        self._qr = qr
        if qr is not None:
            self._bill = (qr.token_no, qr.amount)
        if qr is not None and qr.payload is None and qr.image_url:
            self._fetch(qr.image_url)
        self._show()

    def _fetch(self, url: str) -> None:
        pictures, order = self._services.pictures, self._order
        if pictures is None or url == self._picture_url:
            return
        self._picture_url = url

        def done(png: bytes) -> None:
            if self._order == order:
                self._picture = png
                self._show()

        def failed(error: Exception) -> None:
            self._picture_url = ""
            if self._order == order:
                self._notices.error("qr_picture_failed")

        self._services.runner.run("net", lambda: pictures(url), done, failed)

    def _show(self) -> None:
        state = self._state()
        if state != self._shown:
            self._shown = state
            self._view.show_qr(state)

    def _state(self) -> QrState:
        qr, shop = self._qr, self._services.options.shop.name
        payee = say("qr_pays_to", shop=shop)
        token_no, due = self._bill
        title, amount = say("qr_title", n=token_no), format_rupees(due, sign=True)
        if qr is None:
            return QrState(title, amount, say("qr_asking"), "pending", payee)
        words, tone, live = self._words(qr)
        return QrState(
            title=title,
            amount=amount,
            words=words,
            tone=tone,
            payee=payee,
            payload=qr.payload if live else None,
            picture=self._picture if live and qr.payload is None else None,
            apps=say("qr_apps") if live and qr.kind is CollectKind.QR else "",
            name=say("qr_name", amount=amount),
            practice=self._practised(qr, live=live),
            confirm=say("menu_own_paid") if qr.words == "own_upi_waiting" else "",
        )

    def _practised(self, qr: PayableQr, *, live: bool) -> str:
        offered = live and practice.payable(self._services, qr.words)
        return say("practice_pay") if offered else ""

    def _words(self, qr: PayableQr) -> tuple[str, str, bool]:
        """(words, tone, whether the code may still be scanned)."""
        now = self._services.clock.now()
        if qr.expires_at is not None and now >= qr.expires_at:
            return say("qr_over"), "failed", False
        if qr.payload is None and self._picture is None:
            asking = qr.words in _SHOWABLE
            words = say("qr_asking") if asking else money_words(qr.words, qr.kind.value)
            return words, "pending", False
        if qr.words not in _SHOWABLE:
            return money_words(qr.words, qr.kind.value), "pending", True
        left = countdown(now, qr.expires_at)
        code = "qr_scan" if qr.kind is CollectKind.QR else "qr_link"
        return say(f"{code}_left" if left else code, time=left), "pending", True
