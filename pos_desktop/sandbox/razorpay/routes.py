"""HTTP of the practice Razorpay, below ``/razorpay``; every success is HTTP 200 (1.1)."""

from litestar import Controller, Response, Router, get, patch, post
from litestar.di import Provide

from pos_desktop.sandbox.courier import Courier
from pos_desktop.sandbox.razorpay import entities, links, payments, qrs, refunds
from pos_desktop.sandbox.razorpay.asking import Asked, body_of, collection, mode_of, page
from pos_desktop.sandbox.razorpay.objects import Link, Refund, Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, id_not_found
from pos_desktop.sandbox.shapes import Json


class LinkRoutes(Controller):
    """Payment links (1.3)."""

    path = "/v1/payment_links"

    @post("/", status_code=200)
    async def create(self, request: Asked, reg: Register, mode: str) -> Json:
        """Make one; ``payments`` is null in this answer."""
        link = links.create(reg, await body_of(request), mode)
        return entities.link_entity(reg, link, payments=None)

    @get("/")
    async def search(self, request: Asked, reg: Register, mode: str) -> Json:
        """List or search; ``payments`` is empty here even for paid links."""
        query = request.query_params
        found = links.search(
            reg, mode, reference=query.get("reference_id"), payment=query.get("payment_id")
        )
        shown = page(request, found, [link.created_at for link in found])
        return {"payment_links": [entities.link_entity(reg, link, payments=[]) for link in shown]}

    @get("/{link_id:str}")
    async def fetch(self, reg: Register, mode: str, link_id: str) -> Json:
        """One link with its captured payments."""
        return _shown(reg, links.find(reg, link_id, mode))

    @patch("/{link_id:str}")
    async def change(self, request: Asked, reg: Register, mode: str, link_id: str) -> Json:
        """Change anything but the amount."""
        link = links.find(reg, link_id, mode)
        links.change(reg, link, await body_of(request))
        return _shown(reg, link)

    @post("/{link_id:str}/cancel", status_code=200)
    async def cancel(self, reg: Register, mode: str, link_id: str) -> Json:
        """Cancel an unpaid link."""
        link = links.find(reg, link_id, mode)
        links.cancel(reg, link)
        return _shown(reg, link)

    @post("/{link_id:str}/notify_by/{medium:str}", status_code=200)
    async def notify(self, reg: Register, mode: str, link_id: str, medium: str) -> Json:
        """Say that a message was sent; none is."""
        links.find(reg, link_id, mode)
        if medium not in ("sms", "email"):
            raise Refusal("not a valid notification medium", links=True)
        return {"success": True}


class QrRoutes(Controller):
    """QR codes (1.4); the whole product can be off."""

    path = "/v1/payments/qr_codes"

    @post("/", status_code=200)
    async def create(self, request: Asked, reg: Register, mode: str) -> Json:
        """Make one."""
        qrs.check_enabled(reg)
        return entities.qr_entity(reg, qrs.create(reg, await body_of(request), mode))

    @get("/")
    async def search(self, request: Asked, reg: Register, mode: str) -> Json:
        """List, newest first."""
        qrs.check_enabled(reg)
        query = request.query_params
        found = qrs.search(
            reg, mode, customer=query.get("customer_id"), payment=query.get("payment_id")
        )
        shown = page(request, found, [qr.created_at for qr in found])
        return collection([entities.qr_entity(reg, qr) for qr in shown])

    @get("/{qr_id:str}")
    async def fetch(self, reg: Register, mode: str, qr_id: str) -> Json:
        """One QR code."""
        qrs.check_enabled(reg)
        return entities.qr_entity(reg, qrs.find(reg, qr_id, mode))

    @patch("/{qr_id:str}")
    async def change(self, request: Asked, reg: Register, mode: str, qr_id: str) -> Json:
        """Change its notes."""
        qrs.check_enabled(reg)
        qr = qrs.find(reg, qr_id, mode)
        qrs.change(reg, qr, await body_of(request))
        return entities.qr_entity(reg, qr)

    @get("/{qr_id:str}/payments")
    async def paid(self, request: Asked, reg: Register, mode: str, qr_id: str) -> Json:
        """Its payments, newest first."""
        qrs.check_enabled(reg)
        qr = qrs.find(reg, qr_id, mode)
        found = [p for p in reversed(reg.payments.values()) if p.qr_id == qr.id]
        shown = page(request, found, [p.created_at for p in found])
        return collection([entities.payment_entity(p) for p in shown])

    @post("/{qr_id:str}/close", status_code=200)
    async def close(self, reg: Register, mode: str, qr_id: str) -> Json:
        """Close it on demand."""
        qrs.check_enabled(reg)
        qr = qrs.find(reg, qr_id, mode)
        qrs.close(reg, qr)
        return entities.qr_entity(reg, qr)


class PaymentRoutes(Controller):
    """Payments and what hangs on one (1.6, 1.7)."""

    path = "/v1/payments"

    @get("/")
    async def search(self, request: Asked, reg: Register, mode: str) -> Json:
        """All payments, newest first: the source of the day-end sweep."""
        kept = [p for p in reg.payments.values() if p.mode == mode]
        found = sorted(kept, key=lambda p: p.created_at)[::-1]
        shown = page(request, found, [p.created_at for p in found])
        return collection([entities.payment_entity(p) for p in shown])

    @get("/{payment_id:str}")
    async def fetch(self, reg: Register, mode: str, payment_id: str) -> Json:
        """One payment."""
        return entities.payment_entity(payments.find(reg, payment_id, mode))

    @post("/{payment_id:str}/capture", status_code=200)
    async def capture(self, request: Asked, reg: Register, mode: str, payment_id: str) -> Json:
        """Capture what is authorised."""
        payment = payments.find(reg, payment_id, mode)
        payments.capture(reg, payment, await body_of(request))
        return entities.payment_entity(payment)

    @post("/{payment_id:str}/refund", status_code=200)
    async def refund(
        self, request: Asked, reg: Register, courier: Courier, mode: str, payment_id: str
    ) -> Json:
        """Ask for a refund; the bank answers a little later."""
        payment = payments.find(reg, payment_id, mode)
        key = request.headers.get("x-refund-idempotency", "")
        body, raw = await body_of(request), await request.body()
        known = set(reg.refunds)
        made = await refunds.ask(reg, payment, body, key=key, raw=raw)
        if made.id not in known:
            courier.spawn(refunds.end(reg, made))
        return entities.refund_entity(made)

    @get("/{payment_id:str}/refunds")
    async def refunded(self, request: Asked, reg: Register, mode: str, payment_id: str) -> Json:
        """Refunds of one payment, newest first."""
        payment = payments.find(reg, payment_id, mode)
        found = [r for r in reversed(reg.refunds.values()) if r.payment_id == payment.id]
        shown = page(request, found, [r.created_at for r in found])
        return collection([entities.refund_entity(r) for r in shown])

    @get("/{payment_id:str}/refunds/{refund_id:str}")
    async def one_refund(self, reg: Register, mode: str, payment_id: str, refund_id: str) -> Json:
        """One refund of one payment."""
        payment = payments.find(reg, payment_id, mode)
        refund = refunds.find(reg, refund_id)
        if refund.payment_id != payment.id:
            raise id_not_found()
        return entities.refund_entity(refund)


class OtherRoutes(Controller):
    """Orders and refunds by their own ids (1.5, 1.7)."""

    path = "/v1"

    @get("/orders")
    async def orders(self, request: Asked, reg: Register, mode: str) -> Json:
        """Orders, newest first; ``?receipt=`` narrows."""
        receipt = request.query_params.get("receipt")
        found = [
            order
            for order in reversed(reg.orders.values())
            if order.mode == mode and receipt in (None, order.receipt)
        ]
        shown = page(request, found, [order.created_at for order in found])
        return collection([entities.order_entity(order) for order in shown])

    @get("/orders/{order_id:str}")
    async def order(self, reg: Register, mode: str, order_id: str) -> Json:
        """One order."""
        found = reg.orders.get(order_id)
        if found is None or found.mode != mode:
            raise id_not_found()
        return entities.order_entity(found)

    @get("/orders/{order_id:str}/payments")
    async def order_payments(self, reg: Register, mode: str, order_id: str) -> Json:
        """Every attempt on an order, failed ones too."""
        order = reg.orders.get(order_id)
        if order is None or order.mode != mode:
            raise id_not_found()
        found = [p for p in reversed(reg.payments.values()) if p.order_id == order_id]
        return collection([entities.payment_entity(p) for p in found])

    @get("/refunds")
    async def refunds(self, request: Asked, reg: Register, mode: str) -> Json:
        """Refunds, newest first."""
        found = [r for r in reversed(reg.refunds.values()) if _mode(reg, r) == mode]
        shown = page(request, found, [r.created_at for r in found])
        return collection([entities.refund_entity(r) for r in shown])

    @get("/refunds/{refund_id:str}")
    async def refund(self, reg: Register, mode: str, refund_id: str) -> Json:
        """One refund."""
        found = refunds.find(reg, refund_id)
        if _mode(reg, found) != mode:
            raise id_not_found()
        return entities.refund_entity(found)


def razorpay_router(reg: Register, courier: Courier) -> Router:
    """All of it below ``/razorpay``."""
    return Router(
        path="/razorpay",
        route_handlers=[LinkRoutes, QrRoutes, PaymentRoutes, OtherRoutes],
        dependencies={
            "reg": Provide(lambda: reg, sync_to_thread=False),
            "courier": Provide(lambda: courier, sync_to_thread=False),
            "mode": Provide(mode_of, sync_to_thread=False),
        },
    )


def refusal_answer(refusal: Refusal) -> Response[Json]:
    """A refusal as HTTP."""
    return Response(refusal.body(), status_code=refusal.status, media_type="application/json")


def _shown(reg: Register, link: Link) -> Json:
    return entities.link_entity(reg, link, payments=entities.link_payments(reg, link))


def _mode(reg: Register, refund: Refund) -> str:
    return reg.payments[refund.payment_id].mode
