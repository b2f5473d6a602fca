"""Refusals of the practice Razorpay with the texts of reference gateways 1.2."""

from pos_desktop.sandbox.shapes import Json


class Refusal(Exception):
    """An answer with an ``error`` object. ``links``: the older style of payment links."""

    def __init__(
        self, text: str, *, status: int = 400, field: str | None = None, links: bool = False
    ) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.field = field
        self.links = links

    def body(self) -> Json:
        """The JSON of the answer."""
        if self.links:
            error: Json = {
                "code": "BAD_REQUEST_ERROR",
                "description": self.text,
                "metadata": [],
                "reason": None,
                "source": None,
                "step": None,
            }
            return {"error": error}
        error = {
            "code": "BAD_REQUEST_ERROR",
            "description": self.text,
            "source": "business",
            "step": "payment_initiation",
            "reason": "input_validation_failed",
            "metadata": {},
        }
        if self.field is not None:
            error["field"] = self.field
        return {"error": error}


def url_not_found() -> Refusal:
    """Wrong path or method, or a product that is not enabled on the account."""
    return Refusal("The requested URL was not found on the server.")


def id_not_found() -> Refusal:
    """A well-formed id that belongs to nothing here."""
    return Refusal("The id provided does not exist")


def not_authenticated() -> Refusal:
    """Missing or wrong key."""
    return Refusal("Authentication failed", status=401)


def not_wanted(names: set[str]) -> Refusal:
    """Fields that QR and refund requests do not know."""
    listed = ", ".join(sorted(names))
    verb = "is" if len(names) == 1 else "are"
    return Refusal(f"{listed} {verb} not required and should not be sent")
