"""The families of errors that cross layers; everything else that escapes is a bug.

Each carries a ``code`` (what happened, for the sentences in ``gui/texts.py``) and ``params``
(plain values for the placeholders of that sentence).
"""

from collections.abc import Mapping, Sequence


class RaseedError(Exception):
    """Base of the errors that a person may be told about."""

    def __init__(self, code: str, text: str = "", **params: object) -> None:
        super().__init__(text or code)
        self.code = code
        self.params: Mapping[str, object] = params


class DomainError(RaseedError):
    """A rule of the shop or of the law was broken; the sentence says which. Nothing changed."""


class InputError(RaseedError):
    """Something from outside (file, barcode, typed field, JSON) cannot be understood."""


class InputErrors(InputError):
    """Everything that is wrong with one document; each fault begins with the path of its field."""

    def __init__(self, code: str, faults: Sequence[str]) -> None:
        super().__init__(code, "\n".join(faults), count=len(faults))
        self.faults = tuple(faults)


class Unavailable(RaseedError):
    """A service that is needed cannot be reached now; trying again later may help."""


class StoreError(RaseedError):
    """The database or its folder is not fit for use (newer schema, damaged, read-only, full)."""
