"""How the receipt printer of a counter is reached, and what its paper takes."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from pos_desktop.domain.errors import InputError

PORT = 9100
"""Where a network printer listens for raw data unless it is told otherwise."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PORT = re.compile(r"[0-9]{1,5}")
# What CUPS allows in the name of a queue; never a leading dash, which a command would read as an
# option.
_QUEUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")


class PaperSize(StrEnum):
    """What the receipt printer takes."""

    ROLL = "80mm"
    A4 = "a4"
    NARROW = "58mm"
    A5 = "a5"


class PrinterKind(StrEnum):
    """``SYSTEM``: the default printer of the computer with its own driver. The others speak ESC/POS
    to the printer itself, and keep a queue of what is to be printed."""

    SYSTEM = "system"
    NETWORK = "network"
    DEVICE = "device"
    SPOOLER = "spooler"


@dataclass(frozen=True, slots=True)
class PrinterOptions:
    """``address``: ``HOST`` or ``HOST:PORT`` (network), ``/dev/usb/lp0`` (device), the name of a
    queue (spooler); not used for system. ``drawer``: a cash drawer hangs on the printer."""

    kind: PrinterKind = PrinterKind.SYSTEM
    address: str = ""
    drawer: bool = False


def check_printer(printer: PrinterOptions, paper: PaperSize) -> None:
    """Raises InputError ``printer_address`` or ``printer_paper`` for what cannot print."""
    if printer.kind is PrinterKind.SYSTEM:
        return
    if printer.kind is PrinterKind.NETWORK:
        network_address(printer.address)
    elif printer.kind is PrinterKind.DEVICE:
        if not PurePosixPath(printer.address).is_absolute():
            raise InputError("printer_address", "must be a device such as /dev/usb/lp0")
    elif not _QUEUE.fullmatch(printer.address):
        raise InputError("printer_address", "must be the name of a print queue")
    columns_of(paper)


def network_address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST`` or ``HOST:PORT``. Raises InputError ``printer_address``."""
    host, _, port = text.partition(":")
    number = int(port) if _PORT.fullmatch(port) else PORT if text == host else 0
    if not _HOST.fullmatch(host) or not 0 < number < 65_536:
        raise InputError("printer_address", "must look like 192.168.1.50 or 192.168.1.50:9100")
    return host, number


def columns_of(paper: PaperSize) -> int:
    """Letters of 12 dots in one line of a roll: 48 or 32. Raises InputError ``printer_paper``."""
    if paper is PaperSize.ROLL:
        return 48
    if paper is PaperSize.NARROW:
        return 32
    raise InputError("printer_paper", "must be 80mm or 58mm for a receipt printer")
