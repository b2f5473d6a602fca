"""The customer and the world behind the counter's back: pays, reads messages, opens her link."""

import json
from typing import Any

import httpx

Json = dict[str, Any]
_TIMEOUT = 10.0


class Customer:
    """Acts through the practice servers' control API and plain HTTP, never through our code."""

    def __init__(self, control: str) -> None:
        self._control = control

    def pay(self, reference: str, **more: object) -> str:
        """Pay the link or QR that was made for this reference; the payment id. ``late=True``: the
        money comes although nobody could pay it any more."""
        return str(self._post("/pay", {"reference": reference, **more})["payment_id"])

    def attempt(self, reference: str) -> str:
        """Type the PIN: nothing is decided yet. Pay with its ``payment_id`` ends it."""
        return str(self._post("/attempt", {"reference": reference})["payment_id"])

    def let_expire(self, reference: str) -> None:
        """The time of this link or QR is over."""
        self._post("/expire", {"reference": reference})

    def state(self) -> Json:
        """Links, QRs, payments, refunds and messages as the practice servers hold them."""
        return self._get("/state")

    def payables(self, order_id: str) -> list[Json]:
        """Links and QRs that the gateway holds for this bill, whatever their state."""
        state = self.state()
        mine = [link for link in state["links"] if link["reference_id"].startswith(order_id)]
        return mine + [qr for qr in state["qrs"] if order_id in json.dumps(qr["notes"])]

    def refunds(self) -> list[Json]:
        """Refunds at the gateway."""
        return list(self.state()["refunds"])

    def journal(self, server: str) -> list[Json]:
        """Every request that reached ``razorpay`` or ``exotel``, oldest first."""
        entries = self._get("/journal")["entries"]
        return [entry for entry in entries if entry["server"] == server]

    def sends(self) -> list[Json]:
        """Every request that asked Exotel to send something."""
        return [entry for entry in self.journal("exotel") if entry["method"] == "POST"]

    def sent(self) -> list[Json]:
        """What was asked to be sent, oldest first: ``to`` (E.164), ``channel``, ``label``,
        ``status`` (None where nothing was answered), read off the requests themselves."""
        return [_send(entry) for entry in self.sends()]

    def sent_to(self, number: str) -> list[Json]:
        """The same of one customer (ten digits)."""
        return [send for send in self.sent() if send["to"].endswith(number)]

    def reply(self, sid: str, text: str) -> None:
        """She answers a WhatsApp message."""
        self._post("/reply", {"sid": sid, "text": text})

    def open(self, url: str) -> httpx.Response:
        """What a tap on the link shows."""
        answer = self.look(url)
        answer.raise_for_status()
        return answer

    def look(self, url: str) -> httpx.Response:
        """The same, be it an error."""
        return httpx.get(url, timeout=_TIMEOUT)

    def _get(self, path: str) -> Json:
        answer = httpx.get(self._control + path, timeout=_TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())

    def _post(self, path: str, body: Json) -> Json:
        answer = httpx.post(self._control + path, json=body, timeout=_TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())


def _send(entry: Json) -> Json:
    form, body = entry["form"], entry["json"]
    if form is not None:
        told = {"to": form["To"], "channel": "sms", "label": form["CustomField"]}
    else:
        (message,) = body["whatsapp"]["messages"]
        told = {"to": message["to"], "channel": "whatsapp", "label": message["custom_data"]}
    return {**told, "status": entry["status"]}
