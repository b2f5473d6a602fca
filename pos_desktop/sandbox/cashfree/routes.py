"""HTTP of the practice Cashfree, below ``/cashfree/pg``."""

from litestar import Controller, Response, Router, get, patch, post
from litestar.di import Provide

from pos_desktop.sandbox.cashfree import entities, links, orders, payments, refunds
from pos_desktop.sandbox.cashfree.asking import PREFIX, Asked, admit, body_of, told
from pos_desktop.sandbox.cashfree.limits import CallLimits
from pos_desktop.sandbox.cashfree.objects import Register
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal
from pos_desktop.sandbox.courier import Courier

Told = Response[bytes]


class LinkRoutes(Controller):
    """Payment links (2.2)."""

    path = "/links"

    @post("/", status_code=200)
    async def create(self, request: Asked, reg: Register, admitted: None) -> Told:
        """Make one."""
        link = links.create(reg, await body_of(request))
        return told(request, entities.link_entity(reg, link))

    @get("/{link_id:str}")
    async def fetch(self, request: Asked, reg: Register, admitted: None, link_id: str) -> Told:
        """One link; its payments are found through its orders."""
        return told(request, entities.link_entity(reg, links.find(reg, link_id)))

    @post("/{link_id:str}/cancel", status_code=200)
    async def cancel(self, request: Asked, reg: Register, admitted: None, link_id: str) -> Told:
        """Cancel an unpaid link."""
        link = links.find(reg, link_id)
        links.cancel(reg, link)
        return told(request, entities.link_entity(reg, link))

    @get("/{link_id:str}/orders")
    async def orders(self, request: Asked, reg: Register, admitted: None, link_id: str) -> Told:
        """Orders of the attempts; only paid ones unless ``status=ALL``."""
        status = request.query_params.get("status", "PAID")
        if status not in ("ALL", "PAID"):
            raise CashfreeRefusal("status : should be ALL or PAID")
        orders.settle_due(reg)
        found = links.orders_of(reg, links.find(reg, link_id), only_paid=status == "PAID")
        return told(request, [entities.order_entity(reg, order) for order in found])


class OrderRoutes(Controller):
    """Orders, sessions, payments (2.3)."""

    path = "/orders"

    @post("/", status_code=200)
    async def create(self, request: Asked, reg: Register, admitted: None) -> Told:
        """Make one."""
        order = orders.create(reg, await body_of(request))
        return told(request, entities.order_entity(reg, order))

    @post("/sessions", status_code=200)
    async def session(self, request: Asked, reg: Register, admitted: None) -> Told:
        """A QR or an app link to pay an order."""
        payment = orders.begin_session(reg, await body_of(request))
        return told(request, entities.session_answer(reg, payment))

    @get("/{order_id:str}")
    async def fetch(self, request: Asked, reg: Register, admitted: None, order_id: str) -> Told:
        """One order."""
        return told(request, entities.order_entity(reg, orders.find(reg, order_id)))

    @patch("/{order_id:str}")
    async def change(self, request: Asked, reg: Register, admitted: None, order_id: str) -> Told:
        """Ask it to end."""
        order = orders.find(reg, order_id)
        orders.change(reg, order, await body_of(request))
        return told(request, entities.order_entity(reg, order))

    @get("/{order_id:str}/payments")
    async def paid(self, request: Asked, reg: Register, admitted: None, order_id: str) -> Told:
        """Every attempt."""
        found = orders.payments_of(reg, orders.find(reg, order_id))
        return told(request, [entities.payment_entity(reg, payment) for payment in found])

    @get("/{order_id:str}/payments/{payment_id:str}")
    async def payment(
        self, request: Asked, reg: Register, admitted: None, order_id: str, payment_id: str
    ) -> Told:
        """One attempt."""
        payment = payments.find(reg, orders.find(reg, order_id), payment_id)
        return told(request, entities.payment_entity(reg, payment))


class RefundRoutes(Controller):
    """Refunds (2.4) and the sandbox's own hand."""

    path = "/"

    @post("/orders/{order_id:str}/refunds", status_code=200)
    async def refund(
        self, request: Asked, reg: Register, courier: Courier, admitted: None, order_id: str
    ) -> Told:
        """Ask for one; the bank answers a little later."""
        refund = refunds.create(reg, orders.find(reg, order_id), await body_of(request))
        courier.spawn(refunds.end(reg, refund))
        return told(request, entities.refund_entity(refund))

    @get("/orders/{order_id:str}/refunds")
    async def refunded(self, request: Asked, reg: Register, admitted: None, order_id: str) -> Told:
        """All refunds of an order."""
        found = refunds.of_order(reg, orders.find(reg, order_id))
        return told(request, [entities.refund_entity(refund) for refund in found])

    @get("/orders/{order_id:str}/refunds/{refund_id:str}")
    async def one_refund(
        self, request: Asked, reg: Register, admitted: None, order_id: str, refund_id: str
    ) -> Told:
        """One refund by the merchant's id."""
        refund = refunds.find(reg, orders.find(reg, order_id), refund_id)
        return told(request, entities.refund_entity(refund))

    @post("/simulate", status_code=200)
    async def simulate(self, request: Asked, reg: Register, admitted: None) -> Told:
        """End an attempt as the caller wants it."""
        return told(request, payments.simulate(reg, await body_of(request)))


def cashfree_router(reg: Register, courier: Courier) -> Router:
    """All of it below ``/cashfree/pg``."""
    limits = CallLimits()
    return Router(
        path=PREFIX,
        route_handlers=[LinkRoutes, OrderRoutes, RefundRoutes],
        dependencies={
            "reg": Provide(lambda: reg, sync_to_thread=False),
            "courier": Provide(lambda: courier, sync_to_thread=False),
            "limits": Provide(lambda: limits, sync_to_thread=False),
            "admitted": Provide(admit),
        },
    )
