"""What happens to a message, by the last two digits of its number (reference exotel 9)."""

from dataclasses import dataclass

HTTP_REFUSALS = {
    "04": (400, "Invalid Parameters"),
    "05": (402, "Payment Required: plan or usage limit reached"),
    "06": (403, "Insufficient balance"),
    "07": (429, "Too Many Requests"),
    "08": (503, "Service Unavailable"),
}
ACCEPT_THEN_500 = "09"
ACCEPT_THEN_HANG = "10"
WITHOUT_SID = "11"
REFUSED_INSIDE = "12"

# The number that everybody types to try things out: its messages simply arrive.
_SAMPLE = "9876543210"

_SMS_FATES = {"02": 23005, "03": 23185}
_WHATSAPP_FATES = {"02": 30013, "03": 30023}


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a message: the status word, the code, its name, a sentence, our common word."""

    status: str
    code: int
    name: str
    text: str
    fate: str


SMS_QUEUED = Step("queued", 21010, "PENDING_TO_OPERATOR", "", "accepted")
_SMS_WAY = (
    Step("sending", 21015, "SENDING_TO_OPERATOR", "", "accepted"),
    Step("submitted", 21020, "PENDING_ON_OPERATOR", "", "sent"),
)
_SMS_DELIVERED = Step("sent", 20005, "DELIVERED_TO_HANDSET", "", "delivered")
_SMS_NAMES = {
    23005: "FAILED_DND",
    23083: "FAILED_DLT_SCRUBBING_ERROR",
    23182: "DLT_TEMPLATE_ID_NOT_FOUND",
    23185: "DLT_TEMPLATE_DOES_NOT_MATCH",
    23186: "DLT_LENGTH_EXCEEDED",
    23281: "DLT_ENTITY_NOT_FOUND",
}

WHATSAPP_ACCEPTED = Step("accepted", 0, "", "", "accepted")
_SENT = Step("sent", 30001, "EX_MESSAGE_SENT", "Message sent", "sent")
_DELIVERED = Step("delivered", 30002, "EX_MESSAGE_DELIVERED", "Message delivered", "delivered")
_SEEN = Step("seen", 30003, "EX_MESSAGE_SEEN", "Message seen", "read")
_WHATSAPP_NAMES = {
    30013: ("EX_INCAPABLE_RECIPIENT", "Recipient cannot receive this message"),
    30016: ("EX_MEDIA_DOWNLOAD_ERROR", "Media could not be downloaded"),
    30018: ("EX_REENGAGEMENT_ERROR", "More than 24 hours since the customer last replied"),
    30022: ("EX_TEMPLATE_ERROR", "Template parameter has characters that are not allowed"),
    30023: ("EX_TEMPLATE_PARAM_ERROR", "Template parameters do not match the approved template"),
    30024: ("EX_TEMPLATE_NOT_FOUND", "Template does not exist in this language"),
    30025: ("EX_TEMPLATE_TEXT_TOO_LONG", "Template text is too long"),
}
MEDIA_DOWNLOAD_ERROR = 30016
OUTSIDE_WINDOW = 30018


def ending(number: str) -> str:
    """The last two digits, which decide."""
    return "00" if number.endswith(_SAMPLE) else number[-2:]


def sms_way(number: str, judged: int | None) -> tuple[Step, ...]:
    """The states after ``queued``; ``judged`` is what the DLT check found."""
    code = judged if judged is not None else _SMS_FATES.get(ending(number))
    if code is None:
        return (*_SMS_WAY, _SMS_DELIVERED)
    status = "failed_dnd" if code == 23005 else "failed"
    return (*_SMS_WAY, Step(status, code, _SMS_NAMES[code], "", "failed"))


def whatsapp_way(number: str, judged: int | None) -> tuple[Step, ...]:
    """The states after acceptance; ``judged`` is what the template check found."""
    code = judged if judged is not None else _WHATSAPP_FATES.get(ending(number))
    if code is not None:
        name, text = _WHATSAPP_NAMES[code]
        return (Step("failed", code, name, text, "failed"),)
    return (_SENT, _DELIVERED, _SEEN) if ending(number) == "01" else (_SENT, _DELIVERED)
