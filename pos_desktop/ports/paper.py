"""The receipt printer: what is on a slip, who makes its bytes, who takes them."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.wire import v1


class HalfPrinted(RaseedError):
    """Some of a job left this computer and nobody can tell whether it is on paper: a person is
    asked, nothing is sent again by itself (reliability (d))."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One receipt. ``link`` is drawn as a QR ("" for none); ``duplicate``: an earlier one of this
    bill was printed, or may have been."""

    content: v1.PageContent
    link: str = ""
    duplicate: bool = False


class ReceiptMaker(Protocol):
    """Bytes for the printer; pure, from any thread."""

    def receipt(self, slip: Slip) -> bytes: ...
    def drawer(self) -> bytes:
        """The pulse that opens the cash drawer."""
        ...


class ReceiptPrinter(Protocol):
    """One printer; lane net or probe, calls wait for each other."""

    def send(self, job: bytes) -> None:
        """Print. Blocks for half a minute at most.

        Raises Unavailable ``printer_...`` where certainly nothing was printed, HalfPrinted
        ``print_doubt`` where that is not sure.
        """
        ...

    def check(self) -> None:
        """Whether it would take a job now; a few seconds at most.

        Raises Unavailable ``printer_off`` (no answer), ``printer_not_ready`` (cover, fault),
        ``printer_no_paper``.
        """
        ...
