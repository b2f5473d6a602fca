"""The outbox actions at the relay: pages, payment pictures.

What is published is sealed once and kept with its row, so that an honest retry is byte-identical
(design relay 2).
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Effect, Page, Picture, Relay, Renderer, Sealer, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.issuing import PAYABLE, leave_awaiting
from pos_desktop.services.messages import Outgoing, payable
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded
from pos_desktop.services.pages import Bill, PageWriter
from pos_desktop.wire import v1

# What the relay says of a picture that it does not hold: there is nothing to close.
_UNKNOWN_THERE = "relay_not_found"


@dataclass(frozen=True, slots=True)
class _Failed:
    """Sealed but not published: the bytes are kept for the next try."""

    made: Page | Picture
    error: Exception


@dataclass(frozen=True, slots=True)
class Press:
    """The relay and what it needs to be given: rendering and sealing."""

    relay: Relay
    renderer: Renderer
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class _PublishPage:
    press: Press
    token: str
    page: Page | None
    order_id: str
    revision: int
    contact: int
    content: v1.PageContent

    def perform(self) -> Page | _Failed:
        """Seals at the first try, publishes at the second: the bytes are committed in between, so
        that whatever arrives first is what every later try repeats."""
        page = self.page
        if page is None:
            return self._seal()
        try:
            self.press.relay.publish(self.token, page.revision, page.content, page.pdf)
        except Exception as error:  # every failure keeps the sealed bytes; record() judges it
            return _Failed(page, error)
        return replace(page, acknowledged=True)

    def _seal(self) -> Page:
        sealer, content = self.press.sealer, self.content
        pdf = None
        if content.kind == "invoice":
            plain = self.press.renderer.invoice_pdf(content, practice=content.practice)
            pdf = sealer.pdf(self.token, self.revision, plain)
        sealed = sealer.page(self.token, self.revision, content)
        return Page(self.order_id, self.revision, sealed, pdf, False, self.contact)


def bill_of(uow: UnitOfWork, order_id: str) -> Bill | None:
    """Everything that a page, a PDF or a print of this sale needs."""
    sale = uow.sales.get(order_id)
    if sale is None:
        return None
    tenders, facts = uow.tenders.of(order_id), uow.facts.of(order_id)
    return Bill(sale, tenders, facts, payable(uow, order_id))


@dataclass(frozen=True, slots=True)
class PublishPage:
    """``page.publish``: the bill (revision 1) or the invoice (revision 2) at the relay."""

    press: Press
    writer: PageWriter
    outgoing: Outgoing
    target: str = "relay"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        order_id, revision, contact = effects.page_of(effect.subject)
        bill = bill_of(uow, order_id)
        if bill is None:
            return Dropped("no_such_sale")
        if revision == effects.BILL_REVISION and bill.sale.state is not SaleState.AWAITING:
            return Dropped("bill_settled")
        if contact != bill.sale.contact:
            return Dropped("number_corrected")
        kept = uow.pages.latest(order_id, contact)
        page = kept if kept is not None and kept.revision == revision else None
        content = self.writer.content(bill)
        token = bill.sale.link_token
        return _PublishPage(self.press, token, page, order_id, revision, contact, content)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        made = outcome.made if isinstance(outcome, _Failed) else outcome
        if not isinstance(made, Page):
            return Later(repr(outcome))
        kept = uow.pages.latest(made.order_id, made.contact)
        if kept is None or kept.revision < made.revision:
            uow.pages.save(made)
        if isinstance(outcome, _Failed):
            return Later(_word(outcome.error))
        if not made.acknowledged:
            return Later("sealed", 0)
        uow.pages.acknowledge(made.order_id, made.revision, made.contact)
        _advance(self.outgoing, uow, made.order_id, now)
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note: a newer page follows."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while publishing", 0)


@dataclass(frozen=True, slots=True)
class _PublishPicture:
    press: Press
    picture: Picture
    payload: str

    def perform(self) -> Picture | _Failed:
        picture = self.picture
        if picture.sealed is None:
            png = self.press.renderer.qr_png(self.payload)
            sealed = self.press.sealer.picture(picture.token, png)
            picture = replace(picture, sealed=sealed)
        try:
            self.press.relay.publish_picture(picture.token, picture.sealed or b"")
        except Exception as error:  # every failure keeps the sealed bytes; record() judges it
            return _Failed(picture, error)
        return replace(picture, acknowledged=True)


@dataclass(frozen=True, slots=True)
class PublishPicture:
    """``picture.publish``: the UPI QR for the WhatsApp message, under a token of its own."""

    press: Press
    outgoing: Outgoing
    target: str = "relay"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        collect = uow.collects.get(effect.subject)
        picture = uow.pages.picture(effect.subject)
        if collect is None or picture is None or collect.upi_payload is None:
            return Dropped("no_qr_text")
        sale = uow.sales.get(collect.order_id)
        if sale is None or sale.state is not SaleState.AWAITING:
            return Dropped("bill_settled")
        return _PublishPicture(self.press, picture, collect.upi_payload)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        made = outcome.made if isinstance(outcome, _Failed) else outcome
        if not isinstance(made, Picture):
            return Later(repr(outcome))
        uow.pages.save_picture(made)
        if isinstance(outcome, _Failed):
            return Later(_word(outcome.error))
        collect = uow.collects.get(made.reference)
        if collect is None or collect.state not in PAYABLE:
            # Closed while its picture was on its way: nobody may pay it any more.
            uow.outbox.put(effects.PICTURE_CLOSE, made.reference, effect.order_id, now)
        _advance(self.outgoing, uow, effect.order_id, now)
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """There is nothing to send; the QR is on the counter's screen."""
        if effect.attempts > 1 and uow.pages.picture(effect.subject) is not None:
            # An earlier try may have reached the relay although its answer was lost.
            uow.outbox.put(effects.PICTURE_CLOSE, effect.subject, effect.order_id, now)
        sale = uow.sales.get(effect.order_id)
        if sale is not None and sale.state is SaleState.AWAITING:
            leave_awaiting(uow, effect.order_id, now, reason="qr_on_screen")

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while publishing", 0)


@dataclass(frozen=True, slots=True)
class _ClosePicture:
    relay: Relay
    picture: Picture

    def perform(self) -> Picture:
        self.relay.close_picture(self.picture.token)
        return replace(self.picture, closed=True)


@dataclass(frozen=True, slots=True)
class ClosePicture:
    """``picture.close``: from now on the picture says that the payment is closed."""

    relay: Relay
    target: str = "relay"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        picture = uow.pages.picture(effect.subject)
        if picture is None:
            return Dropped("no_such_picture")
        return _ClosePicture(self.relay, picture)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        if isinstance(outcome, RaseedError) and outcome.code == _UNKNOWN_THERE:
            return Done()
        if not isinstance(outcome, Picture):
            return Later(_word(outcome))
        uow.pages.save_picture(outcome)
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while closing", 0)


def _advance(outgoing: Outgoing, uow: UnitOfWork, order_id: str, now: int) -> None:
    """What waited for the relay may go now."""
    sale = uow.sales.get(order_id)
    if sale is not None:
        outgoing.advance(uow, sale, now)


def _word(error: object) -> str:
    return error.code if isinstance(error, RaseedError) else repr(error)
