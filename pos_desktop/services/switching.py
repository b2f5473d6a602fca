"""Changing the way to pay: ask the gateway to close the first, wait for its answer, then go on.

What was asked for waits as a ``Wish`` beside the bill, so that a kill in between loses nothing
(design payments 3). Money that comes meanwhile wins: the bill is issued and the wish forgotten.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.collect import settle
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.sale import Sale, SaleState, Tender, TenderKind
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import UnitOfWork
from pos_desktop.services.captures import money_of
from pos_desktop.services.cash import refuse_cash_beyond_law
from pos_desktop.services.issuing import (
    Issuer,
    abandon,
    close_collects,
    received_money,
)
from pos_desktop.services.opening import MOST_REQUESTS, Opener, may_request
from pos_desktop.services.views import PaidNews


@dataclass(frozen=True, slots=True)
class Switching:
    """Every method is part of the caller's transaction."""

    issuer: Issuer
    opener: Opener

    def wish(self, uow: UnitOfWork, sale: Sale, wish: Wish) -> PaidNews | None:
        """Close what is payable and carry the wish out as soon as all is closed; now, if it is.

        Returns news if that issued the bill. Raises DomainError where it cannot be carried out.
        """
        self.check(uow, sale, wish)
        uow.wishes.put(wish)
        if close_collects(uow, sale.order_id, wish.at, f"wish_{wish.kind.value}"):
            return self.proceed(uow, sale, wish.at)
        return None

    def proceed(self, uow: UnitOfWork, sale: Sale, now: int) -> PaidNews | None:
        """Something of the bill was closed: do what was wished for, if nothing is payable now.

        Returns news if that issued the bill.
        """
        wish = uow.wishes.get(sale.order_id)
        if wish is None or sale.state is not SaleState.AWAITING:
            return None
        if not close_collects(uow, sale.order_id, now, f"wish_{wish.kind.value}"):
            return None
        if not wish.still_wanted(now):
            # Cash that was counted long ago is not taken by itself: the card asks for it again.
            if wish.kind is not WishKind.CASH:
                uow.wishes.drop(sale.order_id)
            return None
        return self._carry_out(uow, sale, wish, now)

    def check(self, uow: UnitOfWork, sale: Sale, wish: Wish) -> None:
        """Raises what ``wish`` would have to say: ``cash_too_little``, ``cash_limit``,
        ``cash_limit_day``, ``money_received``, ``qr_not_offered``, ``own_upi_off``,
        ``too_many_requests``."""
        if wish.kind is WishKind.CASH:
            self._check_cash(uow, sale, wish.tendered, wish.at)
        elif wish.kind in (WishKind.ABANDON, WishKind.EDIT) and received_money(uow, sale):
            # What was received is given back first; a bill with money on it is never just dropped.
            raise DomainError("money_received")
        elif wish.kind is WishKind.QR and not self.opener.offers(uow).qr:
            raise DomainError("qr_not_offered")
        elif wish.kind is WishKind.OWN_QR and not self.opener.options.own_upi.vpa:
            raise DomainError("own_upi_off")
        elif wish.kind is WishKind.LINK and sale.remote and not may_request(uow, sale):
            # Who stands at the counter scans the link there; who is not here would never see it.
            raise DomainError("too_many_requests", limit=MOST_REQUESTS)

    def take_cash(self, uow: UnitOfWork, sale: Sale, tendered: int, by: str, now: int) -> PaidNews:
        """The rest of the bill in cash: issued and handed over. Raises ``nothing_to_pay``,
        ``cash_too_little``, ``cash_limit``, ``cash_limit_day`` or what ``Issuer.issue`` raises."""
        due = self._check_cash(uow, sale, tendered, now)
        tender = Tender(TenderKind.CASH, due, now, by, tendered=tendered, change=tendered - due)
        standing = uow.tenders.add(sale.order_id, tender)
        try:
            news = self.issuer.issue(uow, sale, now, "cash")
        except DomainError as error:
            # Where the transaction goes on all the same, this cash must not stand on the bill.
            uow.tenders.take_back(standing.tender_id, now, "machine", error.code)
            raise
        uow.sales.hand_over(sale.order_id, now, by)
        return replace(news, change=tender.change)

    def _check_cash(self, uow: UnitOfWork, sale: Sale, tendered: int, now: int) -> int:
        """What the cash is for; raises ``nothing_to_pay``, ``cash_limit``, ``cash_limit_day``,
        ``cash_too_little``."""
        due = self.open(uow, sale)
        if due == 0:
            raise DomainError("nothing_to_pay")
        refuse_cash_beyond_law(uow, sale, due, now)
        if tendered < due:
            raise DomainError("cash_too_little", due=due, tendered=tendered)
        return due

    def open(self, uow: UnitOfWork, sale: Sale) -> int:
        """What is still to pay, in paise."""
        facts, tenders = money_of(uow, sale.order_id), uow.tenders.of(sale.order_id)
        return settle(sale.due, facts, tenders).open

    def _carry_out(self, uow: UnitOfWork, sale: Sale, wish: Wish, now: int) -> PaidNews | None:
        if wish.kind is not WishKind.EDIT:
            uow.wishes.drop(sale.order_id)
        match wish.kind:
            case WishKind.CASH:
                return self.take_cash(uow, sale, wish.tendered, wish.by, now)
            case WishKind.QR:
                # The account may have turned out to have none since: the screen shows a link then.
                self.opener.open(uow, sale, self.opener.on_screen(uow), now)
            case WishKind.LINK:
                self.opener.open(uow, sale, CollectKind.LINK, now)
                if may_request(uow, sale):
                    self.opener.request_message(uow, sale, now)
            case WishKind.CONTACT:
                self.opener.open_anew(uow, sale, now)
            case WishKind.OWN_QR:
                self.opener.open_own(uow, sale, now)
            case WishKind.ABANDON | WishKind.EDIT:
                if received_money(uow, sale):
                    # It came while the gateway was closing: a person decides about it.
                    uow.wishes.drop(sale.order_id)
                    return None
                abandon(uow, sale, now, wish.reason, wish.by)
            case _:  # a split: it is free for other tenders now
                pass
        return None


def told(news: PaidNews, wish: Wish | None, now: int) -> PaidNews:
    """The news of a bill that was paid at the gateway, with the cash that lies on the counter for
    it and has to go back."""
    # Cash that was counted long ago has gone back long ago.
    if wish is None or wish.kind is not WishKind.CASH or not wish.still_wanted(now):
        return news
    return replace(news, give_back=wish.tendered)
