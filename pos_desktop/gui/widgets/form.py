"""Fills a widget from a compiled Designer form."""

from typing import Any, Protocol, TypeVar


class Form(Protocol):
    """What uic writes; it has no types, so they end here."""

    def setupUi(self, widget: Any) -> Any:  # noqa: ANN401 - uic's signature
        """Create the children of ``widget``."""
        ...


F = TypeVar("F", bound=Form)


def fill(form: F, widget: object) -> F:
    """Create the form's children in ``widget`` and return the form, whose fields they are."""
    form.setupUi(widget)
    return form
