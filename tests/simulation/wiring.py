"""Everything of a counter wired as ``bootstrap`` does: the till's services and those of money."""

from pos_desktop.services import effects
from pos_desktop.services.attaching import Attaching
from pos_desktop.services.inbox import Inbox
from pos_desktop.services.people import People
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.refund_watch import Asking, RefundWatch
from pos_desktop.services.refunding import AskRefund
from pos_desktop.services.refunds import Refunds
from pos_desktop.services.reported import Reports, reported
from pos_desktop.services.solving import Solving
from pos_desktop.services.sweep import Sweep
from pos_desktop.services.tendering import Tendering
from tests.support.pins import PlainPins
from tests.support.till import Wired


class WholeCounter(Wired):
    """``Wired`` with tenders, people, refunds, inbox and sweep."""

    pins: PlainPins

    def connect(self) -> None:
        super().connect()
        book = RefundBook(self.ids, self.refund_notes)
        refunding = {effects.REFUND_ASK: AskRefund(self.gateways, book)}
        self.actions.update(reported(refunding, Reports(self.traffic, self.standing)))
        asking = Asking(self.store, self.lanes, self.clock, self.gateways, self.traffic, self.heard)
        self.refund_watch = RefundWatch(asking, book)
        self.sweep = Sweep(asking, self.payments, self.options.counter)
        self.solving = Solving(self.store, self.heard)
        self.refunds = Refunds(self.store, self.clock, self.gateways, self.heard)
        attaching = Attaching(self.payments)
        self.inbox = Inbox(self.store, self.clock, self.heard, self.refunds, attaching)
        self.people = People(self.store, self.clock, self.ids, self.pins)
        self.tendering = Tendering(self.store, self.clock, self.heard, self.payments)
