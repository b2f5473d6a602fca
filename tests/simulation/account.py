"""The gateway's side of the truth: what is payable there, who paid, what was given back.

Plain dicts, and no word of the program: the checker reads ``state()`` as what really happened.
Times are the server's. An object is ``active``, ``paid``, ``cancelled`` or ``expired``; a payment
``created``, ``authorised``, ``captured``, ``failed`` or ``refunded``; a refund ``pending``,
``processed`` or ``failed``.
"""

from collections.abc import Callable
from typing import Any

from tests.simulation.world import DAY, World

Thing = dict[str, Any]


class Refused(Exception):
    """The gateway says no for good: ``duplicate``, ``not_found``, ``state`` or ``validation``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Account:
    """One account, shared by every counter of the shop."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self.name = name
        self.objects: dict[str, Thing] = {}
        self.payments: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.requests: list[Thing] = []
        self.on_made: Callable[[Thing], None] = _nobody
        self.on_change: Callable[[str, Thing, Thing | None], None] = _nobody_told

    def state(self) -> Thing:
        """Everything, for the checker."""
        return {
            "objects": self.objects,
            "payments": self.payments,
            "refunds": self.refunds,
            "requests": self.requests,
        }

    # -- payable objects -----------------------------------------------------------------------

    def make(self, wanted: Thing) -> Thing:
        """``wanted``: kind, reference, order, counter, amount, currency, life (s). Links refuse a
        reference that was used before; QR codes have none."""
        self.settle_clock()
        if wanted["kind"] == "link" and self.by_reference(wanted["reference"], "link"):
            raise Refused("duplicate")
        number = len(self.objects) + 1
        made = {
            **wanted,
            "id": f"{'plink' if wanted['kind'] == 'link' else 'qr'}_{number}",
            "status": "active",
            "made_at": self._world.now,
            "expires_at": self._world.now + wanted["life"] * 1000,
            "closed_at": None,
            "odd": False,
            "payments": [],
            "views": [],
        }
        self.objects[made["id"]] = made
        self._seen_so(made)
        self._world.note("gateway", "made", id=made["id"], reference=made["reference"])
        self.on_made(made)
        return made

    def by_reference(self, reference: str, kind: str) -> Thing | None:
        """The first object with this reference."""
        for thing in self.objects.values():
            if thing["reference"] == reference and thing["kind"] == kind:
                return thing
        return None

    def close(self, object_id: str) -> Thing:
        """Take no more money; what is paid or gone stays as it is."""
        self.settle_clock()
        thing = self._object(object_id)
        if thing["status"] == "active":
            self._end(thing, "cancelled")
        return thing

    def payable(self, thing: Thing) -> bool:
        """Whether a customer could begin to pay now."""
        return bool(thing["status"] == "active" and self._world.now < thing["expires_at"])

    def settle_clock(self) -> None:
        """Let expire what is over by now."""
        for thing in self.objects.values():
            if thing["status"] == "active" and self._world.now >= thing["expires_at"]:
                self._end(thing, "expired", thing["expires_at"])

    def _object(self, object_id: str) -> Thing:
        found = self.objects.get(object_id)
        if found is None:
            raise Refused("not_found")
        return found

    def _end(self, thing: Thing, status: str, at: int | None = None) -> None:
        thing["status"], thing["closed_at"] = status, at or self._world.now
        self._seen_so(thing, at)
        self._world.note("gateway", status, id=thing["id"])
        self.on_change(f"object.{status}", thing, None)

    # -- payments ------------------------------------------------------------------------------

    def begin(self, object_id: str, amount: int, currency: str = "INR") -> Thing:
        """A customer begins to pay; nothing has moved yet. Raises Refused ``state``."""
        thing = self._object(object_id)
        if not self.payable(thing):
            raise Refused("state")
        number = len(self.payments) + 1
        payment = {
            "id": f"pay_{number}",
            "object": object_id,
            "reference": thing["reference"],
            "counter": thing["counter"],
            "order": thing["order"],
            "amount": amount,
            "currency": currency,
            "status": "created",
            "created_at": self._world.now,
            "captured_at": None,
            "refunded": 0,
            "rrn": f"6327{number:08d}",
            "error": None,
        }
        self.payments[payment["id"]] = payment
        thing["payments"].append(payment["id"])
        self._moved(payment, "begun")
        return payment

    def stranger_pays(self, amount: int) -> None:
        """Money on the account that names no bill: from the dashboard, a static QR, a friend."""
        number = len(self.payments) + 1
        payment = {
            "id": f"pay_{number}",
            "object": None,
            "reference": None,
            "counter": None,
            "order": "",
            "amount": amount,
            "currency": "INR",
            "status": "captured",
            "created_at": self._world.now,
            "captured_at": self._world.now,
            "refunded": 0,
            "rrn": f"6327{number:08d}",
            "error": None,
        }
        self.payments[str(payment["id"])] = payment
        self._world.note("gateway", "stranger pays", id=payment["id"], amount=amount)

    def fail(self, payment: Thing) -> None:
        """The bank said no; it may still say yes."""
        if payment["status"] in ("created", "authorised"):
            payment["status"], payment["error"] = "failed", "payment_failed"
            self._moved(payment, "failed")

    def authorise(self, payment: Thing) -> None:
        """The bank allows it; the money moves when it is captured."""
        if payment["status"] in ("created", "failed"):
            payment["status"], payment["error"] = "authorised", None
            self._moved(payment, "authorised")

    def capture(self, payment: Thing) -> None:
        """The money is the shop's."""
        if payment["status"] in ("captured", "refunded"):
            return
        payment["status"], payment["error"] = "captured", None
        payment["captured_at"] = self._world.now
        thing = self.objects[payment["object"]]
        taken = [self.payments[i] for i in thing["payments"]]
        sum_in = sum(
            p["amount"] for p in taken if p["status"] == "captured" and p["currency"] == "INR"
        )
        if thing["status"] == "active" and sum_in >= thing["amount"]:
            thing["status"], thing["closed_at"] = "paid", self._world.now
        self._moved(payment, "captured")

    def _moved(self, payment: Thing, what: str) -> None:
        thing = self.objects.get(payment["object"], {"id": "", "reference": ""})
        if payment["object"] is not None:
            self._seen_so(thing)
        self._world.note("gateway", f"payment {what}", id=payment["id"], amount=payment["amount"])
        self.on_change(f"payment.{what}", thing, payment)

    # -- refunds -------------------------------------------------------------------------------

    def refund(self, payment_id: str, amount: int, key: str) -> Thing:
        """The same key twice gives back once. Raises Refused."""
        for refund in self.refunds.values():
            if refund["key"] == key and key:
                return refund
        payment = self.payments.get(payment_id)
        if payment is None:
            raise Refused("not_found")
        if payment["status"] not in ("captured", "refunded"):
            raise Refused("state")
        promised = sum(
            r["amount"]
            for r in self.refunds.values()
            if r["payment"] == payment_id and r["status"] != "failed"
        )
        if amount < 100 or promised + amount > payment["amount"]:
            raise Refused("validation")
        number = len(self.refunds) + 1
        refund = {
            "id": f"rfnd_{number}",
            "payment": payment_id,
            "key": key,
            "amount": amount,
            "currency": payment["currency"],
            "status": "pending",
            "created_at": self._world.now,
            "bank_ref": None,
        }
        self.refunds[refund["id"]] = refund
        self._world.note("gateway", "refund begun", id=refund["id"], key=key, amount=amount)
        return refund

    def end_refund(self, refund: Thing, status: str) -> None:
        """``processed``: the customer has it. ``failed``: it stays with the shop."""
        if refund["status"] == "processed" or refund["status"] == status:
            return
        refund["status"] = status
        payment = self.payments[refund["payment"]]
        if status == "processed":
            self._refer(refund)
            payment["refunded"] += refund["amount"]
            if payment["refunded"] >= payment["amount"]:
                payment["status"] = "refunded"
        self._moved(payment, f"refund {status}")

    def _refer(self, refund: Thing) -> None:
        """The bank's reference comes with the end, or a day later."""
        if self._world.faults.strike("refund_without_reference"):
            self._world.after(DAY, lambda: refund.update(bank_ref=f"ARN{refund['id']}"))
        else:
            refund["bank_ref"] = f"ARN{refund['id']}"

    def after_all(self, refund: Thing) -> None:
        """It was called failed, and reaches the customer all the same; unless another one did."""
        others = [
            other
            for other in self.refunds.values()
            if other["payment"] == refund["payment"] and other is not refund
        ]
        if refund["status"] == "failed" and not others:
            self.end_refund(refund, "processed")

    # -- looking -------------------------------------------------------------------------------

    def view(self, object_id: str, *, age: int = 0) -> Thing:
        """An object with its payments as the gateway shows it, perhaps as it was ``age`` ms ago."""
        self.settle_clock()
        thing = self._object(object_id)
        moment = self._world.now - age
        known = [view for at, view in thing["views"] if at <= moment]
        found: Thing = known[-1] if known else thing["views"][0][1]
        return found

    def _seen_so(self, thing: Thing, at: int | None = None) -> None:
        payments = [dict(self.payments[i]) for i in thing["payments"]]
        view = {k: v for k, v in thing.items() if k not in ("views", "payments")}
        moment = self._world.now if at is None else at
        thing["views"].append((moment, {**view, "payments": payments}))


def _nobody(_: Thing) -> None:
    """Nobody looks."""


def _nobody_told(_: str, __: Thing, ___: Thing | None) -> None:
    """Nobody is told."""
