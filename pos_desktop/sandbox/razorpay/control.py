"""What only money does: attempts that wait, payments from elsewhere, refunds that end."""

from litestar import Controller, post

from pos_desktop.sandbox.controlling import Asked, ControlRefused, control_body, whole_number
from pos_desktop.sandbox.practice import Practice
from pos_desktop.sandbox.razorpay import payments, refunds
from pos_desktop.sandbox.shapes import Json


class RazorpayMoneyRoutes(Controller):
    """Below ``/control``; see the module."""

    path = "/"

    @post("/stray", status_code=200)
    async def stray(self, request: Asked, practice: Practice) -> Json:
        """Money that is for no link or QR code (a web shop, another till): ``{"amount",
        "method"?, "description"?, "notes"?, "age_s"?}``."""
        body = await control_body(request)
        amount, age = whole_number(body, "amount"), whole_number(body, "age_s", 0)
        notes = body.get("notes", {})
        if not isinstance(notes, dict):
            raise ControlRefused("bad_field", "notes must be an object")
        words = {
            "method": str(body.get("method", "upi")),
            "description": str(body.get("description", "Donation")),
        }
        payment = payments.stray(practice.register, amount, words, notes, age)
        return {"payment_id": payment.id, "status": payment.status, "rrn": payment.rrn}

    @post("/refunds/{refund_id:str}", status_code=200)
    async def end_refund(self, request: Asked, practice: Practice, refund_id: str) -> Json:
        """A pending refund ends: ``{"status": "processed" | "failed"}``; on a processed one the
        bank's reference follows when ``refund_ref_ms`` has passed."""
        body, reg = await control_body(request), practice.register
        refund = reg.refunds.get(refund_id)
        if refund is None:
            raise ControlRefused("not_found", "no refund has this id", 404)
        ending = refunds.ENDINGS.get(str(body.get("status", "")))
        if ending is None:
            raise ControlRefused("bad_field", "status must be processed or failed")
        if refund.status != "pending":
            raise ControlRefused("not_pending", f"the refund is {refund.status}", 409)
        refunds.finish(reg, refund, ending)
        practice.courier.spawn(refunds.number_later(reg, refund))
        return {"refund_id": refund.id, "status": refund.status}
