"""The receipt printer of a counter as ``ports.ReceiptPrinter``, one job or question at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.domain.printer import PrinterKind, PrinterOptions, network_address
from pos_desktop.host.receipt_lines import DeviceLine, Line, NetworkLine, Patience, Talk
from pos_desktop.host.receipt_spooler import Spooler
from pos_desktop.ports.paper import ReceiptPrinter

_USUAL, _QUICK = Patience(), Patience(answer=1.0)


class LinePrinter:
    """A printer at the other end of a line that ``open_line`` opens anew for each job: many take
    one connection only, and another counter may wait for it."""

    def __init__(self, open_line: Callable[[], Line], patience: Patience = _USUAL) -> None:
        self._open = open_line
        self._patience = patience
        self._busy = Lock()
        self._trouble: Unavailable | None = None
        self._speaks = False

    def send(self, job: bytes) -> None:
        """See the port; ``printer_busy`` while another job is under way."""
        if not self._busy.acquire(blocking=False):
            raise Unavailable("printer_busy")
        try:
            with self._talk(self._patience) as talk:
                talk.give(job, answers=self._ready(talk))
        finally:
            self._busy.release()

    def check(self) -> None:
        """See the port; while a job is under way what was known before it."""
        if not self._busy.acquire(blocking=False):
            if self._trouble is not None:
                raise self._trouble
            return
        try:
            with self._talk(_QUICK) as talk:
                self._ready(talk)
        finally:
            self._busy.release()

    def _ready(self, talk: Talk) -> bool:
        answered = talk.ready()
        if self._speaks and not answered:
            raise Unavailable("printer_not_ready", "it used to answer, and is silent now")
        self._speaks = answered
        return answered

    @contextmanager
    def _talk(self, patience: Patience) -> Iterator[Talk]:
        try:
            line = self._open()
            try:
                yield Talk(line, patience)
            finally:
                line.close()
        except OSError as error:
            self._trouble = Unavailable("printer_off", str(error))
            raise self._trouble from error
        except RaseedError as error:
            self._trouble = error if isinstance(error, Unavailable) else None
            raise
        self._trouble = None


def printer_of(options: PrinterOptions) -> ReceiptPrinter | None:
    """The printer that the settings name; None for the system's own, which is no receipt printer.

    Raises InputError for an address that cannot be one.
    """
    if options.kind is PrinterKind.NETWORK:
        return LinePrinter(partial(NetworkLine, *network_address(options.address)))
    if options.kind is PrinterKind.DEVICE:
        return LinePrinter(partial(DeviceLine, Path(options.address)))
    if options.kind is PrinterKind.SPOOLER:
        return Spooler(options.address)
    return None
