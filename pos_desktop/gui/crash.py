"""When something unforeseen happens: one log, one calm window, and the sale goes on."""

import gc
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler

_log = logging.getLogger(__name__)
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_COLLECT_EVERY = 5_000


def install(post: Callable[[Callable[[], None]], None], tell: Callable[[str], None]) -> None:
    """Send every stray exception and Qt's own messages to the log; ``tell`` shows the calm dialog.

    ``post`` brings a call to the thread of the windows (``TaskRunner.post``).
    """

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("unforeseen error", exc_info=(kind, error, trace))
        post(lambda: tell(kind.__name__))

    def from_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            report(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = report
    threading.excepthook = from_thread
    qInstallMessageHandler(_from_qt)


def _from_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), "%s", message)


class Collector(QObject):
    """Python's cycle collector, only on the thread of the windows: elsewhere it could destroy a
    Qt object in a thread that does not own it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_COLLECT_EVERY)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        # The young generations each time; everything only when much has piled up.
        gc.collect(2 if gc.get_count()[2] > 10 else 1)
