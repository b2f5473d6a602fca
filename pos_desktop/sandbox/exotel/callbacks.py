"""The bodies of Exotel's callbacks (reference exotel 2.5 and 3.5)."""

from dataclasses import dataclass

from pos_desktop.sandbox.exotel.outcomes import Step
from pos_desktop.sandbox.settings import Features
from pos_desktop.sandbox.shapes import Json, ist_iso, ist_text, tail


def sms_report(sid: str, to: str, step: Step, features: Features) -> dict[str, str]:
    """The fields every SMS report has; all are text, as in a form."""
    return {
        "SmsSid": sid,
        "To": zero_form(to) if features.callback_to == "plus" else number_as(to, features),
        "Status": step.status,
        "DetailedStatus": step.name,
        "DetailedStatusCode": str(step.code),
    }


def sms_extras(label: str | None, units: int, now: int, features: Features) -> dict[str, str]:
    """Fields that depend: the label only if it was set on send."""
    extras = {"SmsUnits": str(units), "DateSent": ist_text(now // 1000)}
    if label is not None and not features.callback_without_label:
        extras["CustomField"] = label
    if features.callback_extra_keys:
        extras |= {"DateUpdated": ist_text(now // 1000), "ExoStatusCode": "0"}
    return extras


def whatsapp_report(
    sid: str, to: str, step: Step, label: str | None, now: int, features: Features
) -> Json:
    """One entry of the ``messages`` array."""
    entry: Json = {
        "callback_type": "dlr",
        "sid": sid,
        "to": number_as(to, features),
        "exo_status_code": str(step.code) if features.callback_string_codes else step.code,
        "exo_detailed_status": step.name,
        "description": step.text,
        "timestamp": ist_iso(now),
    }
    if label is not None and not features.callback_without_label:
        entry["custom_data"] = label
    if features.callback_extra_keys:
        entry |= {"channel": "whatsapp", "pricing": {"billable": True}}
    return entry


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer answers: typed ``text``, or the button with this text and ``payload``.

    ``quotes``: the answer names the message. Pressing a button always does, typing does not.
    """

    text: str
    payload: str | None = None
    quotes: bool = False

    def content(self, sid: str) -> Json:
        """As it is said of the answer to message ``sid``."""
        if self.payload is not None:
            pressed = {"text": self.text, "payload": self.payload}
            return {"type": "button", "button": pressed, "context": {"id": sid}}
        typed: Json = {"type": "text", "text": {"body": self.text}}
        return {**typed, "context": {"id": sid}} if self.quotes else typed


def incoming(customer: str, shop: str, content: Json, now: int) -> Json:
    """A reply of the customer; live captures say ``incoming_message``, not ``icm``."""
    entry = {
        "callback_type": "incoming_message",
        "sid": "in_" + tail(12),
        "from": customer,
        "to": shop,
        "timestamp": ist_iso(now),
        "profile_name": "Asha",
        "content": content,
    }
    return {"whatsapp": {"messages": [entry]}}


def zero_form(number: str) -> str:
    """``0`` + ten digits for an Indian number, else as it is."""
    return "0" + number[-10:] if number.startswith("+91") else number


def number_as(number: str, features: Features) -> str:
    """The customer's number as the switch ``callback_to`` wants it."""
    if features.callback_to == "zero":
        return zero_form(number)
    return number.removeprefix("+") if features.callback_to == "bare" else number
