"""What only Cashfree's money does, below ``/control/cashfree``."""

from litestar import Controller, post

from pos_desktop.sandbox.cashfree import refunds
from pos_desktop.sandbox.controlling import Asked, ControlRefused, control_body
from pos_desktop.sandbox.practice import Practice
from pos_desktop.sandbox.shapes import Json


class CashfreeMoneyRoutes(Controller):
    """See the module."""

    path = "/cashfree"

    @post("/refunds/{refund_id:str}", status_code=200)
    async def end_refund(self, request: Asked, practice: Practice, refund_id: str) -> Json:
        """A refund ends: ``{"status": "processed" | "failed" | "on_hold"}``; ``refund_id`` is
        Cashfree's own. One that was cancelled or on hold may still be processed."""
        body, reg = await control_body(request), practice.cashfree
        refund = next((one for one in reg.refunds.values() if one.cf_id == refund_id), None)
        if refund is None:
            raise ControlRefused("not_found", "no refund has this id", 404)
        status = refunds.ENDINGS.get(str(body.get("status", "")))
        if status is None:
            raise ControlRefused("bad_field", "status must be processed, failed or on_hold")
        if refund.status == "SUCCESS":
            raise ControlRefused("not_pending", "the refund is done", 409)
        refunds.finish(reg, refund, status)
        practice.courier.spawn(refunds.number_later(reg, refund))
        return {"refund_id": refund.cf_id, "status": refund.status}
